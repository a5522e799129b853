"""The command line: reads it, runs one command, returns its exit code."""
