"""opsctl backup restore | runbook"""

from typing import Annotated

from typer import Argument, Option

from opsctl.backups.commands.parameters import PolicyName, job_of
from opsctl.backups.commands.waiting import tell, tell_what_waited
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "restore",
    help=_(
        "Restore a point for good: into an empty folder, or as a new database. Never over live data: that is for a"
        " person to put in place."
    ),
    examples=(
        "opsctl backup restore erp-files --into /srv/restored",
        "opsctl backup restore 42 --copy offsite --into erp_restored",
    ),
    writes=True,
)
def restore(
    word: Annotated[
        str, Argument(metavar="POLICY|REF", help=_("A policy, for its newest good point; or BAK-2026-0042."))
    ],
    into: Annotated[str, Option("--into", metavar="PATH|NAME", help=_("An empty or new folder; a new database."))],
    copy: Annotated[
        str | None, Option("--copy", metavar="COPY", help=_("From this copy; else the first here."))
    ] = None,
) -> None:
    """Choose, refuse what is unsafe, restore, record, show."""
    from opsctl.backups.jobs import restoring as jobs
    from opsctl.backups.service import restoring
    from opsctl.backups.views import restoring as views

    context = current()
    tell_what_waited(context)
    run = context.read(restoring.chosen, word=word, now=context.now, copy=copy)
    job = job_of(context, run.policy)
    chosen, target = jobs.copy_of(job, run, copy), jobs.target_of(context.host, job, run, into)
    done = jobs.restore(job, run, chosen, target)
    said = {"run": run.reference, "copy": chosen.name, "into": done.into}
    tell(context, restoring.record_restored, said)
    context.emit(views.restored(run, chosen.name, done.into, done.commands, is_database=done.is_database))


@verb(
    app,
    "runbook",
    help=_("The exact commands of the last restore test that passed, as steps for a person; ready to be printed."),
    examples=("opsctl backup runbook erp-db", "opsctl backup runbook erp-db -o erp-db.md"),
    writes=False,
)
def runbook(name: PolicyName) -> None:
    """Read and show."""
    from opsctl.backups.jobs import restoring as jobs
    from opsctl.backups.service import standing
    from opsctl.backups.views import restoring as views

    context = current()
    policy, run, test = context.read(standing.last_passed, policy=name, now=context.now)
    job = context.host.jobs.get(policy.name)
    if job is None:
        told = _("This host does not run {policy}: where the secrets are is said on {host}.")
        context.remark(told.format(policy=policy.name, host=test.host))
    context.emit(views.runbook(policy, run, test, [] if job is None else jobs.secrets_of(job)))
