"""opsctl asset (`assets`), opsctl maintenance (`maintenance`)."""
