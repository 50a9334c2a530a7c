"""What may be done with persons and customers. Pure."""
