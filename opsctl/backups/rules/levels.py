"""What every level of a check proves, and what it does not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from opsctl.backups.terms import Level
from opsctl.core.texts import _

PROBES = frozenset({"command", "http"})
"""The kinds of assertions that ask an application."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Two sentences: what a level proves, and what it does not prove."""

    proves: str
    leaves_open: str


def meaning(level: Level) -> Meaning:
    """What that level proves and what it does not, in the reader's language."""
    match level:
        case Level.L0:
            return Meaning(
                _("The point is where it was put, and is listed."),
                _("That a single byte of its content can be read."),
            )
        case Level.L1:
            return Meaning(
                _("Its size is like that of the good ones before it."),
                _("That it holds the right things: what has the usual size may be damaged all over."),
            )
        case Level.L2:
            return Meaning(
                _("Its checksum or its structure is whole, as far as the engine looks without reading all data."),
                _("That every block of data is whole, and that it can be decrypted, unpacked and restored."),
            )
        case Level.L3:
            return Meaning(
                _("All its data was read and is what was written."),
                _("That it can be restored, and that the right things were backed up."),
            )
        case Level.L4:
            return Meaning(
                _("Some of its files, picked at random, were restored and are what was backed up."),
                _("That the files that were not picked are whole, and that an application works with them."),
            )
        case Level.L5:
            return Meaning(
                _("All of it was restored into a scratch place, and its content is what was asserted."),
                _("That anything is right that no assertion asked for, and that the application starts with it."),
            )
        case Level.L6:
            return Meaning(
                _("All of it was restored, its content asserted, and an application answered from the restored copy."),
                _("That functions work that were not asked, and that it bears the load of a working day."),
            )


def level_of_test(*, is_compared: bool, kinds: Iterable[str]) -> Level:
    """What a full restore proves that passed: `kinds` are those of the assertions that were asked.

    With a probe of an application L6; with any assertion of content, or a comparison with what was written down when
    the point was made, L5; with neither only that all of it could be read.
    """
    asked = set(kinds)
    if asked & PROBES:
        return Level.L6
    return Level.L5 if is_compared or asked else Level.L3
