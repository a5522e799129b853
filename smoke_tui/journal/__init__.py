"""The record of a session: events, their fold to a state, the file, the verdict, the archive."""
