"""An embedded PostgreSQL as the rehearsal's ledger."""
