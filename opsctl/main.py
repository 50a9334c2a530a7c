"""The front door: the table of rooms, the wiring between floors, and the one place where errors become exit codes."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import takewhile
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from opsctl import __version__
from opsctl.cli import context, hostfile, streams
from opsctl.core import texts
from opsctl.core.errors import MOMENT, ExitCode, OpsctlError
from opsctl.core.texts import _
from opsctl.core.times import show_moment

if TYPE_CHECKING:
    from opsctl.cli.rooms import Room, Section


def rooms() -> "list[Room]":
    """The table of rooms: the only registry. Made at run time, since its help is in the reader's language."""
    from opsctl.cli.rooms import Room

    return [
        Room("init", _("Make a database."), "opsctl.desk.commands.start", verb=True),
        Room("today", _("What is in hand now, and what its clocks say."), "opsctl.desk.commands.today", verb=True),
        Room("demo", _("A small invented company, to look around in."), "opsctl.desk.commands.demo", verb=True),
        Room("doctor", _("Whether opsctl works here, and what cron sees."), "opsctl.desk.commands.doctor", verb=True),
        Room("completions", _("Completion by TAB, for a shell."), "opsctl.desk.commands.completions", verb=True),
        Room(
            "asset",
            _("What is operated: systems, devices, services."),
            "opsctl.assets.commands.assets",
            prefix="",
            records="opsctl.assets.service.assets:records",
            blank="opsctl.assets.service.assets:blank",
            owned="opsctl.assets.service.assets:owned",
            hand_over="opsctl.assets.service.assets:hand_over",
            adds=("opsctl.desk.commands.retiring_assets",),
            completes="opsctl.assets.terms:COMPLETES",
        ),
        Room(
            "customer",
            _("For whom things are operated."),
            "opsctl.people.commands.customers",
            prefix="customer:",
            records="opsctl.people.service.customers:records",
            blank="opsctl.people.service.customers:blank",
            completes="opsctl.people.terms:CUSTOMER_COMPLETES",
        ),
        Room(
            "person",
            _("Who acts, who decides, and their posts."),
            "opsctl.people.commands.persons",
            prefix="person:",
            records="opsctl.people.service.persons:records",
            blank="opsctl.people.service.persons:blank",
            owned="opsctl.people.service.persons:owned",
            hand_over="opsctl.people.service.persons:hand_over",
            adds=("opsctl.desk.commands.retiring",),
            completes="opsctl.people.terms:PERSON_COMPLETES",
        ),
        Room(
            "rulebook",
            _("What must be done: severities, limits, calendars, targets."),
            "opsctl.rulebook.commands",
            prefix="rulebook:",
            records="opsctl.rulebook.service.looking:records",
            completes="opsctl.rulebook.terms:COMPLETES",
        ),
        Room(
            "incident",
            _("Faults, from opening to closing."),
            "opsctl.incidents.commands.night",
            prefix="INC",
            records="opsctl.incidents.service.read:records",
            blank="opsctl.incidents.service.write:blank",
            owned="opsctl.incidents.service.read:owned",
            hand_over="opsctl.incidents.service.judging:hand_over",
            today="opsctl.incidents.commands.today:part",
            handover="opsctl.incidents.commands.handover:part",
            adds=("opsctl.incidents.commands.deciding", "opsctl.incidents.commands.reading"),
            completes="opsctl.incidents.terms:COMPLETES",
        ),
        *(Room(noun, told, "opsctl.incidents.commands.night", verb=True) for noun, told in _night_verbs()),
        Room(
            "maintenance",
            _("Planned windows: approved in time, they leave the service time."),
            "opsctl.assets.commands.maintenance",
            prefix="MNT",
            records="opsctl.assets.service.maintenance:records",
            blank="opsctl.assets.service.maintenance:blank",
            handover="opsctl.assets.commands.handover:part",
            completes="opsctl.assets.terms:MAINTENANCE_COMPLETES",
        ),
        Room(
            "work",
            _("Maintenance that was done: procedure, configuration saved, outcome."),
            "opsctl.maintenance.commands.work",
            prefix="WRK",
            records="opsctl.maintenance.service.work:records",
            blank="opsctl.maintenance.service.work:blank",
            handover="opsctl.maintenance.commands.handover:work",
            completes="opsctl.maintenance.terms:WORK_COMPLETES",
        ),
        Room(
            "inspect",
            _("Rounds by a checklist: log a sheet, or walk item by item."),
            "opsctl.inspections.commands.logging",
            prefix="INS",
            records="opsctl.inspections.service.read:records",
            blank="opsctl.inspections.service.judging:blank",
            left="opsctl.inspections.service.leaving:left",
            begun="opsctl.inspections.service.leaving:begun",
            today="opsctl.inspections.commands.today:part",
            handover="opsctl.inspections.commands.handover:part",
            adds=(
                "opsctl.inspections.commands.walking",
                "opsctl.inspections.commands.judging",
                "opsctl.inspections.commands.reading",
                "opsctl.inspections.commands.running",
            ),
            completes="opsctl.inspections.terms:COMPLETES",
        ),
        Room(
            "action",
            _("What was found wrong: owner, deadline, done, and verified by another."),
            "opsctl.actions.commands.moves",
            prefix="ACT",
            records="opsctl.actions.service.read:records",
            blank="opsctl.actions.service.write:blank",
            owned="opsctl.actions.service.read:owned",
            hand_over="opsctl.actions.service.write:hand_over",
            left="opsctl.actions.service.leaving:left",
            today="opsctl.actions.commands.today:part",
            handover="opsctl.actions.commands.handover:part",
            adds=("opsctl.actions.commands.reading",),
            completes="opsctl.actions.terms:COMPLETES",
        ),
        Room(
            "duty",
            _("What is due, again and again, and what was missed."),
            "opsctl.duties.commands.reading",
            prefix="duty:",
            records="opsctl.duties.service.read:records",
            today="opsctl.duties.commands.today:part",
            handover="opsctl.duties.commands.handover:part",
        ),
        Room(
            "patch",
            _("Vendors' advisories and patches: decided, installed or deferred."),
            "opsctl.maintenance.commands.patches",
            prefix="PAT",
            records="opsctl.maintenance.service.patches:records",
            blank="opsctl.maintenance.service.patches:blank",
            owned="opsctl.maintenance.service.patches:owned",
            hand_over="opsctl.maintenance.service.patches:hand_over",
            left="opsctl.maintenance.service.leaving:left",
            today="opsctl.maintenance.commands.today:part",
            handover="opsctl.maintenance.commands.handover:patches",
            completes="opsctl.maintenance.terms:PATCH_COMPLETES",
        ),
        Room(
            "backup",
            _("Backups that run, and restore tests that prove them."),
            "opsctl.backups.commands.running",
            prefix="BAK RST",
            records="opsctl.backups.service.rows:records",
            blank="opsctl.backups.service.rows:blank",
            left="opsctl.backups.service.leaving:left",
            today="opsctl.backups.commands.today:part",
            handover="opsctl.backups.commands.today:handover",
            adds=(
                "opsctl.backups.commands.testing",
                "opsctl.backups.commands.verifying",
                "opsctl.backups.commands.standing",
                "opsctl.backups.commands.reading",
                "opsctl.backups.commands.restoring",
                "opsctl.backups.commands.pruning",
                "opsctl.backups.commands.pinning",
            ),
            completes="opsctl.backups.terms:COMPLETES",
        ),
        Room(
            "review",
            _("Post-incident reviews: what happened, why, and what is done about it."),
            "opsctl.reviews.commands.writing",
            prefix="REV",
            records="opsctl.reviews.service.rows:records",
            blank="opsctl.reviews.service.rows:blank",
            owned="opsctl.reviews.service.read:owned",
            hand_over="opsctl.reviews.service.deciding:hand_over",
            today="opsctl.reviews.commands.today:part",
            handover="opsctl.reviews.commands.today:handover",
            adds=("opsctl.reviews.commands.deciding", "opsctl.reviews.commands.reading"),
            completes="opsctl.reviews.terms:COMPLETES",
        ),
        Room(
            "kpi",
            _("Figures, each explained down to its records."),
            "opsctl.kpis.commands",
            completes="opsctl.kpis.terms:COMPLETES",
        ),
        Room("ledger", _("The audit ledger that every record is chained into."), "opsctl.ledger.commands"),
        Room(
            "db",
            _("The database itself."),
            "opsctl.desk.commands.database",
            records="opsctl.desk.service.database:records",
        ),
    ]


def sections() -> "list[Section]":
    """Every noun once, in the order in which a newcomer meets them."""
    from opsctl.cli.rooms import Section

    return [
        Section(_("To begin"), ("demo", "init", "today", "doctor", "completions")),
        Section(_("At night"), tuple(noun for noun, _told in _night_verbs())),
        Section(
            _("Daily work"),
            ("incident", "review", "inspect", "backup", "work", "action", "duty", "maintenance", "patch"),
        ),
        Section(_("What and who"), ("asset", "customer", "person", "rulebook")),
        Section(_("Figures and evidence"), ("kpi", "ledger", "db")),
    ]


def _night_verbs() -> list[tuple[str, str]]:
    return [
        ("open", _("Open an incident (what is typed at night needs no noun).")),
        ("ack", _("Acknowledge an incident.")),
        ("note", _("Write a note into an incident.")),
        ("mitigate", _("The worst of an incident is over.")),
        ("down", _("An asset does not serve.")),
        ("restored", _("It serves again.")),
        ("resolve", _("The fault is gone.")),
        ("merge", _("Merge incidents.")),
    ]


def main() -> NoReturn:
    """Run the command line of this process."""
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # struck while everything was being let go of
        code = ExitCode.INTERRUPTED
    finally:
        # What is left is Python's own end, where an interruption could only be printed.
        for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGALRM):
            signal.signal(name, signal.SIG_IGN)
    sys.exit(code)


def run(arguments: Sequence[str], *, clock: Callable[[], datetime] | None = None) -> int:
    """Run one command line and return its exit code. `clock` gives the present moment; only tests give one."""
    streams.prepare()
    running = context.begin(rooms, _identify, _afterwards, clock)
    form = (_value_of("--format", arguments) or "").strip().lower()
    as_json = form == "json" or "--json" in takewhile("--".__ne__, arguments)  # behind `--` there are no options
    usual = sys.unraisablehook
    try:
        with suppress(ValueError):  # not the main thread
            for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                if signal.getsignal(name) is not signal.SIG_IGN:  # nohup asked for that
                    signal.signal(name, _interrupt)
            sys.unraisablehook = partial(_strike_again, usual)
        _choose_language(arguments, running)
        code = _dispatch(list(arguments))
        sys.stdout.flush()
    except OpsctlError as error:
        return streams.tell(error.code, *_shown(error, running), as_json)
    except BrokenPipeError:
        streams.give_up_stdout()  # whoever read us has seen enough
        return ExitCode.DONE
    except KeyboardInterrupt:
        return _tell_interrupted(running, as_json)
    except OSError as error:
        if running.struck:
            return _tell_interrupted(running, as_json)
        reason = error.strerror or str(error)
        return streams.tell(ExitCode.FAILED, _("The system refused: {reason}").format(reason=reason), "", as_json)
    except Exception as error:
        if running.struck:  # a library has made an error of its own of it
            return _tell_interrupted(running, as_json)
        if running.chosen.get("verbose"):
            raise
        told = _("opsctl made a mistake: {kind}: {error}").format(kind=type(error).__name__, error=str(error)[:300])
        return streams.tell(ExitCode.FAILED, told, _("Run it again with -v and report what it prints."), as_json)
    finally:
        running.close()
        sys.unraisablehook = usual
    return code


def _identify() -> Callable[..., str]:
    from opsctl.people.service.identity import identify

    return identify


def _afterwards() -> Callable[..., None]:
    from opsctl.duties.service.keeping import keep_up

    return keep_up


def _dispatch(arguments: list[str]) -> int:
    import typer
    from typer._click.exceptions import ClickException

    from opsctl.cli import usage
    from opsctl.cli.groups import root

    group = root(rooms(), sections(), _print_version)
    try:
        # Not `group.main(…)`: Typer would turn a closed pipe and an interruption into exit codes of its own.
        with group.make_context("opsctl", arguments) as ctx:
            group.invoke(ctx)
    except typer.Exit as ended:
        return ended.exit_code
    except ClickException as error:
        raise usage.in_words(error) from None
    return ExitCode.DONE


def _print_version(ctx: Any) -> None:
    import typer

    sys.stdout.write(f"opsctl {__version__}\n")
    raise typer.Exit(0)


def _choose_language(arguments: Sequence[str], running: context.Context) -> None:
    """Speak the language of --lang, OPSCTL_LANG, the host file or the locale. Help is translated when it is loaded."""
    texts.use_language("en")
    asked = _value_of("--lang", arguments) or os.environ.get("OPSCTL_LANG")
    if asked is None:
        # A broken host file is said by the command that needs it, not by --help.
        with suppress(OpsctlError):
            chosen = _value_of("--config", arguments)
            asked = hostfile.read(hostfile.locate(chosen, os.environ)).language
    if asked:
        texts.use_language(texts.read_language(asked))
    else:
        texts.use_language(texts.environment_language(os.environ))


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    """The value of a global option, read before the command line is parsed; the one that stands last wins."""
    value = None
    for at, word in enumerate(takewhile("--".__ne__, arguments)):
        if word == option and at + 1 < len(arguments):
            value = arguments[at + 1]
        elif word.startswith(f"{option}="):
            value = word.partition("=")[2]
    return value


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    with suppress(LookupError):  # nothing runs
        context.current().struck = True
    raise KeyboardInterrupt


def _tell_interrupted(running: context.Context, as_json: bool) -> int:
    unsaved = _("Interrupted; nothing of the last step was saved.")
    told = _("Interrupted; what was to be written is saved.") if running.saved else unsaved
    return streams.tell(ExitCode.INTERRUPTED, told, "", as_json)


def _strike_again(usual: Callable[..., Any], found: "sys.UnraisableHookArgs") -> None:
    """Let an interruption that struck inside a destructor, where Python can only print it, strike again outside."""
    if not issubclass(found.exc_type, KeyboardInterrupt):
        usual(found)
        return
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.01)


def _shown(error: OpsctlError, running: context.Context) -> tuple[str, str]:
    """The error's message and hint, with its moment in the reader's zone."""
    if error.moment is None:
        return error.message, error.hint
    moment = show_moment(error.moment, running.zone, seconds=True)
    return error.message.replace(MOMENT, moment), error.hint.replace(MOMENT, moment)
