"""Actions in the hand-over of a shift."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.terms import State
from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, pgettext


def handover(actions: Sequence[Action], since: datetime, now: datetime) -> Report:
    """What was raised and done since that moment, what waits to be verified, and what is overdue."""
    raised = [one for one in actions if one.recorded_at >= since]
    done = [one for one in actions if one.done_at is not None and one.done_at >= since]
    waiting = [one for one in actions if one.state is State.DONE]
    overdue = [one for one in actions if one.is_overdue(now)]
    return Report(
        kind="action.handover",
        data={
            "raised": _references(raised),
            "done": _references(done),
            "waiting": _references(waiting),
            "overdue": _references(overdue),
            "actions": [_data(one) for one in actions],
        },
        parts=(
            _with_deadline(raised, _("Actions raised in this shift")),
            _with_doer(done, _("Actions done in this shift")),
            _with_doer(waiting, _("Actions done, waiting to be verified")),
            _with_deadline(overdue, _("Actions overdue")),
        ),
        references=tuple(_references(actions)),
    )


def _references(actions: Sequence[Action]) -> list[str]:
    return [one.reference for one in actions]


def _data(one: Action) -> dict[str, Any]:
    names = ("reference", "title", "gravity", "state", "asset", "owner", "deadline", "done_by", "done_at",
             "verified_by", "verified_at", "source")  # fmt: skip
    return {name: getattr(one, name) for name in names}


def _with_deadline(actions: Sequence[Action], title: str) -> Table:
    columns = (
        *_first(),
        Column("owner", _("owner")),
        Column("deadline", _("deadline"), Kind.MOMENT),
        Column("title", _("title")),
    )
    rows = tuple((one.reference, one.asset, one.owner, one.deadline, one.title) for one in actions)
    return Table(columns, rows, title=title)


def _with_doer(actions: Sequence[Action], title: str) -> Table:
    columns = (
        *_first(),
        Column("done-by", _("done by")),
        Column("done", pgettext("when", "done"), Kind.MOMENT),
        Column("verified-by", _("verified by")),
        Column("title", _("title")),
    )
    rows = tuple((one.reference, one.asset, one.done_by, one.done_at, one.verified_by, one.title) for one in actions)
    return Table(columns, rows, title=title)


def _first() -> tuple[Column, Column]:
    return Column("reference", _("reference"), Kind.REFERENCE), Column("asset", _("asset"), Kind.REFERENCE)
