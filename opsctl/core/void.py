"""Why a record counts nowhere: a word that all rooms share."""

from enum import StrEnum

from opsctl.core.texts import _, pgettext


class Void(StrEnum):
    """Why a record counts nowhere."""

    FALSE_ALARM = "false-alarm"
    TEST = "test"
    DUPLICATE = "duplicate"
    MISTAKE = "mistake"


def void_word(void: Void) -> str:
    """Why a record counts nowhere, in the reader's language."""
    return {
        Void.FALSE_ALARM: _("false alarm"),
        Void.TEST: pgettext("void", "test"),
        Void.DUPLICATE: _("duplicate"),
        Void.MISTAKE: _("mistake"),
    }[void]


def as_void(void: Void) -> str:
    """The state of a record that counts nowhere: void, and why."""
    return _("void: {reason}").format(reason=void_word(void))
