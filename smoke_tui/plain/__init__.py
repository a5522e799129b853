"""The line-by-line front end: one question at a time, whole lines, no screen."""
