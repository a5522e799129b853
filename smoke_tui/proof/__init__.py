"""Rules of proof: what a pass has to show, and how each witness is read. Pure."""
