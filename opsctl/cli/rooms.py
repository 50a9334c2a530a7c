"""What the table of rooms and the verbs of a room say of themselves.

Named tuples, whose classes are made in a fraction of the time that those of dataclasses take: every help page waits.
"""

import importlib
from typing import Any, NamedTuple


class Room(NamedTuple):
    """One noun of the command line, by dotted names so that nothing is loaded to list it.

    `prefix` is that of its references ("" for handles, several with a blank between them); `records` gives the
    digests of all its records and `blank` removes a text from one, both for the ledger. `owned` lists what a person
    owns here and `hand_over` moves it to another; `left` lists what an asset leaves here when it is retired,
    `begun` what a person has begun that others may go on with. `today` gives what is to be seen of it today,
    `handover` what the next shift has to know of it. A `verb` is a command of its own instead of a group; `adds`
    are modules of higher floors with more verbs for the group. `completes` says which words of a usage are names of
    this room, and where they stand, for completion by TAB.
    """

    noun: str
    help: str
    commands: str
    prefix: str | None = None
    records: str | None = None
    blank: str | None = None
    owned: str | None = None
    hand_over: str | None = None
    left: str | None = None
    begun: str | None = None
    today: str | None = None
    handover: str | None = None
    verb: bool = False
    adds: tuple[str, ...] = ()
    completes: str | None = None

    def load(self, dotted: str) -> Any:
        """What one of the dotted names above names."""
        module, _sign, name = dotted.partition(":")
        return getattr(importlib.import_module(module), name)


class Section(NamedTuple):
    """Some of the nouns, as the page of `opsctl --help` puts them together under a title."""

    title: str
    nouns: tuple[str, ...]


class Page(NamedTuple):
    """What a verb's help says beside its options."""

    examples: tuple[str, ...]
    writes: bool
    attention: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    """Every exit code with its meaning, where they are another program's; empty for those of all verbs."""
