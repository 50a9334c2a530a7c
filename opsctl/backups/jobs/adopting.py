"""What lies in the places of a job and no run is known to have made, as runs that could be recorded."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from opsctl.backups.rules import Copy, Run
from opsctl.backups.rules.retention import Known, Listed
from opsctl.backups.terms import Engine, Status, Trigger
from opsctl.cli.hostfile.jobs import Job

_ADOPTED = uuid.UUID("5d3f6c1e-0b7a-5b7e-9d63-2f1c9a4e8b10")
"""The name space of requests of points that carry none."""


def adoptable(
    job: Job, known: Known, host: str, listed: Mapping[str, tuple[Listed, ...]], *, now: datetime
) -> tuple[list[Run], int]:
    """The runs that would be recorded, the oldest first, and how many points are those of others.

    Points with the tags of another policy or host belong to these. Copies with the same tag are one run.
    """
    found: dict[str, list[tuple[str, Listed]]] = {}
    others = 0
    for place in job.places:
        for one in listed.get(place.name, ()):
            if one.name in known.points or one.request in known.requests or one.at > now:
                continue
            if (one.policy, one.host) not in ((None, None), (known.policy.name, host)):
                others += 1
                continue
            found.setdefault(_request(one, host, place.to), []).append((place.name, one))
    runs = [_run(job, known, host, request, points) for request, points in found.items()]
    return sorted(runs, key=lambda run: (run.started_at, run.request)), others


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
