"""What a pass has to show, and the rules by which a witness is read; pure, and stands alone."""
