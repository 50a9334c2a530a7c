"""Maintenance, in the database."""
