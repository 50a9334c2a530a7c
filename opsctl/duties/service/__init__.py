"""Keeping occurrences up (`keeping`), meeting them (`meeting`), and reading them (`read`)."""
