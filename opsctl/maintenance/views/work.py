"""Maintenance that was done, ready to be shown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Action
from opsctl.core.report import Column, Fields, Kind, Part, Report, Table, Text, choose_columns
from opsctl.core.texts import _, pgettext
from opsctl.core.void import void_word
from opsctl.duties.rules import Occurrence
from opsctl.maintenance.rules.results import Corrected, Logged, Shown, Voided
from opsctl.maintenance.rules.work import MEETING, Work
from opsctl.maintenance.terms import LOGGED, WORK_CORRECTED, WORK_VOIDED
from opsctl.maintenance.views.words import (
    backup_word,
    history,
    history_data,
    left_out,
    outcome_word,
    with_void,
)  # fmt: skip

Pairs = tuple[tuple[str, Any, Kind], ...]
COLUMNS = "reference,asset,done,outcome,title"
"""What people see of a list where they name no columns."""


def data(work: Work) -> dict[str, Any]:
    """A record of maintenance for programs."""
    return {name: getattr(work, name) for name in Work.__dataclass_fields__}


def logged(found: Logged) -> Report:
    """What was logged, the duty that it met and when that is next due, the action that watches it."""
    work = found.work
    line = _("{reference} logged: {title} · {asset}").format(
        reference=work.reference, title=work.title, asset=work.asset
    )
    told = led_to(found)
    return Report(
        kind=LOGGED,
        data=logged_data(found),
        parts=(Text((line,)), Fields(told)) if told else (Text((line,)),),
        remarks=without_procedure(work),
        references=(work.reference,),
    )


def logged_data(found: Logged) -> dict[str, Any]:
    """A record with what it led to, for programs."""
    return {
        **data(found.work),
        "duty": None if found.met is None else found.met.reference,
        "duty_due_at": None if found.met is None else found.met.due_at,
        "duty_on_time": None if found.met is None else found.met.is_on_time,
        "next_due_at": found.next_due,
        "action": None if found.action is None else found.action.reference,
        "action_is_new": found.is_new,
    }


def led_to(found: Logged) -> Pairs:
    """The duty that was met and the action that watches it; whoever named a topic is told that no duty asked for it."""
    pairs: list[tuple[str, Any, Kind]] = [*_duty(found.met, found.next_due)]
    if found.met is None and found.work.topic is not None and found.work.void is None:
        pairs.append((_("duty"), _("none was due"), Kind.TEXT))
    if found.action is not None:
        pairs += _action(found.action, found.is_new)
    return tuple(pairs)


def without_procedure(work: Work) -> tuple[str, ...]:
    """The remark about a maintenance that names no procedure."""
    if work.procedure is not None:
        return ()
    said = _(
        "No procedure is named. If one was followed: opsctl work correct {reference} procedure=TEXT --reason TEXT"
    ).format(reference=work.reference)
    return (said,)


def _duty(met: Occurrence | None, next_due: datetime | None) -> Pairs:
    if met is None:
        return ()
    is_early = met.met_at is not None and met.met_at < met.due_at
    word = _("{duty} · in time") if met.is_on_time else _("{duty} · late")
    return (
        (_("duty"), word.format(duty=met.duty), Kind.TEXT),
        (pgettext("duty", "due") if is_early else _("was due"), met.due_at, Kind.MOMENT),
        (_("next due"), next_due, Kind.MOMENT),
    )


def _action(action: Action, is_new: bool) -> Pairs:
    seen = _("{reference}: {title}") if is_new else _("{reference}, seen again: {title}")
    return (
        (_("action"), seen.format(reference=action.reference, title=action.title), Kind.TEXT),
        (pgettext("action", "who has it"), action.owner, Kind.TEXT),
        (_("deadline"), action.deadline, Kind.MOMENT),
    )


def corrected(done: Sequence[Corrected]) -> Report:
    """A line for each record that was set right, and what it leads to now."""
    right = _("{reference} corrected: {title} · {asset}")
    same = _("{reference} says so already, nothing was changed: {title} · {asset}")
    parts: list[Part] = []
    for one in done:
        work = one.logged.work
        line = (right if one.changed else same).format(reference=work.reference, title=work.title, asset=work.asset)
        parts.append(Text((line,)))
        if one.logged.action is not None or set(one.changed) & set(MEETING):
            parts.append(Fields(led_to(one.logged)))
    return Report(
        kind=WORK_CORRECTED,
        data=[{**logged_data(one.logged), "changed": list(one.changed)} for one in done],
        parts=tuple(parts),
        references=tuple(one.logged.work.reference for one in done),
    )


def voided(done: Sequence[Voided]) -> Report:
    """A line for each record that was taken out, and what is due again; actions of it stay, and are named."""
    told = _("{reference} is void and counts nowhere: {title} · {asset}")
    again = _("The duty {duty} is due again.")
    stays = _("{action} came of it and stays: opsctl action void {action} --because {word}")
    lines, remarks = [], []
    for one in done:
        work = one.work
        lines.append(told.format(reference=work.reference, title=work.title, asset=work.asset))
        if one.released is not None:
            lines.append(again.format(duty=one.released.duty))
        remarks += [stays.format(action=action, word=work.void) for action in one.actions]
    return Report(
        kind=WORK_VOIDED,
        data=[
            {
                **data(one.work),
                "released": None if one.released is None else one.released.reference,
                "actions": list(one.actions),
            }
            for one in done
        ],
        parts=(Text(tuple(lines)),) if lines else (),
        remarks=tuple(remarks),
        references=tuple(one.work.reference for one in done),
    )


def handover(work: Sequence[Work]) -> Report:
    """What was maintained in a shift, for the next one."""
    return _titled(listed([one for one in work if one.void is None], len(work)), _("Maintenance done in this shift"))


def _titled(report: Report, title: str) -> Report:
    shown = choose_columns(report, COLUMNS)
    parts = tuple(replace(part, title=title) if isinstance(part, Table) else part for part in shown.parts)
    return replace(shown, kind="work.handover", parts=parts, remarks=(), sheet=None)


def listed(work: Sequence[Work], total: int) -> Report:
    """The work as a table, the newest first."""
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("done", pgettext("when", "done"), Kind.MOMENT),
        Column("outcome", _("outcome")),
        Column("topic", _("topic")),
        Column("saved", _("configuration saved")),
        Column("procedure", _("procedure")),
        Column("person", pgettext("whom", "by")),
        Column("window", _("window"), Kind.REFERENCE),
        Column("title", _("title")),
    )
    rows = tuple(
        (
            one.reference,
            one.asset,
            one.done_at,
            with_void(outcome_word(one.outcome), one.void),
            one.topic,
            backup_word(one.backup),
            one.procedure,
            one.person,
            one.window,
            one.title,
        )
        for one in work
    )
    table = Table(columns, rows, empty=_("No maintenance."))
    return Report(
        kind="work.list",
        data={"total": total, "work": [data(one) for one in work]},
        parts=(table,),
        remarks=left_out(total, len(work)),
        references=tuple(one.reference for one in work),
        sheet=table,
    )


def shown(found: Shown) -> Report:
    """One record with everything that is known of it, what it led to, and its history."""
    work, logged = found.logged.work, found.logged
    always: Pairs = (
        (_("reference"), work.reference, Kind.REFERENCE),
        (_("title"), work.title, Kind.TEXT),
        (_("asset"), work.asset, Kind.REFERENCE),
        (_("outcome"), outcome_word(work.outcome), Kind.TEXT),
        (_("result"), work.result, Kind.TEXT),
        (_("procedure"), work.procedure, Kind.TEXT),
        (_("configuration saved"), backup_word(work.backup), Kind.TEXT),
        (pgettext("when", "begun"), work.started_at, Kind.MOMENT),
        (pgettext("when", "done"), work.done_at, Kind.MOMENT),
        (pgettext("whom", "by"), work.person, Kind.TEXT),
    )
    where_known: Pairs = (
        (_("customer"), work.customer, Kind.REFERENCE),
        (_("topic"), work.topic, Kind.TEXT),
        (_("window"), work.window, Kind.REFERENCE),
        *_duty(logged.met, logged.next_due),
        (_("actions"), found.actions or None, Kind.REFERENCE),
        (_("patches"), found.patches or None, Kind.REFERENCE),
        (_("void"), None if work.void is None else void_word(work.void), Kind.TEXT),
    )
    return Report(
        kind="work",
        data={
            **logged_data(logged),
            "actions": list(found.actions),
            "patches": list(found.patches),
            "history": history_data(found.history),
        },
        parts=(Fields((*always, *(pair for pair in where_known if pair[1] is not None))), history(found.history)),
        references=(work.reference,),
    )
