"""opsctl inspect run"""

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.inspections.rules.plugins import Filled, Planned

app = room_app()


@verb(
    app,
    "run",
    help=_(
        "Run the checks of this host that fill items of a checklist, and record what they say. They stand in the host"
        " file; what failed becomes an action, and what people have to answer stays open."
    ),
    examples=("opsctl inspect run --dry-run", "opsctl inspect run server-room --asset room-1"),
    writes=True,
    attention=_("recorded, but a check answered nothing"),
)
def run(
    checklist: Annotated[
        str | None, Argument(metavar="[CHECKLIST]", help=_("A checklist or route. Without: all that have checks here."))
    ] = None,
    asset: Annotated[str | None, Option("--asset", metavar="ASSET", help=_("Only checks of this asset."))] = None,
    dry_run: Annotated[bool, Option("--dry-run", help=_("Show what would run, and run nothing."))] = False,
) -> None:
    """Plan, run unless it is a dry run, say so."""
    from opsctl.inspections.rules.plugins import Filling
    from opsctl.inspections.service import running
    from opsctl.inspections.views import running as views

    context = current()
    checks = context.host_file.checks
    known = [Filling(one.name, one.asset, *one.fills) for one in checks if one.fills is not None]
    plan = context.read(running.planned, now=context.now, me=context.me, known=known, checklist=checklist, asset=asset)
    if dry_run:
        context.emit(views.planned(plan, {one.name: one.command for one in checks}))
        return
    limits = {one.name: one.timeout.total_seconds() for one in checks}
    context.emit(views.ran(_run(context, plan), plan.silent, context.now, limits))


def _run(context: "Context", plan: "Planned") -> list["Filled"]:
    """Run them, those of one round after another, and record each round as soon as its last one ended."""
    from opsctl.cli import programs
    from opsctl.inspections.service import running

    checks = {one.name: one for one in context.host_file.checks}
    filled = []
    in_order = sorted(plan.runs, key=lambda one: (one.checklist, one.asset))
    for (checklist, asset), fillings in groupby(in_order, key=lambda one: (one.checklist, one.asset)):
        # Whoever interrupts a program has to hear that this round is not saved, although the one before it is.
        context.saved = False
        results = []
        for one in fillings:
            ended = programs.run(checks[one.check].command, timeout=checks[one.check].timeout)
            results.append({"check": one.check, "item": one.item, **asdict(ended)})
        context.look_at_clock()
        filled.append(context.perform(running.record, checklist=checklist, asset=asset, results=results))
    return filled
