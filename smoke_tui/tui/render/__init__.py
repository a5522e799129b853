"""What the app's widgets show, as Textual contents. Pure."""
