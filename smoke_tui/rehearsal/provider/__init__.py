"""A rehearsed provider: the login's issuer and the Codex backend, on one loopback server."""
