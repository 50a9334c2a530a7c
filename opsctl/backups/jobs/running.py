"""Running one policy's backup on this host: from the look before it to the look after it, whatever happens between."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, Driver, Limits, Made, Refusal, Request, replicating
from opsctl.backups.drivers.artefacts import refused_by
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs.hooks import run_hooks
from opsctl.backups.jobs.state import Marker, State
from opsctl.backups.rules import Check, Copy, Run
from opsctl.backups.rules.anomalies import anomaly
from opsctl.backups.rules.plans import Plan, Slot, is_in_window, left_of_window
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.statuses import worst_of
from opsctl.backups.terms import KEPT_BYTES, WITH_POINT, Engine, Level, Status, Trigger, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.cli.signals import undisturbed
from opsctl.core.texts import _
from opsctl.core.times import read_zone
from opsctl.core.typed import excerpt

_ROOM = 1.2
"""A place needs this much of the largest of the last artefacts before one is written."""


@dataclass
class Asked:
    """One run as it is asked for. `zone` is that of the job's window; `clock` gives the present moment."""

    request: str
    job: Job
    plan: Plan
    host: str
    person: str
    trigger: Trigger
    slot: Slot | None
    zone: str
    clock: Callable[[], datetime]
    tell: Callable[[int], None] = field(default=lambda _bytes: None)


def run(asked: Asked, state: State, record: Callable[[Run], None]) -> None:
    """Run it, and give how it ended to `record`, which is called once, while no other run of it can begin here.

    Raise KeyboardInterrupt, after it was recorded, where a person or the system ended it.
    """
    begun = asked.clock()
    with state.locked(asked.plan.policy) as is_ours:
        if not is_ours:
            reason = _("another run of it is going on on this host")
            record(_ended(asked, begun, Status.SKIPPED_LOCKED, reason))
            return
        late = _too_late(asked, begun)
        if late is not None:
            # Cron asks again every few minutes, and a slot is missed once.
            if asked.slot is None or asked.slot.due_at not in asked.plan.missed:
                record(_ended(asked, begun, Status.MISSED, late))
            return
        slot = None if asked.slot is None else asked.slot.due_at
        try:
            state.mark(Marker(asked.request, asked.plan.policy, begun, slot))
            ended = _guarded(asked, begun)
        except KeyboardInterrupt:
            ended = _ended(asked, begun, Status.CANCELLED, _("it was interrupted"))
        with undisturbed():
            record(ended)
            # Not before it is recorded: what has a mark and no process was killed.
            state.unmark(asked.plan.policy)
        if ended.status is Status.CANCELLED:
            raise KeyboardInterrupt


def record_killed(asked: Asked, state: State, record: Callable[[Run], None]) -> None:
    """Tidy up after a run that was killed before this one, and give it to `record`; nothing where there was none."""
    with state.locked(asked.plan.policy) as is_ours:
        marker = state.marked(asked.plan.policy) if is_ours else None
        if marker is not None:
            record(_killed(asked, marker))
            state.unmark(asked.plan.policy)


def _killed(asked: Asked, marker: Marker) -> Run:
    driver = driver_of(asked.job)
    left = [name for place in asked.job.places for name in driver.tidy(place, marker.request)]
    reason = _("it was killed, or the machine went down; nothing was left behind")
    if left:
        reason = _("it was killed, or the machine went down; taken away: {names}").format(names=", ".join(left))
    was = replace(asked, request=marker.request, trigger=Trigger.MANUAL if marker.slot is None else Trigger.SCHEDULED)
    ended = _ended(was, marker.started_at, Status.FAILED, reason)
    return replace(ended, slot=marker.slot)


def _too_late(asked: Asked, now: datetime) -> str | None:
    """Why what the schedule asked for may not begin any more; what a person asks for may always."""
    if asked.trigger is not Trigger.SCHEDULED:
        return None
    deadline = asked.job.start_deadline
    if asked.slot is not None and deadline is not None and now > asked.slot.due_at + deadline:
        return _("its start deadline is over")
    if not is_in_window(asked.job.window, _minute(asked, now)):
        return _("its window is not open")
    return None


def _minute(asked: Asked, now: datetime) -> int:
    local = now.astimezone(read_zone(asked.zone))
    return local.hour * 60 + local.minute


def limits_of(asked: Asked, now: datetime) -> Limits:
    """How long a run that begins now may take: its time-outs, and to the end of the window where it is scheduled."""
    until = None
    if asked.trigger is Trigger.SCHEDULED:
        left = left_of_window(asked.job.window, _minute(asked, now))
        until = None if left is None else time.monotonic() + left.total_seconds()
    return Limits(asked.job.timeout, asked.job.idle_timeout, until)


def _guarded(asked: Asked, begun: datetime) -> Run:
    """Everything between the lock and its end; hooks that let go run however it ends."""
    refused = refused_of(asked)
    if refused is not None:
        return _ended(asked, begun, refused.status, refused.line)
    told: list[str] = []
    try:
        told, failed = run_hooks(asked.job.before, all_of_them=False)
        if failed is None:
            told += _planted(asked.job)
        ended = _made(asked, begun) if failed is None else _ended(asked, begun, Status.NOT_STARTED, failed)
    except KeyboardInterrupt:
        ended = _ended(asked, begun, Status.CANCELLED, _("it was interrupted"))
    finally:
        with undisturbed():
            more, not_let_go = run_hooks(asked.job.after, all_of_them=True)
    return _with_hooks(ended, [*told, *more], not_let_go)


def _planted(job: Job) -> list[str]:
    """Write the job's canary, and say why it could not be written: the backup is none the worse."""
    if job.canary is None:
        return []
    from opsctl.backups.drivers import canary

    try:
        canary.plant(job)
    except canary.CanaryFailed as error:
        return [_("no canary: {reason}").format(reason=error.reason)]
    return []


def _with_hooks(run: Run, told: Sequence[str], not_let_go: str | None) -> Run:
    """A required hook that failed afterwards makes a good run incomplete: what was quieted may still be quiet."""
    reasons = [one for one in (run.reason, not_let_go, *told) if one]
    status = Status.INCOMPLETE if not_let_go and run.status is Status.SUCCESS else run.status
    return replace(run, status=status, reason=_line("; ".join(reasons)))


def refused_of(asked: Asked) -> Refusal | None:
    """Why nothing can be begun at all: the policy asks for what the job does not do, or no place can be used."""
    if asked.plan.encryption and not is_encrypted(asked.job):
        return Refusal(
            _("the policy asks for encryption, and the job does not encrypt"),
            _("Say encrypt in [backups.{name}] of the host file.").format(name=asked.job.name),
        )
    driver = driver_of(asked.job)
    refusals = [_refused_place(asked, driver, place) for place in asked.job.places]
    return refusals[0] if all(one is not None for one in refusals) else None


def is_encrypted(job: Job) -> bool:
    """Whether what the job makes can be read by nobody who only has the copy."""
    if job.driver in (Engine.RESTIC, Engine.BORG):
        return job.password is not None
    return job.encryption is not None


def _refused_place(asked: Asked, driver: Driver, place: Place) -> Refusal | None:
    refused = driver.preflight(place)
    if refused is not None or not driver.takes_one_artefact or not asked.plan.sizes:
        return refused
    needed = int(max(asked.plan.sizes) * _ROOM)
    try:
        free = shutil.disk_usage(place.to).free
    except OSError as error:
        return Refusal(refused_by(error, place))
    if free < needed:
        told = _("{place} has {free} free, and {needed} is needed")
        return Refusal(told.format(place=place.to, free=size_text(free), needed=size_text(needed)))
    return None


def _made(asked: Asked, begun: datetime) -> Run:
    """Make the point in every place, look after it, and put together how the run ended."""
    driver, job = driver_of(asked.job), asked.job
    request = Request(asked.request, asked.plan.policy, asked.host, begun, limits_of(asked, begun), asked.tell)
    digests = _digests(job)
    refused = {place.name: _refused_place(asked, driver, place) for place in job.places}
    made = {name: _not_begun(one) for name, one in refused.items() if one is not None}
    usable = [place for place in job.places if place.name not in made]
    if driver.takes_one_artefact:
        made |= _made_once(driver, request, usable)
    else:
        made |= {place.name: driver.run(request, place) for place in usable}
    # What changed while it was backed up has no digest that could be compared.
    digests = {path: digest for path, digest in _digests(job).items() if digests.get(path) == digest}
    return _looked_after(asked, begun, driver, made, digests)


def _made_once(driver: Driver, request: Request, places: Sequence[Place]) -> dict[str, Made]:
    """One artefact in the first place that takes it, and copies of it in the others."""
    made: dict[str, Made] = {}
    origin: Place | None = None
    for place in places:
        if origin is not None:
            made[place.name] = replicating.replicate(request, made[origin.name], origin, place)
            continue
        made[place.name] = driver.run(request, place)
        if made[place.name].point is not None:
            origin = place
        elif made[place.name].status is not Status.FAILED:
            # The source or the engine is at fault, and would be in the next place, too.
            return made | {other.name: made[place.name] for other in places if other.name not in made}
    return made


def _not_begun(refused: Refusal) -> Made:
    return Made(refused.status, reason=refused.line)


def _looked_after(asked: Asked, begun: datetime, driver: Driver, made: dict[str, Made], digests: dict[str, str]) -> Run:
    """Ask for every point by a second way, and compare its size with those before."""
    now = asked.clock()
    copies, checks = [], []
    for place in asked.job.places:
        one = made[place.name]
        if one.status in WITH_POINT and one.point is not None:
            listed = _listed(driver, place, one.point)
            size = anomaly(one.bytes, asked.plan.sizes, asked.job.least_share)
            for level, reason in ((Level.L0, listed), (Level.L1, size)):
                verdict = Verdict.PASS if reason is None else Verdict.DIFFERS
                checks.append(Check(place.name, level, verdict, now, asked.host, reason))
            if listed is not None:
                one = replace(one, status=Status.FAILED, reason=listed)
            elif size is not None:
                one = replace(one, status=Status.INCOMPLETE, reason=size)
        reason = _line(_joined(one.reason, *one.warnings[:1]))
        copies.append(Copy(place.name, one.status, one.point, one.bytes, one.sha256, reason))
    ended = [made[place.name] for place in asked.job.places]
    first = next((one for one in ended if one.status in WITH_POINT), ended[0])
    status, reason = worst_of(copies)
    manifest = {name: said for name, said in (("counts", dict(first.counts)), ("sha256", digests)) if said}
    return replace(
        _ended(asked, begun, status, reason),
        ended_at=max(now, begun),
        engine=first.engine,
        code=first.code,
        bytes=first.bytes,
        files=first.files,
        manifest=json.dumps(manifest, ensure_ascii=False, sort_keys=True) if manifest else None,
        copies=tuple(copies),
        checks=tuple(checks),
    )


def _listed(driver: Driver, place: Place, point: str) -> str | None:
    """Why a second look does not find the point; None where it does."""
    try:
        names = {one.name for one in driver.points(place)}
    except CannotRestore as error:
        return error.reason
    return None if point in names else _("the engine says it made {point}, but does not list it").format(point=point)


def _digests(job: Job) -> dict[str, str]:
    """The SHA-256 of each source file that is to be compared with what was restored."""
    found = {}
    for one in job.asserts:
        if one.kind == "file" and one.ask is not None and one.expect in (None, "manifest"):
            with suppress(OSError), (Path("/") / one.ask).open("rb") as stream:
                found[one.ask] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def _ended(asked: Asked, begun: datetime, status: Status, reason: str | None) -> Run:
    plan = asked.plan
    return Run(
        reference="",
        policy=plan.policy,
        asset=plan.asset,
        customer=plan.customer,
        host=asked.host,
        driver=Engine(asked.job.driver),
        engine=None,
        trigger=asked.trigger,
        status=status,
        slot=None if asked.slot is None else asked.slot.due_at,
        started_at=begun,
        ended_at=max(asked.clock(), begun),
        reason=_line(reason),
        code=None,
        bytes=None,
        files=None,
        manifest=None,
        request=asked.request,
        rules=plan.rules,
        person=asked.person,
    )


def _joined(*reasons: str | None) -> str:
    return "; ".join(one for one in reasons if one)


def _line(reason: str | None) -> str | None:
    return excerpt(reason, KEPT_BYTES) if reason else None
