"""Actions, on the command line."""
