"""smoke-tui: runbooks for what only a person can test, run as recorded sessions."""

__version__ = "0.1.0"
