"""The words of assets."""

from enum import StrEnum

ADDED = "asset.added"
EDITED = "asset.edited"
RETIRED = "asset.retired"


class State(StrEnum):
    """Whether an asset is operated."""

    IN_SERVICE = "in-service"
    RETIRED = "retired"
