"""Listing the points of a job's places, and deleting those that are no longer to be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsctl.backups.drivers import CannotRestore, Limits, Pruned
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.rules.retention import Decided, Fate, Listed
from opsctl.cli.hostfile.jobs import Job


@dataclass(frozen=True, slots=True)
class Places:
    """What each place of a job lists, by the copy's name, and why others could not be asked."""

    listed: Mapping[str, tuple[Listed, ...]]
    unasked: Mapping[str, str]

    @property
    def requests(self) -> set[str]:
        """The ids of the runs that tagged these points."""
        return {one.request for listed in self.listed.values() for one in listed if one.request is not None}


def places_of(job: Job) -> Places:
    """Ask the engine for every point of every place; nothing is changed."""
    driver = driver_of(job)
    listed: dict[str, tuple[Listed, ...]] = {}
    unasked: dict[str, str] = {}
    for place in job.places:
        try:
            found = driver.points(place)
        except CannotRestore as error:
            unasked[place.name] = error.reason
        else:
            listed[place.name] = tuple(
                Listed(one.name, one.at, one.bytes, one.policy, one.host, one.run, one.hostname, one.paths)
                for one in found
            )
    return Places(listed, unasked)


def prune(job: Job, decided: Mapping[str, Sequence[Decided]]) -> dict[str, Pruned]:
    """Delete, in each place, the points that are to be deleted, the oldest first; all others are left as they are.

    What came of it, by the copy's name.
    """
    driver = driver_of(job)
    limits = Limits(job.timeout, job.idle_timeout)
    done: dict[str, Pruned] = {}
    for place in job.places:
        points = [one.name for one in reversed(decided.get(place.name, ())) if one.fate is Fate.DELETE]
        if points:
            done[place.name] = driver.prune(place, points, limits=limits)
    return done
