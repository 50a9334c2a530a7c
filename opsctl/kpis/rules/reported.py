"""What a report and an explanation are made of."""

from dataclasses import dataclass
from datetime import datetime

from opsctl.core.periods import Period
from opsctl.incidents.rules.life import Incident
from opsctl.kpis.rules.arithmetic import Arithmetic
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.judged import Judged
from opsctl.kpis.terms import Name


@dataclass(frozen=True)
class Undecided:
    """What somebody else has still to decide, and what a report therefore begins with.

    Pauses as they are named for an approval (INC-2026-0042/1), maintenance that was approved late or never and stays
    in the service time, incidents whose acknowledgement is judged by when it was typed in.
    """

    pauses: tuple[str, ...] = ()
    maintenance: tuple[str, ...] = ()
    acknowledgements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reported:
    """The figures of a period, as of a moment, with the head of the ledger they were read at.

    `left_out` are figures of assets where a severity was asked for, `unsplit` those that were only split by one.
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
    """A record whose part in a figure is asked for, with the case that the figure judges, and its clock."""

    incident: Incident
    case: Judged
    arithmetic: Arithmetic | None
