"""The words of a review's Markdown in both languages: headings, fields, keys, kinds, and the marks of lines."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from opsctl.actions.terms import Kind
from opsctl.core import texts
from opsctl.core.typed import mend, nearest
from opsctl.reviews.terms import FACTORS, HEADINGS, NOT_DETERMINED, Factor, Heading, Section

T = TypeVar("T")

HELD_ON = Heading("Held on", "召开时间")
FACILITATOR = Heading("Facilitator", "主持人")
PARTICIPANTS = Heading("Participants", "参加人")
OWNER = Heading("owner", "负责人")
DEADLINE = Heading("deadline", "期限")
KIND = Heading("kind", "类型")
VERIFY = Heading("verify", "验证")
MONTHS = Heading("months", "观察月数")
ROOT = Heading("root cause", "根本原因")
INTERNAL = Heading("(internal)", "（内部）")
KINDS = {
    Kind.PREVENT: Heading("prevent", "预防"),
    Kind.DETECT: Heading("detect", "发现"),
    Kind.MITIGATE: Heading("mitigate", "缓解"),
    Kind.PROCESS: Heading("process", "流程"),
}
_SYNONYMS = {
    Section.SUMMARY: ("overview", "摘要", "概要", "总结"),
    Section.IMPACT: ("影响范围", "影响面"),
    Section.TIMELINE: ("时间轴",),
    Section.FACTORS: ("factors", "contributing causes", "促成原因", "影响因素"),
    Section.ROOT_CAUSE: ("root causes", "根因", "根本原因分析"),
    Section.WENT_WELL: ("what went right", "went well", "做得好的地方"),
    Section.WENT_BADLY: ("what went wrong", "went badly", "做得不好的地方", "做得不足的"),
    Section.LUCK: ("where we got lucky", "luck", "侥幸"),
    Section.DETECTION: ("发现", "故障发现"),
    Section.RESPONSE: ("处置", "响应", "响应过程"),
    Section.LESSONS: ("lessons learned", "教训", "经验", "经验与教训"),
    Section.ACTIONS: ("action items", "改进项", "行动项", "整改措施"),
    Section.FEEDBACK: ("反馈",),
    Section.INTERNAL: ("internal", "内部", "内部说明"),
}

BULLET = re.compile(r"(\s*)[-*+•](?:(\s+)(.*))?")
CHECKBOX = re.compile(r"[\[［【]\s*([xX✓✔√ｘ]?)\s*[\]］】]\s*")
ROW = re.compile(r"(?:^|\s)[#＃]([0-9]{1,18})$")
SLASHED_ROW = re.compile(r"((?:^|\s)\\*)(?=[#＃][0-9]{1,18}$)")
"""Where the backslash stands that keeps words at the end of a line from being the number of a row."""
REFERENCE = re.compile(r"(?i:ACT)[-－][0-9]{4}[-－][0-9]+(?![0-9A-Za-z_])")
IS_INTERNAL = re.compile(r"[(（]\s*(?i:internal|内部)\s*[)）]\s*")
NOTE = re.compile(r"\s*[>＞]")
MARKED = re.compile(r"[\[［【]([^\]］】]*)[\]］】]\s*")
"""What stands in square brackets in front of a factor."""
FIELD = re.compile(r"\s*(?:[-*+•]\s+)?([^:：]{1,40})[:：]\s*(.*)")
SEPARATORS = ",，、;；"


def fold(name: str) -> str:
    """The name as it is compared: without case, wide letters, a colon or hashes at its end, and with single blanks."""
    return " ".join(mend(name).casefold().rstrip("#: ").split())


def _both(names: Mapping[T, Heading]) -> dict[str, T]:
    return {fold(word): one for one, heading in names.items() for word in heading}


_SECTIONS = _both(HEADINGS) | {fold(word): section for section, words in _SYNONYMS.items() for word in words}
_FACTORS = _both(FACTORS)
_KINDS = _both(KINDS)
_ROOTS = {fold(word) for word in (*ROOT, "root", "根因")}
_FIELDS = _both({one: one for one in (HELD_ON, FACILITATOR, PARTICIPANTS)}) | {
    "held": HELD_ON,
    "召开于": HELD_ON,
    "参与人": PARTICIPANTS,
    "参加人员": PARTICIPANTS,
    "与会人员": PARTICIPANTS,
}
_KEYS = _both({one: one for one in (OWNER, DEADLINE, KIND, VERIFY, MONTHS)}) | {
    "due": DEADLINE,
    "due date": DEADLINE,
    "截止日期": DEADLINE,
    "责任人": OWNER,
    "type": KIND,
    "月数": MONTHS,
}
_UNKNOWN = {fold(word) for word in NOT_DETERMINED}


@lru_cache(maxsize=256)
def section_of(name: str) -> Section | None:
    """The section with that heading, in either language; None for a heading of one's own."""
    return _SECTIONS.get(fold(name)) if len(name) <= 80 else None


def near_section(name: str) -> Section | None:
    """The section whose heading nearly is that name, else None."""
    near = nearest(fold(name), _SECTIONS, 1) if 2 < len(name) <= 40 else []
    return _SECTIONS[near[0]] if near else None


def factor_of(word: str) -> Factor | None:
    """The kind of factor that the word names, in either language."""
    return _FACTORS.get(fold(word))


def is_root(word: str) -> bool:
    """Whether the word marks a root cause."""
    return fold(word) in _ROOTS


def kind_of(word: str) -> Kind | None:
    """The kind of action that the word names, in either language."""
    return _KINDS.get(fold(word))


def field_of(word: str) -> Heading | None:
    """The field above the first section that the word names, in either language."""
    return _FIELDS.get(fold(word))


def key_of(word: str) -> Heading | None:
    """What of a planned action the word names, in either language."""
    return _KEYS.get(fold(word))


def says_not_determined(line: str) -> bool:
    """Whether the line says nothing but that the root cause could not be determined."""
    return len(line) <= 40 and fold(line.strip().rstrip(".。")) in _UNKNOWN


def spoken(heading: Heading, language: str | None = None) -> str:
    """The word in that language, without one in the reader's."""
    return heading.zh if (language or texts.language()) == "zh_CN" else heading.en


def listed(headings: Iterable[Heading]) -> str:
    """The words one after another, in the reader's language."""
    return texts.series(spoken(one) for one in headings)
