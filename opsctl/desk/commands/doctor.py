"""opsctl doctor"""

import shlex
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _

app = room_app()


class Environment(StrEnum):
    """In what the doctor looks around, besides where it is typed."""

    CRON = "cron"


@verb(
    app,
    "doctor",
    help=_(
        "Whether opsctl works here: host file, database, ledger, rules, clock, zone, programs, and what to do about it."
        " With --env cron also what cron will see."
    ),
    examples=("opsctl doctor", "opsctl doctor --env cron", "sudo opsctl doctor --user backup --env cron"),
    writes=False,
    attention=_("something needs attention"),
)
def doctor(
    env: Annotated[
        Environment | None, Option("--env", metavar="cron", help=_("Look again with the environment of cron."))
    ] = None,
    user: Annotated[
        str | None, Option("--user", metavar="USER", help=_("As whom cron runs it; only root may look as another."))
    ] = None,
) -> None:
    """Look around here, and again as cron would, then show it."""
    from opsctl.desk.service import doctor as service
    from opsctl.desk.service import doctor_cron as cron
    from opsctl.desk.service.beginning_host import called, program
    from opsctl.desk.views import doctor as views
    from opsctl.desk.views.doctor_steps import Ways

    context = current()
    arguments = _arguments(context)
    typed = " ".join([called(), *map(shlex.quote, arguments)])
    whole = " ".join([shlex.quote(str(program() or "opsctl")), *map(shlex.quote, arguments)])
    account = None
    if env is not None or user is not None:
        again = f"sudo {whole} doctor --env cron --user {shlex.quote(user or '')}"
        account = cron.account_of(user, again=again)
    here = service.look(context)
    zone, editor = service.zone_and_editor(here)
    if account is None:
        context.emit(views.report(here, zone, Ways(typed, editor=editor)))
        return
    as_cron = f"{'' if account.is_me else 'sudo '}{whole} doctor --env cron --user {shlex.quote(account.name)}"
    seen = cron.look_as_cron(account, here, arguments)
    theirs = whole if account.is_me else f"sudo -u {shlex.quote(account.name)} -H {whole}"
    if seen.other_database is not None:
        theirs += f" --db {shlex.quote(seen.other_database)}"
    context.emit(
        views.of_cron(
            here, seen.of_cron, seen.findings,
            zone=zone,
            ways=Ways(typed, as_cron, editor),
            their_ways=Ways(theirs, as_cron, editor),
            user=account.name,
            crontab="crontab -e" if account.is_me else f"sudo crontab -u {shlex.quote(account.name)} -e",
            # In a crontab a percent sign ends the line.
            line=f"0 7 * * * {whole} today".replace("%", "\\%"),
        )
    )  # fmt: skip


def _arguments(context: Context) -> list[str]:
    """The options that say which host file and database are meant, as they can be typed in any folder."""
    arguments = []
    with suppress(OpsctlError, RuntimeError, OSError):  # what is wrong with them is for the doctor to say
        if context.chosen.get("config"):
            arguments += ["--config", str(Path(context.chosen["config"]).expanduser().absolute())]
        if context.chosen.get("db"):
            arguments += ["--db", str(context.address)]
    return arguments
