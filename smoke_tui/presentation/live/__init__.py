"""What front ends show of a session that runs: a snapshot, its questions, its log."""
