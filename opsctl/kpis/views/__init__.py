"""Figures, ready to be shown: never a mean alone, never a ratio without what it was divided from."""

from typing import Any

from opsctl.core.periods import Period
from opsctl.core.report import Column, Kind, Report, Table, Text
from opsctl.core.texts import _, ngettext, series
from opsctl.core.times import show_moment
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.reported import Reported, Undecided
from opsctl.kpis.terms import CONTRADICTIONS, DEFINITION_VERSIONS, OF_ASSETS, ON_TIME, PLANNED, Name, Reason
from opsctl.kpis.views import backups, tables
from opsctl.kpis.views.figures import data, frame, sheet
from opsctl.kpis.views.words import excluded_line, formula, grades_line, instant_word, reason_word, some, title


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


def report(found: Reported) -> Report:
    """A period's figures, what is undecided first; attention if a record contradicts itself."""
    figures = found.figures
    whole = [one for one in figures if one.scope == found.scope]
    parts: list[Any] = []
    if lines := _undecided(found.undecided):
        parts.append(Text((_("Undecided, so these figures may change:"), *lines)))
    parts += tables.of_report(figures, trend=found.trend)
    met = tables.met_table(figures, found.scope)
    if met is not None:
        parts.append(met)
    if said := backups.lines(whole):
        parts.append(Text((_("Backups:"), *said)))
    # Two figures of the same rounds would say the same of them.
    if notes := list(dict.fromkeys(line for one in whole for line in _notes(one))):
        parts.append(Text(tuple(notes)))
    parts.append(Text(tuple(_foot(found))))
    undecided = found.undecided
    return Report(
        kind="kpi.report",
        data={
            **frame(found.period, found.scope, found.as_of, found.ledger_head),
            "undecided": {
                "pauses": list(undecided.pauses),
                "maintenance": list(undecided.maintenance),
                "acknowledgements": list(undecided.acknowledgements),
                "rounds": list(undecided.rounds),
            },
            "left_out": list(found.left_out),
            "four_eyes": "name" if found.by_name else "login",
            "figures": [data(one) for one in figures],
        },
        parts=tuple(parts),
        heading=heading(_("KPI report"), found.period, found.as_of),
        remarks=tuple(_remarks(figures, found.scope)),
        references=tuple(dict.fromkeys(str(one.name) for one in figures)),
        sheet=sheet(figures),
        attention=any(contradicts(one, each.reason) for one in figures for each in one.excluded),
    )


def contradicts(figure: Figure, reason: Reason) -> bool:
    """Whether somebody has to set right what was left out: an outage of no asset, but not just a fault of none."""
    return reason in CONTRADICTIONS and (reason is not Reason.NO_ASSET or figure.name in OF_ASSETS)


def heading(what: str, period: Period, as_of: Any) -> str:
    """The first line of a report."""
    parts = [f"{what} {period.name}", period.zone, _("as of {moment}").format(moment=show_moment(as_of, period.zone))]
    if period.is_running(as_of):
        parts.append(_("the period is not over"))
    return " · ".join([*parts, _("DRAFT")])


def _undecided(undecided: Undecided) -> list[str]:
    lines = []
    if undecided.pauses:
        text = ngettext(
            "{count} pause that nobody has approved or refused: {references}",
            "{count} pauses that nobody has approved or refused: {references}",
            len(undecided.pauses),
        )
        lines.append(text.format(count=len(undecided.pauses), references=some(undecided.pauses)))
    if undecided.maintenance:
        text = ngettext(
            "{count} maintenance that began without an approval and stays in the service time: {references}",
            "{count} maintenances that began without an approval and stay in the service time: {references}",
            len(undecided.maintenance),
        )
        lines.append(text.format(count=len(undecided.maintenance), references=some(undecided.maintenance)))
    if undecided.acknowledgements:
        text = ngettext(
            "{count} acknowledgement entered late and not countersigned: {references}",
            "{count} acknowledgements entered late and not countersigned: {references}",
            len(undecided.acknowledgements),
        )
        lines.append(text.format(count=len(undecided.acknowledgements), references=some(undecided.acknowledgements)))
    if undecided.rounds:
        text = ngettext(
            "{count} round entered late that would be on time if another person countersigned it: {references}",
            "{count} rounds entered late that would be on time if another person countersigned them: {references}",
            len(undecided.rounds),
        )
        lines.append(text.format(count=len(undecided.rounds), references=some(undecided.rounds)))
        lines.append(f"  opsctl inspect countersign {undecided.rounds[0]}")
    return lines


def _notes(figure: Figure) -> list[str]:
    """What a reader has to know about one figure of the whole."""
    lines = []
    name = title(figure.name)
    for instant, count in figure.fallbacks:
        text = ngettext(
            "{figure}: {count} begins at “{instant}”, for want of an earlier time.",
            "{figure}: {count} begin at “{instant}”, for want of an earlier time.",
            count,
        )
        lines.append(text.format(figure=name, count=count, instant=instant_word(instant)))
    said = dict(figure.responses)
    if any(said.values()):
        told = _("{figure}: self-opened {own}, in a batch {batch}, implied by the first move {implied}.")
        lines.append(
            told.format(
                figure=name, own=said.get("self", 0), batch=said.get("batch", 0), implied=said.get("implied", 0)
            )
        )
    if figure.grades:
        lines.append(_("Evidence of the rounds done: {grades}.").format(grades=grades_line(figure)))
    reasons = [one.reason for one in figure.excluded]
    for reason in Reason:
        if reason in reasons and not contradicts(figure, reason):
            references = tuple(one.reference for one in figure.excluded if one.reason is reason)
            lines.append(
                _("{figure}: left out, since they {reason}: {count} ({references}).").format(
                    figure=name, reason=reason_word(reason), count=len(references), references=some(references)
                )
            )
    return lines


def _foot(found: Reported) -> list[str]:
    lines = []
    if any(one.name is Name.AVAILABILITY for one in found.figures):
        lines.append(_("Availability is by declared outages."))
    for names, left_out, unsplit in (
        (
            OF_ASSETS,
            _("Of assets and not of severities, so left out: {figures}."),
            _("Of assets and not of severities, so not split: {figures}."),
        ),
        (
            PLANNED,
            _("Of what was due and not of severities, so left out: {figures}."),
            _("Of what was due and not of severities, so not split: {figures}."),
        ),
    ):
        for told, which in ((left_out, found.left_out), (unsplit, found.unsplit)):
            if some_of := [title(name) for name in which if name in names]:
                lines.append(told.format(figures=series(some_of)))
    if found.by_name and any(one.name in ON_TIME | PLANNED for one in found.figures):
        lines.append(_("In this database another person is another name, not another login."))
    return [*lines, _("Ledger head: {head}").format(head=found.ledger_head)]


def _remarks(figures: tuple[Figure, ...], scope: Scope) -> list[str]:
    said = []
    for one in figures:
        # The parts of the whole would only say the same again.
        if one.scope != scope:
            continue
        if one.carried_over:
            said.append(_carried(one))
        said += [excluded_line(excluded) for excluded in one.excluded if contradicts(one, excluded.reason)]
    # Two figures of the same assets leave out the same.
    return list(dict.fromkeys(said))


def _carried(figure: Figure) -> str:
    if figure.name is Name.MTTR:
        text = ngettext(
            "{count} not restored within the period: {references}",
            "{count} not restored within the period: {references}",
            len(figure.carried_over),
        )
    else:
        text = ngettext(
            "{count} not resolved within the period: {references}",
            "{count} not resolved within the period: {references}",
            len(figure.carried_over),
        )
    return text.format(count=len(figure.carried_over), references=some(figure.carried_over))

