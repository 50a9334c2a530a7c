"""opsctl backup status | policies | check"""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Exit

from opsctl.backups.commands.parameters import PolicyName
from opsctl.cli.context import current
from opsctl.cli.groups import Command, room_app, verb
from opsctl.cli.rooms import Page
from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _
from opsctl.core.typed import clean_for_terminal

if TYPE_CHECKING:
    from typer._click import Context as ClickContext

app = room_app()


@verb(
    app,
    "status",
    help=_(
        "What would be lost now, how long it would take to get it back, and when that was last proven: each policy"
        " against its RPO and RTO, and the assets that no policy names."
    ),
    examples=("opsctl backup status", "opsctl backup status erp-db --json"),
    writes=False,
    attention=_("done, and a policy is in breach"),
)
def status(
    names: Annotated[list[str] | None, Argument(metavar="[POLICY …]", help=_("Only these; all if not given."))] = None,
) -> None:
    """Read, judge, show."""
    from opsctl.backups.service import standing
    from opsctl.backups.views import standing as views

    context = current()
    named = context.named(names)
    if named is not None:
        context.emit(views.status(context.read(standing.overview, names=named, now=context.now)))


@verb(
    app,
    "policies",
    help=_("What the rulebook asks of each data set, and which of them this host backs up."),
    examples=("opsctl backup policies", "opsctl backup policies --json"),
    writes=False,
)
def policies() -> None:
    """Read and show."""
    from opsctl.backups.service import standing
    from opsctl.backups.views import policies as views

    context = current()
    found = context.read(standing.all_policies, now=context.now)
    context.emit(views.policies(found, {name: job.driver for name, job in context.host.jobs.items()}))


class Plugin(Command):
    """A verb that a monitor runs: whatever keeps it from looking is UNKNOWN, on stdout."""

    page = Page(
        ("opsctl backup check erp-db",),
        False,
        _("unknown: it could not be looked at; else 0 OK, 1 WARNING, 2 CRITICAL, as monitors read it"),
        (
            ("0", _("OK: young enough, proven, quick enough")),
            ("1", _("WARNING: something that the policy asks for is not so")),
            ("2", _("CRITICAL: data would be lost, or a restore cannot be relied on")),
            ("3", _("UNKNOWN: it could not be looked at, whatever the reason")),
        ),
    )

    def parse_args(self, ctx: "ClickContext", args: list[str]) -> list[str]:
        """Parse; wrong usage is UNKNOWN, too."""
        return _or_unknown(super().parse_args, ctx, args)  # type: ignore[no-any-return]

    def invoke(self, ctx: "ClickContext") -> Any:
        """Run; an error is UNKNOWN."""
        return _or_unknown(super().invoke, ctx)


def _or_unknown(work: Any, *arguments: Any) -> Any:
    from opsctl.backups.views import nagios

    try:
        return work(*arguments)
    except Exit:
        raise
    except OpsctlError as error:
        reason = error.message
    except Exception as error:  # a monitor takes every other code for something that was looked at
        reason = getattr(error, "message", None) or str(error)
    sys.stdout.write(f"{clean_for_terminal(nagios.unknown(reason))}\n")
    raise Exit(nagios.UNKNOWN)


@app.command(
    "check",
    help=_(
        "One policy in one line for a monitor, as a Nagios plugin: the age against the RPO, the last proof, the RTO."
    ),
    cls=Plugin,
)
def check(name: PolicyName) -> None:
    """Read, judge, show."""
    from opsctl.backups.service import standing
    from opsctl.backups.views import nagios

    context = current()
    report, code = nagios.check(context.read(standing.of_name, word=name, now=context.now))
    context.emit(report)
    raise typer.Exit(code)
