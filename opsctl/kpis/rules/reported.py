"""What a report and an explanation are made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from opsctl.actions.rules import Action
from opsctl.core.periods import Period
from opsctl.duties.rules import Occurrence
from opsctl.incidents.rules.life import Incident
from opsctl.inspections.rules.results import RoundFacts
from opsctl.kpis.rules.arithmetic import Arithmetic
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.judged import Judged
from opsctl.kpis.terms import Name

if TYPE_CHECKING:  # most reports are of no backup
    from opsctl.backups.rules import Run, Test


@dataclass(frozen=True)
class Undecided:
    """What somebody else has still to decide, and what a report therefore begins with.

    Pauses as they are named for an approval (INC-2026-0042/1), maintenance that was approved late or never and stays
    in the service time, incidents whose acknowledgement is judged by when it was typed in, and rounds that would be
    on time if another person countersigned when they were walked.
    """

    pauses: tuple[str, ...] = ()
    maintenance: tuple[str, ...] = ()
    acknowledgements: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reported:
    """The figures of a period, as of a moment, with the head of the ledger they were read at.

    `left_out` are figures without severities where one was asked for, `unsplit` those that were only split by one.
    `by_name` says that here another person is another name, not another login.
    """

    period: Period
    scope: Scope
    as_of: datetime
    ledger_head: str
    figures: tuple[Figure, ...]
    undecided: Undecided = Undecided()
    left_out: tuple[Name, ...] = ()
    unsplit: tuple[Name, ...] = ()
    by_name: bool = False
    trend: bool = False


@dataclass(frozen=True)
class Explained:
    """A record whose part in a figure is asked for, with the case that the figure judges, and its clock.

    `review_due` is when its review is due, where that is what the figure judges.
    """

    incident: Incident
    case: Judged
    arithmetic: Arithmetic | None
    review_due: datetime | None = None


@dataclass(frozen=True)
class ExplainedDue:
    """An occurrence, a round, an action, a backup or a restore test whose part in a figure is asked for.

    A round or backup that met no occurrence has none, but a backup that was begun for a slot has that. `reference` is
    that of what was asked for.
    """

    reference: str
    occurrence: Occurrence | None = None
    round: RoundFacts | None = None
    action: Action | None = None
    run: "Run | None" = None
    test: "Test | None" = None

    @property
    def due_at(self) -> datetime | None:
        """The instant which a figure goes by."""
        if self.action is not None:
            return self.action.deadline
        if self.test is not None:
            return self.test.ended_at
        if self.run is not None and self.occurrence is None:
            return self.run.ended_at
        return None if self.occurrence is None else self.occurrence.due_at

    @property
    def judged(self) -> str:
        """The reference under which a figure judges it."""
        return self.reference if self.occurrence is None else self.occurrence.reference
