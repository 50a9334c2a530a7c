"""One figure down to its records."""

from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table
from opsctl.core.texts import _, beside, pgettext
from opsctl.kpis.rules.figures import Figure, seconds
from opsctl.kpis.rules.reported import Explained, ExplainedDue, Reported
from opsctl.kpis.terms import OF_ANALYSIS, OF_ASSETS, ON_TIME, PLANNED, Name, Unit
from opsctl.kpis.views import analysed, heading, planned, records
from opsctl.kpis.views.figures import data, frame, kind_of, outage_data
from opsctl.kpis.views.words import excluded_line, formula, grades_line, scope_word, state_word, target_word, title


def explained(found: Reported, record: Explained | ExplainedDue | None) -> Report:
    """One figure down to its records, or one record's part in it."""
    figure = found.figures[0]
    reference = None if record is None else _reference(record)
    sheet = None
    parts: list[Any] = [Fields(tuple(_pairs(figure, found.ledger_head)))]
    if figure.name in OF_ASSETS:
        parts.append(_outage_table(figure, reference))
    if isinstance(record, ExplainedDue):
        parts += planned.parts(figure, record)
    elif record is None and figure.name in OF_ANALYSIS:
        parts.append(analysed.records(figure))
    elif record is None:
        sheet = planned.records(figure) if figure.name in PLANNED else None
        parts += planned.decided(figure) if figure.name in PLANNED else [_records(figure)]
    else:
        parts += records.parts(figure, record, found.period)
    return Report(
        kind="kpi.explain",
        data={
            **frame(found.period, found.scope, found.as_of, found.ledger_head),
            "figures": [{**data(one), "outages": [outage_data(each) for each in one.outages]} for one in found.figures],
            "reference": reference,
            "record": None if record is None else _data(figure, record),
        },
        parts=tuple(parts),
        heading=heading(_("KPI explained"), found.period, found.as_of),
        references=figure.counted,
        sheet=sheet,
    )


def _reference(record: Explained | ExplainedDue) -> str:
    return record.reference if isinstance(record, ExplainedDue) else record.incident.reference


def _data(figure: Figure, record: Explained | ExplainedDue) -> dict[str, Any]:
    return planned.data(figure, record) if isinstance(record, ExplainedDue) else records.data(figure, record)


def _pairs(figure: Figure, ledger_head: str) -> list[tuple[str, Any, Kind]]:
    pairs: list[tuple[str, Any, Kind]] = [
        (_("figure"), beside(title(figure.name), figure.name), Kind.TEXT),
        (_("formula"), formula(figure.name), Kind.TEXT),
        (_("definition version"), figure.definition, Kind.COUNT),
        (_("scope"), scope_word(figure.scope), Kind.TEXT),
        (_("value"), figure.value, kind_of(figure)),
    ]
    if figure.if_approved is not None:
        pairs.append((_("value if pauses are approved"), figure.if_approved.value, Kind.RATIO_FLOOR))
    if figure.weighted is not None:
        pairs.append((_("value by share lost"), figure.weighted, Kind.RATIO_FLOOR))
    if figure.targets:
        pairs.append((_("target"), target_word(figure.targets), Kind.TEXT))
    pairs += [(_("state"), state_word(figure), Kind.TEXT), (pgettext("how many", "n"), figure.n, Kind.COUNT)]
    stats = figure.statistics
    if stats is not None:
        pairs += [
            (_("median"), stats.median, Kind.DURATION),
            (_("mean"), stats.mean, Kind.DURATION),
            ("p90", stats.p90, Kind.DURATION),
            (_("longest"), stats.maximum, Kind.DURATION),
        ]
    if figure.grades:
        pairs.append((_("evidence of the rounds"), grades_line(figure), Kind.TEXT))
    if figure.late_maintenance:
        pairs.append((_("maintenance not approved in time"), figure.late_maintenance, Kind.TEXT))
    met = figure.met
    told = _("void {voided}, corrected {corrected}, entered late {late}, reopened {reopened}").format(
        voided=met.voided, corrected=met.corrected, late=met.late, reopened=met.reopened
    )
    return [
        *pairs,
        (_("arithmetic"), _arithmetic(figure), Kind.TEXT),
        (_("records met"), told, Kind.TEXT),
        (_("ledger head"), ledger_head, Kind.REFERENCE),
    ]


def _arithmetic(figure: Figure) -> str | None:
    if figure.value is None or figure.numerator is None or figure.denominator is None:
        return None
    above, below, value = figure.numerator, figure.denominator, figure.value
    if figure.name is Name.AVAILABILITY:
        return f"{_seconds(above)} ÷ {_seconds(below)} = {value!r}"
    if figure.unit is Unit.RATIO:
        return f"{above} ÷ {below} = {value!r}"
    return f"{_seconds(above)} ÷ {below} = {_seconds(value)}"


def _seconds(value: float) -> str:
    return _("{count} s").format(count=value)


def _outage_table(figure: Figure, reference: str | None) -> Table:
    partial = figure.weighted is not None
    columns = (
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("from", _("down from"), Kind.INSTANT),
        Column("to", pgettext("until when", "to"), Kind.INSTANT),
        Column("for", pgettext("how long", "for"), Kind.DURATION),
        Column("lost", _("service time lost"), Kind.DURATION),
        *((Column("weighted", _("by share lost"), Kind.DURATION),) if partial else ()),
        Column("incidents", _("declared by")),
    )
    rows = tuple(
        (
            one.asset,
            one.window.start,
            one.window.end,
            (one.window.end - one.window.start).total_seconds(),
            seconds(one.lost),
            *((one.weighted / 1_000_000_000,) if partial else ()),
            one.references,
        )
        for one in figure.outages
        if reference is None or reference in one.references
    )
    # Of one incident, what is said of its part says why there is none.
    empty = _("No outage in the period.") if reference is None else ""
    return Table(columns, rows, title=_("Merged outages, within the period"), empty=empty)


def _records(figure: Figure) -> Table:
    columns = (Column("reference", _("record"), Kind.REFERENCE), Column("part", _("its part")))
    carried = _("not restored within the period, carried over")
    if figure.name is Name.MTT_RESOLVE:
        carried = _("not resolved within the period, carried over")
    missed = set(figure.missed)
    late, fine = pgettext("in an explanation", "counted: late"), _("counted")
    if figure.name in ON_TIME:
        fine = pgettext("in an explanation", "counted: on time")
    rows = [(reference, late if reference in missed else fine) for reference in figure.counted]
    rows += [(one.reference, excluded_line(one)) for one in figure.excluded]
    rows += [(reference, carried) for reference in figure.carried_over]
    return Table(columns, tuple(rows), empty=_("No record in the period."))
