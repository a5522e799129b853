"""The scenarios of the rehearsal: how each differs from one where everything works."""
