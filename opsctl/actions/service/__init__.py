"""Writing actions (`write`), and reading them (`read`, `figures`)."""
