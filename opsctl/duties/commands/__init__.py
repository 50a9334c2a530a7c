"""Duties, on the command line."""
