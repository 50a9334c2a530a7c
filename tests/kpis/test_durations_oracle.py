"""Every mean and count against a slow reading of the same histories in minutes."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.incidents.terms import Category, Response, State
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.terms import Name
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts
from tests.kpis.histories import MINUTE, History, histories, record
from tests.kpis.records import LATER, figures, month

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
LENGTH = 31 * 24 * 60
RULES = Rules(
    limits={
        severity: Limits(severity, None, timedelta(hours=4), Starts.OPENED, "always", severity < 3, None)
        for severity in (1, 2, 3)
    }
)
"""Severities 1 and 2 demand an emergency plan."""
Answer = tuple[int | None, str | None, str | None]
"""Minutes, the reason why it is left out, the instant it fell back to."""


def first_of(history: History, field: str) -> int | None:
    known = [getattr(one, field) for one in history.every if getattr(one, field) is not None]
    return min(known) if known else None


def opened(history: History) -> int:
    return min(one.opened for one in history.every)


def known_of(history: History) -> tuple[int, str | None]:
    """When it was known of."""
    detected = first_of(history, "detected")
    return (opened(history), "opened") if detected is None else (detected, None)


def within(minute: int | None) -> bool:
    return minute is not None and 0 <= minute < LENGTH


def closing(history: History) -> int | None:
    return history.over


def detect(history: History) -> Answer | None:
    start = first_of(history, "impact_start")
    end, fallback = known_of(history)
    if start is None or not within(end):
        return None
    return (end - start, None, fallback) if end >= start else (None, "negative", None)


def acknowledge(history: History) -> Answer | None:
    known = [one.judged for one in history.every if one.judged is not None]
    if not known:
        return (None, "never-acknowledged", None) if within(closing(history)) else None
    if not within(min(known)):
        return None
    took = min(known) - opened(history)
    return (took, None, None) if took >= 0 else (None, "negative", None)


def mitigate(history: History) -> Answer | None:
    end = history.first(State.MITIGATED)
    start, fallback = first_of(history, "impact_start"), None
    if start is None:
        start, fallback = first_of(history, "detected"), "detected"
    if start is None:
        start, fallback = opened(history), "opened"
    if end is None or not within(end):
        return None
    return (end - start, None, fallback) if end >= start else (None, "negative", None)


def restore(history: History) -> Answer | None:
    impacts = history.case_impacts
    if not impacts:
        return (None, "no-restoration", None) if within(closing(history)) else None
    if not within(history.gone):
        return None
    hurt: set[int] = set()
    for start, end in impacts:
        assert end is not None
        hurt |= set(range(start, end))
    begin = min(start for start, _end in impacts)
    since = first_of(history, "impact_start")
    if since is not None:
        return len(hurt | set(range(since, begin))), None, None
    fallback = None
    if begin == opened(history):
        fallback = "opened"
    elif begin == first_of(history, "detected"):
        fallback = "detected"
    return len(hurt), None, fallback


def resolve(history: History) -> Answer | None:
    if history.over is None or not within(history.over):
        return None
    took = history.over - opened(history)
    return (took, None, None) if took >= 0 else (None, "negative", None)


def start_plan(history: History) -> Answer | None:
    if history.severity not in (1, 2):
        return None
    if history.plan_started is None:
        return (None, "no-plan", None) if within(opened(history)) else None
    start, fallback = known_of(history)
    if not within(history.plan_started):
        return None
    took = history.plan_started - start
    return (took, None, fallback) if took >= 0 else (None, "negative", None)


def secure(history: History) -> Answer | None:
    major = history.category is Category.SECURITY and history.severity == 1
    return (0, None, None) if major and within(opened(history)) else None


SLOW: dict[Name, Callable[[History], Answer | None]] = {
    Name.MTTD: detect,
    Name.MTTA: acknowledge,
    Name.MTTM: mitigate,
    Name.MTTR: restore,
    Name.MTT_RESOLVE: resolve,
    Name.PLAN_START_TIME: start_plan,
    Name.SECURITY_INCIDENTS_MAJOR: secure,
}


def not_over(name: Name, history: History) -> bool:
    if history.void or history.drill or opened(history) >= LENGTH:
        return False
    over = history.gone if name is Name.MTTR and history.case_impacts else history.over
    return over is None or over >= LENGTH


def check_statistics(figure: Figure, took: Sequence[int]) -> None:
    seconds = [60 * one for one in took]
    assert figure.n == len(seconds)
    if not seconds:
        assert (figure.state, figure.value, figure.statistics) == ("n/a", None, None)
        return
    assert figure.statistics is not None
    assert figure.value == statistics.mean(seconds) == figure.statistics.mean
    assert figure.statistics.median == statistics.median(seconds)
    assert figure.statistics.maximum == max(seconds)
    assert figure.statistics.p90 == min(
        one for one in seconds if 10 * sum(other <= one for other in seconds) >= 9 * len(seconds)
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(histories(LENGTH), max_size=6))
def test_every_figure_of_cases_is_what_the_histories_say_minute_by_minute(found: list[History]) -> None:
    cases = [record(one, FIRST, number) for number, one in enumerate(found, 1)]
    reckoned = figures(cases, month("2026-10"), LATER, tuple(SLOW), RULES)
    references = {case.reference: one for case, one in zip(cases, found, strict=True)}
    for name, slow in SLOW.items():
        figure = reckoned[name, ()]
        answers = {
            reference: answer
            for reference, one in references.items()
            if not one.drill and (answer := slow(one)) is not None
        }
        counting = {one: answer for one, answer in answers.items() if not references[one].void}
        fine = {one: answer for one, answer in counting.items() if answer[1] is None}
        assert list(figure.counted) == sorted(fine)
        assert [(one.reference, one.reason) for one in figure.excluded] == sorted(
            (one, answer[1]) for one, answer in counting.items() if answer[1] is not None
        )
        assert figure.met.voided == len(answers) - len(counting)
        assert figure.met.corrected == sum(any(m.corrected for m in references[one].every) for one in counting)
        assert figure.met.reopened == sum(references[one].reopened is not None for one in counting)
        assert dict(figure.fallbacks) == Counter(answer[2] for answer in fine.values() if answer[2] is not None)
        if name in (Name.MTTR, Name.MTT_RESOLVE):
            assert list(figure.carried_over) == sorted(
                reference for reference, one in references.items() if not_over(name, one)
            )
        if name is Name.SECURITY_INCIDENTS_MAJOR:
            assert (figure.value, figure.state) == (len(fine), "value")
        else:
            check_statistics(figure, [answer[0] for answer in fine.values() if answer[0] is not None])


@settings(max_examples=50, deadline=None)
@given(st.lists(histories(LENGTH), max_size=6))
def test_acknowledgements_are_told_apart_by_how_they_came_about(found: list[History]) -> None:
    cases = [record(one, FIRST, number) for number, one in enumerate(found, 1)]
    figure = figures(cases, month("2026-10"), LATER, (Name.MTTA,))[Name.MTTA, ()]
    how: Counter[str] = Counter()
    others: list[int] = []
    for case, one in zip(cases, found, strict=True):
        if case.reference not in figure.counted:
            continue
        judged = [(each.judged, each.response) for each in one.every if each.judged is not None]
        first = min(minute for minute, _response in judged)
        response = next(response for minute, response in judged if minute == first)
        how[response] += 1
        if response is not Response.SELF:
            others.append(60 * (first - opened(one)))
    assert dict(figure.responses) == {one: how[one] for one in ("self", "batch", "implied")}
    apart = figure.without_self
    assert (0 if apart is None else apart.n, None if apart is None else apart.mean) == (
        len(others),
        statistics.mean(others) if others else None,
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(histories(LENGTH), max_size=8))
def test_neighbouring_months_share_no_record_and_lose_none(found: list[History]) -> None:
    cases = [record(one, FIRST, number) for number, one in enumerate(found, 1)]
    whole = figures(cases, month("2026"), LATER, tuple(SLOW), RULES)
    months = [figures(cases, month(f"2026-{number:02d}"), LATER, tuple(SLOW), RULES) for number in range(1, 13)]
    for name in SLOW:
        counted = [reference for one in months for reference in one[name, ()].counted]
        assert sorted(counted) == list(whole[name, ()].counted)
        assert sum(one[name, ()].met.voided for one in months) == whole[name, ()].met.voided


def test_the_minutes_of_the_histories_are_those_of_the_records() -> None:
    history = History(5, None, 2, [(State.OPEN, 5), (State.ACKNOWLEDGED, 7)], [(2, 9)])
    made = record(history, FIRST, 1).incident
    assert (made.opened, made.impact_start, made.acknowledged) == (
        FIRST + 5 * MINUTE, FIRST + 2 * MINUTE, FIRST + 7 * MINUTE,
    )  # fmt: skip
    assert [(span.started, span.ended) for span in made.outages] == [(FIRST + 2 * MINUTE, FIRST + 9 * MINUTE)]
