"""opsctl demo"""

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, language

app = room_app()

_OUTRANKING = ("OPSCTL_DB", "OPSCTL_AS", "OPSCTL_TZ")
"""What of the environment would outrank the demo's host file."""


@verb(
    app,
    "demo",
    help=_("A small invented company in a folder of its own: what is due today, last month's figures, what to try."),
    examples=("opsctl demo", "opsctl demo --lang zh"),
    writes=True,
)
def demo() -> None:
    """Make the company, then show its day and its report."""
    from opsctl.core.periods import read_period
    from opsctl.desk import views
    from opsctl.desk.commands.today import parts_of
    from opsctl.kpis import service as kpis
    from opsctl.kpis import views as kpi_views

    context = current()
    if "db" in context.chosen or "config" in context.chosen:
        raise InvalidInput(_("The demo makes a database of its own."), _("Leave out --db and --config."))
    outranking = [name for name in _OUTRANKING if os.environ.pop(name, None)]
    context.use_host_file(None)
    host_file = _make(context)
    context.use_host_file(host_file)
    today = views.today(context.now, parts_of(context))
    period = read_period("last-month", zone=context.database_zone, now=context.now)
    figures = kpi_views.report(context.read(kpis.report, now=context.now, period=period))
    set_up = _set_up(host_file, outranking)
    context.emit(views.demo(str(host_file.parent), str(context.address), today, figures, set_up))


def _make(context: Context) -> Path:
    """A new folder with the company's database and the host file that opens it; none where it is not whole."""
    from opsctl.cli.progress import progress
    from opsctl.desk.service import demo as service

    company = service.company()
    steps = company.steps()
    context.remark(_("An invented company lives seven months again; that takes some seconds."))
    into = Path(tempfile.mkdtemp(prefix="opsctl-demo-"))
    try:
        with progress(context, _("living a year of the company"), len(steps)) as advance:
            service.live(company, steps, into, rooms=context.rooms(), done=lambda _step: advance(1))
        # The clock begins when everything is there.
        return service.write_host_file(company, into, language=language(), now=context.look_at_clock())
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _set_up(host_file: Path, outranking: list[str]) -> str:
    """The line that makes this shell work in the demo, as it is pasted."""
    words = ["unset", *outranking[:-1], f"{outranking[-1]};"] if outranking else []
    words += ["export", f"OPSCTL_CONFIG={shlex.quote(str(host_file))}"]
    program = Path(sys.argv[0]).absolute()
    if shutil.which("opsctl") != str(program) and program.name == "opsctl":
        words.append(f"PATH={shlex.quote(str(program.parent))}:$PATH")
    return " ".join(words)
