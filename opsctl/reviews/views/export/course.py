"""The course of things: the timeline as a list and as a drawing, and what else happened to the asset."""

from collections.abc import Iterator
from datetime import datetime

from opsctl.core.texts import _, beside, ngettext, pgettext
from opsctl.core.times import show_duration
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import SpanKind
from opsctl.incidents.views.words import span_word
from opsctl.ledger.rules import Row
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.views.events import is_late, told
from opsctl.reviews.views.export.blocks import Bar, Block, Course, Drawing, Grid, Mark, Moment, Pattern, Sentence
from opsctl.reviews.views.export.record import NOTHING, instant, lasted

MOST_BARS = 24
"""So many incidents are drawn beneath one another; more would be no drawing but a list."""
LATE_SIGN = "†"
ADDED_SIGN = "+"
_PATTERNS = {SpanKind.OUTAGE: Pattern.OUTAGE, SpanKind.IMPACT: Pattern.IMPACT, SpanKind.PAUSE: Pattern.PAUSE}


def rows_of(known: Known) -> list[Row]:
    """The rows of the ledger that the timeline shows, each once, by when they happened."""
    hidden = frozenset(known.review.document.hidden)
    rows = {row.seq: row for case in known.facts.cases for row in case.rows if row.seq not in hidden}
    return sorted(rows.values(), key=lambda row: (row.happened_at, row.seq))


def timeline(known: Known, zone: str, audience: Audience) -> tuple[Block, ...]:
    """The drawing, the lines in the order of what happened, and how many are left out."""
    document = known.review.document
    notes = dict(document.notes)
    several = len({row.subject for row in rows_of(known)}) > 1
    lines = [
        (row.happened_at, 0, _recorded(row, zone, audience, notes.get(row.seq, ""), several)) for row in rows_of(known)
    ]
    lines += [(line.at, 1, _added(line.at, line.text, zone, line.internal)) for line in document.added]
    lines.sort(key=lambda one: one[:2])
    blocks: list[Block] = [*_drawing(known, zone)]
    if lines:
        blocks.append(Course(tuple(moment for _at, _rank, moment in lines)))
    if document.hidden:
        left_out = ngettext(
            "{count} line of the record is left out here.",
            "{count} lines of the record are left out here.",
            len(document.hidden),
        )
        blocks.append(Sentence(left_out.format(count=len(document.hidden))))
    return tuple(blocks)


def _recorded(row: Row, zone: str, audience: Audience, note: str, several: bool) -> Moment:
    marks = []
    if is_late(row):
        late = _("entered later: {moment}").format(moment=instant(row.recorded_at, zone))
        marks.append(f"{LATE_SIGN} {late}")
    words = words_of(row, zone, audience)
    return Moment(
        at=instant(row.happened_at, zone),
        words=f"{row.subject} · {words}" if several else words,
        marks=tuple(marks),
        note=note,
        source=row_word(row),
    )


def _added(at: datetime, text: str, zone: str, internal: bool) -> Moment:
    marks = [f"{ADDED_SIGN} {_('added by the review, not in the ledger')}"]
    if internal:
        marks.append(f"§ {_('internal')}")
    return Moment(at=instant(at, zone), words=text, added=True, marks=tuple(marks))


def words_of(row: Row, zone: str, audience: Audience) -> str:
    """What the row says, and by whom where names are told."""
    return told(row, zone=zone, by=audience is Audience.INTERNAL)


def row_word(row: Row) -> str:
    """Where in the ledger that stands."""
    return _("row {seq}").format(seq=row.seq)


def around(known: Known, zone: str, audience: Audience) -> tuple[Block, ...]:
    """What other records of the same assets say of the hours before and after."""
    rows = {row.seq: row for case in known.facts.cases for row in case.around}
    cells = tuple(
        (instant(row.happened_at, zone), row.about or NOTHING, row.subject, words_of(row, zone, audience))
        for row in sorted(rows.values(), key=lambda row: (row.happened_at, row.seq))
    )
    titles = (_("happened"), _("asset"), _("record"), _("event"))
    return (Grid(titles, cells),) if cells else ()


def _drawing(known: Known, zone: str) -> Iterator[Block]:
    cases = known.facts.cases
    if len(cases) == 1:
        yield _single(cases[0].shown.case, known.facts.gathered_at, zone)
    elif cases:
        yield _several(known, zone)


def _single(case: Case, now: datetime, zone: str) -> Drawing:
    spans = sorted((*case.impacts, *case.incident.pauses), key=lambda span: span.started)
    bars = tuple(_bar(span, now) for span in spans)
    marks = tuple(sorted(_marks(case), key=lambda mark: mark.at))
    description = "; ".join([*(bar.words for bar in bars), *(mark.words for mark in marks)])
    return Drawing(_("Course of {reference}").format(reference=case.reference), description, bars, marks, zone)


def _bar(span: Span, now: datetime) -> Bar:
    end = now if span.ended is None else span.ended
    long = show_duration(max(0.0, (end - span.started).total_seconds()))
    words = beside(span_word(span), _("{duration} so far").format(duration=long) if span.ended is None else long)
    return Bar(span.started, max(end, span.started), words, _PATTERNS[span.kind], open_ended=span.ended is None)


def _marks(case: Case) -> Iterator[Mark]:
    incident: Incident = case.incident
    acknowledgement = case.acknowledgement
    found = [
        (case.impact_start, _("impact start")),
        (case.detected, _("detected")),
        (case.opened, _("opened")),
        (None if acknowledgement is None else acknowledgement.judged, _("acknowledged")),
        (incident.mitigated, _("mitigated")),
        (case.restored, _("restored")),
        *((moment, _("reopened")) for moment in incident.reopenings),
        (incident.resolved, _("resolved")),
    ]
    return (Mark(moment, words) for moment, words in found if moment is not None)


def _several(known: Known, zone: str) -> Drawing:
    now = known.facts.gathered_at
    ranked = sorted(known.facts.cases, key=lambda one: -(float("inf") if (long := lasted(one)) is None else long))
    bars = []
    for one in sorted(ranked[:MOST_BARS], key=lambda one: one.shown.case.clock_start):
        case, long = one.shown.case, lasted(one)
        words = beside(case.reference, pgettext("how long", "not over yet") if long is None else show_duration(long))
        start, end = case.clock_start, case.stopped or now
        bars.append(Bar(start, max(start, end), words, Pattern.INCIDENT, open_ended=case.stopped is None))
    title = _("Incidents of this review")
    if len(ranked) > MOST_BARS:
        title = _("The {count} longest of {total} incidents").format(count=MOST_BARS, total=len(ranked))
    return Drawing(title, "; ".join(bar.words for bar in bars), tuple(bars), (), zone)
