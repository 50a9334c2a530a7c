"""What a record does to occurrences: it meets one, it is countersigned, it is taken out again."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, column, or_, select, table, union_all
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.duties.rules import NOBODY, Occurrence, key_of
from opsctl.duties.service import rows
from opsctl.duties.terms import CANCELLED, GENERATED, JUDGED, KEPT_TO, MET, RELEASED, Reason, State
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Duty, patrols_of
from opsctl.store.unit import signature_of

_ASSET = table("asset", column("handle"), column("retired_at", UTCDateTime()))
_SETTING = table("setting", column("name"), column("value"))
_NEAREST = 100
"""So many that are due already are looked at for a window that is still open."""


def meet(
    session: Session,
    *,
    kind: str,
    topic: str | None,
    about: str | None,
    happened_at: datetime,
    judged_at: datetime,
    by: str,
) -> Occurrence | None:
    """Meet an occurrence by the record `by`, and return it as it is now; None where none fits, which is no fault.

    The one of that kind, topic and asset whose window holds `happened_at`, else the nearest earlier one still due,
    which is then late. Of several windows that of the earliest due one. A duty counted from completion is met however
    early, its window then opens with that, and it gets its next.
    """
    while True:
        found, ends = _candidate(session, kind, topic, about, happened_at)
        if found is None:
            return None
        again = _following(session, found, happened_at, ends)
        days = _locked(session, [found] if again is None else [found, again], counted=again is not None)
        standing = _line(days, found)
        if standing.state is State.DUE:
            break  # else somebody was quicker, and another one may fit
    opens_at = min(standing.opens_at, happened_at)
    met = replace(standing, opens_at=opens_at, state=State.DONE, met_by=by, met_at=happened_at, judged_at=judged_at)
    if again is not None and _line(days, again).state in (State.DONE, State.WAIVED):
        again = None
    changed = [met] if again is None else [met, again]
    rows.save(session, changed)
    days = rows.put(days, changed)
    facts = {"about": met.about or None, "due_at": met.due_at, "by": by, "met_at": happened_at, "judged_at": judged_at}
    rows.note(session, days, [met], lambda _lines: (MET, facts), happened_at=happened_at)
    if again is not None:
        made = {"made": 1, "abouts": [again.about] if again.about else None}
        rows.note(session, days, [again], lambda _lines: (GENERATED, made))
    return met


def would_meet(
    session: Session, *, kind: str, topic: str | None, about: str | None, happened_at: datetime
) -> Occurrence | None:
    """The occurrence that `meet` would meet, for a round that is only begun."""
    return _candidate(session, kind, topic, about, happened_at)[0]


def countersign(session: Session, *, by: str, judged_at: datetime) -> Occurrence | None:
    """Judge the occurrence that the record `by` met by that moment from now on; None where it met none."""
    found = _met_by(session, by)
    if found is None:
        return None
    days = _locked(session, [found])
    judged = replace(_line(days, found), judged_at=judged_at)
    if judged.met_by != by:
        return None
    rows.save(session, [judged])
    facts = {"about": judged.about or None, "due_at": judged.due_at, "by": by, "judged_at": judged_at}
    rows.note(session, rows.put(days, [judged]), [judged], lambda _lines: (JUDGED, facts))
    return judged


def release(session: Session, *, by: str, reason: str) -> Occurrence | None:
    """Make the occurrence that the record `by` met due again; None where it met none.

    Of a duty counted from completion, the next one that was counted from it is cancelled.
    """
    found = _met_by(session, by)
    if found is None:
        return None
    duty, _generation = _duty_of(session, found)
    early = duty.early if duty is not None and duty.every is not None else None
    again = None if early is None else _next_waiting(session, found)
    days = _locked(session, [found] if again is None else [found, again], counted=early is not None)
    standing = _line(days, found)
    if standing.met_by != by:
        return None
    opens_at = standing.opens_at if early is None else standing.due_at - early
    released = replace(standing, opens_at=opens_at, state=State.DUE, met_by=None, met_at=None, judged_at=None)
    changed = [released]
    if again is not None and _line(days, again).state is State.DUE:
        changed.append(replace(_line(days, again), state=State.CANCELLED, reason=Reason.TAKEN_OUT.value))
    rows.save(session, changed)
    days = rows.put(days, changed)
    facts = {"about": released.about or None, "due_at": released.due_at, "by": by, "reason": reason}
    rows.note(session, days, [released], lambda _lines: (RELEASED, facts))
    gone = {"cancelled": 1, "abouts": [released.about] if released.about else None, "reasons": [Reason.TAKEN_OUT.value]}
    rows.note(session, days, changed[1:], lambda _lines: (CANCELLED, gone))
    return released


def _candidate(
    session: Session, kind: str, topic: str | None, about: str | None, happened_at: datetime
) -> tuple[Occurrence | None, datetime | None]:
    """The occurrence that a record meets, and when its asset is retired."""
    counted = _counted(session, kind, topic)
    said: dict[str, Any] = {"kind": kind, "topic": topic, "about": about, "at": happened_at}
    said |= {"standing": about or NOBODY, "counted": sorted(counted)}
    query = _candidates(with_topic=topic is not None, with_counted=bool(counted))
    answers = session.connection().execute(query, said).all()
    found = [Occurrence(*answer[:-1]) for answer in answers]
    holding = [one for one in found if _holds(one, happened_at, counted.get(one.duty))]
    late = [one for one in found if one.due_at < happened_at]
    if holding:
        chosen = min(holding, key=lambda one: (one.due_at, one.topic is None, one.duty))
    elif late:
        chosen = max(late, key=lambda one: (one.due_at, one.topic is not None, one.duty))
    else:
        return None, None
    return chosen, answers[0].ends


@cache
def _candidates(*, with_topic: bool, with_counted: bool) -> Any:
    """Which occurrences may be met. Made once: to put it together takes longer than the database takes to answer."""
    ends = select(_ASSET.c.retired_at).where(_ASSET.c.handle == bindparam("about")).scalar_subquery().label("ends")
    columns = rows.TABLE.c
    at: Any = bindparam("at", type_=columns.due_at.type)
    counted: Any = bindparam("counted", expanding=True)
    parts = []
    topics = [columns.topic == bindparam("topic"), columns.topic.is_(None)]
    for wanted in topics if with_topic else topics[1:]:
        ours = select(*rows.COLUMNS, ends).where(
            rows.WAITS, columns.kind == bindparam("kind"), wanted, columns.about == bindparam("standing")
        )
        earlier = ours.where(columns.due_at < at).order_by(columns.due_at.desc()).limit(_NEAREST)
        ahead = ours.where(columns.due_at >= at)
        early = ahead.where(columns.opens_at <= at)
        if with_counted:
            early = early.where(columns.duty.not_in(counted))
            again = ahead.where(columns.duty.in_(counted))
            parts.append(again.order_by(columns.due_at).limit(_NEAREST))
        parts += [earlier, early.order_by(columns.due_at).limit(1)]
    # Each part by itself walks its index no farther than it has to.
    return union_all(*(select(part.subquery()) for part in parts))


def _counted(session: Session, kind: str, topic: str | None) -> dict[str, timedelta]:
    """The duties counted from completion that such a record may meet, with how long after it each is due again."""
    duties = patrols_of(rulebook.in_force(session, at=signature_of(session).now)).duties.values()
    fitting = [one for one in duties if one.kind == kind and one.topic in (None, topic)]
    return {one.name: one.every for one in fitting if one.every is not None}


def _holds(one: Occurrence, happened_at: datetime, every: timedelta | None) -> bool:
    """Whether its window holds that moment: where it is counted from completion, all the time since the last.

    Not the moment of the last itself, which is the same work entered twice.
    """
    if every is not None and one.due_at > happened_at:
        return one.due_at - happened_at < every
    return one.opens_at <= happened_at <= one.closes_at


def _following(session: Session, found: Occurrence, happened_at: datetime, ends: datetime | None) -> Occurrence | None:
    duty, generation = _duty_of(session, found)
    if duty is None or duty.every is None:
        return None
    # Most duties are due by the clock, and nothing of how others are planned is needed for them.
    from opsctl.duties.rules.plans import following

    return following(duty, found, happened_at=happened_at, generation=generation, ends=ends)


def _duty_of(session: Session, found: Occurrence) -> tuple[Duty | None, int]:
    """What the rules of now say of its duty, and their generation."""
    rules = rulebook.in_force(session, at=signature_of(session).now)
    return patrols_of(rules).duties.get(found.duty), rules.generation


def _met_by(session: Session, by: str) -> Occurrence | None:
    return next(iter(rows.load(session, rows.chosen().where(rows.TABLE.c.met_by == by))), None)


def _next_waiting(session: Session, found: Occurrence) -> Occurrence | None:
    """The one after it, where that is still due."""
    columns = rows.TABLE.c
    query = rows.chosen().where(
        columns.duty == found.duty,
        columns.about == found.about,
        columns.due_at > found.due_at,
        or_(rows.WAITS, columns.state == State.DONE),
    )
    later = next(iter(rows.load(session, query.order_by(columns.due_at).limit(1))), None)
    return later if later is not None and later.state is State.DUE else None


def _locked(
    session: Session, occurrences: list[Occurrence], *, counted: bool = False
) -> dict[rows.Day, list[Occurrence]]:
    """The whole records of these, which nobody else changes until we are done.

    Who adds an occurrence (`counted`) is alone with that, as is who renews them all: a row that another adds at this
    moment could not be seen.
    """
    if counted:
        lock = select(_SETTING.c.value).where(_SETTING.c.name == KEPT_TO).with_for_update()
        session.connection().execute(lock)
    return rows.of_days(session, {rows.day_of(one) for one in occurrences}, locked=True)


def _line(days: dict[rows.Day, list[Occurrence]], one: Occurrence) -> Occurrence:
    """An occurrence as it stands in its record; itself where it is not there yet."""
    return next((line for line in days[rows.day_of(one)] if key_of(line) == key_of(one)), one)
