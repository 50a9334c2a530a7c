"""Inspections, on the command line."""
