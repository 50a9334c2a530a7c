"""What several verbs of backups take, and how the policies of this host are found."""

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, mend, nearest

if TYPE_CHECKING:
    from opsctl.backups.jobs.state import State
    from opsctl.backups.rules.plans import Plan
    from opsctl.cli.context import Context
    from opsctl.cli.hostfile.jobs import Job

PolicyName = Annotated[str, Argument(metavar="POLICY", help=_("A policy of the rulebook, such as erp-db."))]
PolicyNames = Annotated[
    list[str] | None, Argument(metavar="[POLICY …]", help=_("Policies of the rulebook; without: all of this host."))
]
PolicyNamesToRun = Annotated[
    list[str] | None,
    Argument(metavar="[POLICY …]", help=_("Policies of the rulebook; with --due, without: all of this host.")),
]


def jobs_of(context: "Context", names: list[str] | None) -> "list[Job]":
    """The jobs of this host for these policies, or all. Raise NotFound where the host file has none of that name."""
    jobs = context.host.jobs
    if not names:
        if not jobs:
            raise NotFound(_("This host runs no backups."), _("Write one into the host file: [backups.NAME]"))
        return [jobs[name] for name in sorted(jobs)]
    found = []
    for word in context.words(names):
        name = mend(word).casefold()
        if name not in jobs:
            near = nearest(name, jobs)
            raise NotFound(
                _("This host does not run the backup {name}.").format(name=excerpt(word)),
                _("Did you mean {words}?").format(words=series(near))
                if near
                else _("Write it into the host file: [backups.{name}]").format(name=excerpt(word)),
            )
        found.append(jobs[name])
    return found


def plan_of(plans: "dict[str, Plan]", name: str) -> "Plan":
    """The plan of that policy. Raise NotFound where no rulebook in force has it."""
    if name not in plans:
        raise NotFound(
            _("No rulebook in force has the backup policy {name}.").format(name=name),
            _("Write it into a rulebook and apply it: [backups.{name}]").format(name=name),
        )
    return plans[name]


def state_of(context: "Context") -> "State":
    """What this host remembers of the backups that are recorded in its database."""
    from opsctl.backups.jobs.state import State, state_home

    return State(state_home(), str(context.address))


def job_of(context: "Context", name: str) -> "Job":
    """The job of this host for that policy. Raise NotFound, and InvalidInput where a pipe names none or several."""
    found = jobs_of(context, [name])
    if len(found) != 1:
        raise InvalidInput(_("Name one policy."), _("Like: {example}").format(example="erp-db"))
    return found[0]
