"""Actions (整改事项): what was found wrong, who sets it right, and by when.

open → done → verified, by somebody else than who did it; returned (back to open) where it is not right; reopened after
it was verified; void takes it out of the figures. An incident may take it over, and then settles it. With an evidence
query a record verifies it instead of a person, and for months one that fails opens it again.
"""
