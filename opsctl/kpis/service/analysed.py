"""Reading what figures of analysis rest on: the reviews that are due, and the incidents that others may repeat."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from opsctl.core.periods import Period
from opsctl.incidents.tables import IncidentRow, SpanRow
from opsctl.incidents.terms import SpanKind, State
from opsctl.kpis.rules.repeats import Occurred, Past
from opsctl.kpis.rules.reviewed import Reviews, earliest_resolution, severities
from opsctl.kpis.rules.scopes import Wanted
from opsctl.reviews.rules.relatives import cause_key
from opsctl.reviews.service import figures as reviews
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.reviews import reviews_of

_BLOCK = 1000
_FIELDS: Any = tuple(
    getattr(IncidentRow, name)
    for name in ("reference", "asset", "opened", "cause", "merged_into", "void", "drill")
)


class _Light(NamedTuple):
    """An incident as far as others may repeat it."""

    reference: str
    asset: str | None
    opened: datetime
    cause: str | None
    merged_into: str | None
    void: str | None
    drill: bool


def reviewable(session: Session, period: Period) -> set[str]:
    """Every incident whose review may be due in the period: resolved so long before it, of such a severity."""
    history = rulebook.history(session)
    wanted = severities(history)
    if not wanted:
        return set()
    since = earliest_resolution(history, period.start)
    found: set[str] = set()
    for state in (State.RESOLVED, State.CLOSED):
        query = (
            select(col(SpanRow.incident))
            .join_from(SpanRow, IncidentRow, col(SpanRow.incident) == col(IncidentRow.reference))
            .where(
                col(SpanRow.kind) == SpanKind.STATE,
                col(SpanRow.state) == state,
                col(SpanRow.started) >= since,
                col(SpanRow.started) < period.end,
                col(IncidentRow.severity).in_(wanted),
            )
        )
        found.update(session.connection().scalars(query))
    return found


def reviews_about(session: Session, references: Iterable[str]) -> Reviews:
    """The reviews of these incidents, and of what was merged into others."""
    return reviews.of_incidents(session, references)


def past(session: Session, period: Period, wanted: Wanted) -> Past:
    """The cases that one opened in the period may repeat, and these themselves."""
    windows = [reviews_of(rules).repeat_within for rules in rulebook.history(session)]
    since = period.start - max([reviews_of(rulebook.of_generation(session, generation=None)).repeat_within, *windows])
    opened = [col(IncidentRow.opened) >= since, col(IncidentRow.opened) < period.end]
    if wanted.asset is not None:
        opened.append(col(IncidentRow.asset) == wanted.asset)
    found = {one.reference: one for one in _light(session, *opened)}
    # Few incidents are merged: all of them at once, for a case is as old as the oldest of them.
    merged = {one.reference: one for one in _light(session, col(IncidentRow.merged_into).is_not(None))}
    into = sorted({str(one.merged_into) for one in merged.values()} - found.keys() - merged.keys())
    for start in range(0, len(into), _BLOCK):
        some = col(IncidentRow.reference).in_(into[start : start + _BLOCK])
        found.update((one.reference, one) for one in _light(session, some))
    return Past(_cases(found | merged))


def _cases(known: dict[str, _Light]) -> Iterator[Occurred]:
    """The cases that count and name an asset, each with the opening and the causes of all that belongs to it."""
    keys: dict[str | None, str] = {}
    members: dict[str, list[_Light]] = {}
    for one in known.values():
        if one.merged_into is not None and (target := _target(one, known)) is not None:
            members.setdefault(target, []).append(one)
    for one in known.values():
        if one.merged_into is not None or one.asset is None or one.void is not None or one.drill:
            continue
        every = [one, *members.get(one.reference, ())]
        for each in every:
            if each.cause not in keys:
                keys[each.cause] = cause_key(each.cause)
        causes = frozenset(key for each in every if (key := keys[each.cause]))
        yield Occurred(one.reference, one.asset, min(each.opened for each in every), causes)


def _target(one: _Light, known: dict[str, _Light]) -> str | None:
    """What it was merged into in the end, as far as that is known."""
    end: _Light | None = one
    for _step in range(len(known)):
        if end is None or end.merged_into is None:
            return None if end is None else end.reference
        end = known.get(end.merged_into)
    return None


def _light(session: Session, *where: Any) -> Iterator[_Light]:
    return (_Light(*row) for row in session.connection().execute(select(*_FIELDS).where(*where)))
