"""Starting and editing reviews, deciding them, and reading them with what the records say."""
