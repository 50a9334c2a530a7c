"""What the records say of a review, for a terminal: the blocks of an export as parts of a report."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.core.report import Cell, Column, Fields, Kind, Part, Phrase, Table, Text
from opsctl.core.texts import _, between, ngettext, pgettext
from opsctl.core.void import as_void
from opsctl.incidents.terms import State as IncidentState
from opsctl.ledger.rules import Row, read_facts
from opsctl.reviews import terms
from opsctl.reviews.rules.facts import CaseFacts
from opsctl.reviews.rules.relatives import in_order
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience, Section
from opsctl.reviews.views.events import is_late, told
from opsctl.reviews.views.export import after, course, record
from opsctl.reviews.views.export.blocks import Block, Course, Grid, Heading, Moment, Sentence
from opsctl.reviews.views.words import event_word, heading

MOST_AROUND = 12
"""So many rows around the trouble are shown, those nearest to its beginning; an export has more."""
MOST_LINES = 60
"""So many lines of the timeline are shown, the first; of the faults of a month there may be thousands."""
MOST_CASES = 20
"""The clocks of up to so many incidents are shown."""


def of_incidents(known: Known, zone: str) -> Iterator[Part]:
    """What stands out of the incidents, the instants of a single one, and its clocks."""
    cases = known.facts.cases
    if doubts := tuple(_doubts(cases)):
        yield Text(doubts)
    if len(cases) == 1:
        instants = tuple((name, value, Kind.TEXT) for name, value in record.instants(cases[0], zone))
        yield Fields(instants, title=_("Times"))
    if len(cases) <= MOST_CASES:
        yield from _parts(record.clocks(known, zone), _("Clocks against their limits"))


def of_course(known: Known, zone: str) -> Iterator[Part]:
    """The timeline, what happened around it, and what came before."""
    lines, left = _first(course.timeline(known, zone, Audience.INTERNAL))
    yield from _parts(lines, heading(Section.TIMELINE))
    if left:
        more = ngettext(
            "{count} more line of the timeline: opsctl review export {reference}",
            "{count} more lines of the timeline: opsctl review export {reference}",
            left,
        )
        yield Text((more.format(count=left, reference=known.review.reference),))
    near, left = _nearest(known)
    yield from _parts(course.around(near, zone, Audience.INTERNAL), _("Around the same time"))
    if left:
        more = ngettext(
            "{count} more line around the same time: opsctl review export {reference}",
            "{count} more lines around the same time: opsctl review export {reference}",
            left,
        )
        yield Text((more.format(count=left, reference=known.review.reference),))
    # What was promised then is among the remarks.
    grids = tuple(block for block in after.earlier(known, zone) if isinstance(block, Grid))
    yield from _parts(grids, _("Earlier incidents"))


def of_actions(known: Known, zone: str) -> Iterator[Part]:
    """The actions, recorded and only planned, and those that were discussed."""
    yield from _parts(after.actions(known, zone, Audience.INTERNAL), heading(Section.ACTIONS))


def history(known: Known) -> Table:
    """What became of the review itself, by whom and when."""
    columns = (
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("recorded", pgettext("when", "recorded"), Kind.MOMENT),
        Column("said", _("reason")),
    )
    edits = known.review.version - 1
    rows = tuple((_event(row, edits), row.actor, row.recorded_at, _said(row)) for row in known.facts.steps)
    return Table(columns, rows, title=_("What became of the review"))


def history_data(known: Known) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"kind": row.kind, "by": row.actor, "recorded_at": row.recorded_at, "said": _said(row)}
        for row in known.facts.steps
    ]


def returned(known: Known) -> Phrase | None:
    """By whom, why and when the review was returned that is a draft since; None where it was not."""
    found = known.facts.returned
    if found is None or known.review.state is not terms.State.DRAFT:
        return None
    reason = _("(redacted)") if found.reason is None else found.reason
    return Phrase((f"{found.by}{between(': ')}{reason} (", Cell(found.at, Kind.MOMENT), ")"))


def sheet(known: Known, zone: str) -> Table:
    """The timeline as CSV has it: rows of the ledger and added lines, by when they happened."""
    document = known.review.document
    notes = dict(document.notes)
    columns = (
        Column("happened", _("happened"), Kind.INSTANT),
        Column("row", pgettext("of the ledger", "row"), Kind.COUNT),
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("late", _("entered late"), Kind.INSTANT),
        Column("note", _("note")),
    )
    lines: list[tuple[datetime, int, tuple[Any, ...]]] = [
        (
            row.happened_at,
            0,
            (
                row.happened_at, row.seq, row.subject, told(row, zone=zone, by=False), row.actor,
                row.recorded_at if is_late(row) else None, notes.get(row.seq),
            ),
        )
        for row in course.rows_of(known)
    ]  # fmt: skip
    lines += [(line.at, 1, (line.at, None, None, line.text, None, None, None)) for line in document.added]
    return Table(columns, tuple(cells for _at, _rank, cells in sorted(lines, key=lambda one: one[:2])))


def _doubts(cases: Sequence[CaseFacts]) -> Iterator[str]:
    for case in cases:
        incident = case.shown.case.incident
        if incident.void is not None:
            yield _("{reference} counts in no figure: {void}.").format(
                reference=incident.reference, void=as_void(incident.void)
            )
        elif incident.state is IncidentState.MERGED:
            yield _("{reference} was merged into {target}: that is what counts.").format(
                reference=incident.reference, target=incident.merged_into
            )


def _parts(blocks: Sequence[Block], title: str) -> Iterator[Part]:
    """The blocks as parts, the first of them under the title; drawings are for paper."""
    for block in blocks:
        match block:
            case Heading():
                title = block.text
                continue
            case Grid():
                columns = tuple(
                    Column(str(at), name, Kind.TEXT if at else Kind.REFERENCE) for at, name in enumerate(block.titles)
                )
                yield Table(columns, block.rows, title=title)
            case Course():
                yield Text((title, *_lines(block.moments)))
            case Sentence():
                yield Text((block.text,) if not title else (title, block.text))
            case _:
                continue
        title = ""


def _lines(moments: Sequence[Moment]) -> Iterator[str]:
    """Each day on a line of its own, below it its moments; what belongs to one stands deeper."""
    before = ""
    for moment in moments:
        day, _blank, time = moment.at.partition(" ")
        if day != before:
            yield day
            before = day
        first, *rest = moment.words.splitlines() or [""]
        yield f"{time}  {first}"
        for line in (*rest, *moment.marks, *moment.note.splitlines()):
            yield f"    {line}"


def _first(blocks: Sequence[Block]) -> tuple[list[Block], int]:
    """The blocks with the first moments alone, and how many are left out."""
    left = sum(max(0, len(block.moments) - MOST_LINES) for block in blocks if isinstance(block, Course))
    return [Course(block.moments[:MOST_LINES]) if isinstance(block, Course) else block for block in blocks], left


def _nearest(known: Known) -> tuple[Known, int]:
    """The review with the rows alone that happened nearest to the beginning of a trouble, and how many are left out."""
    cases = known.facts.cases
    rows = {row.seq: row for case in cases for row in case.around}.values()
    left = sum(case.around_left for case in cases)
    if len(rows) <= MOST_AROUND:
        return known, left
    starts = [case.shown.case.clock_start for case in cases]

    def far(row: Row) -> tuple[float, int]:
        return min(abs((row.happened_at - start).total_seconds()) for start in starts), row.seq

    kept = in_order(sorted(rows, key=far)[:MOST_AROUND])
    first, *others = (replace(case, around=()) for case in cases)
    facts = replace(known.facts, cases=(replace(first, around=kept), *others))
    return replace(known, facts=facts), left + len(rows) - len(kept)


def _event(row: Row, edits: int) -> str:
    word = event_word(row.kind)
    if row.kind != terms.EDITED or edits < 2:
        return word
    times = ngettext("{event}, the last of {count} time", "{event}, the last of {count} times", edits)
    return times.format(event=word, count=edits)


def _said(row: Row) -> str | None:
    """Why, and to whom; None where the row says neither."""
    if row.facts is None:
        return _("(redacted)")
    facts = read_facts(row.facts)
    if row.kind == terms.HANDED_OVER:
        return "{} → {}".format(facts.get("from"), facts.get("to"))
    names = {terms.RETURNED: "reason", terms.VOIDED: "reason", terms.CLOSED: "exemption", terms.IMPORTED: "source"}
    said = facts.get(names[row.kind]) if row.kind in names else None
    return said if isinstance(said, str) else None
