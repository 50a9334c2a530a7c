"""Reading and writing the records of backups."""
