"""The use cases of assets and of their maintenance."""
