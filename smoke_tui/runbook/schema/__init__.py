"""Field types of a step's TOML: each checks and converts a value and has a JSON schema."""
