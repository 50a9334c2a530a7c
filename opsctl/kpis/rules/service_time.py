"""When an asset was to serve: its service hours, within its life, without approved maintenance."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from opsctl.assets.rules.assets import AssetView
from opsctl.core.intervals import Interval, clip, subtract
from opsctl.rulebook.rules import Rules

_EVER = datetime.max.replace(tzinfo=UTC)


class Hours:
    """The service hours of every calendar, by the rules that were in force at each moment.

    `history` are the rules of every generation, the oldest first. What was worked out is kept: many assets share one
    calendar.
    """

    def __init__(self, history: Sequence[Rules]) -> None:
        self.history = history
        self._known: dict[tuple[str, Interval], list[Interval]] = {}

    def within(self, calendar: str | None, window: Interval) -> list[Interval]:
        """The service hours on that calendar within the window, sorted and disjoint; all of it where there is none.

        While no rules with a calendar of that name were in force, every moment counts: nothing was said to the
        contrary.
        """
        if calendar is None:
            return [window] if window.start < window.end else []
        found = self._known.get((calendar, window))
        if found is None:
            found = self._known[calendar, window] = self._reckon(calendar, window)
        return found

    def _reckon(self, calendar: str, window: Interval) -> list[Interval]:
        found: list[Interval] = []
        start = window.start
        for rules, until in self._generations():
            end = min(until, window.end)
            if start < end:
                found += _hours(rules, calendar, start, end)
                start = end
        return found

    def _generations(self) -> Iterable[tuple[Rules | None, datetime]]:
        begins = [(rules, rules.since) for rules in self.history]
        standing: Rules | None = None
        for rules, since in begins:
            if since is not None:
                yield standing, since
            standing = rules
        yield standing, _EVER


def _hours(rules: Rules | None, calendar: str, start: datetime, end: datetime) -> list[Interval]:
    if rules is None or (calendar != "always" and calendar not in rules.calendars):
        return [Interval(start, end)]
    return rules.calendar_of(calendar).working(start, end)


def service_time(
    asset: AssetView, window: Interval, hours: Hours, maintenance: Iterable[Interval]
) -> list[Interval]:
    """S − M within the window: the asset's service hours while it was in service, without approved maintenance."""
    life = life_of(asset, window)
    return [] if life is None else subtract(hours.within(asset.service_hours, life), clip(maintenance, life))


def life_of(asset: AssetView, window: Interval) -> Interval | None:
    """The part of the window in which the asset was in service; None for nothing. An empty edge is always."""
    start = max(window.start, asset.in_service_from or window.start)
    end = min(window.end, asset.retired_at or window.end)
    return Interval(start, end) if start < end else None
