"""Planning, approving, extending, cancelling and finding maintenance, and what figures need of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from opsctl.assets.rules import maintenance as rules
from opsctl.assets.rules.maintenance import MaintenanceView, Standing, Window
from opsctl.assets.service import assets
from opsctl.assets.tables.maintenance import MaintenanceRow, WindowRow
from opsctl.assets.terms import (
    MAINTENANCE_APPROVED,
    MAINTENANCE_CANCELLED,
    MAINTENANCE_EXTENDED,
    MAINTENANCE_PLANNED,
    MAINTENANCE_PREFIX,
)
from opsctl.core import chain
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.people.service import identity
from opsctl.store import references

_BLOCK = 1000


@dataclass(frozen=True)
class Listed:
    """The maintenance of a list, and how much there is in all."""

    maintenance: tuple[MaintenanceView, ...]
    total: int


@use_case(needs=Permission.RECORD, offline=False)
def plan(
    session: Session, *, now: datetime, actor: str, asset: str, title: str, starts: datetime, ends: datetime
) -> MaintenanceView:
    """Plan a maintenance of the asset and return it; it needs somebody else's approval before it begins.

    What has begun or passed may be planned, too: it is on record and never leaves the service time. Raise NotFound
    if there is no such asset, InvalidInput if it has no length.
    """
    planned = rules.plan(
        reference="",
        asset=assets.known_handle(session, word=asset),
        title=title,
        starts=starts,
        ends=ends,
        actor=actor,
        now=now,
    )
    reference = references.allocate(session, prefix=MAINTENANCE_PREFIX, now=now)[0]
    row = MaintenanceRow(reference=reference, asset=planned.asset, title=title, recorded_at=now)
    session.add(row)
    session.flush()
    session.add(_window_row(reference, 0, planned.windows[0]))
    view = _view(row, planned.windows)
    record = rules.fields(view)
    _append(session, view, MAINTENANCE_PLANNED, facts=record, record=record)
    return view


@use_case(needs=Permission.RECORD, offline=False)
def approve(session: Session, *, now: datetime, actor: str, named: list[str]) -> list[MaintenanceView]:
    """Approve every waiting window of these that the actor did not plan, all or none of them, and return them.

    A window that has begun is approved late: on record, and in the service time all the same. Raise Conflict where
    nothing waits or it was cancelled, NotAllowed where all that waits was planned by the actor.
    """
    also = identity.names_of_one(session, actor)
    done = []
    for row, before in _for_writing(session, named, now):
        after = rules.approve(before, actor=actor, now=now, also=also)
        changed = [at for at, window in enumerate(after.windows) if window != before.windows[at]]
        for position in changed:
            found = session.get_one(WindowRow, (row.reference, position))
            found.approved_by, found.approved_at = actor, now
            session.add(found)
        late = [position for position in changed if not after.windows[position].in_time]
        _append(session, after, MAINTENANCE_APPROVED, facts={"windows": changed, "late": late or None})
        done.append(after)
    return done


@use_case(needs=Permission.RECORD, offline=False)
def extend(session: Session, *, now: datetime, actor: str, named: str, to: datetime) -> MaintenanceView:
    """Let the maintenance go on from its end to `to` and return it; that stretch needs an approval of its own.

    Raise Conflict where it was cancelled, InvalidInput where it lasts that long already.
    """
    row, before = _for_writing(session, [named], now)[0]
    after = rules.extend(before, to=to, actor=actor, now=now)
    session.add(_window_row(row.reference, len(before.windows), after.windows[-1]))
    facts = {"window": len(before.windows), "starts": before.ends, "ends": to}
    _append(session, after, MAINTENANCE_EXTENDED, facts=facts)
    return after


@use_case(needs=Permission.RECORD, offline=False)
def cancel(
    session: Session, *, now: datetime, actor: str, named: str, reason: str, at: datetime | None = None
) -> MaintenanceView:
    """Cancel the maintenance before it begins, or end it early, at that moment or now, and return it.

    Raise Conflict where it has ended by then or was cancelled before, InvalidInput where the moment cannot be.
    """
    row, before = _for_writing(session, [named], now)[0]
    after = rules.cancel(before, at=at or now, reason=reason, now=now)
    row.cancelled_at, row.cancel_reason = after.cancelled_at, reason
    session.add(row)
    facts = {"at": at or now, "reason": reason}
    _append(session, after, MAINTENANCE_CANCELLED, facts=facts, happened_at=at or now)
    return after


def find(session: Session, *, word: str, now: datetime) -> MaintenanceView:
    """The maintenance that is meant, for reading. Raise NotFound or, with the candidates, InvalidInput."""
    return _of_reference(session, _reference(session, word, now, writing=False))


def list_maintenance(
    session: Session,
    *,
    now: datetime,
    state: Standing | None = None,
    asset: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
) -> Listed:
    """The maintenance with a window in [since, until) that fits, what begins last first. 0 is no limit."""
    wanted = None if asset is None else [assets.find(session, word=asset).handle]
    found = touching(session, since=since, until=until, assets=wanted)
    fitting = [one for one in found if state is None or state in rules.standings(one, now)]
    fitting.reverse()
    return Listed(tuple(fitting[:limit] if limit else fitting), len(fitting))


def touching(
    session: Session, *, since: datetime | None, until: datetime | None, assets: Collection[str] | None = None
) -> list[MaintenanceView]:
    """All maintenance with a window that lies in part in [since, until), of these assets or of all, in two queries.

    Whole, with every window, in the order of beginning and reference; the late, the cancelled and what nobody approved
    are among it: `rules.excluded` and `rules.late` say what follows from each.
    """
    query = select(WindowRow.maintenance)
    if since is not None:
        query = query.where(WindowRow.ends > since)
    if until is not None:
        query = query.where(WindowRow.starts < until)
    rows = select(MaintenanceRow).where(col(MaintenanceRow.reference).in_(query))
    windows = select(WindowRow).where(col(WindowRow.maintenance).in_(query))
    if assets is not None:
        rows = rows.where(col(MaintenanceRow.asset).in_(sorted(assets)))
        windows = windows.join(MaintenanceRow).where(col(MaintenanceRow.asset).in_(sorted(assets)))
    found = _views(session.exec(rows).all(), session.exec(windows).all())
    return sorted(found, key=lambda one: (one.starts, len(one.reference), one.reference))


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every maintenance's reference and digest as it is now, for `ledger verify --deep`."""
    every = session.exec(select(MaintenanceRow.reference).order_by(col(MaintenanceRow.reference))).all()
    for start in range(0, len(every), _BLOCK):
        block = every[start : start + _BLOCK]
        try:
            rows = session.exec(select(MaintenanceRow).where(col(MaintenanceRow.reference).in_(block)))
            windows = session.exec(select(WindowRow).where(col(WindowRow.maintenance).in_(block)))
            found = _views(rows.all(), windows.all())
            yield from [(one.reference, chain.record_digest(rules.fields(one))) for one in found]
        except (LookupError, TypeError, ValueError):
            # Somebody wrote what cannot be read: the others are compared all the same.
            for reference in block:
                yield reference, chain.digest_of_readable(partial(_fields, session, reference))
        session.expunge_all()


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the title and the reason of a maintenance that are among the texts; its fields after, or None."""
    row = session.get(MaintenanceRow, reference)
    if row is None or not {row.title, row.cancel_reason} & set(texts):
        return None
    if row.title in texts:
        row.title = BLANK
    if row.cancel_reason in texts:
        row.cancel_reason = BLANK
    session.add(row)
    session.flush()
    return _fields(session, reference)


def _fields(session: Session, reference: str) -> dict[str, Any]:
    return rules.fields(_of_reference(session, reference))


def _reference(session: Session, word: str, now: datetime, *, writing: bool) -> str:
    column = col(MaintenanceRow.reference)
    return references.find(session, column=column, prefix=MAINTENANCE_PREFIX, word=word, now=now, writing=writing)


def _for_writing(session: Session, named: list[str], now: datetime) -> list[tuple[MaintenanceRow, MaintenanceView]]:
    found = [_reference(session, word, now, writing=True) for word in named]
    locked = []
    for reference in dict.fromkeys(found):
        # The lock makes a second writer on PostgreSQL wait and then see our state; on SQLite there is only one writer.
        query = select(MaintenanceRow).where(MaintenanceRow.reference == reference)
        row = session.exec(query.with_for_update()).one()
        locked.append((row, _of_reference(session, reference)))
    return locked


def _of_reference(session: Session, reference: str) -> MaintenanceView:
    windows = session.exec(select(WindowRow).where(WindowRow.maintenance == reference)).all()
    return _views([session.get_one(MaintenanceRow, reference)], windows)[0]


def _views(rows: Collection[MaintenanceRow], windows: Collection[WindowRow]) -> list[MaintenanceView]:
    by_reference: dict[str, list[WindowRow]] = {row.reference: [] for row in rows}
    for window in windows:
        by_reference[window.maintenance].append(window)
    return [
        _view(row, tuple(map(_window, sorted(by_reference[row.reference], key=lambda one: one.position))))
        for row in rows
    ]


def _view(row: MaintenanceRow, windows: tuple[Window, ...]) -> MaintenanceView:
    return MaintenanceView(
        row.reference, row.asset, row.title, row.cancelled_at, row.cancel_reason, row.recorded_at, windows
    )


def _window(row: WindowRow) -> Window:
    return Window(row.starts, row.ends, row.planned_by, row.planned_at, row.approved_by, row.approved_at)


def _window_row(reference: str, position: int, window: Window) -> WindowRow:
    return WindowRow(
        maintenance=reference,
        position=position,
        starts=window.starts,
        ends=window.ends,
        planned_by=window.planned_by,
        planned_at=window.planned_at,
    )


def _append(
    session: Session,
    view: MaintenanceView,
    kind: str,
    *,
    facts: dict[str, Any],
    record: dict[str, Any] | None = None,
    happened_at: datetime | None = None,
) -> None:
    ledger.append(
        session,
        kind=kind,
        subject=view.reference,
        about=view.asset,
        facts=facts,
        record=rules.fields(view) if record is None else record,
        happened_at=happened_at,
    )
