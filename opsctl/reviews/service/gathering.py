"""Everything that the records say of what a review is about, read anew each time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain as chained

from sqlmodel import Session, col, select

from opsctl.actions.rules import Action
from opsctl.actions.service import rows as action_rows
from opsctl.actions.tables import ActionRow
from opsctl.actions.terms import PREFIX as ACTION
from opsctl.assets.tables.assets import Asset
from opsctl.incidents.rules import closing
from opsctl.incidents.rules.clocks import clocks_of, limits_of
from opsctl.incidents.rules.life import Case
from opsctl.incidents.rules.restoring import RestorePoint
from opsctl.incidents.rules.results import Shown
from opsctl.incidents.service import restoring
from opsctl.incidents.service import rows as incident_rows
from opsctl.incidents.service.cases import cases_of, rules_of
from opsctl.incidents.terms import PREFIX as INCIDENT
from opsctl.incidents.terms import UNRESOLVED, State
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.people.service import persons
from opsctl.people.tables.customers import CustomerRow
from opsctl.reviews import terms
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.facts import CaseFacts, Earlier, Facts, by_handle
from opsctl.reviews.rules.relatives import in_order, lost_seconds
from opsctl.reviews.service import gathering_around, gathering_earlier
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.reviews import review_due
from opsctl.store.settings import zone_of

FEW = 20
"""Up to so many incidents each is looked at in its surroundings; of the faults of a month that would be too much."""
_BLOCK = 1000
_STEPS = (
    terms.STARTED, terms.IMPORTED, terms.SUBMITTED, terms.APPROVED, terms.RETURNED, terms.CLOSED, terms.VOIDED,
    terms.HANDED_OVER,
)  # fmt: skip


def gather(session: Session, *, review: Review, now: datetime) -> Facts:
    """All that the records say of the review, in a bounded number of statements however many its incidents are.

    What is recorded around each incident, what came before it, and what an unresolved one can be restored to is only
    gathered for a review of up to FEW of them; beyond that these are empty. Nothing is refused: a subject that is void
    or was merged is shown as that, one that no record has is among the `missing`.
    """
    incidents = incident_rows.of_references(session, (one for one in review.subjects if _is_of(one, INCIDENT)))
    place = {reference: at for at, reference in enumerate(review.subjects)}
    cases = sorted(cases_of(session, incidents), key=lambda case: place[case.reference])
    origins = _origins(session, [case.reference for case in cases])
    people = people_of(session)
    rows = {reference: by_handle(some, people) for reference, some in _rows(session, cases, origins).items()}
    few = len(cases) <= FEW
    actions = _actions(session, review)
    # What the review itself led to is no circumstance of the trouble.
    own = {*rows, *(one.reference for one in actions)}
    found_near = gathering_around.of_cases(session, cases, own, now) if few else {}
    near = {reference: (tuple(by_handle(some, people)), left) for reference, (some, left) in found_near.items()}
    before = gathering_earlier.of_cases(session, cases, review.reference) if few else {}
    found = tuple(
        _facts(session, case, origins.get(case.reference), rows, near, before, now=now, few=few) for case in cases
    )
    discussed = _in_their_order(
        action_rows.of_references(session, (one for one in review.subjects if _is_of(one, ACTION))), place
    )
    known = {*(case.reference for case in cases), *(one.reference for one in discussed)}
    newest = ledger.head(session)
    return Facts(
        cases=found,
        actions=actions,
        discussed=discussed,
        since_approval=_since_approval(review, cases, rows),
        people=people,
        assets=_assets(session, review, found, (*actions, *discussed)),
        customers=_customers(session, review, found, (*actions, *discussed)),
        zone=zone_of(session),
        gathered_at=now,
        head=(newest.seq, newest.hash),
        missing=tuple(one for one in review.subjects if one not in known),
        steps=tuple(by_handle(_steps(session, review.reference), people)),
    )


def _is_of(reference: str, prefix: str) -> bool:
    return reference.startswith(f"{prefix}-")


def _in_their_order(actions: Iterable[Action], place: dict[str, int]) -> tuple[Action, ...]:
    return tuple(sorted(actions, key=lambda one: place[one.reference]))


def _origins(session: Session, references: Sequence[str]) -> dict[str, str]:
    """The action that each of these incidents took over; of several the first."""
    found: dict[str, str] = {}
    for block in _blocks(references):
        query = select(ActionRow.incident, ActionRow.reference).where(col(ActionRow.incident).in_(block))
        for incident, action in session.exec(query.order_by(col(ActionRow.reference))):
            found.setdefault(str(incident), action)
    return found


def _rows(session: Session, cases: Sequence[Case], origins: dict[str, str]) -> dict[str, list[Row]]:
    """The rows of the ledger of each incident, of what was merged into it, and of the actions they came from."""
    wanted = {one.reference for case in cases for one in case.all} | set(origins.values())
    found: dict[str, list[Row]] = {reference: [] for reference in wanted}
    for block in _blocks(sorted(wanted)):
        for row in ledger.rows(session, Search(subjects=block)):
            found[row.subject].append(row)
    return found


def _facts(
    session: Session,
    case: Case,
    origin: str | None,
    rows: dict[str, list[Row]],
    near: dict[str, tuple[tuple[Row, ...], int]],
    before: dict[str, tuple[Earlier, ...]],
    *,
    now: datetime,
    few: bool,
) -> CaseFacts:
    rules = rules_of(session, case.incident)
    limits = limits_of(case, rules)
    # What counts nowhere wants no review, and of what was merged its target has one.
    wanted = case.incident.counts and case.incident.state is not State.MERGED
    subjects = [one.reference for one in case.all] + ([] if origin is None else [origin])
    around, left = near.get(case.reference, ((), 0))
    shown = Shown(
        case,
        clocks_of(case, rules, now),
        rules.severity_names.get(case.incident.severity or 0),
        tuple(closing.missing(case, rules)),
        origin,
        _restore_points(session, case, now) if few else None,
    )
    return CaseFacts(
        shown=shown,
        rows=in_order(row for reference in subjects for row in rows[reference]),
        around=around,
        earlier=before.get(case.reference, ()),
        lost=lost_seconds(case, now),
        due=review_due(rules, limits, case.incident.resolved) if wanted else None,
        due_written=limits.review_within if wanted and limits is not None else None,
        around_left=left,
    )


def _restore_points(session: Session, case: Case, now: datetime) -> tuple[RestorePoint, ...] | None:
    incident = case.incident
    if incident.state not in UNRESOLVED or incident.void is not None:
        return None
    in_force = rulebook.in_force(session, at=now)
    return restoring.points(session, asset=incident.asset, rules=in_force, began_at=case.clock_start)


def _actions(session: Session, review: Review) -> tuple[Action, ...]:
    """The actions that came from the review, and those that it names, in the order of references."""
    query = action_rows.chosen().where(ActionRow.source == review.reference)
    found = action_rows.load(session, query)
    found += action_rows.of_references(session, review.document.actions)
    return tuple(sorted({one.reference: one for one in found}.values(), key=_number))


def _number(action: Action) -> tuple[int, str]:
    """By number: as text ACT-2026-10000 would stand before ACT-2026-9999."""
    return len(action.reference), action.reference


def _since_approval(review: Review, cases: Sequence[Case], rows: dict[str, list[Row]]) -> tuple[Row, ...]:
    """What changed the record of its incidents after it was approved; notes change none."""
    approved = review.approved_seq
    if approved is None:
        return ()
    references = dict.fromkeys(one.reference for case in cases for one in case.all)
    every = chained.from_iterable(rows[reference] for reference in references)
    return in_order(row for row in every if row.seq > approved and row.record_digest is not None)


def _steps(session: Session, reference: str) -> list[Row]:
    """What became of the review; of its edits, which have all its text, the last alone."""
    steps = list(ledger.rows(session, Search(subject=reference, kinds=_STEPS)))
    last = ledger.newest(session, search=Search(subject=reference, kind=terms.EDITED), limit=1)
    return sorted([*steps, *last], key=lambda row: row.seq)


def people_of(session: Session) -> tuple[tuple[str, str], ...]:
    """The handle, login and name of every person, each with the handle."""
    return tuple((word, handle) for handle, words in persons.names_of(session).items() for word in (handle, *words))


def _assets(
    session: Session, review: Review, found: Sequence[CaseFacts], actions: Sequence[Action]
) -> tuple[tuple[str, str], ...]:
    named = {one.asset for facts in found for one in facts.shown.case.all}
    named |= {each.incident.asset for facts in found for each in facts.earlier}
    named |= {review.asset, *(one.asset for one in actions)}
    titles = []
    for block in _blocks(sorted(one for one in named if one is not None)):
        query = select(Asset.handle, Asset.title, Asset.title_zh).where(col(Asset.handle).in_(block))
        for handle, title, chinese in session.exec(query.order_by(col(Asset.handle))):
            titles.append((handle, Words(title, chinese or title).said))
    return tuple(titles)


def _customers(
    session: Session, review: Review, found: Sequence[CaseFacts], actions: Sequence[Action]
) -> tuple[tuple[str, str], ...]:
    named = {one.customer for facts in found for one in facts.shown.case.all}
    named |= {review.customer, *(one.customer for one in actions)}
    wanted = col(CustomerRow.code).in_([one for one in named if one is not None])
    query = select(CustomerRow.code, CustomerRow.name, CustomerRow.name_zh).where(wanted)
    return tuple(
        (code, Words(name, chinese or name).said)
        for code, name, chinese in session.exec(query.order_by(col(CustomerRow.code)))
    )


def _blocks(wanted: Sequence[str]) -> Iterable[Collection[str]]:
    return (wanted[start : start + _BLOCK] for start in range(0, len(wanted), _BLOCK))
