"""Why a record counts nowhere: a word that all rooms share."""

from enum import StrEnum


class Void(StrEnum):
    """Why a record counts nowhere."""

    FALSE_ALARM = "false-alarm"
    TEST = "test"
    DUPLICATE = "duplicate"
    MISTAKE = "mistake"
