"""What a rulebook says of backups, and the duties that follow from it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.rules.patrols import Duty, Made, patrols_of
from opsctl.rulebook.terms import BACKUP_DUTY, TEST_DUTY


@dataclass(frozen=True, slots=True)
class Location:
    """A place where copies are kept: `name` is that of the host file's copy."""

    name: str
    medium: str
    site: str | None


@dataclass(frozen=True, slots=True)
class Retention:
    """How many points are kept: the newest `last`, and the newest of so many days, weeks, months and years.

    However few that would be, never fewer than `min_good` good ones.
    """

    last: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    min_good: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """What must be backed up, and how it is proven. `name` is that of the data set.

    `slots` is the duty to back up, `tests` that to test a restore, None where the book asks for none. `level` is how
    far a point must be proven at least, `expires` how long such a proof holds. `incomplete_is_good` says that a run
    without some files still counts.
    """

    name: str
    title: Words | None
    asset: str
    owner: str
    classification: str | None
    method: str
    locations: tuple[Location, ...]
    retention: Retention
    encryption: bool
    rpo: timedelta
    rto: timedelta | None
    level: str
    expires: timedelta
    slots: Duty
    tests: Duty | None
    incomplete_is_good: bool = False


def policies_of(rules: Rules) -> Mapping[str, Policy]:
    """The policies that the rules say, each made when it is first asked for."""
    return Made(rules.patrols.get("backups", {}), partial(_policy, patrols_of(rules).duties))


def _policy(duties: Mapping[str, Duty], name: str, said: Mapping[str, Any]) -> Policy:
    return Policy(
        name=name,
        title=Words(**said["title"]) if "title" in said else None,
        asset=said["asset"],
        owner=said["owner"],
        classification=said.get("classification"),
        method=said["method"],
        locations=tuple(Location(one["name"], one["medium"], one.get("site")) for one in said["locations"]),
        retention=Retention(**said["retention"]),
        encryption=said["encryption"],
        rpo=timedelta(seconds=said["rpo"]),
        rto=timedelta(seconds=said["rto"]) if "rto" in said else None,
        level=said["verify"]["level"],
        expires=timedelta(seconds=said["verify"]["expires"]),
        slots=duties[f"{BACKUP_DUTY}{name}"],
        tests=duties.get(f"{TEST_DUTY}{name}"),
        incomplete_is_good=said["incomplete_is_good"],
    )
