"""A round as a pasted sheet, read and written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsctl.inspections.rules import Answer
from opsctl.rulebook.rules.patrols import Checklist


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says. `answers` in its order; `remarks` tell what was mended; `at` is a time as it was typed."""

    answers: tuple[Answer, ...]
    remarks: tuple[str, ...] = ()
    at: str | None = None
    answered: str | None = None
    """What was read on the spot for the challenge."""


def sections(text: str) -> list[tuple[str | None, int, str]]:
    """The parts of a sheet over several assets: the asset that a heading names, its first line's number, its text."""
    raise NotImplementedError


def read_sheet(text: str, checklist: Checklist, *, first_line: int = 1) -> Sheet:
    """What the sheet says of the items. Raise InvalidInput naming every faulty line, up to ten, and what is wrong."""
    raise NotImplementedError


def write_sheet(checklist: Checklist, answers: Mapping[str, Answer], *, language: str) -> str:
    """A sheet that `read_sheet` reads back as the same answers; items without one stand there to be filled in."""
    raise NotImplementedError
