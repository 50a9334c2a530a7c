"""The words of reviews."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

PREFIX = "REV"
STARTED = "review.started"
IMPORTED = "review.imported"
EDITED = "review.edited"
SUBMITTED = "review.submitted"
APPROVED = "review.approved"
RETURNED = "review.returned"
CLOSED = "review.closed"
VOIDED = "review.voided"
HANDED_OVER = "review.handed-over"
LONGEST = 256 * 1024
"""So many bytes of UTF-8 a review may have, written as Markdown."""
AROUND = timedelta(hours=24)
"""So long before and after the trouble, what is recorded of the same asset may have to do with it."""
EARLIER = timedelta(days=365)
"""So far back earlier incidents of the same asset, or with the same cause, are looked for."""


class Kind(StrEnum):
    """What a review is about."""

    INCIDENT = "incident"
    """One incident, or several that are one story."""
    PERIOD = "period"
    """The ordinary faults of a period."""
    MEETING = "meeting"
    """A quality analysis meeting (质量分析会议): incidents, actions and feedback together."""


class State(StrEnum):
    """Where a review stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    CLOSED = "closed"


class Factor(StrEnum):
    """What kind of thing contributed."""

    TECHNICAL = "technical"
    PROCESS = "process"
    PEOPLE = "people"
    SUPPLIER = "supplier"
    ENVIRONMENT = "environment"


class Audience(StrEnum):
    """For whom an export is."""

    INTERNAL = "internal"
    CUSTOMER = "customer"
    """Without internal notes, and without names."""


class Wanted(StrEnum):
    """What `review list --state` takes."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    CLOSED = "closed"
    OPEN = "open"
    """Not closed yet."""
    ALL = "all"
    """The void ones, too."""


class Section(StrEnum):
    """The sections of a review, in the order in which it is written."""

    SUMMARY = "summary"
    IMPACT = "impact"
    TIMELINE = "timeline"
    FACTORS = "factors"
    ROOT_CAUSE = "root-cause"
    WENT_WELL = "went-well"
    WENT_BADLY = "went-badly"
    LUCK = "luck"
    DETECTION = "detection"
    RESPONSE = "response"
    LESSONS = "lessons"
    ACTIONS = "actions"
    FEEDBACK = "feedback"
    INTERNAL = "internal"


class Heading(NamedTuple):
    """A heading as it is written in both languages."""

    en: str
    zh: str


HEADINGS = {
    Section.SUMMARY: Heading("Summary", "概述"),
    Section.IMPACT: Heading("Impact", "影响"),
    Section.TIMELINE: Heading("Timeline", "时间线"),
    Section.FACTORS: Heading("Contributing factors", "促成因素"),
    Section.ROOT_CAUSE: Heading("Root cause", "根本原因"),
    Section.WENT_WELL: Heading("What went well", "做得好的"),
    Section.WENT_BADLY: Heading("What went badly", "做得不好的"),
    Section.LUCK: Heading("Where luck helped", "侥幸之处"),
    Section.DETECTION: Heading("Detection", "发现过程"),
    Section.RESPONSE: Heading("Response", "处置过程"),
    Section.LESSONS: Heading("Lessons", "经验教训"),
    Section.ACTIONS: Heading("Actions", "改进措施"),
    Section.FEEDBACK: Heading("Feedback", "反馈意见"),
    Section.INTERNAL: Heading("Internal notes", "内部备注"),
}
"""Read in both languages, whatever the reader's; written in the reader's."""
NOT_DETERMINED = Heading("Not determined", "未查明")
"""What stands alone on the first line of the root cause where nobody knows it."""
FACTORS = {
    Factor.TECHNICAL: Heading("technical", "技术"),
    Factor.PROCESS: Heading("process", "流程"),
    Factor.PEOPLE: Heading("people", "人员"),
    Factor.SUPPLIER: Heading("supplier", "供应商"),
    Factor.ENVIRONMENT: Heading("environment", "环境"),
}

COMPLETES: dict[str, dict[str, Any]] = {
    "REV": {
        "prefix": PREFIX,
        "table": "review",
        "key": "reference",
        "title": "title",
        "order": "recorded_at DESC",
        "first": "state <> 'closed' AND void IS NULL",
        "of": {
            "edit": "state IN ('draft', 'in-review') AND void IS NULL",
            "submit": "state = 'draft' AND void IS NULL",
            "approve": "state = 'in-review' AND void IS NULL",
            "return": "state IN ('in-review', 'approved') AND void IS NULL",
            "close": "state = 'approved' AND void IS NULL",
        },
    }
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
