"""The rows of assets and of their maintenance."""
