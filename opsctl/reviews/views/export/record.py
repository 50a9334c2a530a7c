"""What the records say of the trouble itself: the box of facts, the impact, the clocks."""

from collections.abc import Iterator
from datetime import datetime

from opsctl.core.texts import _, beside, pgettext, series
from opsctl.core.times import show_duration, show_moment
from opsctl.incidents.rules.clocks import Clock, ClockState
from opsctl.incidents.views.clocks import seconds
from opsctl.incidents.views.words import clock_state_word, clock_word, severity_word, span_word
from opsctl.reviews.rules.facts import CaseFacts
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.views.export.blocks import Block, Grid, Pairs
from opsctl.reviews.views.words import kind_word, standing

NOTHING = "–"
_SIGNS = {ClockState.MET: "✓", ClockState.MISSED: "✗", ClockState.OVERDUE: "✗"}


def instant(moment: datetime | None, zone: str) -> str:
    """The moment to the second, – where it is not known."""
    return NOTHING if moment is None else show_moment(moment.replace(microsecond=0), zone, seconds=True)


def minute(moment: datetime | None, zone: str) -> str:
    """The moment to the minute, – where it is not known."""
    return NOTHING if moment is None else show_moment(moment, zone)


def length(count: float | None) -> str:
    """A duration of so many seconds, – where it is not known."""
    return NOTHING if count is None else show_duration(count)


def lasted(case: CaseFacts) -> float | None:
    """How long the fault lasted in seconds, from where its times are judged to its end; None while that is open."""
    one = case.shown.case
    return None if one.stopped is None else max(0.0, (one.stopped - one.clock_start).total_seconds())


def box(known: Known, zone: str, audience: Audience) -> tuple[Block, ...]:
    """References, severity, instants and lengths; several incidents have a row each."""
    review, cases = known.review, known.facts.cases
    pairs = [
        (_("review"), beside(review.reference, kind_word(review.kind))),
        (_("state"), standing(review)),
    ]
    if review.period is not None:
        pairs.append((_("period"), review.period))
    if len(cases) == 1:
        pairs += _single(known, cases[0], zone)
    else:
        pairs += _affected(known)
    if review.held_on is not None or audience is Audience.INTERNAL:
        pairs.append((_("held on"), minute(review.held_on, zone)))
    return (Pairs(tuple(pairs)), *(_several(cases, zone) if len(cases) > 1 else ()))


def _affected(known: Known) -> list[tuple[str, str]]:
    facts = known.facts
    handles = {one.asset for case in facts.cases for one in case.shown.case.all} | {known.review.asset}
    codes = {one.customer for case in facts.cases for one in case.shown.case.all} | {known.review.customer}
    assets = series(_both(handle, title) for handle, title in facts.assets if handle in handles)
    customers = series(_both(code, name) for code, name in facts.customers if code in codes)
    return [(_("asset"), assets or NOTHING), (_("customer"), customers or NOTHING)]


def _both(handle: str, title: str) -> str:
    return handle if title in (handle, "") else beside(handle, title)


def _single(known: Known, case: CaseFacts, zone: str) -> Iterator[tuple[str, str]]:
    one = case.shown.case
    incident = one.incident
    yield _("incident"), f"{series(each.reference for each in one.all)} · {incident.title}"
    yield from _affected(known)
    yield _("severity"), severity_word(incident.severity, case.shown.severity_name) or NOTHING
    yield from instants(case, zone)
    if case.due is not None:
        due = minute(case.due, zone)
        yield _("review due"), due if case.due_written is None else beside(due, case.due_written)


def instants(case: CaseFacts, zone: str) -> Iterator[tuple[str, str]]:
    """When it began, was noticed, taken on and over, and how long it lasted."""
    one = case.shown.case
    incident = one.incident
    acknowledged = None if one.acknowledgement is None else one.acknowledgement.judged
    moments = [
        (_("impact start"), one.impact_start, True),
        (_("detected"), one.detected, False),
        (_("opened"), one.opened, True),
        (_("acknowledged"), acknowledged, False),
        (_("mitigated"), incident.mitigated, False),
        (_("restored"), one.restored, True),
        (_("resolved"), incident.resolved, True),
    ]
    for name, moment, always in moments:
        if moment is not None or always:
            yield name, instant(moment, zone)
    yield _("lasted"), length(lasted(case))
    yield _("did not serve"), length(case.lost)


def _several(cases: tuple[CaseFacts, ...], zone: str) -> tuple[Block, ...]:
    titles = (
        _("incident"), _("title"), _("asset"), _("severity"), pgettext("when", "began"), pgettext("when", "resolved"),
        _("lasted"), _("did not serve"), _("review due"),
    )  # fmt: skip
    rows = tuple(
        (
            one.shown.case.reference,
            one.shown.case.incident.title,
            one.shown.case.incident.asset or NOTHING,
            severity_word(one.shown.case.incident.severity, one.shown.severity_name) or NOTHING,
            minute(one.shown.case.clock_start, zone),
            minute(one.shown.case.incident.resolved, zone),
            length(lasted(one)),
            length(one.lost),
            minute(one.due, zone),
        )
        for one in cases
    )
    return (Grid(titles, rows),)


def impact(known: Known, zone: str) -> tuple[Block, ...]:
    """What did not serve, and from when to when; of several incidents how long together."""
    cases = known.facts.cases
    if len(cases) > 1:
        lost = [case.lost for case in cases if case.lost is not None]
        return (Pairs(((_("did not serve, together"), length(sum(lost)) if lost else NOTHING),)),)
    rows = [
        (
            each.reference,
            each.asset or NOTHING,
            span_word(span),
            instant(span.started, zone),
            _("it lasts") if span.ended is None else instant(span.ended, zone),
            length(None if span.ended is None else (span.ended - span.started).total_seconds()),
        )
        for case in cases
        for each in case.shown.case.all
        for span in sorted(each.impacts, key=lambda one: one.started)
    ]
    titles = (
        _("incident"), _("asset"), _("what lasted"), pgettext("since when", "from"), pgettext("until when", "to"),
        pgettext("how long", "for"),
    )  # fmt: skip
    return _of_incidents(titles, tuple(rows))


def clocks(known: Known, zone: str) -> tuple[Block, ...]:
    """Each clock with its limit, what was used of it and whether it was met, in words and by a sign."""
    rows = tuple(
        (
            case.shown.case.reference,
            clock_word(clock.kind),
            _working(clock, clock.limit),
            _working(clock, clock.used),
            minute(clock.due, zone),
            verdict(clock),
        )
        for case in known.facts.cases
        for clock in case.shown.clocks
    )
    titles = (
        _("incident"), pgettext("what measures", "clock"), _("limit"), pgettext("of a limit", "used"), _("due"),
        _("verdict"),
    )  # fmt: skip
    return _of_incidents(titles, rows)


def _of_incidents(titles: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[Block, ...]:
    """The rows as a table, without its first column where they are all of one incident."""
    if not rows:
        return ()
    if len({row[0] for row in rows}) > 1:
        return (Grid(titles, rows),)
    return (Grid(titles[1:], tuple(row[1:] for row in rows)),)


def verdict(clock: Clock) -> str:
    """How the clock stands: `✓ in time`."""
    return f"{_SIGNS.get(clock.state, '·')} {clock_state_word(clock.state)}"


def _working(clock: Clock, microseconds: int) -> str:
    return show_duration(seconds(microseconds), in_days=clock.calendar.always)
