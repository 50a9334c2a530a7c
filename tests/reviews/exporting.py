"""A review made by hand for exports: one incident of a mail server, with what people wrote in either language."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.terms import Gravity
from opsctl.actions.terms import Kind as ActionKind
from opsctl.actions.terms import State as ActionState
from opsctl.core.calendars import Calendar
from opsctl.incidents.rules.clocks import Clock, ClockKind, ClockState
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.rules.results import Shown
from opsctl.incidents.terms import Level, SpanKind
from opsctl.incidents.terms import State as IncidentState
from opsctl.ledger.rules import Row
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.facts import CaseFacts, Earlier, Facts
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.terms import Kind, State
from opsctl.rulebook.rules import Limits, Words
from opsctl.rulebook.terms import Starts

ZONE = "Asia/Shanghai"
HEAD = (1207, "5f1d7c3e9b20a4468d1c0e7f3a9b5c2d4e6f8091a2b3c4d5e6f708192a3b4c5d")
NOW = datetime(2026, 10, 6, 2, 0, tzinfo=UTC)
ALWAYS = Calendar("24x7", always=True)
LIMITS = Limits(1, timedelta(minutes=15), timedelta(hours=4), Starts.DETECTED, "24x7", False, "3d")
PEOPLE = (
    ("wang", "wang"), ("Wang Wei", "wang"), ("王伟", "wang"), ("wwei", "wang"),
    ("li.na", "li.na"), ("Li Na", "li.na"), ("李娜", "li.na"),
)  # fmt: skip


def at(day: int, clock: str) -> datetime:
    """A moment of October 2026, by UTC."""
    hour, minute, *second = map(int, clock.split(":"))
    return datetime(2026, 10, day, hour, minute, *second, tzinfo=UTC)


def row(seq: int, happened: datetime, kind: str, *, recorded: datetime | None = None, **given: Any) -> Row:
    """A row of the ledger about the incident by wang, recorded at once."""
    facts = given.pop("facts", {})
    said = {
        "actor": "wang", "host": "bastion-07", "subject": "INC-2026-0042", "about": "mail", "topic": None,
        "customer": "acme", "request": "00000000-0000-4000-8000-000000000000", "line": 0, "facts_digest": "",
        "record_digest": None, "row_digest": "", "prev_hash": "", "hash": "", "salt": "",
    }  # fmt: skip
    said |= given
    return Row(seq, recorded or happened, happened, kind=kind, facts=json.dumps(facts, ensure_ascii=False), **said)


def incident(**given: Any) -> Incident:
    """The incident under review, resolved."""
    spans = (
        Span(SpanKind.STATE, IncidentState.OPEN, at(2, "19:02:10"), at(2, "19:06:40")),
        Span(SpanKind.STATE, IncidentState.ACKNOWLEDGED, at(2, "19:06:40"), at(2, "19:41")),
        Span(SpanKind.STATE, IncidentState.MITIGATED, at(2, "19:41"), at(2, "20:25:30")),
        Span(SpanKind.STATE, IncidentState.RESOLVED, at(2, "20:25:30")),
        Span(SpanKind.OUTAGE, None, at(2, "18:58"), at(2, "19:41")),
        Span(SpanKind.IMPACT, None, at(2, "19:41"), at(2, "20:20:05"), weight=300),
        Span(
            SpanKind.PAUSE, None, at(2, "19:20"), at(2, "19:30"), reason="customer", entered_by="wang",
            asked="li.na", decided_by="li.na", decided_at=at(2, "21:00"), approved=True,
        ),
    )  # fmt: skip
    said: dict[str, Any] = {
        "reference": "INC-2026-0042", "title": "mail refuses logins", "asset": "mail", "impact": Level.HIGH,
        "urgency": Level.HIGH, "state": IncidentState.RESOLVED, "impact_start": at(2, "18:58"),
        "detected": at(2, "19:00:30"), "opened": at(2, "19:02:10"), "cause": "queue disk full",
        "handling": "Wang Wei moved the queue", "result": "mail flows", "entered_at": None,
        "recorded_at": at(2, "19:02:10"), "source": None, "source_key": None, "source_digest": None, "spans": spans,
        "customer": "acme", "severity": 1, "assignee": "wang", "escalated_to": "li.na",
    }  # fmt: skip
    return Incident(**(said | given))


def clock(kind: ClockKind, used: timedelta, state: ClockState, stopped: datetime | None) -> Clock:
    """A clock around the day against the limits of severity 1."""
    limit = LIMITS.response if kind is ClockKind.RESPONSE else LIMITS.restore
    assert limit is not None
    due = at(2, "19:00:30") + limit
    micro = timedelta(microseconds=1)
    start = at(2, "19:00:30")
    return Clock(
        kind, LIMITS, ALWAYS, start, "detected", limit // micro, used // micro, due, due, due, stopped, state, False
    )


def action(reference: str, title: str, **given: Any) -> Action:
    """An action that is open, owned by li.na."""
    said: dict[str, Any] = {
        "gravity": Gravity.WARN, "state": ActionState.OPEN, "asset": "mail", "customer": "acme",
        "source": "REV-2026-0003", "topic": None, "found_at": at(3, "02:00"), "impact": None, "told": None,
        "owner": "li.na", "deadline": at(20, "10:00"), "result": None, "done_by": None, "done_at": None,
        "verified_by": None, "verified_at": None, "incident": None, "void": None, "seen": 1, "corrected_at": None,
        "recorded_by": "wang", "recorded_at": at(3, "02:00"), "kind": ActionKind.PREVENT,
    }  # fmt: skip
    return Action(reference=reference, title=title, **(said | given))


def rows() -> tuple[Row, ...]:
    """The incident in the ledger: one entry late, one note, one assignment."""
    return (
        row(1101, at(2, "19:02:10"), "incident.opened", facts={"title": "mail refuses logins"}),
        row(1102, at(2, "19:06:40"), "incident.acknowledged"),
        row(1103, at(2, "19:08"), "incident.noted", facts={"text": "Wang Wei found 100 % on bastion-07:/var"}),
        row(1104, at(2, "19:10"), "incident.escalated", facts={"to": "li.na", "through": "phone"}),
        row(1105, at(2, "19:15"), "incident.noted", facts={"text": "nothing to see here"}),
        row(1106, at(2, "19:41"), "incident.mitigated", actor="li.na"),
        row(1107, at(2, "20:20:05"), "incident.restored", recorded=at(2, "21:05"), facts={}),
        row(1108, at(2, "20:25:30"), "incident.resolved", facts={"cause": "queue disk full", "result": "mail flows"}),
    )


def around() -> tuple[Row, ...]:
    """A backup and a maintenance of the same asset."""
    return (
        row(1090, at(2, "17:00"), "backup.succeeded", subject="BAK-2026-0311", actor="cron", facts={"status": "ok"}),
        row(1095, at(2, "18:30"), "maintenance.completed", subject="WRK-2026-0019", facts={"title": "mail log level"}),
    )


def earlier() -> tuple[Earlier, ...]:
    """An earlier incident of the same asset, and what was promised then."""
    before = incident(
        reference="INC-2026-0017",
        title="mail queue grows",
        opened=datetime(2026, 8, 25, 3, 0, tzinfo=UTC),
        cause="queue disk full",
    )
    promised = action(
        "ACT-2026-0031",
        "warn at 80 % of the queue disk",
        recorded_at=datetime(2026, 8, 26, 3, 0, tzinfo=UTC),
        deadline=datetime(2026, 9, 10, 3, 0, tzinfo=UTC),
    )
    return (Earlier(before, True, True, ("REV-2026-0001",), (promised,)),)


def case(**given: Any) -> CaseFacts:
    """What the records say of the incident."""
    one = given.pop("incident", incident())
    clocks = (
        clock(ClockKind.RESPONSE, timedelta(minutes=6, seconds=10), ClockState.MET, at(2, "19:06:40")),
        clock(ClockKind.RESTORE, timedelta(hours=4, minutes=9, seconds=35), ClockState.MISSED, at(2, "20:20:05")),
    )
    said: dict[str, Any] = {
        "shown": Shown(Case(one), clocks, Words("critical", "特别重大"), ()),
        "rows": rows(),
        "around": around(),
        "earlier": earlier(),
        "lost": 2580.0,
        "due": at(5, "20:25:30"),
        "due_written": "3d",
    }
    return CaseFacts(**(said | given))


def facts(**given: Any) -> Facts:
    """All that the records say, with one action verified by evidence and one that is open."""
    verified = action(
        "ACT-2026-0040", "move the queue to its own disk", state=ActionState.VERIFIED, done_by="li.na",
        done_at=at(4, "01:00"), verified_by="wang", verified_at=at(4, "09:00"), verify="inspection:mail/queue-disk",
    )  # fmt: skip
    said: dict[str, Any] = {
        "cases": (case(),),
        "actions": (verified, action("ACT-2026-0041", "page at 90 % of any disk of mail")),
        "discussed": (),
        "since_approval": (),
        "people": PEOPLE,
        "assets": (("mail", "Mail gateway"),),
        "customers": (("acme", "Acme Ltd"),),
        "zone": ZONE,
        "gathered_at": NOW,
        "head": HEAD,
    }
    return Facts(**(said | given))


def english() -> Document:
    """What people wrote in English, with what Markdown has."""
    return Document(
        title="Mail refused logins for 43 minutes",
        held_on=at(5, "06:00"),
        facilitator="li.na",
        participants=("wang", "li.na", "Jane of Acme"),
        summary=(
            "The queue disk of **mail** filled up, and logins were refused.\n\nWang Wei's first step was to look at"
            " [the graphs](https://graphs.example.com/d/mail?from=1&to=2), as `df -h` hung."
        ),
        impact="About **1,200** people could not log in.\n\n| who | how many |\n| --- | ---: |\n| staff | 1,150 |\n"
        "| guests | 50 |",
        added=(
            Line(at(2, "18:40"), "A mailing to all customers was started."),
            Line(at(2, "18:50"), "Li Na was on the train.", internal=True),
        ),
        hidden=(1105,),
        notes=((1103, "The disk was watched, but nobody was paged *by wang*."), (1106, "Half of the load was shed.")),
        factors=(
            Factor(
                FactorKind.TECHNICAL,
                "Logins wait for the queue",
                behind=(
                    Factor(
                        FactorKind.TECHNICAL,
                        "The queue shares a disk with the logs",
                        behind=(Factor(FactorKind.PROCESS, "New servers get no review of their disks", root=True),),
                    ),
                    Factor(FactorKind.SUPPLIER, "The library does not say that it waits"),
                ),
            ),
            Factor(FactorKind.ENVIRONMENT, "A mailing of 2 million letters that night"),
        ),
        root_cause="Servers go into service without anybody looking at their disks.",
        went_well=("Acknowledged in four minutes", "The customer was told by wwei at once"),
        went_badly=("The warning went to a mailbox on the *same* server",),
        luck=("It was three in the morning",),
        detection="By the customer; our check looks at port 25 alone.",
        response=(
            "Li Na shed half of the load first:\n\n1. stop the mailing\n2. move the logs\n\n"
            "```\nmv /var/log/mail /srv\n```"
        ),
        lessons=("A check of a port says nothing about logins",),
        planned=(Planned("look at the disks of every new server", owner="wang", deadline=at(30, "10:00")),),
        actions=("ACT-2026-0040", "ACT-2026-0041"),
        feedback="Acme: told early, thanks.",
        internal="Talk to wang about the shift plan.",
        own=(Own("Costs", "Three hours of two people."),),
    )


def chinese() -> Document:
    """What people wrote in Chinese."""
    return Document(
        title="邮件网关拒绝登录四十三分钟",
        held_on=at(5, "06:00"),
        facilitator="li.na",
        participants=("王伟", "李娜"),
        summary="**邮件网关**的队列磁盘写满，用户无法登录。王伟首先查看了 [监控图](https://graphs.example.com/d/mail)。",
        impact="约 1200 人无法登录。",
        added=(Line(at(2, "18:40"), "客户开始群发邮件。"), Line(at(2, "18:50"), "李娜在火车上。", internal=True)),
        hidden=(1105,),
        notes=((1103, "磁盘有监控，但没有人收到王 伟的电话。"), (1106, "先卸掉一半负载。")),
        factors=(
            Factor(
                FactorKind.TECHNICAL,
                "登录要等待队列写入",
                behind=(
                    Factor(
                        FactorKind.TECHNICAL,
                        "队列与日志共用一块磁盘",
                        behind=(Factor(FactorKind.PROCESS, "新服务器上线前无人检查磁盘规划", root=True),),
                    ),
                    Factor(FactorKind.SUPPLIER, "组件文档未说明会阻塞"),
                ),
            ),
            Factor(FactorKind.ENVIRONMENT, "当晚群发两百万封邮件"),
        ),
        root_cause="服务器上线没有磁盘检查环节。",
        went_well=("四分钟内受理", "wwei第一时间告知客户"),
        went_badly=("告警发到了同一台服务器上的邮箱",),
        luck=("发生在凌晨三点",),
        detection="由客户发现；我方巡检只看 25 端口。",
        response="李娜先卸掉一半负载：\n\n1. 停止群发\n2. 移走日志",
        lessons=("端口通不等于能登录",),
        planned=(Planned("检查每台新服务器的磁盘规划", owner="王伟", deadline=at(30, "10:00")),),
        actions=("ACT-2026-0040", "ACT-2026-0041"),
        feedback="客户：通知及时。",
        internal="与王伟谈排班。",
        own=(Own("成本", "两人三小时。"),),
    )


def known(document: Document | None = None, *, given: dict[str, Any] | None = None, **of_facts: Any) -> Known:
    """The review as a draft, with these fields and facts instead of its own."""
    said: dict[str, Any] = {
        "reference": "REV-2026-0003", "kind": Kind.INCIDENT, "state": State.DRAFT, "document": document or english(),
        "subjects": ("INC-2026-0042",), "author": "wang", "recorded_at": at(3, "02:00"), "asset": "mail",
        "customer": "acme", "version": 4, "source": None,
    }  # fmt: skip
    return Known(Review(**(said | (given or {}))), facts(**of_facts))


def approved(one: Known) -> Known:
    """The review after it was approved."""
    review = replace(
        one.review, state=State.APPROVED, submitted_by="wang", submitted_at=at(5, "07:00"), approved_by="li.na",
        approved_at=at(5, "08:00"), approved_post="operations lead", approved_seq=1200,
    )  # fmt: skip
    return replace(one, review=review)
