"""A session as one object: configure, open, run, resume."""
