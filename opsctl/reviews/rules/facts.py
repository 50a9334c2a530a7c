"""What the records say of what a review is about: read anew each time, never kept. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.rules.results import Shown
from opsctl.ledger.rules import Row, read_facts
from opsctl.reviews.terms import RETURNED, SUBMITTED


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier incident of the same asset, or with the same cause, and the actions that were promised then."""

    incident: Incident
    same_asset: bool
    same_cause: bool
    reviews: tuple[str, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class CaseFacts:
    """One incident under review.

    `rows` are the ledger's of it, of what was merged into it and of the action it came from, `around` those of other
    records of the same asset within AROUND of the trouble; both by when it happened, then by number. `lost` is how long
    its asset did not serve, in seconds, overlapping outages once; None where no outage was declared. `due` is when its
    review is due, None where no rule says so or it is not resolved; `due_written` the rule's own words, such as 5wd.
    """

    shown: Shown
    rows: tuple[Row, ...]
    around: tuple[Row, ...]
    earlier: tuple[Earlier, ...]
    lost: float | None
    due: datetime | None
    due_written: str | None
    around_left: int = 0
    """How many rows around the trouble were left out: there are too many to read."""


@dataclass(frozen=True)
class Facts:
    """All that the records say of one review as of `gathered_at`, with the newest row of the ledger then.

    `actions` came from the review or are linked to it, `discussed` are the subjects of a meeting that are actions.
    `since_approval` are rows of its incidents that are newer than its approval. `people` are the handles, logins and
    names of every person, each with the handle: what an export for customers leaves out.
    """

    cases: tuple[CaseFacts, ...]
    actions: tuple[Action, ...]
    discussed: tuple[Action, ...]
    since_approval: tuple[Row, ...]
    people: tuple[tuple[str, str], ...]
    assets: tuple[tuple[str, str], ...]
    """Handle and title of each asset that is named."""
    customers: tuple[tuple[str, str], ...]
    """Code and name of each customer that is named."""
    zone: str
    """The database's."""
    gathered_at: datetime
    head: tuple[int, str]
    missing: tuple[str, ...] = ()
    """The subjects of the review that are no record of this database."""
    steps: tuple[Row, ...] = ()
    """What became of the review itself, in the order of the ledger; of its edits the last alone."""

    @property
    def returned(self) -> "Returned | None":
        """By whom it was returned, and why; None where it never was, or was submitted again since."""
        return returned_of(self.steps)


@dataclass(frozen=True, slots=True)
class Returned:
    """A review that was given back: by whom, why (None where that was redacted), and when, aware UTC."""

    by: str
    reason: str | None
    at: datetime


def returned_of(steps: Sequence[Row]) -> Returned | None:
    """The return that the last of these rows of a review still stands at; None once it was submitted again."""
    last = max((row for row in steps if row.kind in (RETURNED, SUBMITTED)), key=lambda row: row.seq, default=None)
    if last is None or last.kind != RETURNED:
        return None
    reason = None if last.facts is None else read_facts(last.facts).get("reason")
    return Returned(last.actor, reason if isinstance(reason, str) else None, last.recorded_at)


def by_handle(rows: Iterable[Row], people: Iterable[tuple[str, str]]) -> list[Row]:
    """The rows, each by the handle of who acted where the ledger has the login; `people` as `Facts` has them."""
    handles = dict(people)
    # A handle is its own person's, whatever somebody else is called.
    handles |= {handle: handle for handle in handles.values()}
    return [replace(row, actor=handles.get(row.actor, row.actor)) for row in rows]
