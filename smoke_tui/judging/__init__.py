"""Compare a model's response with a recorded one. Pure."""
