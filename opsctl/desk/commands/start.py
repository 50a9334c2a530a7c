"""opsctl init"""

import sys
from typing import TYPE_CHECKING, Annotated

from typer import Option

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.core import times
from opsctl.core.errors import InvalidInput, NotAllowed
from opsctl.core.machine import machine_zone
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.desk.rules.beginning import Person

app = room_app()

_SILENT = ("db", "lang", "no_input", "yes", "quiet", "json", "format", "output")
"""Global options that say enough, or want no conversation."""


@verb(
    app,
    "init",
    help=_(
        "Make a database. On a terminal, without options, it asks four questions and writes a host file. The zone rules"
        " periods and reference years, and is never changed."
    ),
    examples=(
        "opsctl init",
        "opsctl init --zone Asia/Shanghai --person li --name 李雷",
        "opsctl init --db service=opsctl --zone Europe/Rome",
    ),
    writes=True,
)
def init(
    zone: Annotated[str | None, Option("--zone", metavar="ZONE", help=_("Its zone; this host's if not given."))] = None,
    person: Annotated[
        str | None, Option("--person", metavar="HANDLE", help=_("Record this person as the first, with your login."))
    ] = None,
    name: Annotated[
        str | None, Option("--name", metavar="NAME", help=_("The name of that person; the handle if not given."))
    ] = None,
) -> None:
    """Ask, or choose the zone; make the database, say so."""
    context = current()
    if context.host_file.demo is not None:
        raise NotAllowed(
            _("The host file sets the demo's clock, which would date the records of your company."),
            _("Leave the demo first: unset OPSCTL_CONFIG"),
        )
    if zone is None and person is None and name is None and _may_ask(context):
        from opsctl.desk.commands.beginning import converse

        converse(context)
        return
    from opsctl.desk.service import beginning as service
    from opsctl.desk.views import beginning as views

    first = _first(person, name)
    chosen = times.read_zone(zone or context.host_file.timezone or machine_zone()).key
    begun = service.begin(context.address, zone=chosen, by=context.signature(), first=first)
    made = begun.made
    context.emit(
        views.begun(
            made.address, made.zone, made.new, made.rules,
            person=first, recorded=begun.recorded, asked_zone=zone is not None,
        )
    )  # fmt: skip


def _may_ask(context: Context) -> bool:
    """Whether somebody sits there who has not said anything yet."""
    if context.option("no_input") or any(option in context.chosen for option in _SILENT):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def _first(handle: str | None, name: str | None) -> "Person | None":
    """The person that is to be recorded. Raise InvalidInput for a name without a handle, and for what is none."""
    from opsctl.core.typed import read_handle, read_title
    from opsctl.desk.rules.beginning import Person
    from opsctl.desk.service.beginning_host import login

    if handle is None:
        if name is not None:
            raise InvalidInput(
                _("--name is the name of a person, and nobody is named."), _("Give --person HANDLE as well.")
            )
        return None
    known = read_handle(handle)
    return Person(known, read_title(name or known), login())
