"""The moves of incidents, from opening to closing, with their outages."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from opsctl.assets.service import handles
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.use_cases import Permission, use_case
from opsctl.incidents.rules import closing, life, moves
from opsctl.incidents.rules.clocks import clocks_of, stamped
from opsctl.incidents.rules.life import FULL, Case, Incident
from opsctl.incidents.rules.results import Opened
from opsctl.incidents.rules.words import check_instant
from opsctl.incidents.service import rows
from opsctl.incidents.service.cases import UNRESOLVED_NOW, Held, hold, person_of, save
from opsctl.incidents.tables import IncidentRow
from opsctl.incidents.terms import (
    ACKNOWLEDGED,
    CLOSED,
    DOWN,
    MITIGATED,
    NOTED,
    OPENED,
    PREFIX,
    REOPENED,
    RESOLVED,
    RESTORED,
    Category,
    Level,
    Response,
)  # fmt: skip
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import Rules
from opsctl.store import references

if TYPE_CHECKING:
    from opsctl.incidents.rules.restoring import RestorePoint


@use_case(needs=Permission.RECORD, offline=True)
def open_incident(
    session: Session,
    *,
    now: datetime,
    actor: str,
    words: str | None = None,
    asset: str | None = None,
    origin: str | None = None,
    impact: Level = Level.MEDIUM,
    urgency: Level = Level.MEDIUM,
    severity: int | None = None,
    category: Category = Category.FAULT,
    at: datetime | None = None,
    detected: datetime | None = None,
    down: datetime | None = None,
    weight: int = FULL,
    owner: str | None = None,
    unowned: bool = False,
    drill: bool = False,
) -> Opened:
    """Open an incident. Whoever opens it has it, and has acknowledged it, unless it is for another or `unowned`.

    `words` is the title; where `asset` is not named, its first word may be the handle of one. An opening is never
    refused for want of an asset; only an `asset` that was named has to exist (NotFound, with the nearest). `down` is
    since when the asset does not serve, `weight` the share that is lost, in thousandths.

    `origin` is the action that it takes over, and then has its title, asset, and time of detection where they are not
    given. Raise Conflict where that is over, or another incident has it.
    """
    moment = at or now
    action = None
    if origin is not None:
        from opsctl.incidents.service import origins

        action = origins.held(session, now=now, word=origin)
        words, asset = origins.named(session, action, words=words, asset=asset)
        detected = detected or origins.detected(action, opened=moment, down=down)
    handle, title, near = _asset_and_title(session, words or "", asset)
    if owner is not None:
        handed = person_of(session, owner, actor)
        owner = None if handed == actor else handed
    rules = rulebook.in_force(session, at=moment)
    incident = moves.open_incident(
        reference=references.allocate(session, prefix=PREFIX, now=now)[0],
        title=title,
        asset=handle,
        impact=impact,
        urgency=urgency,
        at=moment,
        down=down,
        now=now,
        detected=detected,
        category=category,
        customer=None if handle is None else handles.customer_of(session, handle=handle),
        drill=drill,
        weight=weight,
    )
    incident = replace(
        incident,
        severity=severity or rules.severity_of(impact, urgency),
        rules=rules.generation or None,
        assignee=owner if owner is not None or unowned else actor,
    )
    case = Case(incident)
    if owner is None and not unowned:
        case = moves.acknowledge(case, at=moment, now=now, by=actor, how=Response.SELF)
    case = replace(case, incident=stamped(case, rules))
    twin = _twin(session, case.incident)
    rows.add(session, case.incident)
    record = life.fields(case.incident)
    ledger.append(
        session,
        kind=OPENED,
        subject=case.reference,
        about=handle,
        customer=case.incident.customer,
        facts=record if action is None else {**record, "from": action.reference},
        record=record,
        happened_at=moment,
    )
    if action is not None:
        origins.settle(session, action, case.incident, now=now, actor=actor)
    return Opened(
        incident=case.incident,
        clocks=clocks_of(case, rules, now),
        severity_name=rules.severity_names.get(case.incident.severity or 0),
        wants_plan=closing.wants_plan(case, rules),
        twin=twin,
        near=near,
        origin=None if action is None else action.reference,
        restore_points=_restore_points(session, case.incident, rules),
    )


@use_case(needs=Permission.RECORD, offline=True)
def acknowledge(
    session: Session, *, now: datetime, actor: str, named: list[str], at: datetime | None = None
) -> list[Case]:
    """Acknowledge these incidents, all or none; without a name, mine. Raise Conflict if one is not open.

    Several at once are a batch, and stored as one. What nobody has becomes the actor's.
    """
    found = hold(session, named, now, mine=actor)
    how = Response.BATCH if len(found) > 1 else Response.PERSON
    facts: dict[str, Any] = {"at": at or now, "batch": len(found) if len(found) > 1 else None}
    done = []
    for held in found:
        after = moves.acknowledge(held.case, at=at or now, now=now, by=actor, how=how)
        if after.incident.assignee is None:
            after = replace(after, incident=replace(after.incident, assignee=actor))
        done.append(save(session, held, after, kind=ACKNOWLEDGED, facts=facts, happened_at=at or now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def note(
    session: Session, *, now: datetime, actor: str, named: list[str], text: str, at: datetime | None = None
) -> list[Case]:
    """Write a note about these incidents, about mine without a name, into the ledger; no record changes."""
    noted = []
    for held in hold(session, named, now, mine=actor):
        incident = held.case.incident
        check_instant(incident.reference, at or now, now, incident.clock_start, incident.opened)
        ledger.append(
            session,
            kind=NOTED,
            subject=incident.reference,
            about=incident.asset,
            customer=incident.customer,
            facts={"text": text},
            happened_at=at or now,
        )
        noted.append(held.case)
    return noted


@use_case(needs=Permission.RECORD, offline=True)
def mitigate(
    session: Session, *, now: datetime, actor: str, named: list[str], at: datetime | None = None
) -> list[Case]:
    """Say that the worst is over. Raise Conflict if one is neither open nor acknowledged."""
    done = []
    for held in hold(session, named, now, mine=actor):
        after = moves.mitigate(held.case, at=at or now, now=now, by=actor)
        done.append(
            save(session, held, after, kind=MITIGATED, facts={"at": at or now, **_implied(held)}, happened_at=at or now)
        )
    return done


@use_case(needs=Permission.RECORD, offline=True)
def down(
    session: Session, *, now: datetime, actor: str, named: list[str], at: datetime | None = None, weight: int = FULL
) -> list[Case]:
    """Say that the asset does not serve since `at`; `weight` is the share that is lost, in thousandths."""
    facts = {"at": at or now, "weight": None if weight == FULL else weight}
    done = []
    for held in hold(session, named, now, mine=actor):
        after = moves.down(held.case, at=at or now, now=now, weight=weight)
        done.append(save(session, held, after, kind=DOWN, facts=facts, happened_at=at or now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def restored(
    session: Session, *, now: datetime, actor: str, named: list[str], at: datetime | None = None, weight: int = 0
) -> list[Case]:
    """Say that it serves again since `at`, except the share `weight`, in thousandths, that is still lost."""
    facts = {"at": at or now, "weight": weight or None}
    done = []
    for held in hold(session, named, now, mine=actor):
        after = moves.restored(held.case, at=at or now, now=now, weight=weight)
        done.append(save(session, held, after, kind=RESTORED, facts=facts, happened_at=at or now))
    return done


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
    told: datetime | None = None,
) -> list[Case]:
    """Resolve these incidents, all or none. Raise Conflict if one is still down or not unresolved."""
    facts = {
        "at": at or now, "restored": restored, "cause": cause, "handling": handling, "result": result, "told": told,
    }  # fmt: skip
    done = []
    for held in hold(session, named, now):
        after = moves.resolve(held.case, at=at or now, restored=restored, now=now, by=actor)
        after = _told(moves.describe(after, cause, handling, result), told, now)
        done.append(save(session, held, after, kind=RESOLVED, facts={**facts, **_implied(held)}, happened_at=at or now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def reopen(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    at: datetime | None = None,
    declared: bool = False,
    weight: int = FULL,
    reason: str | None = None,
) -> list[Case]:
    """Take these incidents up again, with a new outage since `at` if one is `declared`.

    Raise Conflict unless they are resolved or closed, and not longer ago than the rules allow.
    """
    facts = {"at": at or now, "down": declared or None, "reason": reason}
    done = []
    for held in hold(session, named, now):
        window = rulebook.in_force(session, at=now).reopen_window
        after = moves.reopen(
            held.case, at=at or now, now=now, by=actor, declared=declared, weight=weight, window=window
        )
        done.append(save(session, held, after, kind=REOPENED, facts=facts, happened_at=at or now))
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
    told: datetime | None = None,
    exemption: str | None = None,
) -> list[Case]:
    """Close these incidents, all or none. Raise Conflict if one is not resolved, or its record is not complete.

    `exemption` is why the customer was not told, or no emergency plan started; compliance shows it.
    """
    facts = {"at": at or now, "cause": cause, "handling": handling, "result": result, "told": told}
    done = []
    for held in hold(session, named, now):
        after = _told(moves.describe(moves.close(held.case, at=at or now, now=now), cause, handling, result), told, now)
        after = replace(after, incident=closing.check_complete(after, held.rules, exemption))
        because = {"exemption": after.incident.exemption}
        done.append(save(session, held, after, kind=CLOSED, facts={**facts, **because}, happened_at=at or now))
    return done


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of an incident that are among `texts`; its fields after, or None where none was."""
    found = rows.of_references(session, [reference])
    if not found:
        return None
    before = found[0]
    names = ("title", "cause", "handling", "result", "plan", "exemption")
    held = [name for name in names if getattr(before, name) in texts]
    blanked: dict[str, Any] = {name: BLANK if name == "title" else None for name in held}
    after = replace(before, **blanked)
    reasons = [span for span in before.spans if span.reason in texts]
    if not held and not reasons:
        return None
    spans = tuple(replace(span, reason=BLANK) if span in reasons else span for span in before.spans)
    after = replace(after, spans=spans)
    rows.save(session, before, after)
    return life.fields(after)


def _implied(held: Held) -> dict[str, Any]:
    return {"implied_response": True} if held.case.incident.acknowledgement is None else {}


def _told(case: Case, told: datetime | None, now: datetime) -> Case:
    if told is None:
        return case
    check_instant(case.reference, told, now, case.clock_start, case.opened)
    return replace(case, incident=replace(case.incident, told=told))


def _asset_and_title(session: Session, words: str, asset: str | None) -> tuple[str | None, str, tuple[str, ...]]:
    handle, title, near = handles.asset_and_rest(session, words=words, asset=asset)
    if not title:
        raise InvalidInput(
            _("What is wrong with {asset}?").format(asset=handle),
            _('Say it after the asset: opsctl incident open {asset} "login answers 502"').format(asset=handle),
        )
    return handle, title, near


def _twin(session: Session, incident: Incident) -> Incident | None:
    """The newest unresolved incident of the same asset."""
    if incident.asset is None or incident.drill:
        return None
    query = (
        select(IncidentRow.reference)
        .where(IncidentRow.asset == incident.asset, UNRESOLVED_NOW, col(IncidentRow.void).is_(None))
        .where(col(IncidentRow.drill).is_(False))
        .order_by(col(IncidentRow.opened).desc())
        .limit(1)
    )
    found = session.exec(query).first()
    return None if found is None else rows.of_references(session, [found])[0]


def _restore_points(session: Session, incident: Incident, rules: Rules) -> "tuple[RestorePoint, ...]":
    if incident.asset is None or not rules.backed_up:
        return ()
    from opsctl.incidents.service import restoring

    return restoring.points(session, asset=incident.asset, rules=rules, began_at=incident.clock_start)


