"""Many duties or occurrences, ready to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.core.times import show_moment
from opsctl.duties.rules import Occurrence
from opsctl.duties.rules.results import InForce, Listed
from opsctl.duties.terms import Wanted
from opsctl.duties.views.records import duty_data, occurrence_data
from opsctl.duties.views.words import evidence_word, reason_word, schedule_word, standing, title_of
from opsctl.rulebook.rules import Words
from opsctl.rulebook.views.words import owner


@dataclass(frozen=True)
class Span:
    """What a list was asked for: due in [since, until), shown in that zone.

    `planned` is up to when occurrences are there, None where nobody asked for a time of their own.
    """

    state: Wanted
    since: datetime
    until: datetime
    zone: str
    planned: datetime | None


def columns_of(state: Wanted) -> str:
    """What people see where they name no columns; CSV has all of them."""
    # Who looks for what is not to be done any more asks why.
    return "duty,asset,due,reason" if state in (Wanted.CANCELLED, Wanted.WAIVED) else "duty,asset,state,due,until"


def duties(found: Sequence[InForce]) -> Report:
    """The duties in force: when each is due next, whose it is, what of it is open and was missed in 7 days."""
    columns = (
        Column("duty", _("duty"), Kind.REFERENCE),
        Column("schedule", _("schedule")),
        Column("next", pgettext("when", "next due"), Kind.MOMENT),
        Column("owner", _("owner")),
        Column("open", pgettext("how many", "open now"), Kind.COUNT),
        Column("missed", pgettext("how many", "missed"), Kind.COUNT),
        Column("title", _("title")),
    )
    rows = tuple(
        (one.duty.name, schedule_word(one.duty), one.upcoming, owner(one.duty.owner, one.posts), one.waiting,
         one.missed, title_of(one.duty))
        for one in found
    )  # fmt: skip
    table = Table(columns, rows, empty=_("The rules in force have no duties."))
    return Report(
        kind="duty.list",
        data=[
            {**duty_data(one.duty), "next_due": one.upcoming, "open": one.waiting, "missed": one.missed}
            for one in found
        ],
        # A schedule is long, and stands in duty show.
        parts=(table.without("schedule"),),
        references=tuple(one.duty.name for one in found),
        sheet=table,
    )


def occurrences(found: Listed, now: datetime, span: Span) -> Report:
    """The occurrences as a table, how many more there are, and where what is planned ends before they do."""
    columns = (
        Column("duty", _("duty"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("due", pgettext("duty", "due"), Kind.MOMENT),
        Column("from", pgettext("since when", "from"), Kind.MOMENT),
        Column("until", pgettext("duty", "until"), Kind.MOMENT),
        Column("owner", _("owner")),
        Column("evidence", _("met by a record of")),
        Column("clause", _("clause")),
        Column("met-by", _("met by"), Kind.REFERENCE),
        Column("done", pgettext("when", "done"), Kind.MOMENT),
        Column("counts", _("counts as done"), Kind.MOMENT),
        Column("reason", _("reason")),
        Column("reference", _("reference"), Kind.REFERENCE),
    )
    table = Table(columns, tuple(_row(one, found.posts, now) for one in found.occurrences), empty=_none(span, now))
    left = found.total - len(found.occurrences)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="duty.due",
        data={"total": found.total, "occurrences": [occurrence_data(one, now) for one in found.occurrences]},
        parts=(table,),
        remarks=((more.format(count=left),) if left else ()) + _planned(span, now),
        references=tuple(one.reference for one in found.occurrences),
        sheet=table,
    )


def _none(span: Span, now: datetime) -> str:
    """What is said where nothing fits: what was looked for, and when it would have been due."""
    words = {
        Wanted.MISSED: _("Nothing was missed of what was due from {since} to {until}."),
        Wanted.DONE: _("Nothing was done of what was due from {since} to {until}."),
        Wanted.CANCELLED: _("Nothing was cancelled of what was due from {since} to {until}."),
        Wanted.WAIVED: _("Nothing was waived of what was due from {since} to {until}."),
    }
    line = words.get(span.state, _("Nothing is due."))
    until = min(span.until, now) if span.state is Wanted.MISSED else span.until
    return line.format(since=show_moment(span.since, span.zone), until=show_moment(until, span.zone))


def _planned(span: Span, now: datetime) -> tuple[str, ...]:
    # Where it ended already, that was said before.
    if span.state not in (Wanted.OPEN, Wanted.DUE) or span.planned is None or not now <= span.planned < span.until:
        return ()
    line = _("It is only planned up to {moment}. See what comes later with: opsctl duty preview DUTY")
    return (line.format(moment=show_moment(span.planned, span.zone)),)


def _row(one: Occurrence, posts: Mapping[str, Words], now: datetime) -> tuple[Any, ...]:
    return (
        one.duty,
        one.about or None,
        standing(one, now),
        one.due_at,
        one.opens_at,
        one.closes_at,
        owner(one.owner, posts),
        evidence_word(one.kind, one.topic),
        one.clause,
        one.met_by,
        one.met_at,
        one.judged_at,
        reason_word(one.reason),
        one.reference,
    )


def today(found: Sequence[Occurrence], now: datetime) -> Report:
    """What is due to whoever asks: what is open and runs out first, what comes, and last what was missed."""
    ordered = sorted(found, key=lambda one: (one.is_missed(now), one.opens_at > now, one.closes_at, one.reference))
    columns = (
        Column("duty", _("duty"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("due", pgettext("duty", "due"), Kind.MOMENT),
        Column("until", pgettext("duty", "until"), Kind.MOMENT),
    )
    rows = tuple((one.duty, one.about or None, standing(one, now), one.due_at, one.closes_at) for one in ordered)
    return Report(
        kind="duty.today",
        data=[occurrence_data(one, now) for one in ordered],
        parts=(Table(columns, rows, title=_("Due to you"), empty=_("Nothing is due to you.")),),
        references=tuple(one.reference for one in ordered),
    )
