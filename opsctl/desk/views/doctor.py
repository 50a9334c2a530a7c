"""What `doctor` shows: one table of what was looked at, and what to do about it on lines that can be pasted."""

from collections.abc import Sequence
from typing import Any

from opsctl.core.report import Cell, Column, Part, Report, Table, Text
from opsctl.core.texts import _, between, series
from opsctl.desk.rules.doctor import Finding, data_of
from opsctl.desk.terms import Verdict
from opsctl.desk.views.doctor_steps import Steps, Ways, steps
from opsctl.desk.views.doctor_words import found, is_check, title, verdict

_PASSING = frozenset(
    {
        "turn_ms", "now", "server_now", "apart", "newest_row", "free", "entries_free", "size", "log_size", "me", "rows",
        "head", "newest", "interpreter",
    }
)  # fmt: skip
"""What is another every time, and no difference between here and cron."""
_OF_PEOPLE = frozenset({"editor", "completions"})
"""What cron has no use for."""


def report(findings: Sequence[Finding], zone: str, ways: Ways) -> Report:
    """Everything that was looked at here; attention if something is to be done."""
    columns = (Column("check", _("check")), Column("verdict", _("verdict")), Column("found", _("found")))
    rows = tuple(
        (title(one.name), Cell(*verdict(one.verdict)), found(one, zone)) for one in findings if not _waits(one)
    )
    told = [(one, steps(one, ways)) for one in findings if one.needs_attention]
    parts: list[Part] = [Table(columns, rows), *_waiting(findings)]
    parts.append(_next_steps(told) if told else Text((_("Nothing of it needs attention."),)))
    return Report(
        kind="doctor",
        data=[_data(one, "here", ways) for one in findings],
        parts=tuple(parts),
        references=tuple(one.name for one in findings if one.needs_attention),
        sheet=_sheet([("here", one) for one in findings], zone, {"here": ways}),
        attention=bool(told),
    )


def of_cron(
    here: Sequence[Finding],
    of_cron: Sequence[Finding],
    findings: Sequence[Finding],
    *,
    zone: str,
    ways: Ways,
    their_ways: Ways,
    user: str,
    crontab: str,
    line: str,
) -> Report:
    """What cron sees for that user, with what is otherwise here, and a line for the crontab that works."""
    ours = {one.name: one for one in here}
    shown = [
        one
        for one in findings
        if one.name not in _OF_PEOPLE and (one.needs_attention or _is_other(one, ours.get(one.name)))
    ]
    columns = (
        Column("check", _("check")),
        Column("verdict", _("verdict")),
        Column("cron", _("in cron")),
        Column("here", _("here, if otherwise")),
    )
    rows: list[tuple[Any, ...]] = [
        (title(one.name), Cell(*verdict(one.verdict)), found(one, zone), None)
        for one in of_cron
        # What is otherwise in cron stands in its own row, too.
        if one.needs_attention or one.name in ("cron-user", "cron-program")
    ]
    for one in (one for one in shown if not _waits(one)):
        other = ours.get(one.name)
        beside = found(other, zone) if other is not None and _is_other(one, other) else None
        rows.append((title(one.name), Cell(*verdict(one.verdict)), found(one, zone), beside))
    told = [(one, steps(one, ways)) for one in of_cron if one.needs_attention]
    told += [(one, steps(one, their_ways)) for one in findings if one.needs_attention]
    parts: list[Part] = [Table(columns, tuple(rows)), *_waiting(findings)]
    alike = [title(one.name) for one in findings if one not in shown and one.name not in _OF_PEOPLE and not _waits(one)]
    if alike:
        parts.append(Text((_("In cron as here, and in order: {list}").format(list=series(alike)),)))
    if told:
        parts.append(_next_steps(told))
    parts.append(Text((*_crontab(user, bool(told), crontab), f"  {line}")))
    everything = [("here", one) for one in here] + [("cron", one) for one in (*of_cron, *findings)]
    by_place = {"here": ways, "cron": their_ways}
    return Report(
        kind="doctor",
        data=[_data(one, where, by_place[where]) for where, one in everything],
        parts=tuple(parts),
        heading=_("What cron sees for {user}").format(user=user),
        references=tuple(one.name for one, _steps in told),
        sheet=_sheet(everything, zone, by_place),
        attention=bool(told),
    )


def _crontab(user: str, is_wrong: bool, crontab: str) -> tuple[str, ...]:
    told = _("A line for the crontab of {user} ({command}):")
    if is_wrong:
        told = _("Once that is mended, a line for the crontab of {user} ({command}):")
    return (told.format(user=user, command=crontab),)


def _waits(one: Finding) -> bool:
    """Whether it was not looked at because of another check, which stands in the table."""
    return one.verdict is Verdict.NOT_CHECKED and is_check(one.reasons[0])


def _waiting(findings: Sequence[Finding]) -> list[Part]:
    """What was not looked at, on one line for each check that comes before it."""
    waiting: dict[str, list[str]] = {}
    for one in findings:
        if _waits(one):
            waiting.setdefault(one.reasons[0], []).append(title(one.name))
    told = _("Not checked, for {check} comes first: {list}")
    lines = [told.format(check=title(name), list=between(", ").join(names)) for name, names in waiting.items()]
    return [Text(tuple(lines))] if lines else []


def _is_other(one: Finding, other: Finding | None) -> bool:
    if other is None:
        return True
    ours, theirs = (
        {name: value for name, value in each.details.items() if name not in _PASSING} for each in (other, one)
    )
    return (one.verdict, one.reasons) != (other.verdict, other.reasons) or ours != theirs


def _next_steps(told: Sequence[tuple[Finding, Steps]]) -> Text:
    """Sentences and commands; a command stands alone on its line, however long, so that it can be pasted."""
    lines = [_("What to do:")]
    for one, given in told:
        lines.append(f"{title(one.name)}{between(': ')}{given.told}".rstrip())
        lines += [f"  {command}" for command in given.commands]
    return Text(tuple(lines))


def _data(one: Finding, where: str, ways: Ways) -> dict[str, Any]:
    commands = list(steps(one, ways).commands) if one.needs_attention else []
    return {**data_of(one), "where": where, "next": commands}


def _sheet(findings: Sequence[tuple[str, Finding]], zone: str, ways: dict[str, Ways]) -> Table:
    columns = ("where", "check", "state", "reasons", "found", "next")
    return Table(
        tuple(Column(name, name) for name in columns),
        tuple(
            (
                where,
                one.name,
                one.verdict.value,
                list(one.reasons),
                found(one, zone),
                "; ".join(steps(one, ways[where]).commands) if one.needs_attention else "",
            )
            for where, one in findings
        ),
    )
