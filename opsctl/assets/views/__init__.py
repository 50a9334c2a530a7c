"""Assets and maintenance, ready to be shown."""
