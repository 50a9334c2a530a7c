"""Many actions, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.rules.results import Listed, Waiting
from opsctl.actions.views.records import data
from opsctl.actions.views.words import gravity_word, standing
from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext, pgettext

COLUMNS = "reference,state,asset,owner,deadline,title"
"""What people see where they name no columns; CSV has all of them."""
LINES = 8
"""What `today` shows at most."""
_TO_VERIFY = 3
"""How many lines of these are kept for what is to be verified."""


def listed(found: Listed, now: datetime) -> Report:
    """The actions as a table, and how many more there are."""
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("gravity", _("gravity")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("customer", _("customer"), Kind.REFERENCE),
        Column("owner", _("owner")),
        Column("deadline", _("deadline"), Kind.MOMENT),
        Column("found", pgettext("when", "found"), Kind.MOMENT),
        Column("source", _("found in"), Kind.REFERENCE),
        Column("seen", _("how often found"), Kind.COUNT),
        Column("done-by", _("done by")),
        Column("verified-by", _("verified by")),
        Column("incident", _("taken over by"), Kind.REFERENCE),
        Column("title", _("title")),
    )
    table = Table(columns, tuple(_row(one, now) for one in found.actions), empty=_("No actions."))
    left = found.total - len(found.actions)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="action.list",
        data={"total": found.total, "actions": [data(one, now) for one in found.actions]},
        parts=(table,),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(one.reference for one in found.actions),
        sheet=table,
    )


def _row(action: Action, now: datetime) -> tuple[Any, ...]:
    return (
        action.reference,
        standing(action, now),
        gravity_word(action.gravity),
        action.asset,
        action.customer,
        action.owner,
        action.deadline,
        action.found_at,
        action.source,
        action.seen,
        action.done_by,
        action.verified_by,
        action.incident,
        action.title,
    )


def today(found: Waiting, now: datetime) -> Report:
    """What one person has to do soon, or should have, and what they may verify, in a few lines."""
    due = found.due.actions[: LINES - min(_TO_VERIFY, len(found.verify.actions))]
    verify = found.verify.actions[: LINES - len(due)]
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("action", pgettext("today", "to do")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("deadline", _("deadline"), Kind.MOMENT),
        Column("title", _("title")),
    )
    rows = (*_lines(due, now, _("do"), found.again), *_lines(verify, now, _("verify")))
    return Report(
        kind="action.today",
        data={
            "due": {
                "total": found.due.total,
                "actions": [data(one, now) for one in due],
                "again": [one.reference for one in due if one.reference in found.again],
            },
            "verify": {"total": found.verify.total, "actions": [data(one, now) for one in verify]},
        },
        parts=(Table(columns, rows),) if rows else (),
        remarks=tuple(_more(found.due.total - len(due), found.verify.total - len(verify))),
        references=tuple(one.reference for one in (*due, *verify)),
    )


def _lines(
    actions: Sequence[Action], now: datetime, what: str, again: frozenset[str] = frozenset()
) -> list[tuple[Any, ...]]:
    return [(one.reference, _what(one, now, what, again), one.asset, one.deadline, one.title) for one in actions]


def _what(one: Action, now: datetime, what: str, again: frozenset[str]) -> str:
    words = [what]
    if one.reference in again:
        words.append(_("open again"))
    if one.is_overdue(now):
        words.append(_("overdue"))
    return " · ".join(words)


def _more(due: int, verify: int) -> list[str]:
    said = []
    if due:
        more = ngettext(
            "{count} more action to do: opsctl action list --owner me",
            "{count} more actions to do: opsctl action list --owner me",
            due,
        )
        said.append(more.format(count=due))
    if verify:
        more = ngettext(
            "{count} more action to verify: opsctl action list --state done",
            "{count} more actions to verify: opsctl action list --state done",
            verify,
        )
        said.append(more.format(count=verify))
    return said
