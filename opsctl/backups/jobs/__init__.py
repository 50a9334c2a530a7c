"""What this host does with engines, while no transaction is open."""
