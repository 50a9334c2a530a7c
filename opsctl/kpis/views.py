"""Figures, ready to be shown: never a mean alone, never a ratio without what it was divided from."""

from datetime import datetime
from typing import Any

from opsctl.core.intervals import Interval, clip, merge
from opsctl.core.periods import Period
from opsctl.core.report import Cell, Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.core.times import show_duration, show_moment
from opsctl.incidents.rules.life import Incident
from opsctl.kpis import rules
from opsctl.kpis.rules import Excluded, Figure, Scope
from opsctl.kpis.terms import DEFINITION_VERSIONS, Name, Reason, State, Unit

_SHOWN = 8


def title(name: Name) -> str:
    """The figure's name in the reader's language."""
    return {Name.AVAILABILITY: _("service availability"), Name.MTT_RESOLVE: _("time to resolve")}[name]


def formula(name: Name) -> str:
    """How the figure is reckoned, in a sentence."""
    return {
        Name.AVAILABILITY: _("1 − merged declared outages within the service time ÷ service time"),
        Name.MTT_RESOLVE: _("final resolution − opening, of incidents resolved in the period"),
    }[name]


def definitions() -> Report:
    """The figures there are, with their formulas."""
    columns = (
        Column("name", _("name"), Kind.REFERENCE),
        Column("title", _("title")),
        Column("formula", _("formula")),
        Column("version", _("version"), Kind.COUNT),
    )
    rows = tuple((str(name), title(name), formula(name), DEFINITION_VERSIONS[name]) for name in Name)
    return Report(
        kind="kpi.list",
        data=[
            {"name": name, "title": title(name), "formula": formula(name), "version": DEFINITION_VERSIONS[name]}
            for name in Name
        ],
        parts=(Table(columns, rows),),
        references=tuple(str(name) for name in Name),
    )


def data(figure: Figure) -> dict[str, Any]:
    """A figure for programs. Its shape is kept."""
    found: dict[str, Any] = {
        "name": figure.name,
        "scope": dict(figure.scope),
        "state": figure.state,
        "value": figure.value,
        "unit": figure.unit,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "definition": figure.definition,
        "counted": list(figure.counted),
        "excluded": [{"reference": one.reference, "reason": one.reason} for one in figure.excluded],
    }
    if figure.unit is Unit.SECONDS:
        found["carried_over"] = len(figure.carried_over)
        found["carried_over_references"] = list(figure.carried_over)
        stats = figure.statistics
        found["stats"] = stats and {
            "median": stats.median, "mean": stats.mean, "p90": stats.p90, "max": stats.maximum,
        }  # fmt: skip
    return found


def report(period: Period, scope: Scope, as_of: datetime, ledger_head: str, figures: tuple[Figure, ...]) -> Report:
    """A period's figures; attention if a record had to be left out."""
    ratios = [one for one in figures if one.unit is Unit.RATIO]
    durations = [one for one in figures if one.unit is Unit.SECONDS]
    parts: list[Any] = []
    if ratios:
        parts.append(_ratio_table(ratios))
    if durations:
        parts.append(_duration_table(durations))
    parts.append(Text((_("Availability is by declared outages."), _("Ledger head: {head}").format(head=ledger_head))))
    return Report(
        kind="kpi.report",
        data={**_frame(period, scope, as_of, ledger_head), "figures": [data(one) for one in figures]},
        parts=tuple(parts),
        heading=_heading(_("KPI report"), period, as_of),
        remarks=tuple(_remarks(figures, scope)),
        references=tuple(str(one.name) for one in figures),
        sheet=_sheet(figures),
        attention=any(one.excluded for one in figures),
    )


def explained(
    period: Period,
    scope: Scope,
    as_of: datetime,
    ledger_head: str,
    figures: tuple[Figure, ...],
    incident: Incident | None,
) -> Report:
    """One figure down to its records, or one record's part in it."""
    figure = figures[0]
    pairs: list[tuple[str, Any, Kind]] = [
        (_("figure"), f"{title(figure.name)} ({figure.name})", Kind.TEXT),
        (_("formula"), formula(figure.name), Kind.TEXT),
        (_("definition version"), figure.definition, Kind.COUNT),
        (_("scope"), _scope_word(figure.scope), Kind.TEXT),
        (_("value"), *_value(figure)),
        (_("state"), _state_word(figure.state), Kind.TEXT),
        ("n", figure.n, Kind.COUNT),
        (_("arithmetic"), _arithmetic(figure), Kind.TEXT),
        (_("ledger head"), ledger_head, Kind.REFERENCE),
    ]
    parts: list[Any] = [Fields(tuple(pairs))]
    if figure.name is Name.AVAILABILITY:
        parts.append(_outage_table(figure, incident))
    if incident is not None:
        parts.append(Text(tuple(_part_of(figure, incident, period.zone))))
    else:
        parts.append(_records(figure))
    return Report(
        kind="kpi.explain",
        data={
            **_frame(period, scope, as_of, ledger_head),
            "figures": [{**data(one), "outages": [_outage_data(outage) for outage in one.outages]} for one in figures],
            "reference": None if incident is None else incident.reference,
        },
        parts=tuple(parts),
        heading=_heading(_("KPI explained"), period, as_of),
        references=figure.counted,
    )


def _frame(period: Period, scope: Scope, as_of: datetime, ledger_head: str) -> dict[str, Any]:
    return {
        "period": {
            "name": period.name,
            "start": period.start,
            "end": period.end,
            "zone": period.zone,
            "partial": period.is_running(as_of),
        },
        "scope": dict(scope),
        "as_of": as_of,
        "ledger_head": ledger_head,
    }


def _heading(what: str, period: Period, as_of: datetime) -> str:
    parts = [f"{what} {period.name}", period.zone, _("as of {moment}").format(moment=show_moment(as_of, period.zone))]
    if period.is_running(as_of):
        parts.append(_("the period is not over"))
    return " · ".join([*parts, _("DRAFT")])


def _ratio_table(figures: list[Figure]) -> Table:
    columns = (
        Column("figure", _("figure")),
        Column("scope", _("scope"), Kind.REFERENCE),
        Column("value", _("value"), Kind.RATIO_FLOOR),
        Column("outages", _("outages"), Kind.COUNT),
        Column("served", _("served"), Kind.DURATION),
        Column("agreed", _("service time"), Kind.DURATION),
        Column("state", _("state")),
    )
    rows = tuple(
        (
            title(one.name),
            _scope_word(one.scope),
            one.value,
            one.n,
            one.numerator,
            one.denominator,
            _state_word(one.state),
        )
        for one in figures
    )
    return Table(columns, rows)


def _duration_table(figures: list[Figure]) -> Table:
    columns = (
        Column("figure", _("figure")),
        Column("scope", _("scope"), Kind.REFERENCE),
        Column("n", "n", Kind.COUNT),
        Column("median", _("median"), Kind.DURATION),
        Column("mean", _("mean"), Kind.DURATION),
        Column("p90", "p90", Kind.DURATION),
        Column("max", _("longest"), Kind.DURATION),
        Column("state", _("state")),
    )
    rows = tuple(
        (
            title(one.name),
            _scope_word(one.scope),
            one.n,
            *(
                (None, None, None, None)
                if one.statistics is None
                else (one.statistics.median, one.statistics.mean, one.statistics.p90, one.statistics.maximum)
            ),
            _state_word(one.state),
        )
        for one in figures
    )
    return Table(columns, rows)


def _sheet(figures: tuple[Figure, ...]) -> Table:
    keys = (
        "name", "scope", "state", "value", "unit", "numerator", "denominator", "n", "median", "mean", "p90", "max",
        "carried_over", "excluded",
    )  # fmt: skip
    rows = []
    for one in figures:
        stats = one.statistics
        spread = (None,) * 4 if stats is None else (stats.median, stats.mean, stats.p90, stats.maximum)
        scope = ", ".join(f"{key}={word}" for key, word in one.scope)
        kind = Kind.RATIO_FLOOR if one.unit is Unit.RATIO else Kind.DURATION
        rows.append(
            (
                str(one.name),
                scope,
                str(one.state),
                Cell(one.value, kind),
                str(one.unit),
                Cell(one.numerator, Kind.DURATION),
                Cell(one.denominator, Kind.DURATION),
                one.n,
                *(Cell(number, Kind.DURATION) for number in spread),
                len(one.carried_over),
                len(one.excluded),
            )
        )
    return Table(tuple(Column(key, key, Kind.TEXT) for key in keys), tuple(rows))


def _remarks(figures: tuple[Figure, ...], scope: Scope) -> list[str]:
    said = []
    for one in figures:
        # The parts of the whole would only say the same again.
        if one.scope != scope:
            continue
        if one.carried_over:
            text = ngettext(
                "{count} not resolved within the period: {references}",
                "{count} not resolved within the period: {references}",
                len(one.carried_over),
            )
            said.append(text.format(count=len(one.carried_over), references=_some(one.carried_over)))
        said += [_excluded_line(excluded) for excluded in one.excluded]
    return said


def _excluded_line(excluded: Excluded) -> str:
    reason = {
        Reason.NEGATIVE: _("{reference} left out: it was resolved before it was opened"),
        Reason.NO_ASSET: _("{reference} left out: it names no asset"),
    }[excluded.reason]
    return reason.format(reference=excluded.reference)


def _some(references: tuple[str, ...]) -> str:
    return ", ".join(references[:_SHOWN]) + (" …" if len(references) > _SHOWN else "")


def _scope_word(scope: Scope) -> str:
    return ", ".join(word for _key, word in scope) or _("all")


def _state_word(state: State) -> str:
    return {
        State.VALUE: pgettext("state", "value"),
        State.NOT_APPLICABLE: _("n/a: nothing was due"),
        State.UNKNOWN: _("unknown: data is missing"),
        State.PARTIAL: pgettext("state", "partial"),
    }[state]


def _value(figure: Figure) -> tuple[Any, Kind]:
    return figure.value, Kind.RATIO_FLOOR if figure.unit is Unit.RATIO else Kind.DURATION


def _arithmetic(figure: Figure) -> str | None:
    if figure.value is None or figure.numerator is None or figure.denominator is None:
        return None
    if figure.unit is Unit.RATIO:
        return f"{figure.numerator} s ÷ {figure.denominator} s = {figure.value!r}"
    return f"{figure.numerator} s ÷ {figure.denominator} = {figure.value!r} s"


def _outage_table(figure: Figure, incident: Incident | None) -> Table:
    columns = (
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("from", _("down from"), Kind.INSTANT),
        Column("to", pgettext("until when", "to"), Kind.INSTANT),
        Column("for", pgettext("how long", "for"), Kind.DURATION),
        Column("incidents", _("declared by")),
    )
    rows = tuple(
        (one.asset, one.window.start, one.window.end, _length(one), ", ".join(one.references))
        for one in figure.outages
        if incident is None or incident.reference in one.references
    )
    # Of one incident, what is said of its part says why there is none.
    empty = _("No outage in the period.") if incident is None else ""
    return Table(columns, rows, title=_("Merged outages, within the period"), empty=empty)


def _length(outage: rules.Outage) -> float:
    return (outage.window.end - outage.window.start).total_seconds()


def _outage_data(outage: rules.Outage) -> dict[str, Any]:
    return {
        "asset": outage.asset,
        "start": outage.window.start,
        "end": outage.window.end,
        "references": list(outage.references),
    }


def _records(figure: Figure) -> Table:
    columns = (Column("reference", _("record"), Kind.REFERENCE), Column("part", _("its part")))
    rows = [(reference, _("counted")) for reference in figure.counted]
    rows += [(one.reference, _excluded_line(one)) for one in figure.excluded]
    rows += [(reference, _("not resolved within the period, carried over")) for reference in figure.carried_over]
    return Table(columns, tuple(rows), empty=_("No record in the period."))


def _part_of(figure: Figure, incident: Incident, zone: str) -> list[str]:
    for one in figure.excluded:
        if one.reference == incident.reference:
            return [_excluded_line(one)]
    if incident.reference in figure.carried_over:
        return [_("{reference} was not resolved within the period: carried over.").format(reference=incident.reference)]
    if incident.reference not in figure.counted:
        return [_("{reference} has no part in this figure.").format(reference=incident.reference)]
    if figure.name is Name.MTT_RESOLVE and incident.resolved is not None:
        told = _("{reference}: resolved {end} − opened {start} = {took}")
        return [_reckoned(told, incident, Interval(incident.opened, incident.resolved), zone)]
    told = _("{reference}: down {start} to {end} within the period = {took}")
    windows = [one.window for one in figure.outages if incident.reference in one.references]
    latest = max((one.end for one in windows), default=incident.opened)
    spans = [Interval(span.started, max(span.started, span.ended or latest)) for span in incident.outages]
    parts = merge([part for window in windows for part in clip(spans, window)])
    return [_reckoned(told, incident, part, zone) for part in parts] or [
        _("{reference}: its outage has no length within the period.").format(reference=incident.reference)
    ]


def _reckoned(told: str, incident: Incident, part: Interval, zone: str) -> str:
    return told.format(
        reference=incident.reference,
        start=show_moment(part.start, zone, seconds=True),
        end=show_moment(part.end, zone, seconds=True),
        took=show_duration((part.end - part.start).total_seconds()),
    )
