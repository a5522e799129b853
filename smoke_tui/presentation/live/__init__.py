"""What front ends show of a running session: snapshot, questions, choices, log, progress."""
