"""Reading occurrences."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

from sqlalchemy import String, and_, func, literal_column, or_, select, type_coerce
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core import chain
from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, mend, nearest
from opsctl.duties.rules import Occurrence, fields, schedules
from opsctl.duties.rules.results import DutyShown, InForce, Listed, Preview
from opsctl.duties.service import owners, rows
from opsctl.duties.service.keeping import is_far_too_far, kept_to
from opsctl.duties.terms import LATELY, PREFIX, STILL_OPEN, State, Wanted
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Duty, patrols_of
from opsctl.rulebook.terms import BY_BACKUP

_BATCH = 5000
_SHOWN = 5
_NONE = (None, 0, 0)
"""When a duty is due next, what waits and was missed of it, where nothing of it is there."""
_MINUTE = timedelta(minutes=1)
_MOMENTS = ("due_at", "opens_at", "closes_at", "met_at", "judged_at")
_COLUMNS = rows.TABLE.c


def list_occurrences(
    session: Session,
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    state: Wanted | None = None,
    duty: str | None = None,
    about: str | None = None,
    owner: str | None = None,
    closing_since: datetime | None = None,
    limit: int = 0,
) -> Listed:
    """The occurrences due in [since, until) that fit, in the order in which they are due. 0 is no limit.

    `duty` is the name of one, `about` an asset and `owner` the handle of a person whose they are now; those whose
    windows were over before `closing_since` are left out. Raise NotFound if there is no such duty or asset.
    """
    query = rows.chosen()
    if closing_since is not None:
        query = query.where(_COLUMNS.closes_at >= closing_since)
    if since is not None:
        query = query.where(_COLUMNS.due_at >= since)
    if until is not None:
        query = query.where(_COLUMNS.due_at < until)
    if state is not None:
        query = query.where(_of_state(state, now))
    if duty is not None:
        query = query.where(_COLUMNS.duty == known_duty(session, word=duty, now=now))
    if about is not None:
        query = query.where(_COLUMNS.about == assets.find(session, word=about).handle)
    if owner is not None:
        query = query.where(owners.of_person(session, person=owner, now=now))
    total = session.connection().execute(select(func.count()).select_from(query.subquery())).scalar_one()
    ordered = query.order_by(_COLUMNS.due_at, _COLUMNS.duty, _COLUMNS.about)
    found = tuple(rows.load(session, ordered.limit(limit) if limit else ordered))
    return Listed(found, total, rulebook.in_force(session, at=now).posts)


def due_to(
    session: Session, *, now: datetime, person: str, until: datetime, since: datetime | None = None
) -> list[Occurrence]:
    """What is still due to that person and comes due before `until`, in the order in which it is due.

    What was missed is among it from `since` on, or of the last day; what is still open for however long. An owner is
    `person:` that one, a `post:` that they hold, a `role:` so called that they hold or nobody does, or `asset-owner` of
    an asset of theirs. While nobody is recorded, everything is due to everybody. What a machine does by itself is due
    to nobody, unless it was missed.
    """
    over = now - timedelta(days=1) if since is None else since
    query = rows.chosen().where(
        rows.WAITS,
        _COLUMNS.due_at >= min(over, now - STILL_OPEN),
        _COLUMNS.due_at < until,
        or_(_COLUMNS.closes_at >= now, _COLUMNS.due_at >= over),
        or_(_COLUMNS.kind != BY_BACKUP, _COLUMNS.closes_at < now),
        owners.of_person(session, person=person, now=now),
    )
    return rows.load(session, query.order_by(_COLUMNS.due_at, _COLUMNS.duty, _COLUMNS.about))


def for_record(session: Session, *, reference: str) -> list[Occurrence]:
    """The occurrences that the record met, in the order in which they were due."""
    return rows.load(session, rows.chosen().where(_COLUMNS.met_by == reference).order_by(_COLUMNS.due_at))


def find(session: Session, *, word: str) -> Occurrence:
    """The occurrence that is meant, `DUTY/ASSET@2026-11-21T01:00Z` or `DUTY@…` where it is about none, for reading.

    Raise NotFound, with those of that duty and asset around that time, where there is none.
    """
    plain = mend(word).casefold()
    named, _sign, moment = plain.removeprefix(PREFIX).rpartition("@")
    duty, _sign, about = named.partition("/")
    try:
        due_at = datetime.fromisoformat(moment.upper())
    except ValueError:
        raise _no_occurrence(word, []) from None
    due_at = due_at if due_at.tzinfo is not None else due_at.replace(tzinfo=UTC)
    same = rows.chosen().where(_COLUMNS.duty == duty, _COLUMNS.about == about)
    found = rows.load(session, same.where(_COLUMNS.due_at >= due_at, _COLUMNS.due_at < due_at + _MINUTE))
    if found:
        return found[0]
    around = same.where(_COLUMNS.due_at >= due_at - timedelta(days=1)).order_by(_COLUMNS.due_at).limit(_SHOWN)
    raise _no_occurrence(word, [one.named for one in rows.load(session, around)])


def in_force(session: Session, *, now: datetime) -> list[InForce]:
    """The duties of the rules in force, each with when it is due next, and what waits and was missed of it lately.

    Beyond what is planned ahead, the schedule says when that is, where the duty is about any asset.
    """
    rules = rulebook.in_force(session, at=now)
    duties = patrols_of(rules).duties
    due = (rows.WAITS, _COLUMNS.due_at >= now - STILL_OPEN - LATELY)
    # Not by the column itself: SQLite would walk all the occurrences there ever were in its order, not those that wait.
    name = _COLUMNS.duty + literal_column("''")
    query = select(
        name,
        func.min(_COLUMNS.due_at).filter(_COLUMNS.due_at >= now),
        func.count().filter(and_(_COLUMNS.opens_at <= now, _COLUMNS.closes_at >= now)),
        func.count().filter(and_(_COLUMNS.closes_at < now, _COLUMNS.closes_at >= now - LATELY)),
    )
    counted = session.connection().execute(query.where(*due).group_by(name)).all()
    told = {duty: (upcoming, waiting, missed) for duty, upcoming, waiting, missed in counted}
    beyond = _beyond(session, now, [duty for name, duty in duties.items() if told.get(name, _NONE)[0] is None])
    return [
        InForce(duty, upcoming or beyond.get(name), waiting, missed, rules.posts)
        for name, duty in sorted(duties.items())
        for upcoming, waiting, missed in (told.get(name, _NONE),)
    ]


def _beyond(session: Session, now: datetime, duties: Sequence[Duty]) -> dict[str, datetime]:
    """When these are due next after all that is planned, by name; without those that are about nothing by then."""
    scheduled = [duty for duty in duties if duty.every is None]
    if not scheduled:
        return {}
    from opsctl.duties.rules.plans import first_due
    from opsctl.duties.service.renewing import assets_of

    ends = kept_to(session)
    since = now if ends is None or is_far_too_far(ends, now) else max(now, ends)
    operated, routes = assets_of(session), patrols_of(rulebook.in_force(session, at=now)).routes
    found = {duty.name: first_due(duty, routes, operated, since) for duty in scheduled}
    return {name: due_at for name, due_at in found.items() if due_at is not None}


def show(session: Session, *, word: str, now: datetime, count: int) -> DutyShown:
    """A duty with the next and the last `count` of its occurrences. Raise NotFound where there never was one."""
    name = known_duty(session, word=word, now=now)
    ours = rows.chosen().where(_COLUMNS.duty == name)
    waiting = ours.where(rows.WAITS, _COLUMNS.closes_at >= now, _COLUMNS.due_at >= now - STILL_OPEN)
    past = ours.where(_COLUMNS.due_at < now, or_(_COLUMNS.closes_at < now, _COLUMNS.state != State.DUE))
    rules = rulebook.in_force(session, at=now)
    return DutyShown(
        name,
        patrols_of(rules).duties.get(name),
        tuple(rows.load(session, waiting.order_by(_COLUMNS.due_at, _COLUMNS.about).limit(count))),
        tuple(rows.load(session, past.order_by(_COLUMNS.due_at.desc(), _COLUMNS.about).limit(count))),
        rules.posts,
    )


def duty_of(session: Session, *, word: str, now: datetime) -> Duty:
    """The duty of the rules in force that is meant. Raise NotFound, with the nearest."""
    duties = patrols_of(rulebook.in_force(session, at=now)).duties
    name = _plain(word)
    if name not in duties:
        raise _no_duty(word, duties)
    return duties[name]


def preview(session: Session, *, word: str, now: datetime, count: int, around_changes: bool) -> Preview:
    """When a duty of the rules in force will be due.

    Raise NotFound if there is none, InvalidInput for one that is counted from when it was last done.
    """
    duty = duty_of(session, word=word, now=now)
    if duty.every is not None:
        raise InvalidInput(
            _("{duty} is counted from when it was last done, so nobody knows its next dates.").format(duty=duty.name),
            _("See what is due of it: opsctl duty show {duty}").format(duty=duty.name),
        )
    return schedules.preview(duty, now, count=count, around_changes=around_changes)


def known_duty(session: Session, *, word: str, now: datetime) -> str:
    """The name of a duty in force, or of one that ever was. Raise NotFound, with the nearest."""
    duties = patrols_of(rulebook.in_force(session, at=now)).duties
    name = _plain(word)
    if name in duties or rows.load(session, rows.chosen().where(_COLUMNS.duty == name).limit(1)):
        return name
    raise _no_duty(word, duties)


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    # As text, for what somebody tampered with must still be read; the columns in the order of `Occurrence`.
    columns = [
        type_coerce(column, String) if column.name in (*_MOMENTS, "state") else column for column in rows.COLUMNS
    ]
    query = select(*columns).order_by(_COLUMNS.duty, _COLUMNS.due_at, _COLUMNS.about)
    found: Iterable[Any] = session.connection().execute(query.execution_options(yield_per=_BATCH))
    for (duty, day), lines in groupby(found, key=_day_of):
        yield f"{PREFIX}{duty}@{day}", chain.digest_of_readable(partial(_fields, list(lines)))


def _day_of(line: Sequence[Any]) -> tuple[str, str]:
    due_at = line[rows.NAMES.index("due_at")]
    day = due_at.astimezone(UTC).date().isoformat() if isinstance(due_at, datetime) else str(due_at)[:10]
    return str(line[0]), day


def _fields(lines: list[Sequence[Any]]) -> dict[str, Any]:
    return fields([Occurrence(**_read(dict(zip(rows.NAMES, line, strict=True)))) for line in lines])


def _read(said: dict[str, Any]) -> dict[str, Any]:
    moments = {name: _moment(said[name]) for name in _MOMENTS if said[name] is not None}
    return {**said, **moments, "state": State(said["state"])}


# Kept: the occurrences of a day are due at the same few moments.
@lru_cache(maxsize=4096)
def _moment(stored: Any) -> datetime:
    moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _of_state(state: Wanted, now: datetime) -> Any:
    if state is Wanted.MISSED:
        return and_(rows.WAITS, _COLUMNS.closes_at < now)
    if state is Wanted.DUE:
        return and_(rows.WAITS, _COLUMNS.closes_at >= now)
    return rows.WAITS if state is Wanted.OPEN else _COLUMNS.state == literal_column(f"'{state.value}'")


def _plain(word: str) -> str:
    return mend(word).casefold().removeprefix(PREFIX)


def _no_duty(word: str, names: Iterable[str]) -> NotFound:
    near = nearest(word, names)
    return NotFound(
        _("There is no duty {word!r}.").format(word=excerpt(word)),
        _("Did you mean {names}?").format(names=series(near)) if near else _("See them with: opsctl duty list"),
    )


def _no_occurrence(word: str, near: list[str]) -> NotFound:
    return NotFound(
        _("There is no occurrence {word!r}.").format(word=excerpt(word, 120)),
        _("Did you mean {names}?").format(names=series(near))
        if near
        else _("See what is due with: opsctl duty due"),
    )
