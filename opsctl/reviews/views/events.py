"""Rows of the ledger and recorded actions as one line each, and what was promised before and did not hold."""

from collections.abc import Iterable
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.actions.rules.moves import state_word
from opsctl.actions.terms import State
from opsctl.actions.views.words import kind_word
from opsctl.core.report import Cell, Kind, Phrase
from opsctl.core.texts import _, between, ngettext
from opsctl.core.times import local_day, show_duration, show_moment
from opsctl.core.typed import excerpt
from opsctl.core.void import as_void
from opsctl.incidents.terms import FROM_IMPORT, LATE_ENTRY
from opsctl.ledger.rules import Row
from opsctl.reviews.rules.facts import CaseFacts, Earlier, Facts
from opsctl.reviews.rules.relatives import in_order
from opsctl.reviews.rules.results import ActionLine, FactLine
from opsctl.reviews.views import happenings

LONGEST = 300
"""So many characters a line has at most."""
_LONGEST_NAME = 64
_LONGEST_TITLE = 160
_SHORTEST_TITLE = 60
_DOT = " · "


def told(row: Row, *, zone: str = "UTC", by: bool = True) -> str:
    """What a row of the ledger says, of whatever record, in one clean line: event, what was said, who (if `by`).

    Moments are shown in that zone. A kind that nobody here knows stands for itself.
    """
    tail = _DOT + _("by {person}").format(person=excerpt(row.actor, _LONGEST_NAME)) if by else ""
    return excerpt(_said(row, zone), LONGEST - len(tail)) + tail


def _said(row: Row, zone: str) -> str:
    event, text = happenings.of(row)
    return _DOT.join(part for part in (event, _plain(text, zone)) if part)


def is_late(row: Row) -> bool:
    """Whether it was typed in later than LATE_ENTRY after it happened; what another tool said is not judged."""
    return row.kind not in FROM_IMPORT and row.recorded_at - row.happened_at > LATE_ENTRY


def fact_lines(facts: Facts, *, zone: str) -> tuple[FactLine, ...]:
    """The rows of the incidents under review as lines of the timeline, each once, by when they happened.

    A late entry says how much later it was entered. Where several records have a part, each line names its own, but
    for those of the only incident.
    """
    rows = {row.seq: row for case in facts.cases for row in case.rows}
    only = facts.cases[0].shown.case.reference if len(facts.cases) == 1 else None
    return tuple(FactLine(row.seq, row.happened_at, _line(row, only, zone)) for row in in_order(rows.values()))


def _line(row: Row, only: str | None, zone: str) -> str:
    name = "" if row.subject == only else excerpt(row.subject, _LONGEST_NAME) + between(": ")
    tail = _DOT + _("by {person}").format(person=excerpt(row.actor, _LONGEST_NAME))
    if is_late(row):
        minutes = (row.recorded_at - row.happened_at).total_seconds() // 60 * 60
        tail += _DOT + _("entered {length} later").format(length=show_duration(minutes))
    return excerpt(name + _said(row, zone), LONGEST - len(tail)) + tail


def action_lines(actions: Iterable[Action], *, zone: str = "UTC") -> tuple[ActionLine, ...]:
    """Recorded actions as lines: title, owner, deadline in that zone, state, kind, and by what it is verified."""
    return tuple(ActionLine(one.reference, _action(one, zone)) for one in actions)


def _action(one: Action, zone: str) -> str:
    parts = [
        one.owner,
        _("due {moment}").format(moment=show_moment(one.deadline, zone)),
        state_word(one.state) if one.void is None else as_void(one.void),
        None if one.kind is None else kind_word(one.kind),
        None if one.verify is None else _("verified by evidence") + between(": ") + one.verify,
    ]
    rest = excerpt(_DOT.join(part for part in parts if part), LONGEST - _SHORTEST_TITLE)
    return excerpt(one.title, min(_LONGEST_TITLE, LONGEST - len(rest) - len(_DOT))) + _DOT + rest


def promises(facts: Facts, now: datetime) -> list[str]:
    """What was promised at earlier incidents and is not done, not verified, or did not keep it from coming again.

    A sentence for each such action, by the newest incident that it was promised at. Days are those of the calendar in
    the database's zone.
    """
    said: dict[str, str] = {}
    for case in facts.cases:
        for earlier in case.earlier:
            for action in earlier.actions:
                if action.reference not in said and (sentence := _promise(case, earlier, action, facts.zone, now)):
                    said[action.reference] = sentence
    return list(said.values())


def _promise(case: CaseFacts, earlier: Earlier, action: Action, zone: str, now: datetime) -> str | None:
    if action.void is not None:
        return None
    if action.state is not State.VERIFIED:
        count = _days(action.recorded_at, now, zone)
        if action.state is State.OPEN:
            sentence = ngettext(
                "{incident} promised this {count} day ago, still open: {action} {title}",
                "{incident} promised this {count} days ago, still open: {action} {title}",
                count,
            )
        else:
            sentence = ngettext(
                "{incident} promised this {count} day ago, done but verified by nobody: {action} {title}",
                "{incident} promised this {count} days ago, done but verified by nobody: {action} {title}",
                count,
            )
    else:
        again = case.shown.case.clock_start
        if action.verified_at is None or action.verified_at > again:
            return None
        count = _days(action.verified_at, again, zone)
        sentence = ngettext(
            "{incident} promised this, verified {count} day before it came again: {action} {title}",
            "{incident} promised this, verified {count} days before it came again: {action} {title}",
            count,
        )
    return sentence.format(
        incident=earlier.incident.reference,
        count=count,
        action=action.reference,
        title=excerpt(action.title, _LONGEST_TITLE),
    )


def _days(since: datetime, until: datetime, zone: str) -> int:
    return max(0, (local_day(until, zone) - local_day(since, zone)).days)


def _plain(text: Phrase | str | None, zone: str) -> str:
    if not isinstance(text, Phrase):
        return text or ""
    return "".join(piece if isinstance(piece, str) else _value(piece, zone) for piece in text.pieces)


def _value(cell: Cell, zone: str) -> str:
    if isinstance(cell.value, datetime) and cell.value.utcoffset() is not None:
        return show_moment(cell.value, zone, seconds=cell.kind is Kind.INSTANT)
    return str(cell.value)
