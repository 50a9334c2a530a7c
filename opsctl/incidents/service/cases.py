"""Cases: incidents with those that were merged into them, and the rules that judge them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import literal_column, text
from sqlmodel import Session, col, select

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import mend
from opsctl.incidents.rules import life, moves
from opsctl.incidents.rules.clocks import stamped
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.rules.words import illegal
from opsctl.incidents.service import rows
from opsctl.incidents.tables import IncidentRow
from opsctl.incidents.terms import PREFIX, UNRESOLVED, State
from opsctl.ledger import service as ledger
from opsctl.people.service import identity
from opsctl.people.terms import ME
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import Rules
from opsctl.store import references

_BLOCK = 1000
_CANDIDATES = 5
UNRESOLVED_NOW = text("incident.state IN ('open', 'acknowledged', 'mitigated')")
"""Spelled out, so that the databases know it for the condition of the index of unresolved incidents."""


@dataclass(frozen=True)
class Held:
    """A case that is locked for a write, as it was found."""

    case: Case
    rules: Rules


def cases_of(session: Session, incidents: Sequence[Incident]) -> list[Case]:
    """Each of these incidents with all that was merged into it, directly or by way of another."""
    members: dict[str, list[Incident]] = {one.reference: [] for one in incidents}
    root = {one.reference: one.reference for one in incidents}
    wanted = list(members)
    while wanted:
        found: list[Incident] = []
        for start in range(0, len(wanted), _BLOCK):
            into = col(IncidentRow.merged_into).in_(wanted[start : start + _BLOCK])
            found += rows.load(session, rows.chosen().where(into).order_by(col(IncidentRow.reference)))
        for one in found:
            root[one.reference] = root[str(one.merged_into)]
            members[root[one.reference]].append(one)
        wanted = [one.reference for one in found]
    return [Case(one, tuple(members[one.reference])) for one in incidents]


def case_of(session: Session, incident: Incident) -> Case:
    """One incident with all that was merged into it."""
    return cases_of(session, [incident])[0]


def targets_of(session: Session, found: set[str]) -> set[str]:
    """These references, each merged one replaced by the incident that it ended in."""
    ended = set(found)
    while True:
        into: dict[str, str] = {}
        wanted = sorted(ended)
        for start in range(0, len(wanted), _BLOCK):
            # Which of them were merged is seen here: asked for it, SQLite would look through all that ever were.
            some = col(IncidentRow.reference).in_(wanted[start : start + _BLOCK])
            found_there = session.exec(select(IncidentRow.reference, IncidentRow.merged_into).where(some))
            into.update((reference, target) for reference, target in found_there if target is not None)
        if not into:
            return ended
        ended = {into.get(reference, reference) for reference in ended}


def rules_of(session: Session, incident: Incident) -> Rules:
    """The rules that the incident is judged by."""
    return rulebook.of_generation(session, generation=incident.rules)


def person_of(session: Session, word: str, actor: str) -> str:
    """The handle of the person that is named, `me` is the actor. Raise NotFound or Conflict as `known_handle` does."""
    if mend(word).casefold() in ME:
        return actor
    from opsctl.people.service import persons

    return persons.known_handle(session, word=word)


def check_in_hand(case: Case, move: str) -> None:
    """Raise Conflict, with the legal moves, unless the incident is unresolved and counts."""
    incident = case.incident
    if incident.void is None and incident.state not in UNRESOLVED:
        raise illegal(incident.reference, incident.state, move, incident.merged_into)
    moves.check_state(case, "pause")


def check_apart(case: Case, move: str) -> None:
    """Raise Conflict if the incident was merged into another, whose own this is now."""
    incident = case.incident
    if incident.state is State.MERGED:
        raise illegal(incident.reference, incident.state, move, incident.merged_into)


def reference_of(session: Session, word: str, now: datetime, *, writing: bool) -> str:
    """The reference that the word means. Raise NotFound or, with the candidates, InvalidInput."""
    column = col(IncidentRow.reference)
    return references.find(session, column=column, prefix=PREFIX, word=word, now=now, writing=writing)


def of_person(session: Session, person: str) -> Any:
    """The condition that the person has it, for a query of the unresolved ones.

    Not of the column itself: SQLite would look through all that the person ever had, not through what is unresolved.
    """
    return (col(IncidentRow.assignee) + literal_column("''")).in_(identity.names_of_one(session, person))


def only_one_of(session: Session, actor: str) -> str:
    """The reference of the only unresolved incident that is assigned to that person.

    Raise InvalidInput, with the candidates, where there is none or more than one.
    """
    column = col(IncidentRow.reference)
    query = select(column).where(of_person(session, actor), UNRESOLVED_NOW, col(IncidentRow.void).is_(None))
    found = session.exec(query.order_by(column).limit(_CANDIDATES + 1)).all()
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(
            _("{person} has no unresolved incident.").format(person=actor),
            _("Name another's: opsctl incident list --state unresolved"),
        )
    more = " …" if len(found) > _CANDIDATES else ""
    raise InvalidInput(
        _("{person} has several unresolved incidents: {references}").format(
            person=actor, references=series(found[:_CANDIDATES]) + more
        ),
        _("Name one."),
    )


def hold(session: Session, named: Sequence[str], now: datetime, *, mine: str | None = None) -> list[Held]:
    """The cases of these references, in the order named, locked so that nobody else changes them in between.

    Where none is named, the only unresolved one of the person `mine`.
    """
    column = col(IncidentRow.reference)
    if not named and mine is not None:
        wanted = [only_one_of(session, mine)]
    else:
        wanted = list(dict.fromkeys(reference_of(session, word, now, writing=True) for word in named))
    # In the order of references, so that two people who lock the same two never wait for each other. On SQLite there is
    # only one writer, and the word is left out.
    locked = rows.load(session, rows.chosen().where(column.in_(wanted)).order_by(column).with_for_update())
    cases = {case.reference: case for case in cases_of(session, locked)}
    return [Held(cases[reference], rules_of(session, cases[reference].incident)) for reference in wanted]


def save(
    session: Session, held: Held, after: Case, *, kind: str, facts: dict[str, Any], happened_at: datetime
) -> Case:
    """Write what changed in the case, its dues computed anew, with a ledger row for each incident that did."""
    rules = rulebook.of_generation(session, generation=after.incident.rules)
    if after.incident.state is not State.MERGED:
        after = replace(after, incident=stamped(after, rules))
    write(session, held.case.incident, after.incident, kind=kind, facts=facts, happened_at=happened_at)
    before = {one.reference: one for one in held.case.members}
    for one in after.members:
        if one != before[one.reference]:
            through = {**facts, "through": after.reference}
            write(session, before[one.reference], one, kind=kind, facts=through, happened_at=happened_at)
    return after


def write(
    session: Session, before: Incident, after: Incident, *, kind: str, facts: dict[str, Any], happened_at: datetime
) -> None:
    """Write one incident and its ledger row."""
    rows.save(session, before, after)
    ledger.append(
        session,
        kind=kind,
        subject=after.reference,
        about=after.asset,
        customer=after.customer,
        facts=facts,
        record=life.fields(after),
        happened_at=happened_at,
    )
