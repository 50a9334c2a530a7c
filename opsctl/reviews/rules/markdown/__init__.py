"""Reviews as Markdown: written for an editor (`writing`), and read back (`reading`). Neither loses a letter."""
