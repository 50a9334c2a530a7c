"""Ready to be shown."""
