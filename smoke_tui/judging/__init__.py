"""Compare what a model answered with what was expected. Pure."""
