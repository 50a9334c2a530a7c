"""Finding and listing incidents, and what other floors read of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from opsctl.actions.service import origins
from opsctl.assets.service import assets
from opsctl.core import chain
from opsctl.incidents.rules import closing, life
from opsctl.incidents.rules.clocks import Clock, ClockState, clocks_of
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.rules.restoring import RestorePoint
from opsctl.incidents.rules.results import Shown
from opsctl.incidents.service import restoring, rows
from opsctl.incidents.service.cases import UNRESOLVED_NOW, case_of, cases_of, of_person, reference_of, rules_of
from opsctl.incidents.tables import IncidentRow
from opsctl.incidents.terms import PREFIX, UNRESOLVED, Wanted
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.people.service import identity
from opsctl.rulebook import service as rulebook

_BLOCK = 2000
# By year and number: as text INC-2026-10000 would stand before INC-2026-9999.
_NUMBERED = (
    func.substr(IncidentRow.reference, 1, len(f"{PREFIX}-2026")),
    func.length(IncidentRow.reference),
    col(IncidentRow.reference),
)
_ORDERS: dict[str, tuple[Any, ...]] = {
    "opened": (col(IncidentRow.opened), *_NUMBERED),
    "reference": _NUMBERED,
    # The databases do not agree on where those without an asset stand.
    "asset": (func.coalesce(IncidentRow.asset, ""), col(IncidentRow.opened), *_NUMBERED),
    "state": (col(IncidentRow.state), col(IncidentRow.opened), *_NUMBERED),
}
ORDERS = tuple(_ORDERS)


@dataclass(frozen=True)
class Listed:
    """The cases of a list, each with its clocks, and how many there are in all."""

    cases: tuple[tuple[Case, tuple[Clock, ...]], ...]
    total: int

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents alone."""
        return tuple(case.incident for case, _clocks in self.cases)


def find(session: Session, *, word: str, now: datetime) -> Incident:
    """The incident that is meant, for reading. Raise NotFound or, with the candidates, InvalidInput."""
    return rows.of_references(session, [reference_of(session, word, now, writing=False)])[0]


def show(session: Session, *, word: str, now: datetime) -> Shown:
    """One case with its clocks, what a closing would still want, and the action that it came from.

    While it is unresolved, what its asset can be restored to as well.
    """
    case = case_of(session, find(session, word=word, now=now))
    origin = origins.taken_over_by(session, incident=case.reference)
    rules = rules_of(session, case.incident)
    return Shown(
        case,
        clocks_of(case, rules, now),
        rules.severity_names.get(case.incident.severity or 0),
        tuple(closing.missing(case, rules)),
        origin,
        _restore_points(session, case, now),
    )


def _restore_points(session: Session, case: Case, now: datetime) -> tuple[RestorePoint, ...] | None:
    incident = case.incident
    if incident.state not in UNRESOLVED or incident.void is not None:
        return None
    in_force = rulebook.in_force(session, at=now)
    return restoring.points(session, asset=incident.asset, rules=in_force, began_at=case.clock_start)


def list_incidents(
    session: Session,
    *,
    now: datetime,
    state: Wanted | None = None,
    asset: str | None = None,
    customer: str | None = None,
    owner: str | None = None,
    severity: int | None = None,
    breaching: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    sort: str = "-opened",
    limit: int = 0,
) -> Listed:
    """The incidents opened in [since, until) that fit, in that order; `-` before it turns it round. 0 is no limit.

    `breaching` are those unresolved whose clocks are over, or nearly so.
    """
    query = rows.chosen()
    if customer is not None:
        from opsctl.people.service import customers

        customer = customers.find(session, word=customer).code
    if state is not None:
        query = query.where(col(IncidentRow.state).in_(sorted(state.states())))
        if state.states() <= UNRESOLVED:
            # What is still to be done: nothing of what turned out to be void.
            query = query.where(col(IncidentRow.void).is_(None))
    if asset is not None:
        query = query.where(IncidentRow.asset == assets.find(session, word=asset).handle)
    for column, value in (
        (IncidentRow.customer, customer), (IncidentRow.severity, severity),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if owner is not None:
        query = query.where(col(IncidentRow.assignee).in_(identity.names_of_one(session, owner)))
    if since is not None:
        query = query.where(IncidentRow.opened >= since)
    if until is not None:
        query = query.where(IncidentRow.opened < until)
    order = _ORDERS[sort.removeprefix("-")]
    columns = [one.desc() if sort.startswith("-") else one for one in order]
    if breaching:
        query = query.where(UNRESOLVED_NOW, col(IncidentRow.void).is_(None))
        found = [
            (case, clocks)
            for case, clocks in _with_clocks(session, rows.load(session, query.order_by(*columns)), now)
            if any(clock.state in (ClockState.WARNING, ClockState.OVERDUE) for clock in clocks)
        ]
        return Listed(tuple(found[:limit] if limit else found), len(found))
    total = session.connection().execute(query.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()
    query = query.order_by(*columns)
    if limit:
        query = query.limit(limit)
    return Listed(tuple(_with_clocks(session, rows.load(session, query), now)), total)


def _with_clocks(
    session: Session, incidents: list[Incident], now: datetime
) -> list[tuple[Case, tuple[Clock, ...]]]:
    return [
        (case, clocks_of(case, rules_of(session, case.incident), now)) for case in cases_of(session, incidents)
    ]


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """The unresolved incidents that the person has, as reference and title."""
    query = select(IncidentRow.reference, IncidentRow.title).where(of_person(session, person), UNRESOLVED_NOW)
    return list(session.exec(query.order_by(col(IncidentRow.reference))).all())


def timeline(session: Session, *, word: str, now: datetime) -> tuple[Incident, list[Row]]:
    """The incident and its ledger rows, in the order in which things happened."""
    incident = find(session, word=word, now=now)
    found = ledger.rows(session, ledger.Search(subject=incident.reference))
    return incident, sorted(found, key=lambda row: (row.happened_at, row.seq))


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every incident's reference and digest as it is now, for `ledger verify --deep`."""
    after = ""
    while True:
        query = select(IncidentRow.reference).where(col(IncidentRow.reference) > after)
        block = session.exec(query.order_by(col(IncidentRow.reference)).limit(_BLOCK)).all()
        if not block:
            return
        try:
            yield from [(one.reference, chain.record_digest(life.fields(one))) for one in _all(session, block)]
        except (LookupError, TypeError, ValueError):
            # Somebody wrote what cannot be read: the others are compared all the same.
            for reference in block:
                yield reference, chain.digest_of_readable(partial(_fields, session, reference))
        after = block[-1]
        session.expunge_all()


def _fields(session: Session, reference: str) -> dict[str, Any]:
    return life.fields(rows.of_references(session, [reference])[0])


def _all(session: Session, references_wanted: Any) -> list[Incident]:
    query = rows.chosen().where(col(IncidentRow.reference).in_(references_wanted))
    return rows.load(session, query.order_by(col(IncidentRow.reference)))
