"""Judge a model's answer: against a recorded one, and by a judge's verdict. Pure."""
