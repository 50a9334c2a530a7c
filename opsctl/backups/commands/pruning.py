"""opsctl backup prune | adopt"""

import os
from typing import TYPE_CHECKING, Annotated

from typer import Option

from opsctl.backups.commands.parameters import PolicyName, job_of, state_of
from opsctl.backups.commands.waiting import tell, tell_what_waited
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import Conflict, NotAllowed
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.backups.jobs.pruning import Places
    from opsctl.backups.rules.results import Adoptable
    from opsctl.backups.rules.retention import Pruning
    from opsctl.cli.context import Context
    from opsctl.cli.hostfile.jobs import Job

app = room_app()
OFF = "off"


@verb(
    app,
    "prune",
    help=_(
        "Delete the points that the policy no longer keeps: only what opsctl made on this host for this policy, never a"
        " pinned one, the newest proven one, or less than this host keeps at least. With --dry-run nothing is deleted."
    ),
    examples=("opsctl backup prune erp-db --dry-run", "opsctl backup prune erp-db"),
    writes=True,
    attention=_("a place could not be asked, or a point could not be deleted"),
)
def prune(
    name: PolicyName,
    dry_run: Annotated[
        bool, Option("--dry-run", help=_("List what would be kept and deleted; delete nothing."))
    ] = False,
) -> None:
    """Look, decide, delete, record, show."""
    from opsctl.backups.views import pruning as views

    context = current()
    if not dry_run:
        tell_what_waited(context)
    context.emit(views.pruned(prune_job(context, job_of(context, name), is_dry=dry_run)))


def prune_job(context: "Context", job: "Job", *, is_dry: bool) -> "Pruning":
    """Prune the places of a job and record what is gone; only look where `is_dry`.

    Raise NotAllowed where the host file forbids it, Conflict while the policy is backed up, NotFound for no policy.
    """
    if is_dry:
        return _decided(context, job, is_dry=True)
    if job.prune == OFF:
        raise NotAllowed(
            _("The host file lets nothing of {name} be pruned.").format(name=job.name),
            _('Say prune = "manual" in [backups.{name}], or look with --dry-run.').format(name=job.name),
        )
    with state_of(context).locked(job.name) as is_ours:
        if not is_ours:
            raise Conflict(
                _("{name} is being backed up, or pruned, on this host.").format(name=job.name),
                _("Wait until that has ended."),
            )
        return _deleted(context, job, _decided(context, job, is_dry=False))


def _decided(context: "Context", job: "Job", *, is_dry: bool) -> "Pruning":
    from opsctl.backups.jobs import pruning as jobs
    from opsctl.backups.rules.retention import Floors, Pruning, decide
    from opsctl.backups.service import pruning

    places = jobs.places_of(job)
    known = context.read(pruning.prunable, word=job.name, requests=places.requests, now=context.now)
    floors = Floors(context.host.keep_age, context.host.keep_proven)
    host = context.signature().host
    decided = {
        place: decide(
            known.policy, place, host, listed, known.runs, at=context.now, floors=floors, incidents=known.incidents
        )
        for place, listed in places.listed.items()
    }
    return Pruning(known.policy, floors, is_dry, decided, places.unasked)


def _deleted(context: "Context", job: "Job", found: "Pruning") -> "Pruning":
    from dataclasses import replace

    from opsctl.backups.jobs import pruning as jobs
    from opsctl.backups.service import pruning

    # Read while the database is there: the moments are shown when it may be away.
    context.zone  # noqa: B018
    pruned = jobs.prune(job, found.decided)
    unfreed = {place: one.unfreed for place, one in pruned.items() if one.unfreed is not None}
    done = replace(found, gone={place: one.gone for place, one in pruned.items()}, unfreed=unfreed)
    if done.deleted:
        said = {"pruned": done.deleted, "pruned_at": context.look_at_clock().isoformat()}
        tell(context, pruning.record_pruned, said)
    return done


@verb(
    app,
    "adopt",
    help=_(
        "Record points that were there before opsctl knew of them, and that this machine made of the job's sources, as"
        " runs that nobody has proven. They count once somebody looked at them, and are never pruned unless opsctl made"
        " them."
    ),
    examples=("opsctl backup adopt home --dry-run", "opsctl backup adopt home"),
    writes=True,
    attention=_("a place could not be asked for its points"),
)
def adopt(
    name: PolicyName,
    dry_run: Annotated[bool, Option("--dry-run", help=_("List what would be recorded; record nothing."))] = False,
) -> None:
    """Ask the engines, leave out what is known, record, show."""
    from opsctl.backups.jobs import pruning as jobs
    from opsctl.backups.rules.wire import to_json
    from opsctl.backups.service import adopting
    from opsctl.backups.views import pruning as views

    context = current()
    job = job_of(context, name)
    places = jobs.places_of(job)
    found = _adoptable(context, job, places)
    runs = found.runs if dry_run else context.perform(adopting.adopt, runs=[to_json(run) for run in found.runs])
    context.emit(views.adopted(runs, found.left, [*places.unasked.items()], is_dry=dry_run))


def _adoptable(context: "Context", job: "Job", places: "Places") -> "Adoptable":
    from opsctl.backups.jobs import adopting as jobs
    from opsctl.backups.service import adopting

    names = {one.name for listed in places.listed.values() for one in listed}
    known = context.read(adopting.known, word=job.name, points=names, requests=places.requests, now=context.now)
    host = context.signature().host
    # The engine may know the machine by its own name, and the host file by another.
    machine = (host, os.uname().nodename)
    return jobs.adoptable(job, known, host, machine, places.listed, now=context.now)
