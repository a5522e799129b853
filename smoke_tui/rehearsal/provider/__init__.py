"""The rehearsed provider: the login's issuer and the Codex backend."""
