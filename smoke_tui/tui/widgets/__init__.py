"""The app's widgets and modal dialogs."""
