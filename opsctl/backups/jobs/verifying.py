"""Looking at one copy of a run, level by level, as far as was asked for and as the engine can look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from opsctl.backups.drivers import CannotRestore, Checked, Driver, Limits, unmeasured
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs.asserting import counts_of, judge_compared
from opsctl.backups.jobs.scratch import NoScratch, largest, scratch_folder
from opsctl.backups.jobs.testing import place_of
from opsctl.backups.rules import Check, Copy, Run, rank
from opsctl.backups.rules.anomalies import anomaly
from opsctl.backups.rules.choosing import usable, with_good_copies
from opsctl.backups.rules.plans import Plan
from opsctl.backups.terms import KEPT_BYTES, LEVELS, Level, Verdict
from opsctl.cli.hostfile.jobs import Host, Job, Place
from opsctl.core.errors import NotFound, OpsctlError
from opsctl.core.texts import _, with_hint
from opsctl.core.typed import excerpt

HIGHEST = Level.L4
"""What lies above is for restore tests: they restore everything and ask for its content."""
SAMPLE = 20
"""So many files are picked at random and compared."""


@dataclass(frozen=True)
class Looked:
    """How copies of a run are looked at: `name` is that of this host, `now` the moment of the checks."""

    job: Job
    plan: Plan
    host: Host
    name: str
    now: datetime
    tell: Callable[[str], None] = field(default=lambda _line: None)

    @property
    def limits(self) -> Limits:
        """How long the engine may take."""
        return Limits(self.job.timeout, self.job.idle_timeout)


def copies_of(looked: Looked, runs: Sequence[Run], named: Run | None, copy: str | None) -> tuple[Run, list[str]]:
    """The run that is looked at, and the names of its copies that this host can look at, or the one that is named.

    It is the one that is named, else the newest of the policy's runs with a good copy here; `runs` has the newest
    first. Raise NotFound where there is none.
    """
    places = [place.name for place in looked.job.places]
    good = (with_good_copies(one, incomplete_is_good=looked.plan.incomplete_is_good) for one in runs)
    run = named or next((one for one in good if usable(one, places, copy)), None)
    copies = [] if run is None else [one.name for one in usable(run, places, copy)]
    if run is None or not copies:
        raise NotFound(
            _("This host has no such copy of {policy} to look at.").format(policy=looked.plan.policy),
            _("See what there is: opsctl backup list {policy}").format(policy=looked.plan.policy),
        )
    return run, copies


def verify(looked: Looked, run: Run, copy_name: str, level: Level) -> list[Check]:
    """The checks of that copy from L0 up to `level`, each only where the one before passed.

    A level that the driver does not have, or for which there is nothing to compare with, is left out: the checks name
    what was looked at and nothing else. The copy is there, in a place of the job.
    """
    copy = next(one for one in run.copies if one.name == copy_name)
    driver = driver_of(looked.job)
    checks: list[Check] = []
    for at in LEVELS[: rank(min(level, HIGHEST)) + 1]:
        found = _look(looked, driver, run, copy, at)
        if found is None:
            continue
        reason = None if found.reason is None else excerpt(" ".join(found.reason.split()), KEPT_BYTES)
        checks.append(Check(copy_name, at, found.verdict, looked.now, looked.name, reason))
        if found.verdict is not Verdict.PASS:
            break
    return checks


def _look(looked: Looked, driver: Driver, run: Run, copy: Copy, level: Level) -> Checked | None:
    """What one level finds; None where this driver, or what is known, does not let it be looked at."""
    place = place_of(looked.job, copy.name)
    try:
        match level:
            case Level.L1:
                return _size(looked, driver, run, copy, place)
            case Level.L4:
                return _sample(looked, driver, run, copy, place)
        if level in driver.levels:
            return driver.verify(place, copy.point or "", level, sha256=copy.sha256, limits=looked.limits)
        return _listed(driver, copy, place) if level is Level.L0 else None
    except CannotRestore as error:
        return Checked(level, error.verdict, error.reason)
    except OpsctlError as error:  # a secret that cannot be read
        return Checked(level, Verdict.COULD_NOT_RUN, with_hint(error))
    except OSError as error:
        return Checked(level, Verdict.COULD_NOT_RUN, error.strerror or str(error))


def _listed(driver: Driver, copy: Copy, place: Place) -> Checked:
    if any(one.name == copy.point for one in driver.points(place)):
        return Checked(Level.L0, Verdict.PASS)
    return Checked(Level.L0, Verdict.DIFFERS, _("{point} is not there").format(point=copy.point))


def _size(looked: Looked, driver: Driver, run: Run, copy: Copy, place: Place) -> Checked | None:
    """Its size beside the others: of an artefact the one that it has now, else the one on record."""
    earlier = list(looked.plan.sizes)
    if run.bytes in earlier:
        earlier.remove(run.bytes)
    size = copy.bytes
    if driver.takes_one_artefact:
        size = next((one.bytes for one in driver.points(place) if one.name == copy.point), size)
    if size is None or (not earlier and size > 0):
        return None
    reason = anomaly(size, earlier, looked.job.least_share)
    return Checked(Level.L1, Verdict.PASS if reason is None else Verdict.DIFFERS, reason)


def _sample(looked: Looked, driver: Driver, run: Run, copy: Copy, place: Place) -> Checked | None:
    """Some files restored into the scratch place and compared with what was written down."""
    size = largest([run.bytes, *(one.bytes for one in run.copies), *looked.plan.sizes])
    try:
        with (
            scratch_folder(
                looked.host, looked.job, name=looked.name, now=looked.now, size=size, tell=looked.tell
            ) as folder,
            driver.restored(
                place,
                copy.point or "",
                folder,
                limits=looked.limits,
                step=unmeasured,
                user=None if looked.host.scratch is None else looked.host.scratch.user,
                counts=counts_of(run) or None,
                only=SAMPLE,
            ) as restored,
        ):
            compared = restored.compare()
    except NoScratch as error:
        return Checked(Level.L4, Verdict.COULD_NOT_RUN, error.reason)
    if not compared.checked:
        return None
    judged = judge_compared(compared)
    return Checked(Level.L4, judged.verdict, None if judged.verdict is Verdict.PASS else judged.found)
