"""The scripted operator of a rehearsal, with a small browser."""
