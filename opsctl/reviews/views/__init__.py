"""Reviews as people see them: lines that tell, lists, one review, and its exports."""
