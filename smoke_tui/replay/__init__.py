"""Run a recorded session again, offline: strictly, or decided anew."""
