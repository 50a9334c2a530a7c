"""What was due of rounds and actions, and whether it was done: the figures of duties and of follow-ups."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from opsctl.actions.rules import Action
from opsctl.actions.terms import State as ActionState
from opsctl.core.periods import Period
from opsctl.duties.rules import Occurrence
from opsctl.duties.terms import State as DutyState
from opsctl.inspections.rules.results import RoundFacts
from opsctl.inspections.terms import COMPLETED, Grade
from opsctl.kpis.rules.figures import Excluded, Figure, Met, Scope, valued
from opsctl.kpis.terms import Name, Reason, State

LEFT_OUT = {DutyState.CANCELLED: Reason.CANCELLED, DutyState.WAIVED: Reason.WAIVED}
"""What leaves the numerator and the denominator, and why."""


class Due(NamedTuple):
    """Something that was due, as one figure judges it.

    `good` is None where it is not decided yet, or left out for a `reason`. `round` is what met it, where it was a
    round that did.
    """

    reference: str
    asset: str | None
    customer: str | None
    good: bool | None
    reason: Reason | None = None
    because: str | None = None
    met_by: str | None = None
    round: RoundFacts | None = None
    void: bool = False
    corrected: bool = False


def of_rounds(
    name: Name,
    occurrences: Iterable[Occurrence],
    rounds: Mapping[str, RoundFacts],
    customers: Mapping[str, str | None],
    now: datetime,
) -> list[Due]:
    """Each of the occurrences that a round would meet. `customers` says whom an asset serves."""
    return [
        Due(
            one.reference,
            one.about or None,
            customers.get(one.about),
            _is_good(name, one, now),
            LEFT_OUT.get(one.state),
            one.reason if one.state in LEFT_OUT else None,
            one.met_by,
            rounds.get(one.met_by or ""),
        )
        for one in occurrences
        if one.kind == COMPLETED
    ]


def _is_good(name: Name, one: Occurrence, now: datetime) -> bool | None:
    """Done is done, also when it was late; on time is another figure. A miss is one when its window is over."""
    if one.state is DutyState.DONE:
        return name is Name.INSPECTION_COMPLETION or one.is_on_time
    return False if one.is_missed(now) else None


def of_void_rounds(void: Iterable[tuple[Occurrence, str]], customers: Mapping[str, str | None]) -> list[Due]:
    """The rounds, by reference, that met an occurrence and were taken out: what a figure would have counted."""
    return [Due(by, one.about or None, customers.get(one.about), good=True, void=True) for one, by in void]


def of_actions(actions: Iterable[Action], customers: Mapping[str, str | None], now: datetime) -> list[Due]:
    """Each of the actions: good if another person verified it by its deadline, bad once that is over.

    An action is its own customer's, else its asset's.
    """
    return [
        Due(
            one.reference,
            one.asset,
            one.customer or customers.get(one.asset or ""),
            _is_verified_in_time(one) if one.deadline < now else None,
            void=one.void is not None,
            corrected=one.corrected_at is not None,
        )
        for one in actions
    ]


def _is_verified_in_time(action: Action) -> bool:
    is_verified = action.state is ActionState.VERIFIED and action.verified_at is not None
    return is_verified and action.verified_at is not None and action.verified_at <= action.deadline


def is_undecided(one: Occurrence) -> bool:
    """Whether another person's countersign would make it on time: claimed within its window, entered outside."""
    if one.kind != COMPLETED or one.state is not DutyState.DONE or one.met_at is None or one.met_by is None:
        return False
    return one.opens_at <= one.met_at <= one.closes_at and not one.is_on_time


def figures_of(
    name: Name,
    dues: Iterable[Due],
    period: Period,
    now: datetime,
    base: Scope,
    scopes_of: Callable[[str | None, str | None], list[Scope]],
) -> list[Figure]:
    """The figure of every scope, the whole before its parts, these in their order.

    `scopes_of` says which scopes something of an asset and a customer belongs to, none where it is not asked for.
    """
    found: dict[Scope, list[Due]] = {base: []}
    for one in dues:
        for scope in scopes_of(one.asset, one.customer):
            found.setdefault(scope, []).append(one)
    ordered = sorted(found, key=lambda scope: (scope != base, scope))
    return [_figure(name, scope, found[scope], period, now) for scope in ordered]


def _figure(name: Name, scope: Scope, dues: list[Due], period: Period, now: datetime) -> Figure:
    standing = [one for one in dues if not one.void]
    counted = [one for one in standing if one.good is not None]
    good = sum(1 for one in counted if one.good)
    rounds = {one.round.reference: one.round for one in counted if one.round is not None}
    grades = Counter(one.grade for one in rounds.values())
    excluded = [Excluded(one.reference, one.reason, one.because) for one in standing if one.reason is not None]
    figure = Figure(
        name,
        scope,
        State.NOT_APPLICABLE,
        n=len(counted),
        counted=tuple(sorted(one.reference for one in counted)),
        excluded=tuple(sorted(excluded, key=lambda one: one.reference)),
        missed=tuple(sorted(one.reference for one in counted if not one.good)),
        met=Met(
            voided=sum(1 for one in dues if one.void and one.good is not None),
            corrected=sum(one.corrected for one in counted) + sum(one.corrected for one in rounds.values()),
            late=sum(one.late for one in rounds.values()),
        ),
        pending=tuple(sorted(one.reference for one in standing if one.good is None and one.reason is None)),
        met_by=tuple(sorted((one.reference, one.met_by) for one in counted if one.met_by is not None)),
        grades=tuple((str(grade), grades[grade]) for grade in Grade) if rounds else (),
        flagged=sum(1 for one in rounds.values() if one.flags),
    )
    if not counted:
        # What is not decided yet was due all the same.
        return replace(figure, state=State.PARTIAL) if figure.pending else figure
    figure = valued(figure, period, now, value=good / len(counted), numerator=good, denominator=len(counted))
    # Of a period that is over, too, what is not decided yet may change the value.
    return replace(figure, state=State.PARTIAL) if figure.pending else figure
