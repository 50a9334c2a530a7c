"""What a figure is, and how its value follows from what it was divided from."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from opsctl.core.intervals import Interval
from opsctl.core.numbers import DurationStatistics
from opsctl.core.periods import Period
from opsctl.kpis.rules.data_sets import Aged, Coverage, Timed, Tried
from opsctl.kpis.terms import DEFINITION_VERSIONS, Name, Reason, State, Unit, unit_of

Scope = tuple[tuple[str, str | int], ...]
"""What a figure is about: () is everything, (("asset", "erp"),) one asset."""
Number = int | float
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that a figure left out, and why; `because` is what was written down about it."""

    reference: str
    reason: Reason
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """One merged outage within the period, with the incidents that declared it.

    `lost` is how much of it lay in the service time, in microseconds; `weighted` the same with each moment counted by
    the largest share that was lost at it, in thousandths of microseconds.
    """

    asset: str
    window: Interval
    references: tuple[str, ...]
    lost: int
    weighted: int


@dataclass(frozen=True, slots=True)
class Met:
    """How many records a figure met that were set right, taken out, entered late or opened again.

    `voided` are in no other number of the figure; the rest are among what it counted or left out.
    """

    voided: int = 0
    corrected: int = 0
    late: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Ratio:
    """A second value beside the first: what it would be if every undecided pause were approved."""

    value: float | None
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and whether it is met; None where there is no value. `statistic` is `mean` where it names no other."""

    statistic: str
    op: str
    value: float
    met: bool | None
    written: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a figure was in another period."""

    period: str
    state: State
    value: Number | None


@dataclass(frozen=True)
class Trend:
    """A figure in the period before, and in the same one a year ago; None where there is no such period."""

    previous: Earlier | None
    last_year: Earlier | None


class Reviewed(NamedTuple):
    """An incident whose review is due, and the first that was held: None where none was.

    `late` says that it was recorded as held long after it was.
    """

    reference: str
    due: datetime
    review: str | None
    held: datetime | None
    late: bool


class Repeat(NamedTuple):
    """A case and the last one before it that it repeats; `known` says that both have the same known cause."""

    reference: str
    earlier: str
    known: bool


@dataclass(frozen=True)
class Figure:
    """One KPI for one scope. Ratios are 0 to 1, durations are seconds; `value` is None unless the state allows one.

    `missed` are those of `counted` that were not on time, or not done; `pending` what was due and may still be done,
    which is outside. `met_by` names the round that met an occurrence, `grades` says how many of these rounds are
    evidence of each grade, `flagged` how many carry a flag. `fallbacks` says how many durations began at a later
    instant than the formula names, by that instant; `responses` how acknowledgements came about, `without_self` the
    statistics without those of one's own opening. `weighted` is the availability with partial outages counted by
    their share, None where there was none.

    Of backups, `aged` are the data sets, the worst first, `tried` the runs of the slots that are missed, `timed` the
    restore tests with their RTO, and `coverage` says how far restores are tested at all.

    `reviewed` are the incidents whose review is due, `repeats` those that repeat another.
    """

    name: Name
    scope: Scope
    state: State
    n: int
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    statistics: DurationStatistics | None = None
    counted: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    missed: tuple[str, ...] = ()
    carried_over: tuple[str, ...] = ()
    outages: tuple[Outage, ...] = ()
    met: Met = Met()
    fallbacks: tuple[tuple[str, int], ...] = ()
    responses: tuple[tuple[str, int], ...] = ()
    without_self: DurationStatistics | None = None
    if_approved: Ratio | None = None
    weighted: Number | None = None
    late_maintenance: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    met_by: tuple[tuple[str, str], ...] = ()
    grades: tuple[tuple[str, int], ...] = ()
    flagged: int = 0
    aged: tuple[Aged, ...] = ()
    tried: tuple[Tried, ...] = ()
    timed: tuple[Timed, ...] = ()
    coverage: Coverage | None = None
    reviewed: tuple[Reviewed, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    targets: tuple[Verdict, ...] = ()
    trend: Trend | None = None

    @property
    def unit(self) -> Unit:
        """What it is counted in."""
        return unit_of(self.name)

    @property
    def definition(self) -> int:
        """The version of the formula."""
        return DEFINITION_VERSIONS[self.name]


def valued(
    figure: Figure,
    period: Period,
    now: datetime,
    *,
    value: Number,
    numerator: Number | None = None,
    denominator: Number | None = None,
) -> Figure:
    """The figure with its value, and what that was divided from: `partial` while the period runs."""
    state = State.PARTIAL if period.is_running(now) else State.VALUE
    return replace(figure, state=state, value=value, numerator=numerator, denominator=denominator)


def microseconds_between(start: datetime, end: datetime) -> int:
    """From one moment to the other; negative where it lies before."""
    return (end - start) // _MICROSECOND


def seconds(microseconds: int) -> Number:
    """Microseconds as seconds: whole where they are."""
    whole, rest = divmod(microseconds, 1_000_000)
    return microseconds / 1_000_000 if rest else whole


def passed_of(period: Period, now: datetime) -> Interval:
    """What of the period has passed; of no length where it has not begun."""
    passed = period.clipped(now)
    return Interval(passed.start, passed.end)
