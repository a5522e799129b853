"""The fields of steps as data: checks, conversions, JSON schema."""
