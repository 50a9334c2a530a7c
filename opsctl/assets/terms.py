"""The words of assets."""

from enum import StrEnum

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
