"""What the rules in force say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from opsctl.core import texts
from opsctl.core.calendars import Calendar
from opsctl.rulebook.terms import Starts


class Words(NamedTuple):
    """A name in both languages."""

    en: str
    zh: str

    @property
    def said(self) -> str:
        """It in the reader's language."""
        return self.zh if texts.language() == "zh_CN" else self.en


@dataclass(frozen=True, slots=True)
class Limits:
    """What a severity asks for: working time on a calendar, None where nothing is asked.

    `1wd` of the book is already the working time of one working day of the calendar; the words of the book are kept
    beside it.
    """

    severity: int
    response: timedelta | None
    restore: timedelta | None
    starts: Starts
    calendar: str
    emergency_plan: bool
    review_within: str | None
    response_written: str | None = None
    restore_written: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """`figure op value`: ratios 0 to 1, durations in seconds. `figure` may be `mttr` or `mttr.p90`."""

    figure: str
    op: str
    value: float
    written: str


@dataclass(frozen=True)
class Rules:
    """Everything in force at one generation; empty (generation 0) before the first book."""

    generation: int = 0
    since: datetime | None = None
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    posts: Mapping[str, Words] = field(default_factory=dict)
    severities: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(impact, urgency) → severity."""
    severity_names: Mapping[int, Words] = field(default_factory=dict)
    limits: Mapping[int, Limits] = field(default_factory=dict)
    customer_limits: Mapping[tuple[str, int], Limits] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    customer_targets: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    asset_targets: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    reopen_window: timedelta | None = None
    patrols: Mapping[str, Any] = field(default_factory=dict)
    """Checklists, routes, duties, policies of backups, deadlines of actions and reviews as the contents say them.

    `patrols_of`, `policies_of` and `reviews_of` read them.
    """

    def severity_of(self, impact: str, urgency: str) -> int | None:
        """The severity of that impact and urgency; None where no matrix is in force."""
        return self.severities.get((impact, urgency))

    @property
    def backed_up(self) -> dict[str, str]:
        """The asset of each policy of backups, by the policy's name; without making the policies themselves."""
        return {name: said["asset"] for name, said in self.patrols.get("backups", {}).items()}

    def limits_of(self, severity: int | None, customer: str | None = None) -> Limits | None:
        """What that severity asks for: the customer's own limits, else those of all; None where nothing is said."""
        if severity is None:
            return None
        own = None if customer is None else self.customer_limits.get((customer, severity))
        return own or self.limits.get(severity)

    def calendar_of(self, name: str | None) -> Calendar:
        """The calendar of that name; one that always counts for None or `always`. Raise KeyError if there is none."""
        if name is None or name == "always":
            return ALWAYS
        return self.calendars[name]

    def target_of(self, figure: str, customer: str | None = None, asset: str | None = None) -> Target | None:
        """The target of a figure for that scope: the asset's, else the customer's, else that of all."""
        for targets in (
            self.asset_targets.get(asset or "", ()),
            self.customer_targets.get(customer or "", ()),
            self.targets,
        ):
            for target in targets:
                if target.figure == figure:
                    return target
        return None


ALWAYS = Calendar("always", always=True)
