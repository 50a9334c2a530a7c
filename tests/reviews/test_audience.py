"""What a customer reads of a review: no names, no internal notes, nobody else's incidents."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsctl.core import texts
from opsctl.core.errors import InvalidInput
from opsctl.render.cells import json_value
from opsctl.reviews.rules.audience import blanker, for_customer
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.views import export
from tests.reviews import exporting
from tests.reviews.exporting import ZONE, action, at, case, facts, incident, known, row

NAMES = ["wang", "Wang Wei", "王伟", "li.na", "Jürgen", "root", "王", "act", "o'neil"]


CALLED = [
    "小韩", "老赵", "韩工", "赵工", "韩总", "赵主任", "韩经理", "赵师傅", "韩姐", "赵哥", "韩老师", "赵工程师",
    "韩总监", "赵副主任", "韩女士", "赵处长", "小欧阳", "欧阳工", "欧阳经理",
]  # fmt: skip
"""What Han Xue, Zhao Lei and Ouyang Nana are called."""


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each language in turn."""
    texts.use_language(request.param)
    yield request.param
    texts.use_language("en")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("moved by wang", "moved by our engineer"),
        ("Wang moved it. WANG slept.", "Our engineer moved it. Our engineer slept."),
        ("- wang moved it", "- Our engineer moved it"),
        ("one\n- wang moved it", "one\n- Our engineer moved it"),
        ("it was wang's turn", "it was our engineer's turn"),
        ("by Wang Wei", "by our engineer"),
        ("by Wang\nWei", "by our engineer"),
        ("by *wang*, _wang_ and `wang`", "by *our engineer*, _our engineer_ and `our engineer`"),
        ("由wang处理", "由 our engineer 处理"),
        ("由王伟处理", "由 our engineer 处理"),
        ("由王 伟处理", "由 our engineer 处理"),
        ("told li.na, Li.Na and li\\.na", "told our engineer, our engineer and our engineer"),
        ("by Ju\u0308rgen", "by our engineer"),
        ("by wa\u202eng", "by our engineer"),
        ("by wa\u200bng", "by our engineer"),
        ("by o'neil", "by our engineer"),
        ("mail wang@example.com", "mail our engineer@example.com"),
        ("wangle, wangs and hwang", "wangle, wangs and hwang"),
        ("Jürgensen came", "Jürgensen came"),
        ("line", "line"),
        ("linna and li-na", "linna and li-na"),
        ("王 came", "王 came"),
        ("the root cause", "the root cause"),
        ("ACT-2026-0001 is open", "ACT-2026-0001 is open"),
        ("wang-db is down, says wang", "wang-db is down, says our engineer"),
        ("says wang-dbs", "says our engineer-dbs"),
    ],
)
def test_a_name_becomes_a_word_for_its_post_and_other_words_stay(said: str, read: str) -> None:
    assert blanker(NAMES, ["wang-db", "mail"])(said) == read


@pytest.mark.parametrize("called", CALLED)
def test_a_chinese_colleague_is_called_by_surname(called: str) -> None:
    blank = blanker(["韩雪", "赵磊", "欧阳娜娜"], [])
    assert blank(f"由{called}处理。") == "由 our engineer 处理。"
    assert blank(called) == "our engineer"
    assert blank(f"{called}、{called}") == "Our engineer、our engineer"


@pytest.mark.parametrize(
    "said",
    [
        "李小韩与陈韩工", "韩国总部", "日韩总代理", "韩工厂与赵工业园", "韩总统", "法老赵", "小韩国", "老师傅到场",
        "小时", "30分钟内", "本周工单", "上周总结", "小周期", "双方经理", "过程小于高峰", "提高工效", "临时工",
        "小李和老王", "王工、李总", "hanxue-db", "小程序",
    ],
)  # fmt: skip
def test_longer_words_and_other_names_stay(said: str) -> None:
    assert blanker(["韩雪", "赵磊", "周明", "方圆", "高飞", "时迁", "程诚", "于谦"], ["hanxue-db"])(said) == said


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("小韩雪", "小 our engineer"),
        ("韩雪工程师", "Our engineer 工程师"),
        ("韩雪赵磊小韩赵工", "Our engineer our engineer our engineer our engineer"),
        ("老赵小韩", "Our engineer our engineer"),
        ("韩总部署，赵工作了检查", "Our engineer 部署，our engineer 作了检查"),
        ("小 韩和韩 工", "Our engineer 和 our engineer"),
        ("**小韩**，`老赵`", "**our engineer**，`our engineer`"),
        ("30分钟小韩到场", "30分钟 our engineer 到场"),
        ("db韩雪ok", "db our engineer ok"),
    ],
)
def test_colleagues_stand_beside_words_and_each_other(said: str, read: str) -> None:
    assert blanker(["韩雪", "赵磊"], [])(said) == read


def test_no_blanks_are_put_around_a_chinese_word() -> None:
    texts.use_language("zh_CN")
    try:
        assert blanker(["韩雪"], [])("由小韩ok处理") == "由我方工程师ok处理"
    finally:
        texts.use_language("en")


@given(
    st.sampled_from("王李张刘陈杨赵黄周吴徐孙胡朱林郭罗梁宋郑韩唐冯邓曹袁沈彭"),
    st.text("雪磊娜强芳敏静", min_size=1, max_size=2),
    st.sampled_from(["小{}", "老{}", "{}工", "{}总", "{}主任", "{}经理", "{}师傅", "{}姐", "{}哥", "{}老师"]),
    st.sampled_from(["", "由", "请", "，", "通知", "\n", "和", "ok "]),
    st.sampled_from(["", "处理", "。", "到场", "和", "\n", "已确认", " ok"]),
)
def test_whoever_is_called_by_surname_is_not_named(
    surname: str, given_name: str, shape: str, before: str, after: str
) -> None:
    said = before + shape.format(surname) + after
    read = blanker([surname + given_name], [])(said)
    assert "our engineer" in read.casefold()
    assert surname not in read
    assert re.sub(r"\s|our engineer", "", read, flags=re.I) == re.sub(r"\s", "", before + after)


@given(
    st.lists(st.sampled_from(["韩雪", "小韩", "赵工", "李小韩", "韩国", "赵工厂", "王总", "，", "处理", "ok"])),
)
def test_text_around_colleagues_is_neither_lost_nor_changed(parts: list[str]) -> None:
    """Against taking each part for itself: between commas no part is beside another one."""
    ours = {"韩雪", "小韩", "赵工"}
    read = blanker(["韩雪", "赵磊"], [])("，".join(parts))
    assert read.casefold() == "，".join("our engineer" if part in ours else part for part in parts)


def test_without_names_a_text_stays_as_it_is() -> None:
    assert blanker([], [])("by wang") == "by wang"


@given(
    st.lists(st.sampled_from(["wang", "Wang Wei", "WANG", "王伟", "li.na", "mail", "wangle", "上线", " ", ", ", "\n"])),
)
def test_no_name_is_left_between_other_words(parts: list[str]) -> None:
    read = blanker(["wang", "Wang Wei", "王伟", "li.na"], ["mail"])(" ".join(parts))
    left = [word for word in re.split(r"[\s,]+", read.casefold()) if word in ("wang", "li.na")]
    assert left == []
    assert "王伟" not in read
    assert read.count("mail") == parts.count("mail"), "handles of assets stay"


def test_a_customer_reads_what_happened_and_not_who_was_called() -> None:
    read = for_customer(known())
    assert [one.seq for one in read.facts.cases[0].rows] == [1101, 1102, 1106, 1107, 1108]


def test_an_annotation_below_a_row_that_is_left_out_is_left_out_with_it() -> None:
    document = for_customer(known()).review.document
    assert document.added == (Line(at(2, "18:40"), "A mailing to all customers was started."),)
    assert document.notes == ((1106, "Half of the load was shed."),)


def test_an_annotation_below_a_hidden_row_stays_hidden() -> None:
    document = replace(exporting.english(), hidden=(1103, 1106), notes=((1103, "first"), (1106, "second")))
    read = for_customer(known(document)).review.document
    assert [line.text for line in read.added] == ["A mailing to all customers was started."]
    assert read.notes == ()


def test_rows_that_are_left_out_are_counted_with_the_hidden_ones() -> None:
    assert for_customer(known()).review.document.hidden == (1103, 1104, 1105)


def test_participants_and_internal_notes_are_left_out() -> None:
    document = for_customer(known()).review.document
    assert (document.participants, document.facilitator, document.internal) == ((), None, "")


def test_who_wrote_and_approved_has_no_name() -> None:
    review = for_customer(exporting.approved(known())).review
    assert {review.author, review.submitted_by, review.approved_by} == {"our engineer"}
    assert review.approved_post == "operations lead"


def test_what_was_promised_earlier_is_not_told() -> None:
    (earlier,) = for_customer(known()).facts.cases[0].earlier
    assert (earlier.incident.reference, earlier.actions, earlier.reviews) == ("INC-2026-0017", (), ())


def test_incidents_of_other_customers_are_left_out() -> None:
    (before,) = exporting.earlier()
    others = replace(before, incident=replace(before.incident, customer="globex"))
    nobodys = replace(before, incident=replace(before.incident, customer=None))
    read = for_customer(known(cases=(case(earlier=(others, nobodys)),)))
    assert read.facts.cases[0].earlier == ()


def test_of_what_else_happened_a_customer_reads_maintenance_and_their_own_incidents() -> None:
    around = (
        *exporting.around(),
        row(1096, at(2, "18:31"), "incident.opened", subject="INC-2026-0041"),
        row(1097, at(2, "18:32"), "incident.opened", subject="INC-2026-0043", customer="globex"),
        row(1098, at(2, "18:33"), "inspection.completed", subject="INS-2026-0001"),
    )
    read = for_customer(known(cases=(case(around=around),)))
    assert [one.subject for one in read.facts.cases[0].around] == ["WRK-2026-0019", "INC-2026-0041"]


def test_of_a_merged_incident_of_another_customer_nothing_is_told() -> None:
    shown = exporting.case().shown
    theirs = incident(reference="INC-2026-0050", customer="globex", title="globex has no mail")
    merged = case(shown=replace(shown, case=replace(shown.case, members=(theirs,))))
    read = for_customer(known(cases=(merged,), customers=(("acme", "Acme Ltd"), ("globex", "Globex Corp"))))
    assert read.facts.cases[0].shown.case.members == ()
    assert read.facts.customers == (("acme", "Acme Ltd"),)


def test_actions_of_other_customers_are_left_out() -> None:
    actions = (action("ACT-2026-0040", "ours"), action("ACT-2026-0044", "theirs", customer="globex"))
    document = replace(exporting.english(), actions=("ACT-2026-0040", "ACT-2026-0044"))
    read = for_customer(known(document, actions=actions))
    assert [one.reference for one in read.facts.actions] == ["ACT-2026-0040"]
    assert read.review.document.actions == ("ACT-2026-0040",)


def test_a_review_of_several_customers_is_given_to_none() -> None:
    cases = (case(), case(incident=incident(reference="INC-2026-0050", customer="globex")))
    with pytest.raises(InvalidInput, match="acme, globex"):
        for_customer(known(given={"customer": None}, cases=cases))


def test_of_a_review_of_one_customer_the_incidents_of_another_are_left_out() -> None:
    cases = (case(), case(incident=incident(reference="INC-2026-0050", customer="globex")))
    read = for_customer(known(given={"subjects": ("INC-2026-0042", "INC-2026-0050")}, cases=cases))
    assert [one.shown.case.reference for one in read.facts.cases] == ["INC-2026-0042"]
    assert read.review.subjects == ("INC-2026-0042",)


def test_neither_hosts_nor_persons_are_left_in_the_facts_of_a_row() -> None:
    told = row(1109, at(2, "20:30"), "incident.closed", facts={"result": "says Li Na", "to": "li.na", "host": "b-7"})
    (read,) = for_customer(known(cases=(case(rows=(told,)),))).facts.cases[0].rows
    assert (read.actor, read.host) == ("our engineer", "")
    assert json.loads(read.facts or "") == {"result": "says our engineer"}


def test_the_head_of_the_ledger_stays() -> None:
    assert for_customer(known()).facts.head == exporting.HEAD


def test_who_is_no_person_of_the_database_is_no_name_either() -> None:
    """A participant from outside, and who typed a row before the first person was recorded."""
    document = Document(title="Told by jane.doe, typed by xiaoqiang", participants=("Jane.Doe",))
    rows = (row(1101, at(2, "19:02:10"), "incident.opened", actor="xiaoqiang"),)
    read = for_customer(known(document, people=(), cases=(case(rows=rows),)))
    assert read.review.title == "Told by our engineer, typed by our engineer"


def _outputs(one: Known) -> Iterator[tuple[str, str]]:
    yield "markdown", export.as_markdown(one, zone=ZONE, audience=Audience.CUSTOMER)
    yield "page", export.as_page(one, zone=ZONE, audience=Audience.CUSTOMER)
    data = json_value(export.as_data(one, audience=Audience.CUSTOMER))
    yield "data", json.dumps(data, ensure_ascii=False)
    with ZipFile(BytesIO(export.as_word(one, zone=ZONE, audience=Audience.CUSTOMER))) as file:
        for name in file.namelist():
            if name.endswith((".xml", ".rels")):
                yield name, re.sub(r"<[^>]+>", "", file.read(name).decode())


def test_no_name_of_the_sample_is_in_any_export_for_a_customer(language: str) -> None:
    document = exporting.english() if language == "en" else exporting.chinese()
    one = exporting.approved(known(document))
    one = replace(one, facts=replace(one.facts, since_approval=exporting.rows()[-2:]))
    for form, text in _outputs(one):
        assert not re.search(r"(?<![a-z])(wang|wwei|li\.na|li na|jane)(?![a-z])|王\s?伟|李娜", text, re.I), form
        assert "bastion-07" not in text, form
        assert "shift plan" not in text and "排班" not in text, form
        assert "on the train" not in text and "火车" not in text, form
        assert "nothing to see here" not in text, form
        assert "ACT-2026-0031" not in text, form


LATIN = st.text("qxzj", min_size=4, max_size=9).map(lambda letters: "q" + letters)
CJK = st.text("龘靐齉爩鱻麤", min_size=2, max_size=4)
BESIDE = st.sampled_from([" ", "\n", "\n\n- ", "**", "_", ", ", "由", "：", "`", "(", "> ", "|", "&", "<", "\\"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.lists(LATIN | CJK, min_size=1, max_size=4))
def test_wherever_a_name_is_written_no_export_for_a_customer_has_it(data: st.DataObject, names: list[str]) -> None:
    def text() -> str:
        parts = [data.draw(st.sampled_from(names) | BESIDE) for _number in range(data.draw(st.integers(0, 6)))]
        return "x " + " ".join(parts) + " " + data.draw(st.sampled_from(names))

    def written() -> dict[str, Any]:
        return {name: text() for name in ("title", "cause", "handling", "result")}

    document = Document(
        title=text(), facilitator=names[0], participants=tuple(names), summary=text(), impact=text(),
        added=(Line(at(2, "19:00"), text()),), notes=((1101, text()), (1103, text())),
        factors=(Factor(FactorKind.PEOPLE, text(), behind=(Factor(FactorKind.PEOPLE, text(), root=True),)),),
        root_cause=text(), went_well=(text(),), went_badly=(text(),), luck=(text(),), detection=text(),
        response=text(), lessons=(text(),), planned=(Planned(text(), owner=names[0], verify=text()),),
        feedback=text(), internal=text(), own=(Own(text(), text()),),
    )  # fmt: skip
    rows = (
        row(1101, at(2, "19:02:10"), "incident.opened", actor=names[0], facts={**written(), "assignee": names[0]}),
        row(1103, at(2, "19:08"), "incident.noted", actor=names[-1], facts={"text": text()}),
        row(1104, at(2, "19:09"), "incident.corrected", facts={"cause": [text(), text()]}),
    )
    one = case(incident=incident(**written(), assignee=names[0], escalated_to=names[-1]), rows=rows)
    actions = (action("ACT-2026-0040", text(), owner=names[0], done_by=names[-1], result=text(), told=text()),)
    told = known(
        document, given={"author": names[0]}, cases=(one,), actions=actions,
        people=tuple((name, "somebody") for name in names), assets=(("mail", text()),), since_approval=rows,
    )  # fmt: skip
    for form, output in _outputs(told):
        assert [name for name in names if name.casefold() in output.casefold()] == [], form


def test_what_is_internal_has_its_names() -> None:
    page = export.as_page(known(), zone=ZONE, audience=Audience.INTERNAL)
    assert "Wang Wei" in page and "li.na" in page and "shift plan" in page


def test_the_facts_of_a_customer_hold_nobody(language: str) -> None:
    assert for_customer(known(people=facts().people)).facts.people == ()
