"""What the records say of what a review is about: read anew each time, never kept. Pure."""

from dataclasses import dataclass
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.rules.results import Shown
from opsctl.ledger.rules import Row


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
