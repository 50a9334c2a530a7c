"""The rules in force, ready to be shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from opsctl.core.calendars import Calendar
from opsctl.core.report import Cell, Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, between, pgettext, series
from opsctl.core.times import local_day
from opsctl.rulebook.rules import Limits, Rules, Target
from opsctl.rulebook.rules.standing import Head, clock
from opsctl.rulebook.terms import DAYS, Level, Starts
from opsctl.rulebook.views import patrols, reviews, words
from opsctl.rulebook.views.versions import data_of

_COMING = 12


def shown(rules: Rules, heads: Sequence[Head], *, now: datetime) -> Report:
    """Rules as people read them: matrix, limits, calendars with the days to come, posts, targets, patrols, reviews."""
    names = series(head.reference for head in heads)
    parts = (
        _matrix(rules),
        _limits(rules),
        _window(rules),
        _calendars(rules),
        _coming(rules, now),
        _posts(rules),
        _targets(rules),
        *patrols.parts(rules),
        *reviews.parts(rules),
    )
    return Report(
        kind="rulebook",
        data={**describe(rules), "books": [data_of(head) for head in heads]},
        heading=_("Rules of {books}, generation {number}").format(books=names, number=rules.generation)
        if names
        else "",
        parts=tuple(part for part in parts if not isinstance(part, Table) or part.rows)
        if names
        else (Text((_("No rulebook is in force."),)),),
        remarks=() if names else (_("Apply the one that opsctl brings along: opsctl rulebook apply default"),),
        references=tuple(head.reference for head in heads),
    )


def describe(rules: Rules) -> dict[str, Any]:
    """Rules for programs: durations in seconds, days as 2026-10-01, minutes of windows from the day's midnight."""
    return {
        "generation": rules.generation,
        "since": rules.since,
        "calendars": {name: _calendar_data(calendar) for name, calendar in sorted(rules.calendars.items())},
        "posts": {post: words._asdict() for post, words in sorted(rules.posts.items())},
        "severity": {
            impact.value: {urgency.value: rules.severity_of(impact, urgency) for urgency in Level} for impact in Level
        }
        if rules.severities
        else None,
        "severity_names": {str(number): words._asdict() for number, words in sorted(rules.severity_names.items())},
        "limits": [{"customer": customer, **_limits_data(limits)} for customer, limits in _every_limit(rules)],
        "reopen_window": None if rules.reopen_window is None else rules.reopen_window.total_seconds(),
        "targets": [{**scope, **_target_data(target)} for scope, target in _every_target(rules)],
        **patrols.describe(rules),
        **reviews.describe(rules),
    }


def _calendar_data(calendar: Calendar) -> dict[str, Any]:
    if calendar.always:
        return {"always": True}
    return {
        "always": False,
        "zone": calendar.zone,
        "weekly": dict(zip(DAYS, calendar.weekly, strict=True)),
        "open": _iso(calendar.open),
        "closed": _iso(calendar.closed),
        "holidays": _iso(calendar.holidays),
        "known_years": calendar.known_years,
    }


def _iso(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _limits_data(limits: Limits) -> dict[str, Any]:
    return {
        "severity": limits.severity,
        "response": None if limits.response is None else limits.response.total_seconds(),
        "restore": None if limits.restore is None else limits.restore.total_seconds(),
        "starts": limits.starts,
        "calendar": limits.calendar,
        "emergency_plan": limits.emergency_plan,
        "review_within": limits.review_within,
    }


def _target_data(target: Target) -> dict[str, Any]:
    return {"figure": target.figure, "op": target.op, "value": target.value}


def _every_limit(rules: Rules) -> list[tuple[str | None, Limits]]:
    general = [(None, limits) for _severity, limits in sorted(rules.limits.items())]
    return [*general, *((customer, limits) for (customer, _severity), limits in sorted(rules.customer_limits.items()))]


def _every_target(rules: Rules) -> list[tuple[dict[str, str], Target]]:
    found: list[tuple[dict[str, str], Target]] = [({}, target) for target in rules.targets]
    scoped: Mapping[str, Mapping[str, tuple[Target, ...]]] = {
        "customer": rules.customer_targets,
        "asset": rules.asset_targets,
    }
    for kind, targets in scoped.items():
        found += [({kind: name}, target) for name, several in sorted(targets.items()) for target in several]
    return found


def _level(level: Level) -> str:
    return {Level.HIGH: _("high"), Level.MEDIUM: _("medium"), Level.LOW: _("low")}[level]


def _matrix(rules: Rules) -> Table:
    columns = (Column("impact", _("impact")), *(Column(level.value, _level(level), Kind.COUNT) for level in Level))
    rows = tuple(
        (_level(impact), *(rules.severity_of(impact, urgency) for urgency in Level))
        for impact in Level
        if rules.severities
    )
    return Table(columns, rows, title=_("Severity by impact (rows) and urgency (columns)"))


def _limits(rules: Rules) -> Table:
    columns = (
        Column("severity", _("severity"), Kind.COUNT),
        Column("name", pgettext("of a rule", "name")),
        Column("customer", _("customer")),
        Column("response", _("response")),
        Column("restore", _("restoration")),
        Column("calendar", _("calendar")),
        Column("starts", _("counted from")),
        Column("emergency_plan", _("emergency plan")),
        Column("review_within", _("review within")),
    )
    starts = {Starts.OPENED: _("opening"), Starts.DETECTED: _("detection"), Starts.IMPACT: _("start of the impact")}
    rows = []
    for customer, limits in _every_limit(rules):
        name = rules.severity_names.get(limits.severity)
        rows.append((
            limits.severity,
            None if name is None else name.said,
            customer or _("all"),
            _length(limits.response_written),
            _length(limits.restore_written),
            limits.calendar,
            starts[limits.starts],
            _("yes") if limits.emergency_plan else _("no"),
            _length(limits.review_within),
        ))  # fmt: skip
    return Table(columns, tuple(rows), title=_("Limits"))


def _length(written: str | None) -> str | None:
    return None if written is None else words.length(written)


def _window(rules: Rules) -> Fields:
    seconds = None if rules.reopen_window is None else rules.reopen_window.total_seconds()
    return Fields(((_("reopened within"), seconds, Kind.DURATION),), title=_("Incidents"))


def _calendars(rules: Rules) -> Table:
    columns = (
        Column("calendar", _("calendar"), Kind.REFERENCE),
        Column("zone", _("zone")),
        Column("hours", _("hours")),
        Column("known", _("days off known to")),
    )
    rows = tuple(
        (
            name,
            None if calendar.always else calendar.zone,
            _("always") if calendar.always else _hours(calendar),
            None if calendar.known_years is None else str(calendar.known_years[1]),
        )
        for name, calendar in sorted(rules.calendars.items())
    )
    return Table(columns, rows, title=_("Calendars"))


def _hours(calendar: Calendar) -> str:
    """The hours of a week: `Mon–Fri 08:00–12:00, 14:00–18:00; Sat 09:00–12:00`."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    runs: list[tuple[int, int]] = []
    for day, windows in enumerate(calendar.weekly):
        if windows and runs and runs[-1][1] == day - 1 and calendar.weekly[day - 1] == windows:
            runs[-1] = runs[-1][0], day
        elif windows:
            runs.append((day, day))
    return between("; ").join(
        f"{names[first] if first == last else f'{names[first]}–{names[last]}'} "
        + series(f"{clock(start)}–{clock(end)}" for start, end in calendar.weekly[first])
        for first, last in runs
    )


def _coming(rules: Rules, now: datetime) -> Table:
    columns = (Column("day", _("day"), Kind.REFERENCE), Column("calendar", _("calendar")), Column("what", _("what")))
    rows = []
    for name, calendar in sorted(rules.calendars.items()):
        today = local_day(now, calendar.zone)
        first, last = calendar.known_years or (0, 0)
        special = {
            **{day: _off(first <= day.year <= last) for day in calendar.holidays},
            **dict.fromkeys(calendar.open, _("working day")),
            **dict.fromkeys(calendar.closed, _("day off")),
        }
        coming = [(day.isoformat(), name, special[day]) for day in sorted(special) if day >= today]
        rows += coming[:_COMING]
        if len(coming) > _COMING:
            rows.append(("…", name, _("{count} more; see --json").format(count=len(coming) - _COMING)))
    return Table(columns, tuple(rows), title=_("Special days to come"))


def _off(known: bool) -> str:
    return _("day off") if known else _("day off, not certain")


def _posts(rules: Rules) -> Table:
    columns = (Column("post", _("post"), Kind.REFERENCE), Column("name", pgettext("of a rule", "name")))
    return Table(columns, tuple((post, words.said) for post, words in sorted(rules.posts.items())), title=_("Posts"))


def _targets(rules: Rules) -> Table:
    columns = (
        Column("figure", _("figure"), Kind.REFERENCE),
        Column("target", _("target")),
        Column("scope", _("for"), Kind.REFERENCE),
    )
    rows = tuple(
        (target.figure, words.target(target.written), next(iter(scope.values()), None) or Cell(_("all"), Kind.TEXT))
        for scope, target in _every_target(rules)
    )
    return Table(columns, rows, title=_("Targets"))
