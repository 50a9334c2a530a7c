"""Rounds and checklists as lists."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.core.report import Cell, Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext
from opsctl.core.void import as_void
from opsctl.inspections.rules import Round, evidence
from opsctl.inspections.rules.results import Listed
from opsctl.inspections.terms import Mark, State
from opsctl.inspections.views import words
from opsctl.inspections.views.records import data
from opsctl.inspections.views.walking import range_text
from opsctl.rulebook.rules.patrols import Checklist, Patrols


def listed(found: Listed) -> Report:
    """Rounds, a line each: what, where, who, when, what was wrong; its sheet has all there is to be said."""
    return Report(
        kind="inspection.list",
        data={"total": found.total, "rounds": [data(one, checklist) for one, checklist in found.rounds]},
        parts=(_short(found),),
        remarks=_more(found.total - len(found.rounds)),
        references=tuple(one.reference for one, _checklist in found.rounds),
        sheet=_whole(found),
    )


def whole(found: Listed) -> Report:
    """The same with every column there is, to choose from."""
    report = listed(found)
    return replace(report, parts=(_whole(found),), sheet=None)


def _short(found: Listed) -> Table:
    """As wide as a terminal: how a round stands is said where it is not simply done."""
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("checklist", _("checklist")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("done", _("done"), Kind.MOMENT),
        Column("person", _("person")),
        Column("wrong", _("wrong"), Kind.COUNT),
        Column("flags", _("worth a look")),
    )
    rows = tuple(
        (
            one.reference,
            words.name_of(one, checklist),
            one.asset,
            one.done_at if one.state is State.DONE else Cell(words.state(one), Kind.TEXT),
            one.person,
            _wrong(one),
            (*(() if one.void is None else (as_void(one.void),)), *_flags(one)) or None,
        )
        for one, checklist in found.rounds
    )
    return Table(columns, rows, empty=_("No rounds."))


def _whole(found: Listed) -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("checklist", _("checklist")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("done", _("done"), Kind.MOMENT),
        Column("person", _("person")),
        Column("wrong", _("wrong"), Kind.COUNT),
        Column("evidence", _("evidence")),
        Column("flags", _("worth a look")),
    )
    rows = tuple(
        (
            one.reference,
            words.name_of(one, checklist),
            one.asset,
            words.state(one),
            one.done_at,
            one.person,
            _wrong(one),
            words.grade(evidence.grade(one)) if one.state is State.DONE else None,
            _flags(one) or None,
        )
        for one, checklist in found.rounds
    )
    return Table(columns, rows, empty=_("No rounds."))


def _flags(one: Round) -> list[str]:
    return [words.flag_word(each.flag) for each in one.flags]


def _wrong(one: Round) -> int:
    return sum(each.mark in (Mark.FAIL, Mark.WARN) for each in one.current.values())


def _more(left: int) -> tuple[str, ...]:
    told = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return (told.format(count=left),) if left > 0 else ()


def today(found: Listed, now: datetime) -> Report:
    """The rounds that somebody has begun and not ended."""
    columns = (
        Column("reference", _("open round"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("checklist", _("checklist")),
        Column("answered", _("answered")),
        Column("person", _("person")),
        Column("since", _("open for"), Kind.DURATION),
    )
    rows = tuple(
        (
            one.reference,
            one.asset,
            words.name_of(one, checklist),
            f"{len(one.current)}/{'?' if checklist is None else len(checklist.items)}",
            one.person,
            (now - one.started_at).total_seconds(),
        )
        for one, checklist in found.rounds
    )
    return Report(
        kind="inspection.today",
        data={"total": found.total, "rounds": [_begun(one, checklist) for one, checklist in found.rounds]},
        parts=(Table(columns, rows),) if rows else (),
        remarks=(
            (_("{count} more open rounds: opsctl inspect list --state open").format(count=found.total - len(rows)),)
            if found.total > len(rows)
            else ()
        ),
        references=tuple(one.reference for one, _checklist in found.rounds),
    )


def _begun(one: Round, checklist: Checklist | None) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "checklist": one.checklist,
        "asset": one.asset,
        "person": one.person,
        "started_at": one.started_at,
        "answered": len(one.current),
        "items": None if checklist is None else len(checklist.items),
    }


def checklists(patrols: Patrols) -> Report:
    """The checklists and routes in force."""
    columns = (
        Column("name", _("name"), Kind.REFERENCE),
        Column("title", _("title")),
        Column("kind", _("kind")),
        Column("items", _("items"), Kind.COUNT),
        Column("assets", _("assets"), Kind.REFERENCE),
    )
    rows: list[tuple[Any, ...]] = [
        (name, each.title.said, words.kind(each.kind), len(each.items), None)
        for name, each in sorted(patrols.checklists.items())
    ]
    for name, one in sorted(patrols.routes.items()):
        items = len(patrols.checklists[one.checklist].items)
        rows.append((name, one.title.said, _("route"), items, one.assets))
    return Report(
        kind="inspection.checklists",
        data={
            "checklists": [_checklist(one) for _name, one in sorted(patrols.checklists.items())],
            "routes": [
                {"name": name, "title": one.title._asdict(), "checklist": one.checklist, "assets": list(one.assets)}
                for name, one in sorted(patrols.routes.items())
            ],
        },
        parts=(
            Table(
                columns,
                tuple(rows),
                empty=_("No checklist is in force; write one into a rulebook: opsctl rulebook apply FILE"),
            ),
        ),
        references=tuple(row[0] for row in rows),
    )


def _checklist(one: Checklist) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title._asdict(),
        "kind": one.kind,
        "items": [
            {
                "id": item.id,
                "title": item.title._asdict(),
                "type": item.type,
                "unit": item.unit,
                "mandatory": item.mandatory,
                "warn": None if item.warn is None else item.warn.written,
                "critical": None if item.critical is None else item.critical.written,
            }
            for item in one.items
        ],
    }


def one_checklist(checklist: Checklist) -> Report:
    """The items of one checklist."""
    columns = (
        Column("number", _("no."), Kind.COUNT),
        Column("id", _("id"), Kind.REFERENCE),
        Column("item", _("item")),
        Column("type", _("type")),
        Column("unit", _("unit")),
        Column("warn", _("good")),
        Column("critical", _("bearable")),
        Column("mandatory", _("mandatory")),
    )
    rows = tuple(
        (
            number,
            item.id,
            item.title.said,
            words.item_type(item.type),
            item.unit,
            None if item.warn is None else range_text(item.warn),
            None if item.critical is None else range_text(item.critical),
            _("yes") if item.mandatory else _("no"),
        )
        for number, item in enumerate(checklist.items, start=1)
    )
    return Report(
        kind="inspection.checklist",
        data=_checklist(checklist),
        heading=f"{checklist.name} · {checklist.title.said}",
        parts=(Table(columns, rows),),
        references=(checklist.name,),
    )
