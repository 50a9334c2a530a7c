"""Duties, ready to be shown."""
