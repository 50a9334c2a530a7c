"""The use cases of incidents: `write` changes one, `read` finds and lists, `imports` takes another tool's history."""
