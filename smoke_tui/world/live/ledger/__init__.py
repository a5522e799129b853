"""The live ledger port: PostgreSQL, and a light stand-in for the rehearsal."""
