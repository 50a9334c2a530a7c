"""A book for reviews, reviews as they are begun, and rows of the ledger as they are read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opsctl.core.chain import canonical
from opsctl.ledger.rules import Row
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document
from opsctl.reviews.terms import Kind, State
from tests.backups.making import POLICY

BOOK = (
    """
[rulebook]
name = "om"
version = "1"
zone = "Asia/Shanghai"

[calendars.office]
hours = { mon-fri = ["09:00-12:00", "13:00-18:00"] }

[posts]
om-head = { en = "Head of O&M", zh = "运维部负责人" }
dba = { en = "DBA", zh = "数据库管理员" }

[severity]
high = { high = 1, medium = 2, low = 3 }
medium = { high = 2, medium = 3, low = 4 }
low = { high = 3, medium = 4, low = 4 }

[limits.sev1]
response = "15m"
restore = "4h"
calendar = "always"
review_within = "3d"

[limits.sev2]
response = "30m"
restore = "8h"
calendar = "always"
review_within = "5wd"

[limits.sev3]
response = "2h"
calendar = "office"

[calendars.always]

[reviews]
approve = ["om-head"]
calendar = "office"

[checklists.host]
title = { en = "Host patrol", zh = "主机巡检" }
[[checklists.host.items]]
id = "disk"
title = { en = "Disk used", zh = "磁盘" }
type = "number"
unit = "%"
warn = "0:80"
critical = "0:90"
[[checklists.host.items]]
id = "fans"
title = { en = "Fans", zh = "风扇" }
type = "state"
"""
    + POLICY
)
"""Severity 1 is reviewed within three days, 2 within five working days of eight hours, the others never."""


def clock(hour: int, minute: int = 0, day: int = 4) -> datetime:
    """That time of a day of November 2026, in UTC; the 4th is the day before the `now` of the tests."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def review_of(*subjects: str, **given: Any) -> Review:
    """A draft about these, begun by Wang at noon of 4 November."""
    document = given.pop("document", Document(title="Login was down"))
    plain = Review(
        reference="REV-2026-0001",
        kind=Kind.INCIDENT,
        state=State.DRAFT,
        document=document,
        subjects=subjects,
        author="wang",
        recorded_at=clock(12),
    )
    return replace(plain, **given)


def row_of(kind: str, facts: dict[str, Any] | None, **given: Any) -> Row:
    """A row of the ledger about INC-2026-0001 that Wang wrote as it happened; without facts it was redacted."""
    happened_at = given.pop("happened_at", clock(10))
    plain = Row(
        seq=1,
        recorded_at=happened_at,
        happened_at=happened_at,
        actor="wang",
        host="host-1",
        kind=kind,
        subject="INC-2026-0001",
        about="erp",
        topic=None,
        customer=None,
        request="r",
        line=0,
        facts_digest="",
        record_digest=None,
        row_digest="",
        prev_hash="",
        hash="",
        facts=None if facts is None else canonical(facts),
        salt=None if facts is None else "s",
    )
    return replace(plain, **given)
