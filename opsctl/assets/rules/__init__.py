"""What may be done with assets and their maintenance."""
