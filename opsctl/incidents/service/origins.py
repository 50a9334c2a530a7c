"""What an incident takes from the action that it takes over. Loaded only where one is named."""

from datetime import datetime

from sqlmodel import Session

from opsctl.actions.rules import Action
from opsctl.actions.service import write as actions
from opsctl.assets.service import handles
from opsctl.core.typed import mend
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.terms import NOTED
from opsctl.ledger import service as ledger


def held(session: Session, *, now: datetime, word: str) -> Action:
    """The action that is meant, locked. Raise NotFound, or Conflict where no incident can take it over."""
    return actions.to_take_over(session, now=now, word=mend(word))


def named(session: Session, action: Action, *, words: str | None, asset: str | None) -> tuple[str, str | None]:
    """The words and the asset of the incident: as they were given, else those of the action."""
    if words is None:
        return action.title, asset or action.asset
    first = words.partition(" ")[0]
    if asset is None and handles.handle_or_none(session, word=first) is None:
        asset = action.asset
    return words, asset


def detected(action: Action, *, opened: datetime, down: datetime | None) -> datetime | None:
    """When it was found, as when it was detected; None where that contradicts what else was said.

    What was found before it went down was a warning of it, not its detection.
    """
    found = action.found_at
    return None if found > opened or (down is not None and found < down) else found


def settle(session: Session, action: Action, incident: Incident, *, now: datetime, actor: str) -> None:
    """Note what the action says of the impact, and let the incident settle the action."""
    if action.impact is not None:
        ledger.append(
            session,
            kind=NOTED,
            subject=incident.reference,
            about=incident.asset,
            customer=incident.customer,
            facts={"text": action.impact},
            happened_at=incident.opened,
        )
    actions.take_over(session, now=now, actor=actor, reference=action.reference, incident=incident.reference)
