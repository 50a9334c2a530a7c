"""What lies in the places of a job and no run is known to have made, as runs that could be recorded."""

import posixpath
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from opsctl.backups.rules import Copy, Run
from opsctl.backups.rules.results import Adoptable, LeftOut, WhyLeft
from opsctl.backups.rules.retention import Known, Listed
from opsctl.backups.terms import Engine, Status, Trigger
from opsctl.cli.hostfile.jobs import Job

_ADOPTED = uuid.UUID("5d3f6c1e-0b7a-5b7e-9d63-2f1c9a4e8b10")
"""The name space of requests of points that carry none."""


def adoptable(
    job: Job,
    known: Known,
    host: str,
    machine: Collection[str],
    listed: Mapping[str, tuple[Listed, ...]],
    *,
    now: datetime,
) -> Adoptable:
    """The runs that would be recorded, the oldest first, and what is left out, as the engines list it.

    Of this policy are points with its tags and this host's, and those without any tags that one of the names of this
    `machine` made of exactly the job's sources. Copies with the same tag are one run.
    """
    found: dict[str, list[tuple[str, Listed]]] = {}
    left: list[LeftOut] = []
    for place in job.places:
        for one in listed.get(place.name, ()):
            if one.name in known.points or one.request in known.requests or one.at > now:
                continue
            why = _why_left(one, job, (known.policy.name, host), machine)
            if why is None:
                found.setdefault(_request(one, host, place.to), []).append((place.name, one))
            else:
                left.append(LeftOut(place.name, one.name, *why))
    runs = [_run(job, known, host, request, points) for request, points in found.items()]
    return Adoptable(tuple(sorted(runs, key=lambda run: (run.started_at, run.request))), tuple(left))


def _why_left(
    one: Listed, job: Job, ours: tuple[str, str], machine: Collection[str]
) -> tuple[WhyLeft, str | None] | None:
    """Why the point is none of this policy, and whose it is; None where it is one."""
    if (one.policy, one.host) == ours:
        return None
    if (one.policy, one.host) != (None, None):
        return WhyLeft.OTHERS, " · ".join(word for word in (one.policy, one.host) if word)
    if one.hostname is None and not one.paths:
        return WhyLeft.UNKNOWN, None
    if not any(_is_same_machine(one.hostname or "", name) for name in machine):
        return WhyLeft.OTHER_MACHINE, one.hostname
    if _normal(one.paths) != _normal(job.sources):
        return WhyLeft.OTHER_PATHS, " ".join(one.paths) or None
    return None


def _is_same_machine(one: str, other: str) -> bool:
    """Whether two names are one machine's, of which either may be without its domain."""
    first, second = one.casefold().rstrip("."), other.casefold().rstrip(".")
    if first == second:
        return bool(first)
    is_short = "." not in first or "." not in second
    return is_short and first.partition(".")[0] == second.partition(".")[0]


def _normal(paths: Collection[str]) -> set[str]:
    return {posixpath.normpath(f"/{one.lstrip('/')}" if one.startswith("/") else one) for one in paths}


def _request(one: Listed, host: str, to: str) -> str:
    """The id of the run that made the point, else one of its own that is the same whenever it is asked for."""
    if one.request is not None:
        return one.request
    # The same name in two folders is two points, and the same snapshot is one whoever asks for it.
    where = f"{host}:{Path(to).as_posix()}"
    return str(uuid.uuid5(_ADOPTED, f"{where}\n{one.name}"))


def _run(job: Job, known: Known, host: str, request: str, points: list[tuple[str, Listed]]) -> Run:
    at = min(one.at for _place, one in points)
    sizes = [one.bytes for _place, one in points if one.bytes is not None]
    return Run(
        reference="",
        policy=known.policy.name,
        asset=known.policy.asset,
        customer=None,
        host=host,
        driver=Engine(job.driver),
        engine=None,
        trigger=Trigger.ADOPTED,
        status=Status.SUCCESS,
        slot=None,
        started_at=at,
        ended_at=at,
        reason=None,
        code=None,
        bytes=max(sizes, default=None),
        files=None,
        manifest=None,
        request=request,
        rules=known.rules,
        person="",
        copies=tuple(Copy(place, Status.SUCCESS, one.name, one.bytes) for place, one in points),
    )
