"""opsctl person (`persons`), opsctl customer (`customers`)."""
