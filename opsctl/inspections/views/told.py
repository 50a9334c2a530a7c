"""What was done to rounds, a line or a few for each."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opsctl.core.report import Cell, Fields, Kind, Part, Report, Text
from opsctl.core.texts import _, between, ngettext, pgettext, series
from opsctl.inspections.rules import Round, evidence
from opsctl.inspections.rules.results import Corrected, Finished, Raised, Voided
from opsctl.inspections.terms import CORRECTED, COUNTERSIGNED, VOIDED, Mark, State
from opsctl.inspections.views import words
from opsctl.inspections.views.records import data

if TYPE_CHECKING:
    from opsctl.actions.rules import Action
    from opsctl.duties.rules import Occurrence

_SHOWN = 6


def finished(found: Finished, now: datetime) -> Report:
    """One round that was ended or is still open; see `logged` for several."""
    return logged([found], now)


def logged(found: Sequence[Finished], now: datetime) -> Report:
    """What was recorded: each round, what of it was wrong with its actions, what it met, and what to do next."""
    parts: list[Part] = []
    remarks: list[str] = []
    for one in found:
        parts.append(Text(tuple(_lines(one))))
        if one.round.state is State.DONE:
            parts.append(_met(one, now))
        if one.actions:
            parts.append(actions(one.actions))
        if one.proven:
            from opsctl.actions.views.told import proven

            remarks += proven(one.proven)
        remarks += [*one.remarks, *_next_steps(one)]
    return Report(
        kind="inspection.completed",
        data=[
            {
                **data(one.round, one.checklist),
                "occurrence": None if one.occurrence is None else one.occurrence.reference,
                "missing": [item.id for item in one.missing],
                "actions": [{"reference": action.reference, "new": new} for action, new in one.actions],
                "proven": [{"reference": action.reference, "state": action.state} for action in one.proven],
            }
            for one in found
        ],
        parts=tuple(parts),
        remarks=tuple(remarks),
        references=tuple(one.round.reference for one in found),
    )


def _lines(found: Finished) -> list[str]:
    one = found.round
    title = " · ".join(part for part in (found.checklist.title.said, one.asset) if part)
    counts = {mark: sum(each.mark is mark for each in one.current.values()) for mark in Mark}
    wrong = [f"{words.mark(mark)} {counts[mark]}" for mark in (Mark.FAIL, Mark.WARN) if counts[mark]]
    answered = ngettext("{count} item", "{count} items", len(one.current)).format(count=len(one.current))
    summary = between(", ").join([answered, *(wrong or [_("all ok")])])
    if one.state is State.OPEN:
        lines = [_("{reference} is still open: {title}").format(reference=one.reference, title=title)]
        return [*lines, summary, *([_open_items(found)] if found.missing else [])]
    return [_("{reference} done: {title}").format(reference=one.reference, title=title), summary]


def _open_items(found: Finished) -> str:
    numbers = {item.id: at for at, item in enumerate(found.checklist.items, start=1)}
    shown = [f"{numbers[item.id]} {item.title.said}" for item in found.missing[:_SHOWN]]
    more = " …" if len(found.missing) > _SHOWN else ""
    told = ngettext("{count} mandatory item is open: {items}", "{count} mandatory items are open: {items}", len(shown))
    return told.format(count=len(found.missing), items=series(shown) + more)


def _met(found: Finished, now: datetime) -> Fields:
    one, occurrence = found.round, found.occurrence
    extra = Cell(_("nothing was due: an extra round"), Kind.TEXT)
    pairs: list[tuple[str, Any, Kind]] = [(pgettext("duty", "due"), extra, Kind.MOMENT)]
    if occurrence is not None:
        pairs = [(pgettext("duty", "due"), occurrence.due_at, Kind.MOMENT)]
        if not occurrence.is_on_time:
            pairs.append((_("done"), _late(found), Kind.TEXT))
    if one.done_at != one.entered_at:
        # A clock time is the last one not after now: at 19:30, 23:45 was yesterday.
        pairs.append((_("walked"), one.done_at, Kind.MOMENT))
    pairs.append((_("evidence"), words.grade(evidence.grade(one)), Kind.TEXT))
    if one.flags:
        pairs.append((_("worth a look"), between("; ").join(words.flag(each) for each in one.flags), Kind.TEXT))
    return Fields(tuple(pairs))


def _late(found: Finished) -> str:
    if _is_claimed_in_time(found):
        return _("in time as claimed, late as entered")
    occurrence, at = found.occurrence, found.round.done_at
    return _("too early") if occurrence is not None and at is not None and at < occurrence.opens_at else _("late")


def actions(raised: Raised) -> Text:
    """A line for each action: what, who, until when is in its own list."""
    return Text(tuple(_action(action, new) for action, new in raised))


def _action(action: "Action", new: bool) -> str:
    told = _("{reference} {title} → {owner}, told {told}")
    line = told.format(
        reference=action.reference,
        title=action.title,
        owner=action.owner or _("nobody"),
        told=action.told or _("nobody"),
    )
    return line if new else _("{line} (seen again, {count} times)").format(line=line, count=action.seen)


def _next_steps(found: Finished) -> list[str]:
    one = found.round
    if one.state is State.OPEN:
        asset = f" --asset {one.asset}" if one.asset else ""
        return [_("Go on with it: opsctl inspect start {line}").format(line=f"{one.checklist}{asset}")]
    if _is_claimed_in_time(found):
        told = _("It counts as in time once another person confirms it: opsctl inspect countersign {reference}")
        return [told.format(reference=one.reference)]
    return []


def _is_claimed_in_time(found: Finished) -> bool:
    occurrence, at = found.occurrence, found.round.done_at
    if occurrence is None or at is None or occurrence.is_on_time:
        return False
    return occurrence.opens_at <= at <= occurrence.closes_at


def countersigned(rounds: Sequence[Round]) -> Report:
    """A line for each round that was countersigned."""
    line = _("{reference} countersigned by {by}: walked by {person}")
    return _done(
        COUNTERSIGNED,
        rounds,
        [line.format(reference=one.reference, by=one.countersigned_by, person=one.person) for one in rounds],
    )


def voided(found: Sequence[Voided]) -> Report:
    """A line for each round that was taken out of the figures, what is due again, and what is left to look at."""
    parts: list[Part] = []
    remarks: list[str] = []
    stay = _("The actions of {reference} stay. Take them out, too: opsctl action void {actions} --because {why}")
    for each in found:
        one = each.round
        parts.append(Text((f"{one.reference} {words.state(one)}",)))
        if each.due:
            parts.append(_due_again(each.due))
        if each.actions:
            names = " ".join(action.reference for action in each.actions)
            remarks.append(stay.format(reference=one.reference, actions=names, why=one.void))
    return Report(
        kind=VOIDED,
        data=[
            {
                **data(each.round, None),
                "due": [due.reference for due in each.due],
                "actions": [action.reference for action in each.actions],
            }
            for each in found
        ],
        parts=tuple(parts),
        remarks=tuple(remarks),
        references=tuple(each.round.reference for each in found),
    )


def _due_again(due: "Sequence[Occurrence]") -> Fields:
    return Fields(tuple((_("due again"), one.due_at, Kind.MOMENT) for one in due))


def _done(kind: str, rounds: Sequence[Round], lines: Sequence[str]) -> Report:
    return Report(
        kind=kind,
        data=[data(one, None) for one in rounds],
        parts=(Text(tuple(lines)),),
        references=tuple(one.reference for one in rounds),
    )


def corrected(found: Corrected) -> Report:
    """What was set right, with the actions that follow, and those that stay although nothing is wrong any more."""
    one = found.round
    parts: list[Part] = [Text((_("{reference} corrected; what stood there stays.").format(reference=one.reference),))]
    if found.moved:
        met = found.occurrence
        due = Cell(_("nothing was due: an extra round"), Kind.TEXT) if met is None else met.due_at
        parts.append(Fields(((_("done"), one.done_at, Kind.MOMENT), (pgettext("duty", "due"), due, Kind.MOMENT))))
    if found.due:
        parts.append(_due_again(found.due))
    if found.actions:
        parts.append(actions(found.actions))
    stays = _("What was wrong is right now: {items}. Its action stays; see: opsctl action list --source {reference}")
    unsigned = _("{person} confirmed the old time; for the new one run: opsctl inspect countersign {reference}")
    remarks = []
    if found.mended:
        remarks.append(stays.format(items=series(found.mended), reference=one.reference))
    if found.unsigned is not None:
        remarks.append(unsigned.format(person=found.unsigned, reference=one.reference))
    return Report(
        kind=CORRECTED,
        data={
            **data(one, found.checklist),
            "occurrence": None if found.occurrence is None else found.occurrence.reference,
            "due": [due.reference for due in found.due],
            "actions": [{"reference": action.reference, "new": new} for action, new in found.actions],
        },
        parts=tuple(parts),
        remarks=tuple(remarks),
        references=(one.reference,),
    )
