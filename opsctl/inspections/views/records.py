"""One round in full."""

from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Part, Report, Table
from opsctl.core.texts import _, between
from opsctl.inspections.rules import Reading, Round, evidence, grade_of
from opsctl.inspections.rules.results import Shown
from opsctl.inspections.terms import State
from opsctl.inspections.views import words
from opsctl.rulebook.rules.patrols import Checklist


def data(one: Round, checklist: Checklist | None) -> dict[str, Any]:
    """A round for programs. Of an item the newest reading counts; `readings` has all, the oldest first."""
    return {
        "reference": one.reference,
        "checklist": one.checklist,
        "title": None if checklist is None else checklist.title._asdict(),
        "asset": one.asset,
        "customer": one.customer,
        "route": one.route,
        "state": one.state,
        "rules": one.rules,
        "person": one.person,
        "started_at": one.started_at,
        "done_at": one.done_at,
        "entered_at": one.entered_at,
        "countersigned_by": one.countersigned_by,
        "countersigned_at": one.countersigned_at,
        "grade": evidence.grade(one) if one.state is State.DONE else None,
        "flags": [{"flag": each.flag, "about": list(each.about)} for each in one.flags],
        "challenge": _challenge(one, checklist),
        "void": one.void,
        "corrected_at": one.corrected_at,
        "readings": [_reading(each, one) for each in one.readings],
    }


def _challenge(one: Round, checklist: Checklist | None) -> dict[str, Any] | None:
    if one.asked is None:
        return None
    known = checklist is not None and one.asked < len(checklist.challenges)
    asked = checklist.challenges[one.asked].ask._asdict() if checklist is not None and known else None
    return {"asked": asked, "answered": one.answered}


def _reading(each: Reading, one: Round) -> dict[str, Any]:
    return {
        "item": each.item,
        "mark": each.mark,
        "value": each.value,
        "note": each.note,
        "source": each.source,
        "file": each.file,
        "digest": each.digest,
        "grade": grade_of(each, one.countersigned_by is not None),
        "by": each.by,
        "at": each.at,
    }


def shown(found: Shown, now: datetime) -> Report:
    """A round: what it is, its readings in the order of the checklist, and what became of what was wrong."""
    one, checklist = found.round, found.checklist
    parts: list[Part] = [_head(found), _readings(one, checklist)]
    if found.actions:
        parts.append(_actions(found, now))
    return Report(
        kind="inspection",
        data={
            **data(one, checklist),
            "occurrences": [each.reference for each in found.occurrences],
            "actions": [each.reference for each in found.actions],
        },
        heading=" · ".join(part for part in (one.reference, words.name_of(one, checklist), one.asset) if part),
        parts=tuple(parts),
        remarks=_go_on(one),
        references=(one.reference,),
    )


def _go_on(one: Round) -> tuple[str, ...]:
    if one.state is not State.OPEN or one.void is not None:
        return ()
    names = one.checklist if one.asset is None else f"{one.checklist} --asset {one.asset}"
    return (_("Go on with it: opsctl inspect start {checklist}").format(checklist=names),)


def _head(found: Shown) -> Fields:
    one = found.round
    pairs: list[tuple[str, Any, Kind]] = [
        (_("state"), words.state(one), Kind.TEXT),
        (_("person"), one.person, Kind.TEXT),
        (_("begun"), one.started_at, Kind.MOMENT),
        (_("done"), one.done_at, Kind.MOMENT),
        (_("entered"), one.entered_at, Kind.MOMENT),
    ]
    if one.corrected_at is not None:
        pairs.append((_("corrected"), one.corrected_at, Kind.MOMENT))
    pairs += [(_("met"), each.reference, Kind.REFERENCE) for each in found.occurrences]
    if one.countersigned_by is not None:
        pairs.append((_("countersigned by"), one.countersigned_by, Kind.TEXT))
    if one.state is State.DONE:
        pairs.append((_("evidence"), words.grade(evidence.grade(one)), Kind.TEXT))
    pairs += [(_("worth a look"), words.flag(each), Kind.TEXT) for each in one.flags]
    challenge = _challenge(one, found.checklist)
    if challenge is not None and found.checklist is not None and one.asked is not None:
        ask = found.checklist.challenges[one.asked].ask.said
        pairs.append((_("read on the spot"), ask + between(": ") + (one.answered or "–"), Kind.TEXT))
    if one.route is not None:
        pairs.append((_("route"), one.route, Kind.REFERENCE))
    pairs.append((_("generation of the rules"), one.rules, Kind.COUNT))
    return Fields(tuple(pairs))


def _readings(one: Round, checklist: Checklist | None) -> Table:
    columns = (
        Column("number", _("no."), Kind.COUNT),
        Column("item", _("item")),
        Column("mark", _("state")),
        Column("value", _("reading")),
        Column("note", _("note")),
        Column("before", _("before")),
        Column("evidence", _("evidence")),
    )
    if checklist is None:
        return Table(columns, ())
    rows = []
    for number, item in enumerate(checklist.items, start=1):
        every = [each for each in one.readings if each.item == item.id]
        newest = every[-1] if every else None
        rows.append((
            number,
            item.title.said,
            None if newest is None else words.mark(newest.mark),
            words.value(newest, item),
            None if newest is None else newest.note,
            tuple(words.value(each, item) or words.mark(each.mark) for each in every[:-1]) or None,
            None if newest is None else _evidence(newest, one),
        ))  # fmt: skip
    kept = [at for at, column in enumerate(columns) if column.key not in ("note", "before") or _any(rows, at)]
    return Table(tuple(columns[at] for at in kept), tuple(tuple(row[at] for at in kept) for row in rows))


def _any(rows: list[tuple[Any, ...]], at: int) -> bool:
    return any(row[at] is not None for row in rows)


def _evidence(reading: Reading, one: Round) -> str:
    grade = words.grade(grade_of(reading, one.countersigned_by is not None))
    return between(", ").join(part for part in (grade, words.source(reading.source), reading.file) if part)


def _actions(found: Shown, now: datetime) -> Table:
    # Here, for a round that is logged uses this module for its data alone.
    from opsctl.actions.views.words import standing

    columns = (
        Column("reference", _("action"), Kind.REFERENCE),
        Column("title", _("title")),
        Column("owner", _("owner")),
        Column("deadline", _("deadline"), Kind.MOMENT),
        Column("state", _("state")),
    )
    rows = tuple((each.reference, each.title, each.owner, each.deadline, standing(each, now)) for each in found.actions)
    return Table(columns, rows, title=_("Actions"))
