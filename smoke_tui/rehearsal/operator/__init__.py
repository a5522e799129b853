"""A scripted operator with a minimal browser."""
