"""The words of the ledger."""

from enum import StrEnum

REDACTED = "ledger.redacted"
BLANK = "[redacted]"
"""What stands in a record where a word was redacted that may not be absent."""


WRITTEN = frozenset(
    {
        "title", "title_zh", "text", "cause", "handling", "result", "plan", "procedure", "exemption", "reason",
        "scope", "told_to", "content", "note", "answered", "name", "name_zh", "phone", "email",
    }
)  # fmt: skip
"""The names under which facts hold what somebody wrote, as against words and references of ours."""


class Fault(StrEnum):
    """What `verify` finds wrong, worst first."""

    GUARD_MISSING = "guard-missing"
    GAP = "gap"
    FACTS_CHANGED = "facts-changed"
    FACTS_MISSING = "facts-missing"
    ROW_CHANGED = "row-changed"
    LINK_BROKEN = "link-broken"
    HEAD_DIFFERS = "head-differs"
    KEPT_HEAD_UNKNOWN = "kept-head-unknown"
    RECORD_CHANGED = "record-changed"
    RECORD_UNKNOWN = "record-unknown"
    RECORD_MISSING = "record-missing"
