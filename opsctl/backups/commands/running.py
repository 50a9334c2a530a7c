"""opsctl backup run, plan"""

import uuid
from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from opsctl.backups.commands.parameters import PolicyNames, PolicyNamesToRun, jobs_of, plan_of, state_of
from opsctl.backups.commands.waiting import tell, tell_what_waited
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import ExitCode, InvalidInput, OpsctlError, Unavailable
from opsctl.core.texts import _, between, ngettext

if TYPE_CHECKING:
    from opsctl.backups.jobs.running import Asked
    from opsctl.backups.jobs.state import State
    from opsctl.backups.rules import Run
    from opsctl.backups.rules.plans import Plan
    from opsctl.backups.rules.results import Recorded
    from opsctl.cli.context import Context
    from opsctl.cli.hostfile.jobs import Job

app = room_app()
Done = list[tuple["Recorded | None", "Run"]]


@verb(
    app,
    "run",
    help=_(
        "Back up now, with the engines that the host file names, and record how it ended. With --due only what the"
        " rulebook asks for at this moment, which is what cron runs; with the database away by the plan kept last."
    ),
    examples=("opsctl backup run erp-db", "opsctl backup run --due"),
    writes=True,
    attention=_("a backup is incomplete"),
)
def run(
    policies: PolicyNamesToRun = None,
    due: Annotated[bool, Option("--due", help=_("Only where a slot is open and nothing has met it yet."))] = False,
) -> None:
    """Plan, run one after the other, record each as soon as it ended, say so."""
    from opsctl.backups.views import runs as views

    context = current()
    if not policies and not due:
        raise InvalidInput(_("It is not said what to back up."), _("Name a policy, or say --due."))
    jobs = jobs_of(context, policies)
    state = state_of(context)
    plans = _plans(context, state, jobs)
    done, refused = _run_all(context, state, [job for job in jobs if not due or job.name in plans], plans, due)
    context.emit(views.ran(done))
    _end(done, refused)


def _run_all(
    context: "Context", state: "State", jobs: "list[Job]", plans: "dict[str, Plan]", due: bool
) -> tuple[Done, bool]:
    """Run them one after the other, and say whether one was refused: that keeps no other from running.

    Raise what the only one, or the last of those of which none ran, was refused with.
    """
    done: Done = []
    refused: OpsctlError | None = None
    for job in jobs:
        try:
            ran = _run(context, state, job, plan_of(plans, job.name), due)
        except OpsctlError as error:
            if refused is not None:
                context.remark(refused.message)
            refused = error
        else:
            done += ran
            _prune(context, job, ran)
    if refused is not None and not done:
        raise refused
    if refused is not None:
        context.remark(refused.message)
    return done, refused is not None


def _prune(context: "Context", job: "Job", ran: Done) -> None:
    """Prune after a good run that is recorded, where the host file says so; what cannot be pruned now is said."""
    from opsctl.backups.commands.pruning import prune_job
    from opsctl.backups.terms import Status
    from opsctl.backups.views.pruning import unfreed

    good = any(recorded is not None and ended.status is Status.SUCCESS for recorded, ended in ran)
    if job.prune != "auto" or not good:
        return
    try:
        gone = prune_job(context, job, is_dry=False)
    except OpsctlError as error:
        context.remark(_("{policy} was not pruned: {reason}").format(policy=job.name, reason=error.message))
        return
    for line in unfreed(gone):
        context.remark(f"{job.name}{between(': ')}{line}")
    count = sum(map(len, gone.deleted.values()))
    if count:
        told = ngettext("{policy}: {count} point was pruned.", "{policy}: {count} points were pruned.", count)
        context.remark(told.format(policy=job.name, count=count))


def _plans(context: "Context", state: "State", jobs: "list[Job]") -> "dict[str, Plan]":
    """The plans of these jobs, and what waited is recorded; with the database away the plans that were kept last."""
    from opsctl.backups.service import planning

    try:
        tell_what_waited(context, state)
        plans = context.read(planning.plans, now=context.now, names=[*context.host.jobs])
    except Unavailable as error:
        plans = state.kept_plans()
        if not plans:
            raise
        context.remark(_("{reason} Going on by the plan kept last.").format(reason=error.message))
    else:
        state.keep_plans(plans)
    return {one.policy: one for one in plans}


def _run(context: "Context", state: "State", job: "Job", plan: "Plan", due: bool) -> Done:
    """Run one job, and record it; before it, what a killed run of it left, which is no part of the verdict."""
    from opsctl.backups.jobs import running
    from opsctl.cli.progress import progress

    asked = _asked(context, job, plan, due)
    running.record_killed(asked, state, lambda killed: _tell_killed(context, killed))
    if due and (asked.slot is None or _is_enough(context, plan)):
        return []
    done: Done = []
    # Whoever interrupts it has to hear that this one is not saved, although the one before it is.
    context.saved = False
    with progress(context, plan.policy, plan.sizes[0] if plan.sizes else None) as advance:
        asked.tell = advance
        running.run(asked, state, lambda ended: done.append(_record(context, ended)))
    return done


def _tell_killed(context: "Context", killed: "Run") -> None:
    recorded, _ended = _record(context, killed)
    reference = killed.policy if recorded is None else recorded.run.reference
    context.remark(_("{reference}: {reason}").format(reference=reference, reason=killed.reason))


def _asked(context: "Context", job: "Job", plan: "Plan", due: bool) -> "Asked":
    from opsctl.backups.jobs.running import Asked
    from opsctl.backups.rules.plans import open_slot
    from opsctl.backups.terms import Trigger

    signature = context.signature()
    return Asked(
        request=str(uuid.uuid4()),
        job=job,
        plan=plan,
        host=signature.host,
        person=signature.actor,
        trigger=Trigger.SCHEDULED if due else Trigger.MANUAL,
        slot=open_slot(plan.slots, context.now),
        zone=context.host_file.timezone or plan.zone,
        clock=context.look_at_clock,
    )


def _is_enough(context: "Context", plan: "Plan") -> bool:
    """Whether the schedule has begun as many runs today as this host allows; said once, and nothing is run."""
    most = context.host.max_runs_per_day
    if plan.runs_today < most:
        return False
    told = _("{policy} is held: the rulebook asks for more than {most} runs a day, this host's most.")
    context.remark(told.format(policy=plan.policy, most=most))
    return True


def _record(context: "Context", ended: "Run") -> "tuple[Recorded | None, Run]":
    """Tell the database how it ended, or keep it here until that is there again."""
    from opsctl.backups.rules.wire import to_json
    from opsctl.backups.service import recording

    return tell(context, recording.record, {"run": to_json(ended)}), ended


def _end(done: Done, refused: bool) -> None:
    """End with the worst of what the runs came to; nothing due is no failure."""
    from opsctl.backups.terms import Status

    codes = {Status.SUCCESS: ExitCode.DONE, Status.INCOMPLETE: ExitCode.ATTENTION}
    codes[Status.SKIPPED_LOCKED] = ExitCode.CONFLICT
    order = (ExitCode.FAILED, ExitCode.CONFLICT, ExitCode.ATTENTION)
    found = {codes.get(ended.status, ExitCode.FAILED) for _recorded, ended in done}
    if refused:
        found.add(ExitCode.FAILED)
    for code in order:
        if code in found:
            raise Exit(code)


@verb(
    app,
    "plan",
    help=_("Show when the next run is due, what exactly would be run, and why it could not; nothing is run."),
    examples=("opsctl backup plan erp-db",),
    writes=False,
    attention=_("a run would be refused"),
)
def plan(policies: PolicyNames = None) -> None:
    """Read, ask the drivers, show."""
    from opsctl.backups.jobs import planning as jobs_planning
    from opsctl.backups.rules.plans import next_slot
    from opsctl.backups.rules.results import Planned
    from opsctl.backups.service import planning
    from opsctl.backups.views import runs as views

    context = current()
    jobs = jobs_of(context, policies)
    plans = {one.policy: one for one in context.read(planning.plans, now=context.now, names=[one.name for one in jobs])}
    rows = []
    for job in jobs:
        one = plan_of(plans, job.name)
        told = jobs_planning.would_run(_asked(context, job, one, due=False))
        upcoming = next_slot(one.slots, context.now)
        rows.append(Planned(one, told.commands, told.writes, _deletes(context, job), upcoming, told.refused))
    context.emit(views.planned(rows))


def _deletes(context: "Context", job: "Job") -> tuple[str, ...] | None:
    """The points that pruning would delete now, by run; None where it may delete none, or nobody could be asked."""
    from opsctl.backups.commands.pruning import OFF, prune_job
    from opsctl.backups.rules.retention import Fate

    if job.prune == OFF:
        return None
    try:
        found = prune_job(context, job, is_dry=True)
    except OpsctlError:
        return None
    if found.unasked:
        return None
    gone = [one for decided in found.decided.values() for one in decided if one.fate is Fate.DELETE]
    return tuple(f"{one.run} {one.name}" if one.run else one.name for one in gone)
