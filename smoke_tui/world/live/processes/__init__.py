"""The live shell port: child processes, their guardian, their output."""
