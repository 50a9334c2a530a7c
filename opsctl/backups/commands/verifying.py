"""opsctl backup verify"""

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Exit, Option

from opsctl.backups.commands.parameters import job_of
from opsctl.backups.commands.waiting import tell, tell_what_waited
from opsctl.backups.terms import Level
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import ExitCode, InvalidInput
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.backups.jobs.verifying import Looked
    from opsctl.backups.rules import Check, Run
    from opsctl.backups.service.proving import Known
    from opsctl.cli.context import Context

app = room_app()


@verb(
    app,
    "verify",
    help=_(
        "Look at a backup, level by level: L0 listed, L1 its size, L2 checksum and structure, L3 all data read, L4 some"
        " files restored and compared. Each level says what it does not prove; L5 and L6 are for restore-test."
    ),
    examples=("opsctl backup verify erp-db", "opsctl backup verify BAK-2026-0042 --level L3"),
    writes=True,
    attention=_("a copy differs: it cannot be relied on"),
)
def verify(
    what: Annotated[
        str, Argument(metavar="POLICY|REF", help=_("A policy, which means its latest good run, or a run."))
    ],
    level: Annotated[str, Option("--level", metavar="LEVEL", help=_("How far to look, L0 to L4."))] = Level.L2.value,
    copy: Annotated[
        str | None, Option("--copy", metavar="COPY", help=_("That copy; without: all that this host has."))
    ] = None,
) -> None:
    """Read, look at each copy, record it, say so."""
    from opsctl.backups.jobs.verifying import copies_of
    from opsctl.backups.views import checked as views

    context = current()
    asked = _level(level)
    tell_what_waited(context)
    known = _known(context, what)
    looked = _looked(context, known)
    run, copies = copies_of(looked, known.runs, known.run, copy)
    found = {name: _check(context, looked, run, name, asked) for name in copies}
    context.emit(views.checked(run, asked, found))
    _end([one for checks in found.values() for one in checks])


def _level(word: str) -> Level:
    """The level that a word names. Raise InvalidInput for none, and for one that is no look but a restore."""
    from opsctl.backups.jobs.verifying import HIGHEST
    from opsctl.cli.usage import read_word

    # Words are typed in small letters; levels are not.
    found = Level(read_word(word, [level.lower() for level in Level], "--level").upper())
    if found > HIGHEST:
        raise InvalidInput(
            _("{level} restores everything, which is more than a look.").format(level=found),
            _("Test a restore: opsctl backup restore-test POLICY"),
        )
    return found


def _known(context: "Context", what: str) -> "Known":
    from opsctl.backups.rules.choosing import names_run
    from opsctl.backups.service import proving

    if names_run(what, context.host.jobs):
        return context.read(proving.known, now=context.now, reference=what)
    return context.read(proving.known, now=context.now, policy=job_of(context, what).name)


def _looked(context: "Context", known: "Known") -> "Looked":
    from opsctl.backups.jobs.verifying import Looked

    job = job_of(context, known.plan.policy)
    return Looked(job, known.plan, context.host, context.signature().host, context.now, context.remark)


def _check(context: "Context", looked: "Looked", run: "Run", copy: str, level: Level) -> "list[Check]":
    """Look at one copy, and record what was found at once."""
    from opsctl.backups.jobs.verifying import verify as look
    from opsctl.backups.rules.wire import to_json
    from opsctl.backups.service import recording

    checks = look(looked, run, copy, level)
    if checks:
        said = {"run": run.reference, "checks": [to_json(one) for one in checks]}
        tell(context, recording.record_checks, said)
    return checks


def _end(checks: "list[Check]") -> None:
    """End with the worst of what was found; of a copy that could not be looked at nothing is said."""
    from opsctl.backups.terms import Verdict

    found = {one.verdict for one in checks}
    if Verdict.DIFFERS in found:
        raise Exit(ExitCode.ATTENTION)
    if Verdict.COULD_NOT_RUN in found or not found:
        raise Exit(ExitCode.FAILED)
