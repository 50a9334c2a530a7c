"""Maintenance, on the command line."""
