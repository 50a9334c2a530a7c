"""What can go wrong, with the exit code each kind has. `main` alone turns them into a line and a code."""

from datetime import datetime
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command; a verb named `check` alone speaks Nagios instead."""

    DONE = 0
    FAILED = 1
    INVALID = 2
    ATTENTION = 3
    NOT_FOUND = 4
    NOT_ALLOWED = 5
    CONFLICT = 6
    UNAVAILABLE = 7
    INTERRUPTED = 130


MOMENT = "{moment}"
"""Stands for the moment of an error until it is shown."""


class OpsctlError(Exception):
    """Something a person can act on: `message` says what is wrong, `hint` the next step.

    Both are whole sentences in the reader's language, without a final newline. Where they hold `MOMENT`, the reader is
    shown `moment` there, in their own zone, which only the front door knows.
    """

    code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "", *, moment: datetime | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.moment = moment


class InvalidInput(OpsctlError):
    """Wrong usage, a value that cannot be read, an ambiguous reference. Nothing was changed."""

    code = ExitCode.INVALID


class NotFound(OpsctlError):
    """What was named does not exist."""

    code = ExitCode.NOT_FOUND


class NotAllowed(OpsctlError):
    """The actor may not do this, or a file is unsafe."""

    code = ExitCode.NOT_ALLOWED


class Conflict(OpsctlError):
    """The record is in another state, somebody was quicker, or the schema is of another version."""

    code = ExitCode.CONFLICT


class Unavailable(OpsctlError):
    """The database is out of reach, busy, full, read-only or not initialised; nothing was saved."""

    code = ExitCode.UNAVAILABLE
