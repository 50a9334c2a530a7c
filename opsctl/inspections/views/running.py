"""What checks of this host are to answer, have answered, or could not."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Kind, Part, Report, Table, Text
from opsctl.core.texts import _
from opsctl.core.times import show_duration
from opsctl.inspections.rules.plugins import Filled, Filling, Planned, Silent, Why
from opsctl.inspections.views import told, words


def planned(found: Planned, commands: Mapping[str, Sequence[str]]) -> Report:
    """The checks that would run, with the item of each and the arguments of its program; attention if one cannot."""
    columns = (*_columns(), Column("command", _("command")))
    rows = tuple((*_cells(one), shlex.join(commands[one.check])) for one in found.runs)
    return Report(
        kind="inspection.run.plan",
        data={
            "checks": [{**_data(one), "command": list(commands[one.check])} for one in found.runs],
            "silent": _silent_data(found.silent),
        },
        parts=(Table(columns, rows), Text((_("Dry run: nothing was run."),))) if rows else (),
        remarks=tuple(map(sentence, found.silent)),
        references=tuple(one.check for one in found.runs),
        attention=bool(found.silent),
    )


def ran(found: Sequence[Filled], before: Sequence[Silent], now: datetime, limits: Mapping[str, float]) -> Report:
    """What was answered and what became of each round; attention if a check answered nothing.

    `before` are checks that were not run at all, `limits` the seconds that each had.
    """
    rounds = told.logged([one.finished for one in found if one.finished is not None], now)
    silent = [*before, *(each for one in found for each in one.silent)]
    answers = [{**_data(filling), "mark": answer.mark, "value": answer.value, "note": answer.note}
               for one in found for filling, answer in one.answered]  # fmt: skip
    parts: list[Part] = [_answers(found), *rounds.parts] if answers else [Text((_("No check answered anything."),))]
    return Report(
        kind="inspection.run",
        data={"rounds": rounds.data, "answers": answers, "silent": _silent_data(silent)},
        parts=tuple(parts),
        remarks=(*rounds.remarks, *(sentence(each, limits.get(each.filling.check)) for each in silent)),
        references=rounds.references,
        attention=bool(silent),
    )


def sentence(one: Silent, limit: float | None = None) -> str:
    """Why a check answered nothing; `limit` is how many seconds it had."""
    about = (*one.about, "", "")
    item = f"{one.filling.checklist}/{one.filling.item}"
    said = _pattern(one, about).format(
        check=one.filling.check,
        item=item,
        checklist=one.filling.checklist,
        asset=one.filling.asset,
        first=about[0],
        second=about[1],
        time="" if limit is None else show_duration(limit),
    )
    return _("{item} of {asset} is not answered: {reason}").format(item=item, asset=one.filling.asset, reason=said)


def _pattern(one: Silent, about: tuple[str, ...]) -> str:
    wordless = {
        Why.UNKNOWN: _("{check} says UNKNOWN."),
        Why.CODE: _("{check} ended with {first}, which is no exit code of a check."),
        Why.SIGNAL: _("{check} did not end."),
        Why.NO_VALUE: _("{check} gave no value."),
        Why.UNIT: _("{check} measures in {first}, and the item has no unit."),
    }
    worded = {
        Why.UNKNOWN: _("{check} says UNKNOWN: {first}"),
        Why.LATE: _("{check} did not end within {time} and was stopped."),
        Why.SIGNAL: _("{check} was ended by {first}."),
        Why.CODE: _("{check} ended with {first}, which is no exit code of a check: {second}"),
        Why.NOT_RUN: _("{check} cannot be run: {first}."),
        Why.NO_VALUE: _("{check} gave no value: {first}"),
        Why.UNIT: _("{check} measures in {first}, the item is read in {second}, and nothing is converted."),
        Why.IMPOSSIBLE: _("{check} says {first}, which cannot be."),
        Why.NO_CHECKLIST: _("no rulebook in force has the checklist of {check}."),
        Why.NO_ITEM: _("the checklist has no item such as {check} fills."),
        Why.BY_PEOPLE: _('people answer it; for {check} it needs filled_by = "machine" in the rulebook.'),
        Why.TYPE: _("{check} cannot answer an item of the type {first}, only a number or a state."),
        Why.NO_ASSET: _("there is no asset such as {check} names."),
        Why.RETIRED: _("that asset of {check} is retired."),
    }
    needed = about[1] if one.why in (Why.CODE, Why.UNIT) else about[0]
    return wordless[one.why] if one.why in wordless and not needed else worded[one.why]


def _answers(found: Sequence[Filled]) -> Table:
    rows = []
    for one in found:
        items = {} if one.finished is None else {item.id: item for item in one.finished.checklist.items}
        for filling, answer in one.answered:
            unit = items[answer.item].unit
            value = f"{answer.value} {unit}" if answer.value is not None and unit else answer.value
            rows.append((*_cells(filling), words.mark(answer.mark), value, answer.note))
    columns = (Column("state", _("state")), Column("value", _("reading")), Column("note", _("says")))
    return Table((*_columns(), *columns), tuple(rows))


def _columns() -> tuple[Column, ...]:
    return (
        Column("check", _("check"), Kind.REFERENCE),
        Column("item", _("item"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
    )


def _cells(one: Filling) -> tuple[str, ...]:
    return one.check, f"{one.checklist}/{one.item}", one.asset


def _data(one: Filling) -> dict[str, Any]:
    return {"check": one.check, "asset": one.asset, "checklist": one.checklist, "item": one.item}


def _silent_data(silent: Iterable[Silent]) -> list[dict[str, Any]]:
    return [{**_data(one.filling), "why": one.why, "about": list(one.about)} for one in silent]
