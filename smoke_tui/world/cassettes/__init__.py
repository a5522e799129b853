"""Recorded exchanges in the format of VCR and pytest-recording: keep, replay, match, lint."""
