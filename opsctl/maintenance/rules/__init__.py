"""Maintenance, by their rules. Pure."""
