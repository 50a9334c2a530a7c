"""What follows from an incident's record: its instants, the present episode, late entries, flags and the digest."""

from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.core.chain import record_digest
from opsctl.core.void import Void
from opsctl.incidents.rules import life, merging, moves
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Category, Flag, Level, Response, SpanKind, State
from tests.incidents.records import NOW, ack, changed, clock, opened, reopen, resolve

MINUTE = timedelta(minutes=1)


def state(one: State, started: datetime, ended: datetime | None = None) -> Span:
    return Span(SpanKind.STATE, one, started, ended)


def outage(started: datetime, ended: datetime | None = None) -> Span:
    return Span(SpanKind.OUTAGE, None, started, ended)


def test_the_last_resolution_counts() -> None:
    again = reopen(resolve(opened(), clock(11)), clock(12))
    assert again.incident.resolved is None
    assert resolve(again, clock(13)).incident.resolved == clock(13)


def test_a_closed_incident_that_was_reopened_is_not_closed() -> None:
    closed = moves.close(resolve(opened(), clock(11)), at=clock(12), now=NOW)
    assert (closed.incident.closed, closed.incident.resolved) == (clock(12), clock(11))
    assert reopen(closed, clock(13)).incident.closed is None


def test_it_is_restored_only_when_every_impact_has_ended() -> None:
    ended = (outage(clock(8), clock(9)), Span(SpanKind.IMPACT, None, clock(9), clock(12)))
    assert changed(opened(), spans=ended).restored == clock(12)
    assert changed(opened(), spans=(*ended, outage(clock(10)))).restored is None


def test_nothing_declared_is_no_restoration() -> None:
    """Mistake: zero instead of no data."""
    case = opened()
    assert (case.restored, case.stopped, case.impacts, case.gaps) == (None, None, (), ())


def case_of(*, down: tuple[datetime, datetime] | None, resolved: datetime, reopened: datetime) -> Case:
    case = opened(clock(9), down=None if down is None else down[0])
    return reopen(resolve(case, resolved, None if down is None else down[1]), reopened, now=NOW)


DOWN = (clock(9), clock(10))


@pytest.mark.parametrize(
    ("case", "gaps", "stopped"),
    [
        pytest.param(opened(down=clock(9)), [], None, id="never reopened"),
        pytest.param(
            case_of(down=DOWN, resolved=clock(11), reopened=clock(12)),
            [(clock(10), clock(12))],
            None,
            id="from the restoration to the reopening",
        ),
        pytest.param(
            case_of(down=None, resolved=clock(11), reopened=clock(12)),
            [(clock(11), clock(12))],
            None,
            id="where no impact was declared, from the resolution",
        ),
        pytest.param(
            case_of(down=(clock(9), clock(13)), resolved=clock(11), reopened=clock(14)),
            [(clock(13), clock(14))],
            None,
            id="restored after it was resolved",
        ),
        pytest.param(
            case_of(down=(clock(9), clock(13)), resolved=clock(11), reopened=clock(12)),
            [],
            clock(13),
            id="an outage beyond the reopening leaves no gap",
        ),
        pytest.param(
            case_of(down=(clock(9), clock(12)), resolved=clock(11), reopened=clock(12)),
            [],
            None,
            id="restored at the moment of the reopening: that was the episode before",
        ),
        pytest.param(
            moves.down(case_of(down=DOWN, resolved=clock(11), reopened=clock(12)), at=clock(11, 30), now=NOW),
            [(clock(10), clock(11, 30))],
            None,
            id="down again before it was reopened",
        ),
        pytest.param(
            moves.restored(
                moves.down(case_of(down=DOWN, resolved=clock(11), reopened=clock(12)), at=clock(11, 20), now=NOW),
                at=clock(11, 40),
                now=NOW,
            ),
            [(clock(10), clock(11, 20)), (clock(11, 40), clock(12))],
            None,
            id="down for a while before it was reopened",
        ),
        pytest.param(
            moves.restored(
                moves.down(case_of(down=DOWN, resolved=clock(11), reopened=clock(12)), at=clock(11), now=NOW),
                at=clock(11, 30),
                now=NOW,
            ),
            [(clock(11, 30), clock(12))],
            None,
            id="down at the moment of the resolution: the same fault went on",
        ),
        pytest.param(
            moves.restored(case_of(down=DOWN, resolved=clock(11), reopened=clock(12)), at=clock(13), now=NOW),
            [(clock(10), clock(12))],
            clock(13),
            id="the impact of the new episode, declared afterwards",
        ),
        pytest.param(
            resolve(case_of(down=DOWN, resolved=clock(11), reopened=clock(12)), clock(14)),
            [(clock(10), clock(12))],
            clock(14),
            id="no impact in the new episode: resolved",
        ),
        pytest.param(
            reopen(resolve(case_of(down=DOWN, resolved=clock(11), reopened=clock(12)), clock(14)), clock(15)),
            [(clock(10), clock(12)), (clock(14), clock(15))],
            None,
            id="an impact of an earlier episode ends no later one",
        ),
        pytest.param(
            reopen(moves.close(resolve(opened(), clock(11)), at=clock(12), now=NOW), clock(13)),
            [(clock(11), clock(13))],
            None,
            id="closed: from the resolution all the same",
        ),
    ],
)
def test_the_restore_clock_stands_still_between_a_fault_and_its_reopening(
    case: Case, gaps: list[Any], stopped: datetime | None
) -> None:
    assert list(case.gaps) == gaps
    assert case.stopped == stopped


def test_a_member_that_was_down_in_between_leaves_no_gap_there() -> None:
    case = case_of(down=DOWN, resolved=clock(11), reopened=clock(12))
    member = moves.restored(
        opened(clock(11, 20), down=clock(11, 20), reference="INC-2026-0008"), at=clock(11, 40), now=NOW
    )
    together = Case(case.incident, (merging.merge(member, case, now=NOW),))
    assert together.gaps == ((clock(10), clock(11, 20)), (clock(11, 40), clock(12)))
    # Down when it was resolved, it belongs to the fault that was resolved.
    member = moves.restored(
        opened(clock(10, 20), down=clock(10, 20), reference="INC-2026-0008"), at=clock(11, 10), now=NOW
    )
    together = Case(case.incident, (merging.merge(member, case, now=NOW),))
    assert together.gaps == ((clock(11, 10), clock(12)),)


def test_what_another_tool_only_calls_closed_was_gone_by_then() -> None:
    """Mistake: counting until now for a closed incident that has no end of its own."""
    spans = (state(State.OPEN, clock(10), clock(11)), state(State.CLOSED, clock(11)))
    case = changed(opened(), state=State.CLOSED, spans=spans)
    assert (case.incident.resolved, case.stopped) == (None, clock(11))
    assert reopen(case, clock(12)).gaps == ((clock(11), clock(12)),)
    assert case.acknowledgement is None, "a closing is no acknowledgement"


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({"asset": None}, [Flag.NO_ASSET]),
        ({"impact_start": clock(10, 1)}, [Flag.OPENED_BEFORE_IMPACT]),
        (
            {
                "impact_start": clock(7),
                "state": State.RESOLVED,
                "spans": (
                    state(State.OPEN, clock(10), clock(9)),
                    state(State.RESOLVED, clock(9)),
                    outage(clock(7), clock(9, 30)),
                ),
            },
            [Flag.RESTORED_BEFORE_OPENED, Flag.RESTORED_AFTER_RESOLVED, Flag.RESOLVED_BEFORE_OPENED],
        ),
        ({"spans": (state(State.OPEN, clock(10)), outage(clock(10), clock(10)))}, []),
        ({"recorded_at": clock(10, 15)}, []),
        ({"recorded_at": clock(10, 16)}, [Flag.LATE_ENTRY]),
    ],
    ids=[
        "no asset",
        "opened before the impact",
        "ended before it was opened",
        "restored as it was opened",
        "typed in a quarter of an hour later",
        "typed in later than that",
    ],
)
def test_what_is_worth_a_look_is_flagged(given: dict[str, Any], flags: list[Flag]) -> None:
    assert life.flags(changed(opened(), **given).incident) == flags


def late(incident: Incident) -> list[tuple[datetime, datetime]]:
    return list(life.late_entries(incident))


def test_late_entries_are_each_instant_that_was_typed_in_long_after_it() -> None:
    case = opened(now=clock(10, 10), down=clock(9, 50))
    assert late(case.incident) == [(clock(9, 50), clock(10, 10))]
    case = ack(case, clock(10, 5), now=clock(10, 20))
    assert len(late(case.incident)) == 1, "a quarter of an hour is not late yet"
    case = resolve(case, clock(11), clock(10, 30), now=clock(12))
    assert late(case.incident) == [
        (clock(9, 50), clock(10, 10)),
        (clock(10, 30), clock(12)),
        (clock(11), clock(12)),
    ]


def test_an_opening_is_late_once_corrected_or_not() -> None:
    assert late(opened(now=clock(11)).incident) == [(clock(10), clock(11))]
    spans = (replace(opened().incident.spans[0], started_entered=clock(12)),)
    assert late(changed(opened(now=clock(11)), spans=spans).incident) == [(clock(10), clock(12))]


def test_what_another_tool_said_is_never_late() -> None:
    case = changed(opened(now=NOW), source="old-tickets", source_key="TK-1", source_digest="00ff")
    assert late(case.incident) == []
    # What is typed in here afterwards is.
    assert late(ack(case, clock(10, 5), now=NOW).incident) == [(clock(10, 5), NOW)]


# The record of the digest.

FIRST_RELEASE = Incident(
    reference="INC-2026-0007",
    title="login answers 502",
    asset="erp",
    impact=Level.HIGH,
    urgency=Level.MEDIUM,
    state=State.RESOLVED,
    impact_start=clock(9, 40),
    detected=clock(9, 50),
    opened=clock(10),
    cause="certificate expired",
    handling="renewed it",
    result="works",
    entered_at=clock(11),
    recorded_at=NOW,
    source="old-tickets",
    source_key="TK-1",
    source_digest="00ff",
    spans=(
        state(State.OPEN, clock(10), clock(10, 5)),
        state(State.ACKNOWLEDGED, clock(10, 5), clock(11)),
        state(State.RESOLVED, clock(11)),
        outage(clock(9, 40), clock(10, 50)),
        Span(SpanKind.IMPACT, None, clock(10, 50), clock(10, 55)),
    ),
)
"""All that a record of the first release could hold."""


def test_a_record_of_the_first_release_has_the_record_that_its_digest_was_taken_of() -> None:
    assert life.fields(FIRST_RELEASE) == {
        "reference": "INC-2026-0007",
        "title": "login answers 502",
        "asset": "erp",
        "impact": "high",
        "urgency": "medium",
        "state": "resolved",
        "impact_start": "2026-11-04T09:40:00.000000Z",
        "detected": "2026-11-04T09:50:00.000000Z",
        "opened": "2026-11-04T10:00:00.000000Z",
        "cause": "certificate expired",
        "handling": "renewed it",
        "result": "works",
        "entered_at": "2026-11-04T11:00:00.000000Z",
        "recorded_at": "2026-11-05T02:00:00.000000Z",
        "source": "old-tickets",
        "source_key": "TK-1",
        "source_digest": "00ff",
        "spans": [
            ["state", "open", "2026-11-04T10:00:00.000000Z", "2026-11-04T10:05:00.000000Z"],
            ["state", "acknowledged", "2026-11-04T10:05:00.000000Z", "2026-11-04T11:00:00.000000Z"],
            ["state", "resolved", "2026-11-04T11:00:00.000000Z", None],
            ["outage", None, "2026-11-04T09:40:00.000000Z", "2026-11-04T10:50:00.000000Z"],
            ["impact", None, "2026-11-04T10:50:00.000000Z", "2026-11-04T10:55:00.000000Z"],
        ],
    }


def test_the_digest_of_a_record_of_the_first_release_is_what_it_was() -> None:
    """The hash was computed by the first release's own code."""
    assert (
        record_digest(life.fields(FIRST_RELEASE)) == "b5d9c0602bdd96b19903fa905253115eead48f5fbfff2ae57223e712bff8f91d"
    )


def test_the_record_holds_what_is_known_and_nothing_else() -> None:
    assert life.fields(opened(down=clock(9, 40)).incident) == {
        "reference": "INC-2026-0007",
        "title": "login answers 502",
        "asset": "erp",
        "impact": "high",
        "urgency": "medium",
        "state": "open",
        "impact_start": "2026-11-04T09:40:00.000000Z",
        "opened": "2026-11-04T10:00:00.000000Z",
        "recorded_at": "2026-11-04T10:00:00.000000Z",
        "spans": [
            ["state", "open", "2026-11-04T10:00:00.000000Z", None],
            [
                "outage",
                None,
                "2026-11-04T09:40:00.000000Z",
                None,
                {"started_entered": "2026-11-04T10:00:00.000000Z"},
            ],
        ],
    }


OTHER: dict[str, Any] = {
    "reference": "INC-2026-0008", "title": "登录报 502", "asset": "crm", "impact": Level.LOW, "urgency": Level.HIGH,
    "state": State.CLOSED, "impact_start": clock(9), "detected": clock(9), "opened": clock(9), "cause": "a",
    "handling": "b", "result": "c", "entered_at": clock(12), "recorded_at": clock(13), "source": "s",
    "source_key": "k", "source_digest": "d", "spans": (), "customer": "甲公司", "category": Category.SECURITY,
    "severity": 1, "rules": 3, "assignee": "wang", "escalated_to": "lead.wang", "drill": True, "void": Void.TEST,
    "merged_into": "INC-2026-0001", "told": clock(11), "plan": "site failover", "plan_started": clock(10),
    "exemption": "away", "corrected_at": clock(14), "response_due": clock(15), "restore_due": clock(16),
}  # fmt: skip
OTHER_SPAN: dict[str, Any] = {
    "kind": SpanKind.IMPACT, "state": State.OPEN, "started": clock(8), "ended": clock(12), "weight": 300,
    "started_entered": clock(13), "ended_entered": clock(13), "response": Response.BATCH, "entered_by": "wang",
    "reason": "spare part", "asked": "lead.wang", "decided_by": "lead.wang", "decided_at": clock(14), "approved": False,
}  # fmt: skip


def test_every_field_is_tried() -> None:
    assert set(OTHER) == {field.name for field in fields_of(Incident)}
    assert set(OTHER_SPAN) == {field.name for field in fields_of(Span)}


@pytest.mark.parametrize("name", OTHER)
def test_the_digest_changes_with_every_field_of_an_incident(name: str) -> None:
    assert life.fields(replace(FIRST_RELEASE, **{name: OTHER[name]})) != life.fields(FIRST_RELEASE)


@pytest.mark.parametrize("name", OTHER_SPAN)
@pytest.mark.parametrize("place", range(len(FIRST_RELEASE.spans)))
def test_the_digest_changes_with_every_field_of_a_span(place: int, name: str) -> None:
    before = FIRST_RELEASE.spans[place]
    after = replace(before, **{name: OTHER_SPAN[name]})
    if after == before:
        another: dict[str, Any] = {"kind": SpanKind.PAUSE, "state": State.MITIGATED}
        after = replace(before, **{name: another[name]})
    spans = (*FIRST_RELEASE.spans[:place], after, *FIRST_RELEASE.spans[place + 1 :])
    assert life.fields(replace(FIRST_RELEASE, spans=spans)) != life.fields(FIRST_RELEASE)


def test_the_digest_changes_with_the_order_of_the_spans() -> None:
    swapped = (*FIRST_RELEASE.spans[:3], *reversed(FIRST_RELEASE.spans[3:]))
    assert life.fields(replace(FIRST_RELEASE, spans=swapped)) != life.fields(FIRST_RELEASE)
