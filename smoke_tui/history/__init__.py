"""What this machine remembers of earlier sessions."""
