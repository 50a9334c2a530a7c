"""The use cases of assets, of their imports and of their maintenance."""
