"""The words of rulebooks."""

from enum import StrEnum

APPLIED = "rulebook.applied"
DEFAULT_BOOK = "default.toml"
"""The small book that `init` applies; it stands beside this file."""


class Starts(StrEnum):
    """From which instant of an incident a limit runs."""

    OPENED = "opened"
    DETECTED = "detected"
    IMPACT = "impact"
