"""What a form to print says of a round. Pure."""

from dataclasses import dataclass

from opsctl.rulebook.rules.patrols import Challenge, Checklist


@dataclass(frozen=True, slots=True)
class Form:
    """A checklist as it is walked for an asset; `book` is the version of the rulebook that it stands in.

    Without an asset, a person or a day there is room to write them down.
    """

    checklist: Checklist
    book: str
    asset: str | None = None
    asset_title: str | None = None
    challenge: Challenge | None = None
    person: str | None = None
    day: str | None = None
