"""Persons and customers, ready to be shown."""
