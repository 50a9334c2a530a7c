"""Maintenance, ready to be shown."""
