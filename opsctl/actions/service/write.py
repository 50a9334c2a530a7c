"""The moves of actions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.actions.rules import Action, Finding
from opsctl.actions.service import raising


def raise_from(
    session: Session, *, now: datetime, actor: str, findings: Sequence[Finding]
) -> list[tuple[Action, bool]]:
    """An action for each finding, in their order, and whether it is new.

    Where one of the same topic and asset is open or done already, that is the one: it was seen again, and a
    graver finding makes it graver. Without an owner it is the asset's, else the actor's; without somebody told, the
    actor's superior; without a deadline, what the rules in force give to its gravity, from `now`. Few statements
    whatever the number of findings, for they may be far from the database. Raise nothing for want of anything.
    """
    return raising.raise_all(session, now=now, actor=actor, findings=findings)


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the record that are among `texts`; its fields after, or None where none was."""
    return None


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Give all of it to another, and return the references."""
    return []
