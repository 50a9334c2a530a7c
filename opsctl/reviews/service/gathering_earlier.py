"""The incidents that came before one, of the same asset or with the same cause, and what was promised then."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, or_, select

from opsctl.actions.rules import Action
from opsctl.actions.service import rows as action_rows
from opsctl.actions.tables import ActionRow
from opsctl.incidents.rules.life import Case
from opsctl.incidents.service import rows as incident_rows
from opsctl.incidents.tables import IncidentRow
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.facts import Earlier
from opsctl.reviews.rules.relatives import Related, Relative, assets_of, cause_key, causes_of, earlier_than
from opsctl.reviews.service import rows
from opsctl.reviews.terms import EARLIER, Kind

_BLOCK = 1000
_ASKED: Sequence[Any] = [
    IncidentRow.reference, IncidentRow.asset, IncidentRow.cause, IncidentRow.opened, IncidentRow.void,
    IncidentRow.drill, IncidentRow.merged_into,
]  # fmt: skip


def of_cases(session: Session, cases: Sequence[Case], review: str) -> dict[str, tuple[Earlier, ...]]:
    """By case: the earlier incidents, the newest first, with their reviews other than `review` and their actions."""
    own = frozenset(one.reference for case in cases for one in case.all)
    known = _known(session, cases)
    related = {case.reference: earlier_than(case, known, own) for case in cases}
    wanted = sorted({one.reference for some in related.values() for one in some})
    if not wanted:
        return {}
    incidents = {one.reference: one for one in incident_rows.of_references(session, wanted)}
    reviews = [one for one in rows.of_subjects(session, wanted) if one.reference != review]
    promised = _promised(session, wanted, reviews)

    def told(one: Related) -> Earlier:
        of_it = [other for other in reviews if one.reference in other.subjects]
        own_sources, own_linked = _led_to([other for other in of_it if other.kind is Kind.INCIDENT])
        sources, linked = _led_to(of_it)
        asset = incidents[one.reference].asset

        def is_of_it(action: Action) -> bool:
            """Of a review of many incidents, what is about the asset of this one."""
            if action.source in {one.reference, *own_sources} or action.reference in own_linked:
                return True
            return asset is not None and action.asset == asset and (
                action.source in sources or action.reference in linked
            )

        actions = tuple(filter(is_of_it, promised))
        names = tuple(other.reference for other in of_it)
        return Earlier(incidents[one.reference], one.same_asset, one.same_cause, names, actions)

    return {reference: tuple(map(told, some)) for reference, some in related.items()}


def _led_to(reviews: Sequence[Review]) -> tuple[set[str], set[str]]:
    """The references of these reviews, by which their actions name their source, and of the actions they link."""
    linked = {reference for review in reviews for reference in review.document.actions}
    return {review.reference for review in reviews}, linked


def _known(session: Session, cases: Sequence[Case]) -> dict[str, Relative]:
    """Every incident that may be one of those, with what each of them was merged into."""
    assets = frozenset().union(*(assets_of(case) for case in cases))
    causes = frozenset().union(*(causes_of(case) for case in cases))
    if not assets and not causes:
        return {}
    first = min(case.opened for case in cases) - EARLIER
    last = max(case.opened for case in cases)
    related: Any = col(IncidentRow.asset).in_(sorted(assets))
    if causes:
        # Causes are compared by a key that no database makes: each one that is recorded is looked at.
        related = or_(related, col(IncidentRow.cause).is_not(None))
    query = select(*_ASKED).where(IncidentRow.opened >= first, IncidentRow.opened < last, related)
    every = (_relative(*found) for found in session.connection().execute(query))
    known = {one.reference: one for one in every if one.asset in assets or one.cause in causes}
    return known | _targets(session, known)


def _targets(session: Session, known: dict[str, Relative]) -> dict[str, Relative]:
    """What these were merged into, directly or by way of another, where it is not among them."""
    found: dict[str, Relative] = {}
    fresh: Collection[Relative] = known.values()
    while wanted := sorted({str(one.merged_into) for one in fresh if one.merged_into} - known.keys() - found.keys()):
        fresh = []
        for start in range(0, len(wanted), _BLOCK):
            query = select(*_ASKED).where(col(IncidentRow.reference).in_(wanted[start : start + _BLOCK]))
            fresh += [_relative(*row) for row in session.connection().execute(query)]
        found |= {one.reference: one for one in fresh}
    return found


def _relative(
    reference: str, asset: str | None, cause: str | None, opened: Any, void: Any, drill: bool, merged_into: str | None
) -> Relative:
    return Relative(reference, asset, cause_key(cause), opened, void is None and not drill, merged_into)


def _promised(session: Session, incidents: Sequence[str], reviews: Sequence[Review]) -> list[Action]:
    """The actions that came from these or that the reviews name, in the order of references; void ones are none."""
    sources = [*incidents, *(one.reference for one in reviews)]
    found = action_rows.load(session, action_rows.chosen().where(col(ActionRow.source).in_(sources)))
    found += action_rows.of_references(session, (each for one in reviews for each in one.document.actions))
    every = {one.reference: one for one in found if one.void is None}
    return sorted(every.values(), key=lambda one: (len(one.reference), one.reference))
