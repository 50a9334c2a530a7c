"""What other tools call the parts of a post-mortem, in English and Chinese. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TypeVar

from opsctl.actions.terms import Kind
from opsctl.reviews.terms import FACTORS, HEADINGS, Factor, Section

_LONGEST_NAME = 80
_Named = TypeVar("_Named")


class Beside(StrEnum):
    """Headings that no section of ours answers to."""

    PARTICIPANTS = "participants"
    KEPT = "kept"
    """Known, and kept under its own heading: what triggered it is not why it happened, an appendix is an appendix."""


class Entry(StrEnum):
    """What an entry of the front matter says."""

    TITLE = "title"
    DATE = "date"
    INCIDENT = "incident"
    FACILITATOR = "facilitator"
    PARTICIPANTS = "participants"
    HELD = "held"
    STARTED = "started"
    DETECTED = "detected"
    RESOLVED = "resolved"
    ZONE = "zone"
    KEPT = "kept"


class Column(StrEnum):
    """What a column of a table of actions or of a timeline says."""

    TEXT = "text"
    OWNER = "owner"
    DEADLINE = "deadline"
    KIND = "kind"
    STATUS = "status"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"


_SECTIONS: Mapping[Section | Beside, str] = {
    Section.SUMMARY: "summary, overview, executive summary, incident summary, incident overview, tl;dr, tldr, "
    "概述, 摘要, 事件概述, 事件概要, 故障概述, 概要, 总结, 事件摘要, 故障简述, 事件描述, 故障描述",
    Section.IMPACT: "impact, user impact, customer impact, business impact, impacts, incident impact, "
    "影响, 影响范围, 影响面, 业务影响, 故障影响, 事件影响, 影响评估, 影响情况",
    Section.TIMELINE: "timeline, time line, incident timeline, timeline of events, chronology, sequence of events, "
    "时间线, 处理过程, 时间轴, 事件经过, 故障时间线, 事件时间线, 处理经过, 故障处理过程, 经过",
    Section.FACTORS: "contributing factors, contributing factor, contributing causes, factors, "
    "促成因素, 影响因素, 诱发因素, 间接原因",
    Section.ROOT_CAUSE: "root cause, root causes, root cause(s), root cause analysis, rca, cause, causes, "
    "根因, 根本原因, 原因分析, 根因分析, 故障原因, 原因, 根本原因分析, 事故原因",
    Section.WENT_WELL: "what went well, went well, things that went well, what worked, what worked well, "
    "做得好的, 做得好的地方, 亮点, 做得好, 好的方面, 做的好的",
    Section.WENT_BADLY: "what went wrong, what went poorly, what went badly, what didn't go well, went wrong, "
    "things that went poorly, things that went wrong, what didn't work, what could have gone better, went badly, "
    "what did not go well, 不足, 做得不好的, 做得不好的地方, 不足之处, 待改进, 待改进的地方, 做得不好, 问题与不足",
    Section.LUCK: "where we got lucky, where luck helped, got lucky, luck, where were we lucky, lucky, "
    "侥幸, 侥幸之处, 幸运之处, 运气, 运气好的地方",
    Section.DETECTION: "detection, how we detected, how we detected it, how was it detected, discovery, "
    "how it was detected, 发现, 发现过程, 故障发现, 检测, 问题发现, 如何发现",
    Section.RESPONSE: "resolution, response, mitigation, recovery, remediation, response and resolution, "
    "resolution and recovery, mitigation and resolution, incident response, how we responded, how we fixed it, "
    "处置, 恢复, 解决, 处置过程, 恢复过程, 解决方案, 解决过程, 故障恢复, 应急处置, 处置措施, 响应, 恢复措施",
    Section.LESSONS: "lessons learned, lessons, lessons learnt, learnings, key learnings, what we learned, "
    "经验教训, 教训, 经验总结, 经验与教训",
    Section.ACTIONS: "action items, actions, action item, follow ups, follow up, followups, corrective actions, "
    "follow up actions, remediation items, next steps, todo, todos, to do, corrective and preventive actions, "
    "改进措施, 整改措施, 待办, 行动项, 后续行动, 改进项, 后续措施, 改进计划, 整改计划, 待办事项, 后续改进",
    Section.FEEDBACK: "feedback, 反馈意见, 反馈",
    Section.INTERNAL: "internal notes, internal, 内部备注",
    Beside.PARTICIPANTS: "participants, attendees, 参会人员, 参与人员, 参加人员, 参会人, 参与人, 与会人员",
    Beside.KEPT: "trigger, triggers, trigger event, 触发原因, 触发条件, 触发因素, 触发, 诱因, 直接原因, "
    "supporting information, appendix, appendices, supporting material, references, related links, links, glossary, "
    "background, 附录, 附件, 参考资料, 相关链接, 背景, 背景信息, 术语, 支持信息",
}
_ENTRIES: Mapping[Entry, str] = {
    Entry.TITLE: "title, 标题, 名称, 事件名称, 故障名称, 事件标题, 故障标题",
    Entry.DATE: "date, incident date, date of incident, 日期, 事件日期, 故障日期, 发生日期, 时间",
    Entry.INCIDENT: "incident, id, incident id, incident number, incident reference, reference, incident key, "
    "事件, 编号, 事件编号, 故障编号, 事件单号, 故障单号, 工单号",
    Entry.FACILITATOR: "facilitator, moderator, 主持人, 引导人, 主持, 会议主持",
    Entry.PARTICIPANTS: "participants, attendees, 参会人员, 参与人员, 参加人员, 参会人, 参与人, 与会人员",
    Entry.HELD: "held, held on, held at, review date, meeting date, reviewed on, review held, postmortem date, "
    "复盘时间, 复盘日期, 会议时间, 会议日期",
    Entry.STARTED: "start, started, started at, start time, impact start, impact started, incident start, began, "
    "start date, 开始时间, 故障开始时间, 发生时间, 故障时间, 事件开始时间, 影响开始时间, 开始",
    Entry.DETECTED: "detected, detected at, detection time, time detected, 发现时间, 故障发现时间, 发现于",
    Entry.RESOLVED: "resolved, resolved at, restored, restored at, end, ended, ended at, end time, impact end, "
    "impact ended, incident end, recovered, recovered at, end date, resolution time, "
    "恢复时间, 结束时间, 解决时间, 故障恢复时间, 影响结束时间, 结束, 故障结束时间",
    Entry.ZONE: "timezone, time zone, tz, 时区",
    Entry.KEPT: "authors, author, written by, owner, owners, status, state, severity, sev, priority, duration, "
    "time to detect, time to resolve, services, service, affected, affected services, affected systems, systems, "
    "components, affected components, tags, labels, version, layout, type, category, categories, team, teams, "
    "incident commander, commander, on call, customers, created, updated, published, slug, lang, language, "
    "作者, 撰写人, 编写人, 状态, 级别, 等级, 故障等级, 事件等级, 事件级别, 故障级别, 严重程度, 优先级, 时长, 持续时间, "
    "故障时长, 影响时长, 服务, 影响服务, 受影响服务, 涉及系统, 涉及服务, 影响系统, 系统, 标签, 版本, 类型, 分类, 团队, "
    "责任人, 责任部门, 部门, 处理人, 值班人, 指挥人, 创建时间, 更新时间",
}
_COLUMNS: Mapping[Column, str] = {
    Column.TEXT: "action, action item, action items, item, task, description, what, todo, event, events, details, "
    "detail, what happened, description of event, activity, message, note, notes, update, "
    "改进措施, 措施, 整改措施, 事项, 行动项, 内容, 描述, 任务, 改进项, 待办事项, 事件, 说明, 经过, 详情, 操作, "
    "过程, 动作",
    Column.OWNER: "owner, assignee, assigned to, responsible, who owns it, dri, 负责人, 责任人, 执行人, 跟进人, 处理人",
    Column.DEADLINE: "due, due date, deadline, due by, by when, target date, 截止, 截止日期, 截止时间, 期限, 完成时间, "
    "完成日期, 计划完成时间, 完成期限, 计划完成日期, 预计完成时间, 时限",
    Column.KIND: "type, kind, category, 类型, 类别, 分类, 措施类型",
    Column.STATUS: "status, state, done, progress, 状态, 进展, 进度, 完成情况, 是否完成",
    Column.NUMBER: "#, no, no., nr, number, 序号, 编号",
    Column.DATE: "date, day, 日期",
    Column.TIME: "time, when, timestamp, at, clock, date/time, date and time, datetime, 时间, 时刻, 时间点, 发生时间",
}
_KINDS: Mapping[Kind, str] = {
    Kind.PREVENT: "prevent, prevention, preventive, preventative, 预防, 预防类, 预防性",
    Kind.DETECT: "detect, detection, detective, monitoring, 检测, 监测, 监控, 发现, 检测类, 监控类",
    Kind.MITIGATE: "mitigate, mitigation, mitigative, mitigating, 缓解, 减轻, 止损, 缓解类",
    Kind.PROCESS: "process, procedural, 流程, 管理, 流程类, 管理类",
}
_UNDETERMINED = (
    "unknown, not determined, undetermined, tbd, to be determined, not known, not yet known, unknown at this time, "
    "the root cause is unknown, root cause unknown, not yet determined, could not be determined, "
    "未知, 不明, 未查明, 原因不明, 根因未知, 原因未知, 待定, 待查, 尚未查明, 暂未查明, 根因不明"
)
DONE = (
    "done, closed, complete, completed, resolved, fixed, finished, 已完成, 完成, 已关闭, 关闭, 已解决, ✅, ✔, ☑, x, [x]"
)
NOT_BEGUN = "open, todo, to do, new, not started, pending, [ ], 未开始, 待办, 待处理, 未完成, 待开始"
NOTHING = ",-,–,—,n/a,na,none,tbd,tba,unassigned,?,无,待定,未定,暂无"

WITHIN: Mapping[Section, frozenset[Section | Beside]] = {
    Section.LESSONS: frozenset({Section.WENT_WELL, Section.WENT_BADLY, Section.LUCK, Section.LESSONS}),
    Section.ROOT_CAUSE: frozenset({Section.FACTORS}),
}
"""Sections that are found below another one's heading; under any other one, headings belong to its text."""

# What numbers a heading: `1.`, `1.2`, `IV.`, `一、`, `（二）`, `第三章`.
_NUMBER = re.compile(
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})*(?:[.)、:]\s*|\s+)|\([0-9一二三四五六七八九十]{1,3}\)\s*|[ivx]{1,5}[.)]\s*"
    r"|第?[一二三四五六七八九十]{1,3}[章节部分、.,:)]{1,2}\s*)"
)
_ASIDE = re.compile(r"(?P<before>[^()]{1,80}?)\s*\((?P<aside>[^()]{1,120})\)[:.\s]*")
_SIDES = re.compile(r"\s*[/|]\s*|(?<=[\u4e00-\u9fff])\s+(?=[a-z])|(?<=[a-z])\s+(?=[\u4e00-\u9fff])")


def plain(text: str) -> str:
    """A heading, label or word as it is looked up: without decoration and numbering, in lower case."""
    word = unicodedata.normalize("NFKC", text[: _LONGEST_NAME * 3]).casefold().replace("’", "'").replace("&", " and ")
    word = re.sub(r"[*`~]+|(?<!\w)_+|_+(?!\w)", " ", word)
    word = re.sub(r"[_\s]+|(?<=[a-z])-(?=[a-z])", " ", word)
    word = _without_symbols(word.strip())
    word = _NUMBER.sub("", word, count=1) if _NUMBER.match(word) else word
    return word.strip(" :.-#>").strip()


def is_numbered(text: str) -> bool:
    """Whether a line is numbered as Chinese headings are: `一、概述`, `（二）影响`."""
    return (
        re.match(r"\s*(?:第?[一二三四五六七八九十]{1,3}[章节部分、.]|[(（][一二三四五六七八九十]{1,3}[)）])", text)
        is not None
    )


def section(heading: str) -> tuple[Section | Beside, str] | None:
    """The section that a heading names, and what it says besides in brackets; None where it names none of ours."""
    word = plain(heading)
    if len(word) > _LONGEST_NAME:
        return None
    if found := _one_of(word):
        return found, ""
    aside = _ASIDE.fullmatch(unicodedata.normalize("NFKC", heading.strip(" *_#：:")))
    if aside and (found := _one_of(plain(aside["before"]))):
        return found, "" if _one_of(plain(aside["aside"])) is found else aside["aside"]
    return None


def entry(label: str) -> Entry | None:
    """What an entry of this label says; None where it is none of ours."""
    return _entries().get(plain(label))


def column(header: str) -> Column | None:
    """What a column of this header says; None where it is none of ours."""
    return _columns().get(unicodedata.normalize("NFKC", header).casefold().strip(" *_:"))


def kind(word: str) -> Kind | None:
    """The kind of action that the word names, or None."""
    return _kinds().get(plain(word))


def factor(word: str) -> Factor | None:
    """The kind of contributing factor that the word names, or None."""
    return _factors().get(plain(word))


def is_undetermined(line: str) -> bool:
    """Whether the line says that nobody knows the cause."""
    return plain(line).strip("。.!…()") in _words(_UNDETERMINED)


def is_one_of(word: str, words: str) -> bool:
    """Whether the word is one of `words`, which stand between commas."""
    return word.casefold().strip(" *_`") in _words(words)


def _one_of(word: str) -> Section | Beside | None:
    known = _sections()
    if word in known:
        return known[word]
    sides = {known.get(side) for side in _SIDES.split(word)}
    return sides.pop() if len(sides) == 1 else None


def _without_symbols(word: str) -> str:
    """The word without emoji and other signs in front and behind."""
    start, end = 0, len(word)
    while start < end and _is_symbol(word[start]):
        start += 1
    while start < end and _is_symbol(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_symbol(character: str) -> bool:
    return character == " " or unicodedata.category(character) in ("So", "Sk", "Cf", "Mn")


@cache
def _words(words: str) -> frozenset[str]:
    return frozenset(word.strip() for word in words.split(","))


@cache
def _sections() -> dict[str, Section | Beside]:
    ours = {name.casefold(): one for one, heading in HEADINGS.items() for name in heading}
    return {**_index(_SECTIONS), **ours}


@cache
def _entries() -> dict[str, Entry]:
    return _index(_ENTRIES)


@cache
def _columns() -> dict[str, Column]:
    return _index(_COLUMNS)


@cache
def _kinds() -> dict[str, Kind]:
    return _index(_KINDS)


@cache
def _factors() -> dict[str, Factor]:
    return {name: one for one, heading in FACTORS.items() for name in heading}


def _index(names: Mapping[_Named, str]) -> dict[str, _Named]:
    return {word.strip(): one for one, words in names.items() for word in words.split(",")}
