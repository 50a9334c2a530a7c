"""Where what is marked stands, which texts are read, and that any text at all is read in one go."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opsctl.actions.terms import Kind
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.lint import lint
from opsctl.reviews.rules.results import Places
from opsctl.reviews.terms import Factor as FactorKind
from tests.reviews.test_lint_chinese import BAD as BAD_CHINESE
from tests.reviews.test_lint_english import BAD as BAD_ENGLISH

WHEN = datetime(2026, 11, 30, 9, tzinfo=UTC)
PEOPLE = (("wang", "wang"), ("王强", "wang"))
Where = tuple[int | None, str, str, str]


def found(document: Document, places: Places | None = None) -> list[Where]:
    return [(one.line, one.section, one.kind.value, one.words) for one in lint(document, places or {}, people=PEOPLE)]


def planned(**given: object) -> Planned:
    whole: dict[str, object] = {"text": "Add an alert on the mail queue", "owner": "wang"}
    whole |= {"deadline": WHEN, "kind": Kind.DETECT}
    return Planned(**(whole | given))  # type: ignore[arg-type]


def test_a_line_is_that_of_the_words_and_not_that_of_the_sentence() -> None:
    text = (
        "The array lost a path at 02:00.\n\nNobody was paged, and the disk\nshould\nhave been replaced.\n\n- 显然太小。"
    )
    assert found(Document("t", summary=text), {("summary", ()): 11}) == [
        (14, "summary", "hindsight", "should have been"),
        (17, "summary", "hindsight", "显然"),
    ]


def test_each_text_has_its_own_place_and_what_has_none_comes_last() -> None:
    document = Document(
        "Human error at the array",
        impact="Obviously nobody could pay.",
        notes=((1042, "Wang forgot to tell."),),
        factors=(
            Factor(FactorKind.TECHNICAL, "One path", behind=(Factor(FactorKind.PROCESS, "人为失误"),)),
            Factor(FactorKind.PEOPLE, "Of course the night"),
        ),
        root_cause="早该更换。",
        went_badly=("Fine", "The engineer was careless."),
        own=(Own("Money", "nothing\nObviously none"),),
    )
    places = {
        ("own", (0,)): 90, ("root-cause", ()): 40, ("factors", (0, 0)): 21, ("factors", (1,)): 22, ("title", ()): 1,
        ("went-badly", (1,)): 61, ("notes", (1042,)): 12,
    }  # fmt: skip
    assert found(document, places) == [
        (1, "title", "human-error", "Human error"),
        (12, "notes", "blame", "forgot to"),
        (21, "factors", "human-error", "人为失误"),
        (22, "factors", "hindsight", "Of course"),
        (40, "root-cause", "hindsight", "早该"),
        (61, "went-badly", "blame", "careless"),
        (91, "own", "hindsight", "Obviously"),
        (None, "impact", "hindsight", "Obviously"),
    ]


def test_a_sentence_is_marked_once_for_each_kind_and_the_next_sentence_again() -> None:
    text = "Wang forgot to check and was careless; human error, obviously. Wang forgot to look."
    assert [(kind, words) for _, _, kind, words in found(Document("t", summary=text))] == [
        ("blame", "forgot to"),
        ("human-error", "human error"),
        ("hindsight", "obviously"),
        ("blame", "forgot to"),
    ]


def test_of_two_phrases_that_overlap_the_graver_one_is_named() -> None:
    assert found(Document("t", summary="Wang failed to notice the lamp.")) == [
        (None, "summary", "blame", "Wang failed to notice")
    ]


def test_a_name_counts_as_a_whole_word_and_a_chinese_one_wherever_it_stands() -> None:
    assert found(Document("t", summary="The wangle failed to apply the lock.")) == []
    assert found(Document("t", summary="core.wang failed to apply the lock.")) == []
    assert found(Document("t", summary="运维王强没有核对主机名。")) == [(None, "summary", "blame", "王强没有核对")]
    assert lint(Document("t", summary="运维王强没有核对主机名。"), {}) == ()


def test_an_error_of_a_person_counts_outside_of_causes_only_where_it_is_given_as_one() -> None:
    plain = "Human error is the first thing that people say."
    assert found(Document("t", response=plain)) == []
    assert found(Document("t", response="It was human error.")) == [(None, "response", "human-error", "human error")]
    assert found(Document("t", response="人为失误演练每年一次。")) == []
    assert found(Document("t", response="中断由于人为失误。")) == [(None, "response", "human-error", "人为失误")]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Mistake by Wang", True),
        ("Typo", True),
        ("Wang typed the wrong command", True),
        ("值班员判断失误", True),
        ("王强敲错命令", True),
        ("Two consoles that look alike made a typo likely", False),
        ("夜班只有一个人，没有第二双眼睛", False),
        ("Nobody had been trained on the new array", False),
    ],
)
def test_a_factor_of_people_has_to_say_more_than_that_somebody_erred(text: str, marked: bool) -> None:
    alone = Document("t", factors=(Factor(FactorKind.PEOPLE, text),))
    assert [kind for _, _, kind, _ in found(alone)] == ["human-error"] * marked


@pytest.mark.parametrize("text", ["Typo", "Wang typed the wrong command", "王强敲错命令"])
def test_an_error_with_what_made_it_possible_behind_it_is_no_lone_error(text: str) -> None:
    why = Factor(FactorKind.PROCESS, "Both consoles have the same colour")
    assert found(Document("t", factors=(Factor(FactorKind.PEOPLE, text, behind=(why,)),))) == []


def test_where_luck_helped_may_tell_what_did_not_happen() -> None:
    text = (
        "On a Monday this could have been avoided by nobody, and it would have hit 400 users if the shop had been open."
    )
    assert found(Document("t", luck=(text, "要是白天发生，就会影响全部门店。", "Obviously"))) == [
        (None, "luck", "hindsight", "Obviously")
    ]


def test_feedback_is_what_others_said_and_is_left_alone() -> None:
    assert found(Document("t", feedback="The engineer was careless and should have called us.")) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"owner": None}, "A vague action: no owner."),
        ({"deadline": None}, "A vague action: no deadline."),
        ({"kind": None}, "A vague action: no kind."),
        ({"owner": None, "deadline": None, "kind": None}, "A vague action: no owner, no deadline, no kind."),
        ({"text": "Improve monitoring"}, "A vague action: nothing that can be seen to be done."),
    ],
)
def test_an_action_is_told_what_it_lacks_in_one_finding(given: dict[str, object], message: str) -> None:
    one = planned(**given)
    document = Document("t", planned=(planned(), one))
    assert [(each.line, each.message) for each in lint(document, {("actions", (1,)): 8})] == [(8, message)]


def test_a_whole_action_is_not_marked_and_one_that_a_record_will_prove_need_not_be_put_better() -> None:
    proven = Planned("Ensure restores work", "wang", WHEN, Kind.DETECT, verify="restore-test core-db passed")
    assert found(Document("t", planned=(planned(), proven))) == []


def test_actions_are_marked_for_blame_and_not_for_what_they_prevent_or_for_what_is_to_be() -> None:
    texts = (
        "对责任人通报批评，并在例会上检查整改",
        "Add a page that shows what should have been closed by now",
        "Ask twice at the console, which ends human error there",
    )
    one, two, three = (Planned(text, "wang", WHEN, Kind.PREVENT) for text in texts)
    assert found(Document("t", planned=(one, two, three))) == [(None, "actions", "blame", "通报批评")]


@pytest.mark.parametrize(
    "text",
    [
        "Disk full, INC-2026-0042",
        "Mail server restarted, see OPS-1182",
        "First complaint (customer, by phone)",
        "Traffic back to normal: https://wiki.example.net/g/7",
        "Row #1042 shows the lock",
        "Grafana shows 900 ms",
        "The access log has the first 502",
        "According to the supplier the line was cut",
        "机房值班员发现异响（李师傅）",
        "监控显示时延 900 毫秒",
        "据厂商邮件，线路被挖断",
        "门禁记录：施工队进入机房",
        "见工单 8812",
    ],
)
def test_an_added_line_that_names_a_record_is_not_marked(text: str) -> None:
    assert found(Document("t", added=(Line(WHEN, text),))) == []


@pytest.mark.parametrize(
    "text",
    [
        "The disk was full",
        "RAID-5 was rebuilding on core-db-1",
        "SEV-1 declared",
        "We all joined the bridge",
        "Traffic came back ()",
        "磁盘写满",
        "厂商工程师到场更换电源",
    ],
)
def test_an_added_line_that_names_no_record_is_marked_with_a_way_to_record_it(text: str) -> None:
    document = Document("t", added=(Line(WHEN, "Seen in the syslog"), Line(WHEN, text)))
    (one,) = lint(document, {("timeline", (0,)): 30, ("timeline", (1,)): 31})
    assert (one.line, one.section, one.kind.value, one.words) == (31, "timeline", "no-record", text)
    assert "opsctl incident note REF TEXT --at TIME" in one.suggestion


def test_an_added_line_is_marked_for_its_words_as_well() -> None:
    line = Line(WHEN, "Wang forgot to close the valve")
    assert found(Document("t", added=(line,)), {("timeline", (0,)): 5}) == [
        (5, "timeline", "blame", "forgot to"),
        (5, "timeline", "no-record", "Wang forgot to close the valve"),
    ]


def test_code_quoted_lines_and_addresses_are_left_alone_between_marked_lines() -> None:
    code = "```\nhuman error\n```"
    text = f"Obviously\n\n{code}\n> should have been\n\n`human error` https://a.example/of-course\nhuman error"
    assert found(Document("t", summary=text), {("summary", ()): 1}) == [
        (1, "summary", "hindsight", "Obviously"),
        (9, "summary", "human-error", "human error"),
    ]


def test_every_finding_says_what_to_write_instead() -> None:
    texts = [sentence for sentence, *_ in (*BAD_ENGLISH, *BAD_CHINESE)]
    document = Document("t", summary="\n\n".join(texts), planned=(Planned("x"),), added=(Line(WHEN, "x"),))
    marked = lint(document, {}, people=PEOPLE)
    assert {one.kind.value for one in marked} == {"blame", "human-error", "hindsight", "vague-action", "no-record"}
    assert all(len(one.suggestion) > 40 and one.message and one.words for one in marked)


PIECES = st.sampled_from(
    [
        "should ", "should have ", "had been ", "if only ", "forgot to ", "the engineer ", "failed to ", "wang", "'s ",
        "加强", "要是", "就", "本应", "王强", "没有", "误操作", "导致", "《", "》",
        "。", ". ", "# ", "https://", "50 ms", "*", "_", "`", "``", "```", "~~~", '"', "“", "”", "'",
        "\n", "\n\n", "\n> ", "\n- ", "Ｗ", "\u200b", "\u0130", "\U0001f600", "é", "e\u0301",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS, TEXTS)
@example("`", "\U0001f600")
@example("\u0130" * 3 + " should have been", "ŉ forgot to")
def test_any_text_is_read_alike_each_time_and_what_is_found_stands_in_its_line(text: str, name: str) -> None:
    people = ((name, "wang"),)
    factor = Factor(FactorKind.PEOPLE, text)
    document = Document(text, summary=text, factors=(factor,), added=(Line(WHEN, text),), planned=(Planned(text),))
    first = lint(document, {("summary", ()): 1}, people=people)
    assert first == lint(document, {("summary", ()): 1}, people=people)
    lines = text.split("\n")
    for one in first:
        if one.section == "summary":
            assert one.line is not None
            rest = " ".join("\n".join(lines[one.line - 1 :]).split())
            assert one.words in rest


@pytest.mark.parametrize(
    "piece",
    [
        "should ", "should have really ", "would have been ", "if we ", "early, ", "the engineer ", "wang ",
        "failed to ", "did not check ", "加强", "要是", "没有按", "给加", "“", '"', "`", "*", "\n- ", "https://", "1.",
    ],
)  # fmt: skip
def test_a_text_as_long_as_a_review_may_be_is_read_however_it_repeats(piece: str) -> None:
    text = piece * (200_000 // len(piece.encode()))
    marked = lint(Document("t", summary=text, planned=(planned(text=text),)), {}, people=PEOPLE)
    assert len([one for one in marked if one.section == "summary"]) <= 3
