"""Actions, ready to be shown."""
