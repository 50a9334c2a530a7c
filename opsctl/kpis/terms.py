"""The words of figures."""

from enum import StrEnum


class Name(StrEnum):
    """The figures there are."""

    AVAILABILITY = "availability"
    MTT_RESOLVE = "mtt-resolve"


DEFINITION_VERSIONS = {Name.AVAILABILITY: 1, Name.MTT_RESOLVE: 1}


class State(StrEnum):
    """Whether a figure has a value."""

    VALUE = "value"
    NOT_APPLICABLE = "n/a"
    UNKNOWN = "unknown"
    PARTIAL = "partial"


class Unit(StrEnum):
    """What a figure is counted in."""

    RATIO = "ratio"
    SECONDS = "seconds"


class Reason(StrEnum):
    """Why a record was left out of a figure."""

    NEGATIVE = "negative"
    NO_ASSET = "no-asset"


class By(StrEnum):
    """What `--by` splits a report into."""

    ASSET = "asset"
