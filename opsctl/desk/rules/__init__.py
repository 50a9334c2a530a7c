"""What is pure at the desk: `beginning` reads what `init` is answered, `doctor` judges what was looked at."""
