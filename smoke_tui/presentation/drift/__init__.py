"""A comparison of a recorded answer with a new one, as a person reads it."""
