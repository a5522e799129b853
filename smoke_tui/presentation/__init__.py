"""What is shown to a person, as spans of text with a style. Pure."""
