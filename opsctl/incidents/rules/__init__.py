"""The rules of incidents: `life` has what may happen to one, `imports` what becomes of another tool's record."""
