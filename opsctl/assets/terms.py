"""The words of assets."""

from enum import StrEnum
from typing import Any

ADDED = "asset.added"
EDITED = "asset.edited"
RETIRED = "asset.retired"
MAINTENANCE_PREFIX = "MNT"
MAINTENANCE_PLANNED = "maintenance.planned"
MAINTENANCE_APPROVED = "maintenance.approved"
MAINTENANCE_EXTENDED = "maintenance.extended"
MAINTENANCE_CANCELLED = "maintenance.cancelled"


class State(StrEnum):
    """Whether an asset is operated."""

    IN_SERVICE = "in-service"
    RETIRED = "retired"


class Criticality(StrEnum):
    """How much hangs on an asset."""

    KEY = "key"
    IMPORTANT = "important"
    ORDINARY = "ordinary"


class Classification(StrEnum):
    """How far the data on an asset may go (数据分级)."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105


COMPLETES: dict[str, dict[str, Any]] = {
    "ASSET": {
        "table": "asset",
        "key": "handle",
        "title": "title",
        "title_zh": "title_zh",
        "order": "retired_at IS NOT NULL, handle",
        "of": {"retire": "retired_at IS NULL"},
    },
    "CLASS": {"words": tuple(word.value for word in Classification)},
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
MAINTENANCE_COMPLETES: dict[str, dict[str, Any]] = {
    "MNT": {
        "prefix": MAINTENANCE_PREFIX,
        "table": "maintenance",
        "key": "reference",
        "title": "title",
        "order": "recorded_at DESC",
        "first": "cancelled_at IS NULL",
        "of": {
            "approve": "cancelled_at IS NULL"
            " AND reference IN (SELECT maintenance FROM maintenance_window WHERE approved_by IS NULL)",
            "extend": "cancelled_at IS NULL",
            "cancel": "cancelled_at IS NULL",
        },
    }
}
