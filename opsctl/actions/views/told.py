"""What was done with actions, ready to be said: a line for each, who has it now and by when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.actions import terms
from opsctl.actions.rules import Action
from opsctl.actions.rules.evidence import awaited, read_query
from opsctl.actions.rules.results import Added, Corrected
from opsctl.actions.terms import State
from opsctl.actions.views.records import data
from opsctl.actions.views.words import kind_word, standing
from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, between, pgettext, series


def added(found: Added, now: datetime) -> Report:
    """A new action: what it is, who has it, by when, and who was told."""
    report = done([found.action], terms.ADDED, now)
    return replace(report, remarks=(*_without_asset(found), *report.remarks))


def done(actions: Sequence[Action], kind: str, now: datetime) -> Report:
    """One line for each action about what was done, and how they stand now; `kind` is that of its ledger row."""
    told = {
        terms.ADDED: _("{reference} added: {title} · {asset}"),
        terms.ASSIGNED: _("{reference} assigned to {owner}: {title} · {asset}"),
        terms.DONE: _("{reference} done: {title} · {asset}"),
        terms.VERIFIED: _("{reference} verified: {title} · {asset}"),
        terms.RETURNED: _("{reference} returned: {title} · {asset}"),
        terms.REOPENED: _("{reference} reopened: {title} · {asset}"),
        terms.CORRECTED: _("{reference} corrected: {title} · {asset}"),
        terms.VOIDED: _("{reference} is void and counts nowhere: {title} · {asset}"),
    }[kind]
    parts: list[Any] = [Text(tuple(told.format(**_names(one)) for one in actions))] if actions else []
    if len(actions) == 1:
        parts.append(Fields(_pairs(actions[0], kind)))
    elif actions:
        parts.append(_table(actions, now))
    return Report(
        kind=kind,
        data=[data(one, now) for one in actions],
        parts=tuple(parts),
        remarks=tuple(_next_steps(actions, kind)),
        references=tuple(one.reference for one in actions),
    )


def proven(actions: Sequence[Action]) -> list[str]:
    """What a record did to actions that wait for it, or are watched: a sentence for each."""
    verified = _("{reference} is verified by it: {title}")
    again = _("{reference} is open again by it: {title}")
    return [
        (verified if one.state is State.VERIFIED else again).format(reference=one.reference, title=one.title)
        for one in actions
    ]


def corrected(found: Corrected, now: datetime) -> Report:
    """A line for each action that was corrected, or said so already."""
    report = done(found.actions, terms.CORRECTED, now)
    changed = _("{reference} corrected: {title} · {asset}")
    same = _("{reference} says so already, nothing was changed: {title} · {asset}")
    lines = tuple(
        (same if one.reference in found.unchanged else changed).format(**_names(one)) for one in found.actions
    )
    return replace(report, parts=(Text(lines), *report.parts[1:])) if lines else report


def _pairs(action: Action, kind: str) -> tuple[tuple[str, Any, Kind], ...]:
    pairs: list[tuple[str, Any, Kind]] = [
        (_("owner"), action.owner, Kind.TEXT),
        (_("deadline"), action.deadline, Kind.MOMENT),
    ]
    if kind == terms.ADDED:
        pairs.append((pgettext("who", "told"), action.told, Kind.TEXT))
    where_known: list[tuple[str, Any, Kind]] = [
        (_("kind"), None if action.kind is None else kind_word(action.kind), Kind.TEXT),
        (_("verified by evidence"), action.verify, Kind.TEXT),
        (_("months watched"), action.months, Kind.COUNT),
    ]
    return (*pairs, *(pair for pair in where_known if kind == terms.ADDED and pair[1] is not None))


def _table(actions: Sequence[Action], now: datetime) -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("owner", _("owner")),
        Column("deadline", _("deadline"), Kind.MOMENT),
    )
    return Table(columns, tuple((one.reference, standing(one, now), one.owner, one.deadline) for one in actions))


def _next_steps(actions: Sequence[Action], kind: str) -> list[str]:
    """What whoever has just written has to know: who comes next, and what stays as it was."""
    steps = []
    names = " ".join(one.reference for one in actions)
    if kind == terms.DONE:
        people = " ".join(one.reference for one in actions if one.verify is None)
        if people:
            steps.append(_("Somebody else verifies it: opsctl action verify {references}").format(references=people))
        for one in actions:
            if one.verify is not None:
                told = awaited(read_query(one.verify))
                steps.append(told if len(actions) == 1 else one.reference + between(": ") + told)
    if kind == terms.REOPENED and actions:
        told = _("The deadline stays; set another with: opsctl action correct {references} deadline=TIME --reason TEXT")
        steps.append(told.format(references=names))
    return steps


def _without_asset(found: Added) -> list[str]:
    if not found.near:
        return []
    said = _(
        "No asset is named by the first word. If one is meant:"
        " opsctl action correct {reference} asset={asset} --reason {reason}"
    ).format(reference=found.action.reference, asset=found.near[0], reason=_("typo"))
    if len(found.near) > 1:
        said += " " + _("Did you mean {names}?").format(names=series(found.near))
    return [said]


def _names(action: Action) -> dict[str, str]:
    return {
        "reference": action.reference,
        "title": action.title,
        "asset": action.asset or "–",
        "owner": action.owner or "–",
    }
