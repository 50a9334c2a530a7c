"""The sample company: what the story promises is there, the files are what the script makes, the ledger is whole."""

import csv
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from opsctl.actions.service import read as actions
from opsctl.actions.terms import State as ActionState
from opsctl.actions.terms import Wanted
from opsctl.assets.rules.maintenance import Standing, standings
from opsctl.assets.service import maintenance
from opsctl.core.periods import read_period
from opsctl.duties.service import read as duties
from opsctl.duties.terms import Wanted as WantedDuties
from opsctl.incidents.rules.life import Case
from opsctl.incidents.service import read as incidents
from opsctl.incidents.terms import Response, SpanKind, State
from opsctl.inspections.service import read as inspections
from opsctl.kpis import service as kpis
from opsctl.kpis.terms import By, Name
from opsctl.ledger import service as ledger
from opsctl.main import rooms
from opsctl.maintenance.service import patches
from opsctl.maintenance.service import work as works
from opsctl.people.service import customers, persons
from opsctl.store.engine import Store
from tests.desk.company import COMPANY, NOW, ZONE, at
from tests.harness import CommandLine, Read

SCRIPT = COMPANY.parent.parent / ".ci" / "company"


@pytest.fixture(scope="module")
def cases(ask: Read) -> list[Case]:
    """Every incident, the oldest first."""
    found = ask(incidents.list_incidents, now=NOW, sort="opened")
    return [case for case, _clocks in found.cases]


@pytest.fixture(scope="module")
def rounds(ask: Read) -> list[Any]:
    """Every round."""
    return [one for one, _checklist in ask(inspections.list_rounds, now=NOW, limit=0).rounds]


def titled(cases: list[Case], words: str, asset: str | None = None) -> Case:
    """The one incident with that title."""
    (found,) = [one for one in cases if one.incident.title == words and asset in (None, one.incident.asset)]
    return found


def test_the_files_are_what_the_script_makes() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("The sample company is what the script makes.\n", 0), done.stderr


def test_the_files_are_small() -> None:
    assert sum(file.stat().st_size for file in COMPANY.iterdir()) < 700_000


def test_the_ledger_and_every_record_are_whole(company: Store, ask: Read) -> None:
    verdict = ask(
        ledger.verify,
        kept=None,
        standing=company.driver.guards,
        wanted=company.driver.LEDGER_GUARDS,
        records=[room.load(room.records) for room in rooms() if room.records],
    )

    assert verdict.findings == ()
    assert verdict.records > 2000


def test_nothing_in_its_files_is_refused(company: Store, cases: list[Case], ask: Read) -> None:
    def keys(file: str) -> set[str]:
        with (COMPANY / file).open(encoding="utf-8") as lines:
            return {row[0] for row in csv.reader(lines)} - {"handle", "code", "工单号"}

    with company.read_engine.connect() as connection:
        assets = {handle for (handle,) in connection.execute(text("SELECT handle FROM asset"))}

    assert {one.incident.source_key for one in cases} - {None} == keys("tickets.csv")
    assert {one.handle for one in ask(persons.list_persons, now=NOW, retired=True)} == keys("persons.csv")
    assert {one.code for one in ask(customers.list_customers)} == keys("customers.csv")
    assert assets == keys("assets.csv") | {"vm-host-4", "opsctl"}


def test_it_has_people_with_posts_and_superiors_and_one_who_left(ask: Read) -> None:
    everybody = ask(persons.list_persons, now=NOW, retired=True)
    left = [one.handle for one in everybody if one.retired_at is not None]

    assert len(everybody) >= 25
    assert left == ["shen.guo"]
    assert sum(one.superior is not None for one in everybody) == len(everybody) - 1, "all but the general manager"
    assert all(one.phone is not None for one in everybody)
    assert {post for one in everybody for post in one.posts_at(NOW)} >= {"engineer", "shift-leader", "om-head"}
    assert len({one.team for one in everybody if one.team}) >= 6


def test_it_operates_assets_of_five_customers_one_of_them_by_the_clocks_of_paris(company: Store, ask: Read) -> None:
    with company.read_engine.connect() as connection:
        assets = connection.execute(text("SELECT handle, owner, service_hours, retired_at FROM asset")).all()

    assert len(assets) >= 40
    assert [one.handle for one in assets if one.retired_at is not None] == ["acc-sw-0"]
    assert "vm-host-4" in {one.handle for one in assets}, "it came in July"
    assert [one.owner for one in assets if one.handle == "core-sw-1"] == ["chen.yu"], "handed over by who left"
    assert {one.service_hours for one in assets} == {None, "retail", "plant", "paris", "office"}
    assert {one.code: one.zone for one in ask(customers.list_customers)}["hubu-paris"] == "Europe/Paris"
    assert len(ask(customers.list_customers)) == 5


def test_incidents_fill_every_month_but_february(cases: list[Case]) -> None:
    months = Counter(f"{one.opened + timedelta(hours=8):%Y-%m}" for one in cases)

    assert len(cases) >= 150
    assert sum(one.incident.source is None for one in cases) >= 50
    assert "2026-02" not in months
    wanted = [f"2025-{month}" for month in (10, 11, 12)] + [f"2026-{month:02d}" for month in range(1, 12)]
    assert sorted(months) == [month for month in wanted if month != "2026-02"]
    assert not [
        one
        for one in cases
        for span in one.incident.spans
        if at("2026-02-01T00:00") <= span.started < at("2026-03-01T00:00")
    ]


@pytest.mark.parametrize(
    ("titles", "asset"),
    [
        pytest.param(("全部用户无法登录，提示数据库连接失败", "财务模块无法过账"), "erp", id="in the old tool"),
        pytest.param(("采购模块打不开", "仓库模块登录报错"), "erp", id="here"),
    ],
)
def test_outages_of_one_asset_overlap(cases: list[Case], titles: tuple[str, str], asset: str) -> None:
    (one,) = titled(cases, titles[0]).incident.outages
    (other,) = titled(cases, titles[1]).incident.outages

    assert {titled(cases, title).incident.asset for title in titles} == {asset}
    assert one.started < other.started < one.ended < other.ended


def test_one_incident_of_each_tool_was_opened_again(cases: list[Case]) -> None:
    imported = titled(cases, "外发邮件被退回").incident
    own = titled(cases, "外发邮件排队超过一小时").incident

    assert imported.reopenings == (at("2025-12-04T10:05"),)
    assert [(one.started, one.ended) for one in imported.outages] == [
        (at("2025-12-03T09:20"), at("2025-12-03T11:30")),
        (at("2025-12-04T10:05"), at("2025-12-04T14:20")),
    ]
    assert own.reopenings == (at("2026-05-23T09:33"),)
    assert len(own.outages) == 2


def test_one_pair_is_merged_and_another_was_split_again(cases: list[Case]) -> None:
    merged = [one.incident for one in cases if one.incident.state is State.MERGED]

    assert [one.title for one in merged] == ["TMS 接口 504"]
    assert merged[0].merged_into == titled(cases, "司机端无法签收").reference
    assert titled(cases, "运单打印缓慢").incident.state is State.CLOSED


def test_the_nights_on_which_the_clocks_of_paris_change_are_counted_in_real_time(cases: list[Case]) -> None:
    (spring,) = titled(cases, "ERP of the branch unreachable in the night of the time change").incident.outages
    (autumn,) = titled(cases, "ERP gateway hangs in the night of the time change").incident.outages

    # 01:40 CET, and 03:25 CEST, as the clocks skip an hour between them.
    assert (spring.started, spring.ended) == (
        datetime(2026, 3, 29, 0, 40, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 25, tzinfo=UTC),
    )
    # 02:30 CEST, and 02:15 CET, which the clocks show later.
    assert (autumn.started, autumn.ended) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 15, tzinfo=UTC),
    )


def test_pauses_were_approved_refused_and_one_waits(cases: list[Case]) -> None:
    pauses = [span.approved for one in cases for span in one.incident.spans if span.kind is SpanKind.PAUSE]

    assert Counter(pauses) == {True: 1, False: 2, None: 1}


def test_incidents_went_every_way(cases: list[Case]) -> None:
    own = [one.incident for one in cases if one.incident.source is None]
    responses = {span.response for one in own for span in one.spans if span.response is not None}

    assert responses == {Response.SELF, Response.PERSON, Response.BATCH, Response.IMPLIED}
    assert {one.void for one in own} == {None, "false-alarm", "duplicate"}
    assert [one.title for one in own if one.drill] == ["演练：市电中断"]
    assert {one.severity for one in own} == {1, 2, 3, 4}
    assert sum(one.escalated_to is not None for one in own) == 4
    assert any(one.exemption for one in own)
    assert any(one.corrected_at for one in own)
    assert any(one.category == "security" for one in own)
    assert any(span.weight == 500 for one in own for span in one.outages)
    assert any(span.approved and span.kind is SpanKind.STATE for one in own for span in one.spans), "countersigned"
    assert all(one.plan_started for one in own if one.severity == 1 and one.void is None)
    assert {one.asset for one in (case.incident for case in cases)} >= {None, "acc-sw-0"}


def test_maintenance_was_approved_in_time_late_extended_cancelled_and_one_waits(ask: Read) -> None:
    found = {one.reference: standings(one, NOW) for one in ask(maintenance.list_maintenance, now=NOW).maintenance}

    assert Counter(one for standing in found.values() for one in standing) == {
        Standing.APPROVED: 10, Standing.LATE: 2, Standing.CANCELLED: 1, Standing.PLANNED: 1, Standing.COMING: 1,
    }  # fmt: skip
    assert max(len(one.windows) for one in ask(maintenance.list_maintenance, now=NOW).maintenance) == 2


def test_rounds_are_many_and_some_late_flagged_corrected_countersigned_void(rounds: list[Any]) -> None:
    flags = Counter(each.flag.value for one in rounds for each in one.flags)

    assert len(rounds) >= 1050
    assert set(flags) == {"pace", "copied", "no-variance", "late-entry", "overlap", "challenge"}
    assert sum(one.countersigned_by is not None for one in rounds) >= 15
    assert sum(one.corrected_at is not None for one in rounds) >= 3
    assert sum(one.void is not None for one in rounds) >= 2
    assert [one.person for one in rounds if one.state == "open"] == ["li.na"]


def test_nobody_walked_room_b_for_a_week_of_august(ask: Read) -> None:
    missed = ask(
        duties.list_occurrences,
        now=NOW,
        duty="room-patrol",
        about="room-b",
        state=WantedDuties.MISSED,
        since=at("2026-08-10T00:00"),
        until=at("2026-08-17T00:00"),
    )

    assert [f"{one.due_at + timedelta(hours=8):%d}" for one in missed.occurrences] == [
        "10", "11", "12", "13", "14", "15", "16",
    ]  # fmt: skip


def test_readings_follow_the_seasons(rounds: list[Any]) -> None:
    def warmth(month: int) -> float:
        read = [
            float(one.current["temp"].number)
            for one in rounds
            if (one.checklist, one.asset) == ("room-patrol", "room-a") and one.done_at and one.done_at.month == month
        ]
        return sum(read) / len(read)

    assert warmth(7) - warmth(4) > 0.8
    assert warmth(7) - warmth(11) > 1.5


def test_actions_are_in_every_state(ask: Read) -> None:
    found = ask(actions.list_actions, now=NOW, state=Wanted.ALL).actions
    standing = [one for one in found if one.void is None]
    kinds = Counter(row.kind for one in found for row in ask(actions.show, word=one.reference, now=NOW)[1])

    assert {one.state for one in standing} == set(ActionState)
    assert any(one.is_overdue(NOW) for one in standing)
    assert any(one.state is ActionState.OPEN and not one.is_overdue(NOW) for one in standing)
    assert any(one.verified_at is not None and one.verified_at > one.deadline for one in standing), "verified late"
    assert any(one.void is not None for one in found)
    assert [one.asset for one in found if one.incident is not None] == ["room-b"]
    assert any(one.seen > 1 for one in found)
    assert {f"action.{move}" for move in ("assigned", "returned", "reopened", "done", "verified")} <= set(kinds)


def test_work_was_logged_and_patches_are_in_every_state(ask: Read) -> None:
    found = ask(patches.list_patches, now=NOW, state=patches.Wanted.ALL, me=lambda _session: "chen.yu").patches

    assert ask(works.list_work).total >= 40
    assert {one.state.value for one in found} == {"open", "decided", "deferred", "installed", "not-applicable"}
    assert any(one.is_overdue(NOW) for one in found)
    assert any(one.void is not None for one in found)


def test_october_misses_what_it_says(ask: Read) -> None:
    period = read_period("2026-10", zone=ZONE, now=NOW)
    figures = ask(kpis.report, now=NOW, period=period, by=By.ASSET).figures
    judged = [(one.name, one.scope, target.met) for one in figures for target in one.targets]
    missed = [name for name, scope, met in judged if met is False and scope == ()]
    down = [dict(scope)["asset"] for name, scope, met in judged if met is False and name is Name.AVAILABILITY and scope]

    assert missed == [Name.REPAIR_ON_TIME, Name.BACKUP_SUCCESS, Name.REVIEW_ON_TIME]
    assert sum(met is True and scope == () for _name, scope, met in judged) == 9
    assert down == ["pacs"]


@pytest.mark.parametrize(
    ("person", "parts"),
    [
        pytest.param(
            "chen.yu",
            ("network-patrol", "INS-2026-", "do · overdue", "verify", "门诊挂号窗口响应", "交换机管理面越权漏洞",
             "nas-files"),
            id="on call",
        ),
        pytest.param("wang.wei", ("room-patrol", "时钟比标准时间慢 4 分钟", "5 号硬盘预警"), id="team lead"),
        pytest.param("tang.yue", ("ACT-2026-", "of web-shop-db cannot be relied on"), id="whose backup differs"),
        pytest.param("luo.gang", ("Unresolved incidents", "标签打印服务不出单"), id="facilities"),
    ],
)
def test_the_morning_has_something_for_everybody(
    company_file: Path, tmp_path: Path, person: str, parts: tuple[str, ...]
) -> None:
    run = CommandLine(tmp_path, NOW, ("--db", f"sqlite:///{company_file}", "--as", person))

    found = run("today")

    assert found.code in (0, 3), found.err
    assert [part for part in parts if part not in found.out] == []
