"""What is known of backups, ready to be shown."""
