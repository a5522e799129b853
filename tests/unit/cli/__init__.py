"""Tests of the command line's tables, help, errors and completion."""
