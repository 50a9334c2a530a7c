"""Writing the occurrences that are to be there: when days are missing, and when assets or rules have changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from itertools import zip_longest
from typing import Any

from sqlalchemy import column, func, select, table, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.core.times import utc_text
from opsctl.duties.rules import Key, Occurrence, key_of
from opsctl.duties.rules.plans import Asset, Known, Stretch, plan
from opsctl.duties.service.keeping import is_far_too_far, is_too_near, kept_to_of
from opsctl.duties.terms import AHEAD, CANCELLED, GENERATED, KEPT_TO, LONGEST_SILENCE, State
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Patrols, patrols_of
from opsctl.store.settings import settings_of

_SETTING = table("setting", column("name"), column("value"))
_BEGIN_SETTING = text("INSERT INTO setting (name, value) VALUES (:name, '') ON CONFLICT (name) DO NOTHING")
_ASSETS = text(
    "SELECT handle, in_service_from, recorded_at, retired_at, kind, criticality, classification, customer"
    " FROM asset ORDER BY handle"
).columns(in_service_from=UTCDateTime, recorded_at=UTCDateTime, retired_at=UTCDateTime)
_FEW = 200
"""So many assets are looked at one by one; of more, all are."""


@dataclass(frozen=True, slots=True)
class _Span:
    """What is planned: occurrences in [since, until), of some assets or of all (None).

    `looked_at` is from when on those that are there are read, up to `until` or, where it is `open`, all.
    """

    since: datetime
    until: datetime
    looked_at: datetime
    assets: frozenset[str] | None
    is_open: bool


def renew(session: Session, *, now: datetime, assets: Collection[str], ruled: bool) -> None:
    """Bring the occurrences to what the rules in force ask for, and move on the setting that says up to when.

    `assets` were written in this unit of work, `ruled` says that a rulebook was applied. Days that are missing are
    left to another writer who makes them at this moment.
    """
    if not _is_ours(session, wait=bool(assets) or ruled):
        return
    kept_to = kept_to_of(settings_of(session)[KEPT_TO])
    missing = is_too_near(kept_to, now)
    if not (missing or assets or ruled):
        return
    begun = _beginnings(session)
    if begun:
        found = assets_of(session)
        written = [one for one in found if one.handle in assets]
        span = _span(now, kept_to, begun[0][1], written, is_whole=missing or ruled, is_changed=bool(assets) or ruled)
        stretches = _stretches(session, begun, span.looked_at)
        # Rules without any duty may have ended those of the rules before them.
        if ruled or any(stretch.duties for stretch in stretches):
            _write(session, now, span, stretches, found)
    if missing:
        _move(session, _until(now))


def _is_ours(session: Session, *, wait: bool) -> bool:
    """Lock the setting, so that one at a time renews; without `wait`, False where somebody else does.

    What was read before is read anew where somebody has renewed in the meantime.
    """
    connection = session.connection()
    seen = settings_of(session).get(KEPT_TO)
    if seen is None:
        connection.execute(_BEGIN_SETTING, {"name": KEPT_TO})
    query = select(_SETTING.c.value).where(_SETTING.c.name == KEPT_TO)
    value = connection.execute(query.with_for_update(skip_locked=not wait)).scalar()
    if value is None:
        return False
    if value != (seen or ""):
        rulebook.forget(session)
    settings_of(session)[KEPT_TO] = value
    return True


def _move(session: Session, until: datetime) -> None:
    value = utc_text(until)
    session.connection().execute(_SETTING.update().where(_SETTING.c.name == KEPT_TO).values(value=value))
    settings_of(session)[KEPT_TO] = value


def _until(now: datetime) -> datetime:
    """Whole days of UTC, so that each of them is made and recorded once."""
    return datetime.combine((now + AHEAD).astimezone(UTC).date(), time(), UTC)


def _span(
    now: datetime, kept_to: datetime | None, first: datetime, written: list[Asset], *, is_whole: bool, is_changed: bool
) -> _Span:
    wrong = kept_to is not None and is_far_too_far(kept_to, now)
    if kept_to is None:
        since = max(first, now - LONGEST_SILENCE)
    else:
        since = now if wrong else max(kept_to, now - LONGEST_SILENCE)
    if is_changed:
        since = min(since, now)
    until = _until(now) if is_whole or kept_to is None else kept_to
    if kept_to is not None and not wrong:
        until = max(until, kept_to)
    return _Span(
        since=since,
        until=until,
        looked_at=min([since, *(one.ends for one in written if one.ends is not None)]),
        assets=None if is_whole or len(written) > _FEW else frozenset(one.handle for one in written),
        is_open=is_changed and not wrong,
    )


def _beginnings(session: Session) -> list[tuple[int, datetime, datetime | None]]:
    """Each generation of rules with its beginning and end. None reaches back before it was written down."""
    heads = rulebook.heads_of(session)
    begins = [head.recorded_at if head.since is None else max(head.since, head.recorded_at) for head in heads]
    return [(head.generation, *edges) for head, edges in zip(heads, zip_longest(begins, begins[1:]), strict=True)]


def _stretches(
    session: Session, begun: list[tuple[int, datetime, datetime | None]], looked_at: datetime
) -> list[Stretch]:
    stretches = []
    for generation, begins, ends in begun:
        if ends is None or ends > looked_at:
            patrols = _patrols(session, generation)
            stretches.append(Stretch(generation, begins, ends, patrols.duties, patrols.routes))
    return stretches


def _patrols(session: Session, generation: int) -> Patrols:
    return patrols_of(rulebook.of_generation(session, generation=generation))


def assets_of(session: Session) -> list[Asset]:
    """Every asset with what duties ask of it, in the order of handles."""
    found = session.connection().execute(_ASSETS)
    return [Asset(handle, begins or recorded_at, ends, *others) for handle, begins, recorded_at, ends, *others in found]


def _write(session: Session, now: datetime, span: _Span, stretches: list[Stretch], assets: list[Asset]) -> None:
    from opsctl.duties.service import rows

    looked_at: list[Asset | None] = [one for one in assets if span.assets is None or one.handle in span.assets]
    if span.assets is None:
        looked_at.append(None)
    known = _known(session, span, stretches)
    found = plan(stretches, looked_at, known, now=now, since=span.since, until=span.until)
    if found.all:
        rows.save(session, found.all)
        days = rows.of_days(session, {rows.day_of(one) for one in found.all})
        rows.note(session, days, found.all, partial(_told, {key_of(one) for one in found.changed}))


def _known(session: Session, span: _Span, stretches: list[Stretch]) -> Known:
    from opsctl.duties.service import rows

    counted = sorted({name for one in stretches for name, duty in one.duties.items() if duty.every is not None})
    inside = rows.TABLE.c.due_at >= span.looked_at
    if not span.is_open:
        inside &= rows.TABLE.c.due_at < span.until
    if counted:
        inside |= rows.TABLE.c.duty.in_(counted) & rows.WAITS
    query = rows.chosen().where(inside)
    if span.assets is not None:
        query = query.where(rows.TABLE.c.about.in_(sorted(span.assets)))
    # Locked in the order in which they are written, so that nobody meets what is being cancelled.
    query = query.order_by(rows.TABLE.c.duty, rows.TABLE.c.due_at, rows.TABLE.c.about).with_for_update()
    found = {key_of(one): one for one in rows.load(session, query)}
    if not counted:
        return Known(found, {}, {})
    done = select(rows.TABLE.c.duty, rows.TABLE.c.about, func.max(rows.TABLE.c.met_at))
    done = done.where(rows.TABLE.c.duty.in_(counted), rows.TABLE.c.state == State.DONE)
    last = session.connection().execute(done.group_by(rows.TABLE.c.duty, rows.TABLE.c.about))
    made = {(one.rules, one.duty) for one in found.values() if one.duty in counted}
    by_then = {key: _patrols(session, key[0]).duties.get(key[1]) for key in made}
    return Known(
        occurrences=found,
        last_done={(duty, about): met_at for duty, about, met_at in last},
        intervals={key: duty.every for key, duty in by_then.items() if duty is not None and duty.every is not None},
    )


def _told(altered: Collection[Key], lines: list[Occurrence]) -> tuple[str, dict[str, Any]]:
    """The kind of a record's row in the ledger, and how many of its lines were made, changed and cancelled."""
    cancelled = [one for one in lines if one.state is State.CANCELLED]
    changed = sum(key_of(one) in altered for one in lines)
    facts = {
        "made": len(lines) - changed - len(cancelled),
        "changed": changed,
        "cancelled": len(cancelled),
        "abouts": sorted({one.about for one in lines if one.about}),
        "reasons": sorted({str(one.reason) for one in cancelled}),
    }
    return CANCELLED if cancelled else GENERATED, {name: value for name, value in facts.items() if value}
