"""Reading incidents for the hand-over of a shift."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from opsctl.incidents.rules.handover import Shift
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.service import figures, read, rows
from opsctl.incidents.terms import PREFIX, State, Wanted
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search

_MICROSECOND = timedelta(microseconds=1)
_APART = timedelta(minutes=10)


def since(session: Session, *, now: datetime, since: datetime) -> Shift:
    """Incidents since that moment, drills and void ones left out; what is recorded since counts as done since."""
    until = now + _MICROSECOND
    listed = read.list_incidents(session, now=now, state=Wanted.UNRESOLVED).cases
    unresolved = tuple(one for one in listed if one[0].incident.counts)
    recorded = _recorded(session, since)
    in_hand = [one for case, _clocks in unresolved for one in case.all]
    known = {one.reference for one in in_hand}
    # What was finished in the shift was worked on in it, too.
    finished = [one for one in rows.of_references(session, set(recorded) - known) if one.counts]
    worked_on = [one for one in (*in_hand, *finished) if one.reference in recorded]
    opened = figures.between(session, field="opened", since=since, until=until)
    resolved = figures.entered(session, state=State.RESOLVED, since=since, until=until)
    found = {one.reference: one for one in rows.of_references(session, opened | resolved) if one.counts}
    return Shift(
        unresolved,
        tuple((one, tuple(recorded[one.reference])) for one in worked_on),
        _in_order((found.get(one) for one in opened), lambda one: one.opened),
        _in_order((found.get(one) for one in resolved), lambda one: one.resolved),
    )


def _recorded(session: Session, since: datetime) -> dict[str, list[Row]]:
    """What was recorded of incidents since that moment, in its order.

    Read from the end, for the ledger may be long and has no order but its own; clocks of hosts may differ a little.
    """
    found: dict[str, list[Row]] = {}
    for row in ledger.rows(session, Search(), newest_first=True):
        if row.recorded_at < since - _APART:
            break
        if row.recorded_at >= since and row.subject.startswith(f"{PREFIX}-"):
            found.setdefault(row.subject, []).insert(0, row)
    return found


def _in_order(
    incidents: Iterable[Incident | None], moment: Callable[[Incident], datetime | None]
) -> tuple[Incident, ...]:
    """Those that have such a moment, in its order."""
    found = [(at, one.reference, one) for one in incidents if one is not None and (at := moment(one)) is not None]
    return tuple(one for _at, _reference, one in sorted(found, key=lambda each: each[:2]))
