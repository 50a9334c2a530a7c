"""Clocks, ready to be shown: what is left in working time, and as a time on the clock."""

from collections.abc import Sequence
from typing import Any

from opsctl.core.report import Column, Kind, Table
from opsctl.core.texts import _, pgettext
from opsctl.incidents.rules.clocks import Clock, ClockKind, ClockState
from opsctl.incidents.views.words import clock_state_word, clock_word

RUNNING = frozenset({ClockState.RUNNING, ClockState.WARNING, ClockState.PAUSED, ClockState.OVERDUE})


def data(clock: Clock) -> dict[str, Any]:
    """A clock for programs: working time in seconds."""
    return {
        "clock": clock.kind,
        "state": clock.state,
        "calendar": clock.limits.calendar,
        "start": clock.start,
        "start_is": clock.start_is,
        "limit": seconds(clock.limit),
        "used": seconds(clock.used),
        "left": seconds(clock.left),
        "due": clock.due,
        "due_if_approved": clock.due_if_approved,
        "due_without_pauses": clock.due_without,
        "stopped": clock.stopped,
        "on_time": clock.on_time,
        "holidays_unknown": clock.beyond,
    }


def table(clocks: Sequence[Clock]) -> Table:
    """Every clock of a case in a row."""
    undecided = any(clock.due != clock.due_if_approved for clock in clocks)
    columns = [
        Column("clock", pgettext("what measures", "clock")),
        Column("state", _("state")),
        Column("due", _("due"), Kind.MOMENT),
        Column("left", _("left"), Kind.WORKING),
        Column("limit", _("limit"), Kind.WORKING),
        Column("calendar", _("calendar")),
    ]
    if undecided:
        columns.insert(3, Column("if_approved", _("due if approved"), Kind.MOMENT))
    rows = []
    for clock in clocks:
        row: list[Any] = [
            clock_word(clock.kind),
            clock_state_word(clock.state),
            clock.due,
            seconds(clock.left),
            seconds(clock.limit),
            clock.limits.calendar,
        ]
        if undecided:
            row.insert(3, clock.due_if_approved)
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def pairs(clocks: Sequence[Clock]) -> list[tuple[str, Any, Kind]]:
    """What runs, as a person reads it at night: by when, and how much working time that is."""
    found: list[tuple[str, Any, Kind]] = []
    for clock in clocks:
        if clock.state in RUNNING:
            found.append((due_word(clock.kind), clock.due, Kind.MOMENT))
            found.append((_("working time left"), seconds(clock.left), Kind.WORKING))
    return found


def due_word(kind: ClockKind) -> str:
    """What has to be done by when a clock is due."""
    return {ClockKind.RESPONSE: _("respond by"), ClockKind.RESTORE: _("restore by")}[kind]


def most_urgent(clocks: Sequence[Clock]) -> Clock | None:
    """Of the clocks that run, the one that is due first; one that is paused is due last."""
    running = [clock for clock in clocks if clock.state in RUNNING]
    return min(running, key=lambda clock: (clock.due is None, clock.due or clock.start), default=None)


def seconds(microseconds: int) -> int | float:
    """Microseconds as seconds: whole where they are."""
    whole, rest = divmod(microseconds, 1_000_000)
    return microseconds / 1_000_000 if rest else whole
