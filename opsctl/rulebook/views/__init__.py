"""What people and programs see of rulebooks: versions (`versions`), and the rules they make (`standing`, `patrols`)."""
