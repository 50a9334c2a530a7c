"""One record's part in a figure, down to the working minute where it is a limit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.core.intervals import Interval, clip, merge
from opsctl.core.periods import Period
from opsctl.core.report import Column, Fields, Kind, Table, Text
from opsctl.core.texts import _, beside, pgettext
from opsctl.core.times import show_duration, show_moment
from opsctl.incidents.views import clocks
from opsctl.kpis.rules.arithmetic import Arithmetic, Paused
from opsctl.kpis.rules.figures import Figure, seconds
from opsctl.kpis.rules.judged import Judged
from opsctl.kpis.rules.reported import Explained
from opsctl.kpis.terms import OF_ANALYSIS, OF_ASSETS, ON_TIME, Name
from opsctl.kpis.views import analysed
from opsctl.kpis.views.words import excluded_line, instant_word


def parts(figure: Figure, record: Explained, period: Period) -> list[Any]:
    """What the record is to the figure: sentences, and the clock with all that it was reckoned from."""
    found: list[Any] = []
    if record.arithmetic is not None:
        found += _clock(record.arithmetic, period.zone)
    elif figure.name in ON_TIME:
        found.append(Text((_("No limit was in force for it: it has no severity, or its rules name no limit."),)))
    return [*found, Text(tuple(_told(figure, record, period.zone)))]


def data(figure: Figure, record: Explained) -> dict[str, Any]:
    """The same for programs; lengths are working seconds."""
    reference = _judged(figure, record)
    excluded = next((one.reason for one in figure.excluded if one.reference == reference), None)
    found: dict[str, Any] = {
        "reference": record.incident.reference,
        "judged_with": reference,
        "counted": reference in figure.counted,
        "excluded": excluded,
        "carried_over": reference in figure.carried_over,
    }
    if figure.name in OF_ANALYSIS:
        found |= analysed.part(figure, reference)
    arithmetic = record.arithmetic
    if arithmetic is not None:
        found["on_time"] = reference not in figure.missed if reference in figure.counted else None
        found["clock"] = clocks.data(arithmetic.clock)
        found["worked"] = [
            {"day": one.day.isoformat(), "start": one.start, "end": one.end, "seconds": seconds(one.worked)}
            for one in arithmetic.worked
        ]
        found["pauses"] = [
            {
                "number": one.number,
                "start": one.span.started,
                "end": one.span.ended,
                "by": one.span.entered_by,
                "reason": one.span.reason,
                "approved": one.span.approved,
                "decided_by": one.span.decided_by,
                "takes_out": seconds(one.takes),
            }
            for one in arithmetic.pauses
        ]
        found["gaps"] = [{"start": one.start, "end": one.end} for one in arithmetic.gaps]
    return found


def _judged(figure: Figure, record: Explained) -> str:
    """The reference under which the figure judges the record: that of the case, but for outages its own."""
    return record.incident.reference if figure.name in OF_ASSETS else record.case.reference


def _told(figure: Figure, record: Explained, zone: str) -> list[str]:
    incident, case = record.incident, record.case
    reference = _judged(figure, record)
    lines = []
    if reference != incident.reference:
        told = _("{reference} is merged into {target}, which is judged in its place.")
        lines.append(told.format(reference=incident.reference, target=reference))
    for one in figure.excluded:
        if one.reference == reference:
            return [*lines, excluded_line(one)]
    if figure.name in OF_ANALYSIS and (said := analysed.told(figure, reference, zone)) is not None:
        return [*lines, said]
    if reference not in figure.counted:
        return [*lines, _no_part(figure, record, reference)]
    if figure.name in OF_ASSETS:
        return [*lines, *_outages(figure, record, zone)]
    if figure.name in ON_TIME:
        late = reference in figure.missed
        told = _("{reference}: counted, late.") if late else _("{reference}: counted, on time.")
        return [*lines, told.format(reference=reference)]
    if figure.name is Name.MTTR:
        return [*lines, *_impacts(case, zone)]
    return [*lines, _length(figure.name, case, zone)]


def _no_part(figure: Figure, record: Explained, reference: str) -> str:
    incident = record.case.case.incident
    if reference in figure.carried_over:
        if figure.name is Name.MTTR:
            return _("{reference} was not restored within the period: carried over.").format(reference=reference)
        return _("{reference} was not resolved within the period: carried over.").format(reference=reference)
    if incident.void is not None:
        return _("{reference} is void ({reason}) and counts nowhere.").format(
            reference=reference, reason=incident.void
        )
    if incident.drill:
        return _("{reference} is a drill and counts nowhere.").format(reference=reference)
    return _("{reference} has no part in this figure.").format(reference=reference)


def _length(name: Name, case: Judged, zone: str) -> str:
    incident = case.case.incident
    first = case.acknowledgement
    detected = case.detected or case.opened
    known = "detected" if case.detected else "opened"
    start, start_is = case.case.clock_start, "opened"
    if case.impact_start is not None:
        start_is = "impact_start"
    elif case.detected is not None:
        start_is = "detected"
    told: dict[Name, tuple[str, datetime | None, datetime, str]] = {
        Name.MTT_RESOLVE: (
            _("{reference}: resolved {end} − {instant} {start} = {took}"), case.resolved, case.opened, "opened"
        ),
        Name.MTTA: (
            _("{reference}: acknowledged {end} − {instant} {start} = {took}"),
            None if first is None else first.judged,
            case.opened,
            "opened",
        ),
        Name.MTTD: (
            _("{reference}: detected {end} − {instant} {start} = {took}"), detected, start, "impact_start"
        ),
        Name.MTTM: (
            _("{reference}: mitigated {end} − {instant} {start} = {took}"), incident.mitigated, start, start_is
        ),
        Name.PLAN_START_TIME: (
            _("{reference}: plan started {end} − {instant} {start} = {took}"), incident.plan_started, detected, known
        ),
    }  # fmt: skip
    sentence, end, begin, instant = told.get(name, ("", None, case.opened, "opened"))
    if end is None:
        return _("{reference}: counted, opened {moment}.").format(
            reference=case.reference, moment=show_moment(case.opened, zone, seconds=True)
        )
    return _reckoned(sentence, case.reference, Interval(begin, end), zone, instant)


def _impacts(case: Judged, zone: str) -> list[str]:
    spans = [Interval(span.started, max(span.started, span.ended or span.started)) for span in case.impacts]
    if case.impact_start is not None and spans:
        spans.append(Interval(min(case.impact_start, spans[0].start), spans[0].start))
    merged = merge(spans)
    told = _("{reference}: impact {start} to {end} = {took}")
    lines = [_reckoned(told, case.reference, one, zone) for one in merged]
    if len(merged) != 1:
        total = sum((one.end - one.start).total_seconds() for one in merged)
        lines.append(_("{reference}: together {took}").format(reference=case.reference, took=show_duration(total)))
    return lines


def _outages(figure: Figure, record: Explained, zone: str) -> list[str]:
    incident = record.incident
    told = _("{reference}: down {start} to {end} within the period = {took}")
    windows = [one.window for one in figure.outages if incident.reference in one.references]
    latest = max((one.end for one in windows), default=incident.opened)
    spans = [Interval(span.started, max(span.started, span.ended or latest)) for span in incident.outages]
    parts = merge([part for window in windows for part in clip(spans, window)])
    return [_reckoned(told, incident.reference, part, zone) for part in parts] or [
        _("{reference}: its outage has no length within the period.").format(reference=incident.reference)
    ]


def _reckoned(told: str, reference: str, part: Interval, zone: str, instant: str = "opened") -> str:
    return told.format(
        reference=reference,
        start=show_moment(part.start, zone, seconds=True),
        end=show_moment(part.end, zone, seconds=True),
        took=show_duration((part.end - part.start).total_seconds()),
        instant=instant_word(instant),
    )


def _clock(found: Arithmetic, zone: str) -> list[Any]:
    clock = found.clock
    pairs: list[tuple[str, Any, Kind]] = [
        (_("clock starts"), clock.start, Kind.INSTANT),
        (_("which is when it was"), instant_word(clock.start_is), Kind.TEXT),
        (_("limit"), seconds(clock.limit), Kind.WORKING),
        (_("calendar"), beside(clock.limits.calendar, zone if clock.calendar.always else clock.calendar.zone),
         Kind.TEXT),
        (_("due"), clock.due, Kind.INSTANT),
        (_("due without any pause"), clock.due_without, Kind.INSTANT),
    ]  # fmt: skip
    if clock.due_if_approved != clock.due:
        pairs.append((_("due if the pause is approved"), clock.due_if_approved, Kind.INSTANT))
    pairs += [
        (_("stopped"), clock.stopped, Kind.INSTANT),
        (_("working time used"), seconds(clock.used), Kind.WORKING),
    ]
    over = clock.left < 0
    pairs.append((_("over by") if over else _("left"), seconds(abs(clock.left)), Kind.WORKING))
    if clock.beyond:
        pairs.append((_("holidays"), _("not known as far as that"), Kind.TEXT))
    parts: list[Any] = [Fields(tuple(pairs)), _worked(found)]
    if found.pauses:
        parts.append(_pauses(found.pauses))
    if found.gaps:
        columns = (Column("from", pgettext("since when", "from"), Kind.INSTANT),
                   Column("to", pgettext("until when", "to"), Kind.INSTANT))  # fmt: skip
        rows = tuple((gap.start, gap.end) for gap in found.gaps)
        parts.append(Table(columns, rows, title=_("Between a fault's end and its reopening, the clock stood still")))
    return parts


def _worked(found: Arithmetic) -> Table:
    columns = (
        Column("day", _("day")),
        Column("from", pgettext("since when", "from"), Kind.INSTANT),
        Column("to", pgettext("until when", "to"), Kind.INSTANT),
        Column("worked", _("working time"), Kind.WORKING),
    )
    rows = tuple((one.day.isoformat(), one.start, one.end, seconds(one.worked)) for one in found.worked)
    title = _("Working time, by the day") if found.by_day else _("Working time")
    return Table(columns, rows, title=title, empty=_("No working time yet."))


def _pauses(pauses: Sequence[Paused]) -> Table:
    columns = (
        Column("number", _("pause"), Kind.COUNT),
        Column("from", pgettext("since when", "from"), Kind.INSTANT),
        Column("to", pgettext("until when", "to"), Kind.INSTANT),
        Column("by", _("paused by")),
        Column("decision", _("decision")),
        Column("takes_out", _("takes out"), Kind.WORKING),
        Column("would", _("would take out"), Kind.WORKING),
        Column("reason", _("reason")),
    )
    rows = []
    for one in pauses:
        takes = seconds(one.takes)
        out = takes if one.span.approved else 0
        would = takes if one.span.approved is None else None
        span = one.span
        rows.append((one.number, span.started, span.ended, span.entered_by, _decision(one), out, would, span.reason))
    return Table(columns, tuple(rows), title=_("Pauses"))


def _decision(paused: Paused) -> str:
    span = paused.span
    if span.approved is None:
        return _("undecided, the clock runs")
    told = _("approved by {person}") if span.approved else _("refused by {person}")
    return told.format(person=span.decided_by or "–")
