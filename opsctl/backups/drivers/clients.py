"""Asking servers through the engines' own client programs: what those of all vendors share."""

import re
from collections.abc import Sequence
from datetime import timedelta

from opsctl.backups.drivers import Limits
from opsctl.backups.drivers.processes import Command, Ended, find_program, run
from opsctl.backups.terms import KEPT_BYTES, Verdict
from opsctl.core.texts import _

PATIENCE = timedelta(seconds=30)
"""So long a server may take to answer what is quick."""
_COMPLAINT = re.compile(r"(?:ERROR(?: \d+ \(\w+\)[^:\n]*)?|FATAL|PANIC|error|fatal): +(.+)")
_VERSION = re.compile(r"(\d+)(\.\d+)*")


class ClientFailed(Exception):
    """A program could not ask the server, or the server refused: one line that says why."""

    def __init__(self, reason: str, *, is_late: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_late = is_late


def unanswered(error: ClientFailed, signs: Sequence[str]) -> Verdict:
    """What it says of a restored copy that a query failed: nothing where one of these signs stands in the reason.

    Then the query is at fault, its time, or the server; else what it asks for is not in the copy.
    """
    is_ours = error.is_late or any(sign in error.reason for sign in signs)
    return Verdict.COULD_NOT_RUN if is_ours else Verdict.DIFFERS


def milliseconds(length: timedelta) -> int:
    """A length as servers take their limits, in whole milliseconds; at least one, for none would be no limit."""
    return max(int(length / timedelta(milliseconds=1)), 1)


def beyond(within: timedelta) -> Limits:
    """The limits of a client whose server has `within` for an answer: it stops by itself where the server does not."""
    return Limits(within + PATIENCE, within + PATIENCE)


def complaint(ended: Ended) -> str:
    """Why programs did not end well, in one line without signs that a terminal would obey."""
    if ended.refused is not None:
        return one_line(ended.refused)
    if ended.late is not None:
        return _("there was no answer in time")
    for code, text in zip(ended.codes, ended.errors, strict=False):
        if code != 0 and (found := _COMPLAINT.search(text)):
            return one_line(found[1])
    return one_line(ended.said) or _("it ended with code {code}").format(code=ended.code)


def one_line(text: str) -> str:
    """The text as a reason that a record may hold: printable, and not long."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text.strip())
    return plain[:KEPT_BYTES].strip()


def version_of(program: str) -> str | None:
    """What a program of PostgreSQL says its version is, such as 18.1; None where it does not run."""
    found = _VERSION.search(what_it_is(program).partition(")")[2])
    return found[0] if found else None


def what_it_is(program: str) -> str:
    """The first line that a program says for `--version`; nothing where it does not run."""
    ended = run(Command((program, "--version")), Limits(PATIENCE, PATIENCE))
    return ended.out.partition("\n")[0] if ended.is_good else ""


def major_of(version: str | None) -> int | None:
    """The major number of a version, or of an engine with its version; None where none can be read."""
    found = _VERSION.search(version or "")
    return int(found[1]) if found else None


def program_of(name: str, folder: str | None) -> str:
    """The path of a program. Raise ClientFailed where it is not there."""
    found = find_program(name, folder)
    if found is None:
        raise ClientFailed(_("{program} is not installed here").format(program=name))
    return found
