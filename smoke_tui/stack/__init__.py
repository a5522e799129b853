"""The stack under test: its services, its ledger, and the route that answered a turn."""
