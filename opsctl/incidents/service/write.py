"""Opening, acknowledging, noting, resolving and closing."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from opsctl.assets.service import assets
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.core.use_cases import Permission, use_case
from opsctl.incidents.rules import life
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.service import rows
from opsctl.incidents.tables import IncidentRow, SpanRow
from opsctl.incidents.terms import ACKNOWLEDGED, CLOSED, NOTED, OPENED, PREFIX, RESOLVED, Level
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.store import references


@use_case(needs=Permission.RECORD, offline=True)
def open_incident(
    session: Session,
    *,
    now: datetime,
    actor: str,
    words: str,
    asset: str | None = None,
    impact: Level = Level.MEDIUM,
    urgency: Level = Level.MEDIUM,
    at: datetime | None = None,
    down: datetime | None = None,
) -> Incident:
    """Open an incident and return it.

    `words` is the title; where `asset` is not named, its first word must be the handle of one. `down` is since when the
    asset does not serve. Raise NotFound, with the nearest, if there is no such asset.
    """
    handle, title = _asset_and_title(session, words, asset)
    incident = life.open_incident(
        reference=references.allocate(session, prefix=PREFIX, now=now)[0],
        title=title,
        asset=handle,
        impact=impact,
        urgency=urgency,
        at=at or now,
        down=down,
        now=now,
    )
    rows.add(session, incident)
    record = life.fields(incident)
    ledger.append(
        session,
        kind=OPENED,
        subject=incident.reference,
        about=handle,
        facts=record,
        record=record,
        happened_at=incident.opened,
    )
    return incident


@use_case(needs=Permission.RECORD, offline=True)
def acknowledge(
    session: Session, *, now: datetime, actor: str, named: list[str], at: datetime | None = None
) -> list[Incident]:
    """Take these incidents up, all or none, and return them. Raise Conflict if one is not open."""
    done = []
    for row, before in _for_writing(session, named, now):
        after = life.acknowledge(before, at=at or now, now=now)
        done.append(_saved(session, row, before, after, ACKNOWLEDGED, {"at": at or now}, at or now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def note(
    session: Session, *, now: datetime, actor: str, named: list[str], text: str, at: datetime | None = None
) -> list[Incident]:
    """Write a note into the timeline of each of these incidents and return them."""
    noted = []
    for _row, incident in _for_writing(session, named, now):
        life.check_note(incident, at=at or now, now=now)
        ledger.append(
            session,
            kind=NOTED,
            subject=incident.reference,
            about=incident.asset,
            facts={"text": text},
            happened_at=at or now,
        )
        noted.append(incident)
    return noted


@use_case(needs=Permission.RECORD, offline=True)
def resolve(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    at: datetime | None = None,
    restored: datetime | None = None,
    cause: str | None = None,
    handling: str | None = None,
    result: str | None = None,
) -> list[Incident]:
    """Resolve these incidents, all or none, and return them. Raise Conflict if one is still down or not unresolved."""
    facts = {"at": at or now, "restored": restored, "cause": cause, "handling": handling, "result": result}
    done = []
    for row, before in _for_writing(session, named, now):
        after = life.resolve(before, at=at or now, restored=restored, now=now)
        after = life.describe(after, cause, handling, result)
        implied = {"implied_response": True} if before.acknowledged is None else {}
        done.append(_saved(session, row, before, after, RESOLVED, {**facts, **implied}, at or now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def close(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    at: datetime | None = None,
    cause: str | None = None,
    handling: str | None = None,
    result: str | None = None,
) -> list[Incident]:
    """Close these incidents, all or none, and return them. Raise Conflict if one is not resolved."""
    facts = {"at": at or now, "cause": cause, "handling": handling, "result": result}
    done = []
    for row, before in _for_writing(session, named, now):
        after = life.describe(life.close(before, at=at or now, now=now), cause, handling, result)
        done.append(_saved(session, row, before, after, CLOSED, facts, at or now))
    return done


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of an incident that are among `texts`; its fields after, or None where none was."""
    row = session.get(IncidentRow, reference)
    if row is None:
        return None
    held = [name for name in ("title", "cause", "handling", "result") if getattr(row, name) in texts]
    for name in held:
        setattr(row, name, BLANK if name == "title" else None)
    session.add(row)
    session.flush()
    return life.fields(rows.incidents_of(session, [row])[0]) if held else None


def _asset_and_title(session: Session, words: str, asset: str | None) -> tuple[str, str]:
    if asset is not None:
        return assets.known_handle(session, word=asset), words
    first, _sign, rest = words.partition(" ")
    first = mend(first)
    handle = assets.handle_or_none(session, word=first)
    if handle is None:
        # Raises, with the nearest handles, unless the word is the whole title of an asset.
        handle = assets.known_handle(session, word=first)
    if not rest.strip():
        raise InvalidInput(
            _("What is wrong with {asset}?").format(asset=handle),
            _('Say it after the asset: opsctl incident open {asset} "login answers 502"').format(asset=handle),
        )
    return handle, rest.strip()


def _for_writing(session: Session, named: list[str], now: datetime) -> list[tuple[IncidentRow, Incident]]:
    column = col(IncidentRow.reference)
    found = [references.find(session, column=column, prefix=PREFIX, word=word, now=now, writing=True) for word in named]
    locked = []
    for reference in dict.fromkeys(found):
        # The lock makes a second writer on PostgreSQL wait and then see our state; on SQLite there is only one writer.
        row = session.exec(select(IncidentRow).where(column == reference).with_for_update()).one()
        spans = session.exec(select(SpanRow).where(SpanRow.incident == reference).order_by(col(SpanRow.position)))
        locked.append((row, rows.incident_of(row, spans)))
    return locked


def _saved(
    session: Session,
    row: IncidentRow,
    before: Incident,
    after: Incident,
    kind: str,
    facts: dict[str, Any],
    happened_at: datetime,
) -> Incident:
    rows.save(session, row, before, after)
    ledger.append(
        session,
        kind=kind,
        subject=after.reference,
        about=after.asset,
        facts=facts,
        record=life.fields(after),
        happened_at=happened_at,
    )
    return after
