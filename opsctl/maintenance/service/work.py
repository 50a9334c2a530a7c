"""Maintenance that was done: logging it, setting it right, finding it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from opsctl.actions.service import write as actions
from opsctl.actions.tables import ActionRow
from opsctl.actions.terms import State as ActionState
from opsctl.assets.rules.assets import AssetView
from opsctl.assets.service import assets
from opsctl.assets.service import maintenance as windows
from opsctl.assets.tables.maintenance import MaintenanceRow
from opsctl.assets.terms import MAINTENANCE_PREFIX
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.duties.rules import Occurrence
from opsctl.duties.rules.schedules import next_due
from opsctl.duties.service import meeting
from opsctl.duties.service import read as duties
from opsctl.duties.tables import OccurrenceRow
from opsctl.duties.terms import State as DutyState
from opsctl.ledger import service as ledger
from opsctl.maintenance.rules import work as rules
from opsctl.maintenance.rules.results import Corrected, Logged, Shown, Voided
from opsctl.maintenance.rules.work import Work
from opsctl.maintenance.service.rows import WORK
from opsctl.maintenance.tables import PatchRow, WorkRow
from opsctl.maintenance.terms import LOGGED, WORK_CORRECTED, WORK_PREFIX, WORK_VOIDED, Backup, Outcome
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import patrols_of
from opsctl.store import references

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Listed:
    """The work of a list, and how much there is in all."""

    work: tuple[Work, ...]
    total: int


@use_case(needs=Permission.RECORD, offline=True)
def log(
    session: Session,
    *,
    now: datetime,
    actor: str,
    asset: str,
    title: str,
    backup: Backup,
    outcome: Outcome = Outcome.DONE,
    topic: str | None = None,
    procedure: str | None = None,
    result: str | None = None,
    window: str | None = None,
    started: datetime | None = None,
    at: datetime | None = None,
) -> Logged:
    """Record maintenance of the asset that was done at that moment, or now; it meets the duty that asks for it.

    What is to be watched becomes an action. Raise NotFound for an unknown asset or window, InvalidInput for a window of
    another asset and for times that cannot be, Conflict where the asset was retired by then.
    """
    view = assets.find(session, word=assets.known_handle(session, word=asset))
    done = Work(
        reference="",
        asset=view.handle,
        customer=view.customer,
        title=title,
        topic=topic,
        procedure=procedure,
        backup=backup,
        outcome=outcome,
        result=result,
        window=None if window is None else _window(session, window, view.handle, now),
        person=actor,
        started_at=started,
        done_at=at or now,
        entered_at=now,
        void=None,
        corrected_at=None,
        recorded_at=now,
    )
    return record(session, now=now, actor=actor, work=done, asset=view)


def record(session: Session, *, now: datetime, actor: str, work: Work, asset: AssetView) -> Logged:
    """Write a new record of maintenance of that asset, for other use cases, and return what it led to.

    Its reference is given here. Raise InvalidInput or Conflict as `log` does.
    """
    rules.check(work, now=now, retired_at=asset.retired_at)
    work = replace(work, reference=references.allocate(session, prefix=WORK_PREFIX, now=now)[0])
    WORK.add(session, work)
    _append(session, work, LOGGED, facts=rules.fields(work), happened_at=work.done_at)
    met = _met(session, work)
    return _followed_up(session, now, actor, Logged(work, met, _next_due(session, met, now)))


@use_case(needs=Permission.RECORD, offline=False)
def correct(
    session: Session, *, now: datetime, actor: str, named: list[str], given: dict[str, Any], reason: str
) -> list[Corrected]:
    """Set these fields of these records right, all or none; the ledger keeps the old values.

    Another topic or time may meet another duty, and what is to be watched from now on becomes an action. Raise Conflict
    where one is void, InvalidInput, NotFound or Conflict as `log` does.
    """
    return [_corrected(session, now, actor, before, given, reason) for before in _hold(session, named, now)]


def _corrected(
    session: Session, now: datetime, actor: str, before: Work, given: dict[str, Any], reason: str
) -> Corrected:
    if given.get("window") is not None:
        given = {**given, "window": _window(session, given["window"], before.asset, now)}
    after, changes = rules.correct(before, given, now=now)
    if not changes:
        return Corrected(_logged(session, before, now), ())
    # Who mends a title need not answer for an asset that was retired, as it was said later, before the work.
    retired_at = assets.find(session, word=before.asset).retired_at if "done_at" in changes else None
    rules.check(after, now=now, retired_at=retired_at)
    WORK.save(session, before, after)
    _append(session, after, WORK_CORRECTED, facts={"reason": reason, **changes}, happened_at=now)
    if changes.keys() & set(rules.MEETING):
        meeting.release(session, by=after.reference, reason=reason)
        _met(session, after)
    logged = _logged(session, after, now)
    if before.outcome is not Outcome.WATCHED:
        logged = _followed_up(session, now, actor, logged)
    return Corrected(logged, tuple(changes))


@use_case(needs=Permission.RECORD, offline=False)
def void(
    session: Session, *, now: datetime, actor: str, named: list[str], because: Void, reason: str | None = None
) -> list[Voided]:
    """Take these records out, all or none; the duties that they met are due again, actions of them stay.

    Raise Conflict where one is void already, or is how a patch was installed.
    """
    done = []
    for before in _hold(session, named, now):
        after = rules.void(before, because, _patches_of(session, before.reference))
        WORK.save(session, before, after)
        _append(session, after, WORK_VOIDED, facts={"because": because, "reason": reason}, happened_at=now)
        released = meeting.release(session, by=after.reference, reason=reason or because.value)
        done.append(Voided(after, released, _actions_of(session, after.reference, waiting=True)))
    return done


def list_work(
    session: Session,
    *,
    asset: str | None = None,
    topic: str | None = None,
    outcome: Outcome | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
) -> Listed:
    """The work done in [since, until) that fits, the newest first. 0 is no limit."""
    query = WORK.chosen()
    if asset is not None:
        query = query.where(col(WorkRow.asset) == assets.find(session, word=asset).handle)
    if topic is not None:
        query = query.where(col(WorkRow.topic) == topic)
    if outcome is not None:
        query = query.where(col(WorkRow.outcome) == outcome)
    if since is not None:
        query = query.where(col(WorkRow.done_at) >= since)
    if until is not None:
        query = query.where(col(WorkRow.done_at) < until)
    total = WORK.count(session, query)
    query = query.order_by(col(WorkRow.done_at).desc(), *(one.desc() for one in WORK.numbered))
    return Listed(tuple(WORK.load(session, query.limit(limit) if limit else query)), total)


def show(session: Session, *, word: str, now: datetime) -> Shown:
    """One record with what it led to and its history. Raise NotFound or, with the candidates, InvalidInput."""
    reference = _reference(session, word, now, writing=False)
    return Shown(
        _logged(session, WORK.of_references(session, [reference])[0], now),
        _actions_of(session, reference, waiting=False),
        tuple(_patches_of(session, reference)),
        tuple(ledger.rows(session, ledger.Search(subject=reference))),
    )


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    yield from WORK.records(session)


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the record that are among `texts`; its fields after, or None where none was."""
    return WORK.blank(session, reference, texts)


def _followed_up(session: Session, now: datetime, actor: str, logged: Logged) -> Logged:
    finding = rules.finding(logged.work)
    if finding is None:
        return logged
    action, is_new = actions.raise_from(session, now=now, actor=actor, findings=[finding])[0]
    return replace(logged, action=action, is_new=is_new)


def _logged(session: Session, work: Work, now: datetime) -> Logged:
    met = next(iter(duties.for_record(session, reference=work.reference)), None)
    return Logged(work, met, _next_due(session, met, now))


def _met(session: Session, work: Work) -> Occurrence | None:
    # It counts when it was done, as claimed: only a round is judged by when it was typed in.
    done_at = work.done_at
    return meeting.meet(
        session,
        kind=LOGGED,
        topic=work.topic,
        about=work.asset,
        happened_at=done_at,
        judged_at=done_at,
        by=work.reference,
    )


def _next_due(session: Session, met: Occurrence | None, now: datetime) -> datetime | None:
    """When the duty that was met is due again: as the occurrences say, beyond them by its schedule."""
    if met is None:
        return None
    later = select(OccurrenceRow.due_at).where(OccurrenceRow.duty == met.duty, OccurrenceRow.about == met.about)
    waiting = later.where(OccurrenceRow.due_at > met.due_at, OccurrenceRow.state == DutyState.DUE)
    found = session.exec(waiting.order_by(col(OccurrenceRow.due_at)).limit(1)).first()
    duty = patrols_of(rulebook.in_force(session, at=now)).duties.get(met.duty)
    if found is not None or duty is None or duty.schedule is None:
        return found
    if assets.find(session, word=met.about).retired_at is not None:
        return None
    last = session.exec(later.order_by(col(OccurrenceRow.due_at).desc()).limit(1)).one()
    return next(iter(next_due(duty, last + _SECOND, 1)), None)


def _actions_of(session: Session, reference: str, *, waiting: bool) -> tuple[str, ...]:
    query = select(ActionRow.reference).where(ActionRow.source == reference, col(ActionRow.void).is_(None))
    if waiting:
        query = query.where(ActionRow.state != ActionState.VERIFIED)
    return tuple(session.exec(query.order_by(col(ActionRow.reference))))


def _patches_of(session: Session, reference: str) -> list[str]:
    query = select(PatchRow.reference).where(PatchRow.work == reference, col(PatchRow.void).is_(None))
    return list(session.exec(query.order_by(col(PatchRow.reference))))


def _window(session: Session, word: str, asset: str, now: datetime) -> str:
    column = col(MaintenanceRow.reference)
    found = references.find(session, column=column, prefix=MAINTENANCE_PREFIX, word=word, now=now, writing=True)
    planned = windows.find(session, word=found, now=now)
    if planned.asset != asset:
        raise InvalidInput(
            _("{window} is a maintenance of {other}, not of {asset}.").format(
                window=found, other=planned.asset, asset=asset
            ),
            _("List its own: opsctl maintenance list --asset {asset}").format(asset=asset),
        )
    return found


def _hold(session: Session, named: list[str], now: datetime) -> list[Work]:
    wanted = sorted({_reference(session, word, now, writing=True) for word in named})
    return WORK.of_references(session, wanted, locked=True)


def _reference(session: Session, word: str, now: datetime, *, writing: bool) -> str:
    return references.find(session, column=WORK.reference, prefix=WORK_PREFIX, word=word, now=now, writing=writing)


def _append(session: Session, work: Work, kind: str, *, facts: dict[str, Any], happened_at: datetime) -> None:
    ledger.append(
        session,
        kind=kind,
        subject=work.reference,
        about=work.asset,
        topic=work.topic,
        customer=work.customer,
        facts=facts,
        record=rules.fields(work),
        happened_at=happened_at,
    )
