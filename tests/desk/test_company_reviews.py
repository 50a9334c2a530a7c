"""The sample company's reviews: what was held, what nobody reviewed, and the promises that records kept or broke."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from sqlmodel import Session, select

from opsctl.actions.service import read as actions
from opsctl.actions.terms import State as ActionState
from opsctl.core import texts
from opsctl.core.periods import read_period
from opsctl.duties.service import read as duties
from opsctl.duties.terms import Wanted as WantedDuties
from opsctl.kpis import service as kpis
from opsctl.kpis.terms import Name
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.ledger.tables import LedgerRow
from opsctl.reviews.rules import Review, markdown
from opsctl.reviews.rules.document import path_to_root
from opsctl.reviews.rules.lint import LintKind, lint
from opsctl.reviews.rules.results import Known
from opsctl.reviews.rules.results import Read as Taken
from opsctl.reviews.service import coverage
from opsctl.reviews.service import read as reviews
from opsctl.reviews.service.deciding import actions_of
from opsctl.reviews.terms import APPROVED, EDITED, RETURNED, SUBMITTED, Kind, State, Wanted
from opsctl.reviews.views.source import fixed, written
from tests.desk.company import NOW, ZONE, at
from tests.harness import Read

RECORDS = {"inspection.completed", "restore_test.passed", "restore_test.differed"}
"""What verifies an action, or opens it again."""


@pytest.fixture(scope="module")
def held(ask: Read) -> dict[str, Review]:
    """Every review by its title."""
    return {one.title: one for one in ask(reviews.list_reviews, state=Wanted.ALL).reviews}


def history(ask: Read, subject: str) -> list[Row]:
    """What the ledger has of a record."""
    return ask(lambda session: list(ledger.rows(session, Search(subject=subject))))  # type: ignore[no-any-return]


def promised(ask: Read, review: Review, words: str) -> str:
    """The reference of the action of a review whose title begins so."""
    (found,) = [one for one in ask(actions_of, review=review) if one.title.startswith(words)]
    return found.reference  # type: ignore[no-any-return]


def test_reviews_stand_in_every_state_and_are_of_every_kind(held: dict[str, Review]) -> None:
    standing = [one for one in held.values() if one.void is None]

    assert Counter(one.state for one in standing) == {
        State.CLOSED: 30, State.APPROVED: 3, State.IN_REVIEW: 1, State.DRAFT: 1,
    }  # fmt: skip
    assert Counter(one.kind for one in standing) == {Kind.INCIDENT: 24, Kind.PERIOD: 8, Kind.MEETING: 3}
    assert [one.void for one in held.values() if one.void is not None] == ["mistake"]


def test_nobody_approved_what_they_wrote(held: dict[str, Review]) -> None:
    approved = [one for one in held.values() if one.approved_by is not None]

    assert {one.approved_by for one in approved} == {"xu.kai", "gao.feng"}
    assert {one.approved_post for one in approved} == {"technical-head", "om-head"}
    assert [one.title for one in approved if one.approved_by in (one.author, one.submitted_by)] == []


def test_one_was_given_back_and_approved_once_it_said_more(ask: Read, held: dict[str, Review]) -> None:
    given_back = [
        [row.kind for row in history(ask, one.reference) if row.kind in (EDITED, SUBMITTED, RETURNED, APPROVED)]
        for one in held.values()
        if any(row.kind == RETURNED for row in history(ask, one.reference))
    ]

    assert given_back == [[EDITED, SUBMITTED, RETURNED, EDITED, SUBMITTED, APPROVED]]


def test_two_incidents_that_are_one_story_have_one_review_with_every_why(held: dict[str, Review]) -> None:
    together = held["鹄埠 ERP 采购与仓库模块先后不可用"]

    assert len(together.subjects) == 2
    assert [one.text for one in path_to_root(together.document.factors)] == [
        "应用节点 2 磁盘写满",
        "接口日志级别停在调试级，一天 30 GB",
        "4 月 18 日升级后的收尾清单没有“日志级别恢复”一项",
    ]


def test_one_severe_fault_and_september_are_not_reviewed(ask: Read) -> None:
    found = ask(coverage.uncovered, now=NOW, since=at("2026-04-01T00:00"), until=NOW)

    assert [(one.incident.asset, one.due, one.started is None) for one in found if one.due is not None] == [
        # Resolved at 09:27 on Wednesday, 28 October: five working days later it is the same time on Wednesday.
        ("pos", at("2026-11-04T09:27"), True)
    ]
    ordinary = [(f"{one.resolved:%m}", one.incident.asset) for one in found if one.due is None]
    assert ordinary == [
        ("09", "wms"), ("09", "acc-sw-1"), ("09", "acc-sw-2"), ("11", "tms"), ("11", "san-1"), ("11", "pacs"),
    ]  # fmt: skip


def test_the_severe_faults_of_the_tool_before_were_reviewed_together(ask: Read, held: dict[str, Review]) -> None:
    before = ask(coverage.uncovered, now=NOW, since=at("2025-10-01T00:00"), until=at("2026-04-01T00:00"))
    caught_up = [one for title, one in held.items() if title.endswith("严重故障补充分析")]

    assert before == ()
    assert len(caught_up) == 2
    assert all(one.document.undetermined for one in caught_up)


@pytest.mark.parametrize(
    ("month", "on_time", "due"),
    [
        pytest.param("2026-04", 1, 2, id="the-first-of-all-was-late"),
        pytest.param("2026-05", 4, 4, id="two-of-them-in-one-review"),
        pytest.param("2026-06", 3, 3, id="june"),
        pytest.param("2026-07", 2, 2, id="july"),
        pytest.param("2026-08", 2, 2, id="august"),
        pytest.param("2026-09", 5, 5, id="september"),
        pytest.param("2026-10", 2, 3, id="the-disk-maker-was-awaited"),
        pytest.param("2026-11", 0, 1, id="never-begun"),
    ],
)
def test_reviews_were_held_in_time_but_for_three(ask: Read, month: str, on_time: int, due: int) -> None:
    period = read_period(month, zone=ZONE, now=NOW)
    (found,) = [one for one in ask(kpis.report, now=NOW, period=period).figures if one.name is Name.REVIEW_ON_TIME]

    assert (found.numerator, found.denominator) == (on_time, due)


@pytest.mark.parametrize(
    ("title", "words", "moves", "ends"),
    [
        pytest.param(
            "砚湖医院 HIS 全院无法挂号", "每日备份检查",
            ("added", "done", "verified", "reopened", "done", "verified"), ActionState.VERIFIED, id="copies-off-site",
        ),
        pytest.param(
            "核心交换机 2 上行链路误码", "core-sw-2 上行光模块",
            ("added", "done", "verified", "reopened", "done", "verified", "reopened", "done"), ActionState.DONE,
            id="an-uplink-that-came-back-twice",
        ),
        pytest.param(
            "二号机房一路市电中断，UPS 转电池", "UPS B1 电池组",
            ("added", "done", "verified", "reopened", "done", "verified"), ActionState.VERIFIED, id="a-swollen-cell",
        ),
        pytest.param(
            "2026 年四季度质量分析会议", "商城数据库",
            ("added", "done", "verified", "reopened"), ActionState.OPEN, id="a-restored-database-that-lacked-rows",
        ),
        pytest.param(
            "鹄埠 ERP 登录 502", "ERP 数据库",
            ("added", "done", "verified"), ActionState.VERIFIED, id="a-restore-that-holds",
        ),
    ],
)  # fmt: skip
def test_records_verify_what_was_promised_and_open_it_again(
    ask: Read, held: dict[str, Review], title: str, words: str, moves: Sequence[str], ends: ActionState
) -> None:
    reference = promised(ask, held[title], words)
    rows = history(ask, reference)

    assert [row.kind.removeprefix("action.") for row in rows] == list(moves)
    assert ask(actions.find, word=reference, now=NOW).state is ends
    for row in rows:
        if row.kind in ("action.verified", "action.reopened"):
            assert ask(_together, request=row.request) & RECORDS, "in the transaction of the record"


def _together(session: Session, request: str) -> set[str]:
    """The kinds of all that was written in one transaction."""
    return set(session.exec(select(LedgerRow.kind).where(LedgerRow.request == request)))


def test_a_promise_of_april_is_still_open_and_the_fault_came_again(ask: Read, held: dict[str, Review]) -> None:
    april = held["鹄埠门店收银打印不出单"]
    health_check = ask(actions.find, word=promised(ask, april, "打印服务加健康检查"), now=NOW)

    assert (health_check.state, health_check.is_overdue(NOW)) == (ActionState.OPEN, True)
    assert april.state is State.APPROVED


def test_quality_meetings_meet_their_duty_by_when_they_were_held(ask: Read) -> None:
    found = ask(duties.list_occurrences, now=NOW, duty="quality-meeting", until=NOW).occurrences
    done = ask(duties.list_occurrences, now=NOW, duty="quality-meeting", state=WantedDuties.DONE).occurrences

    assert [one.due_at for one in found] == [at(f"2026-{month}-28T15:00") for month in ("04", "07", "10")]
    assert [one.met_at for one in done] == [
        at("2026-04-28T15:00"), at("2026-07-28T15:00"), at("2026-10-30T15:00"),
    ]  # fmt: skip


@pytest.fixture(scope="module", params=["en", "zh_CN"])
def known(request: pytest.FixtureRequest, ask: Read, held: dict[str, Review]) -> Iterator[list[tuple[Known, Taken]]]:
    """Every review with what the records say of it, and its text in that language as it is read again."""
    texts.use_language(request.param)
    yield [_read(ask(reviews.known, word=one.reference, now=NOW), request.param) for one in held.values()]
    texts.use_language("en")


def _read(one: Known, language: str) -> tuple[Known, Taken]:
    lines, recorded = fixed(one, zone=ZONE, language=language)
    text = markdown.read(written(one, zone=ZONE), zone=ZONE, now=NOW)
    return one, markdown.settled(text, lines=lines, actions=recorded)


def test_every_review_reads_back_as_it_was_written(known: list[tuple[Known, Taken]]) -> None:
    assert len(known) == 36
    for one, taken in known:
        assert taken.problems == ()
        assert taken.document == one.review.document


def test_they_are_written_without_blame_but_for_a_draft(known: list[tuple[Known, Taken]]) -> None:
    marked = {
        one.review.title: [finding.kind for finding in findings]
        for one, taken in known
        if (findings := lint(taken.document, taken.places, people=one.facts.people))
    }

    assert marked == {"存储重建期间读写延迟 80 ms": [LintKind.HINDSIGHT, LintKind.VAGUE_ACTION]}
