"""Inspections, ready to be shown."""
