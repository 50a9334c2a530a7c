"""opsctl backup restore-test"""

import time
import uuid
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Exit, Option

from opsctl.backups.commands.parameters import jobs_of
from opsctl.backups.commands.waiting import tell, tell_what_waited
from opsctl.backups.rules.choosing import LATEST, RANDOM
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import Conflict, ExitCode, InvalidInput, NotFound
from opsctl.core.texts import _

if TYPE_CHECKING:
    from pathlib import Path

    from opsctl.backups.jobs.testing import Asked
    from opsctl.backups.rules import Test
    from opsctl.backups.rules.evidence import Background
    from opsctl.backups.service.proving import Known
    from opsctl.backups.views.tested import Told
    from opsctl.cli.context import Context
    from opsctl.cli.hostfile.jobs import Job

app = room_app()


@verb(
    app,
    "restore-test",
    help=_(
        "Restore a backup into the scratch place of this host, ask it what the host file asserts, measure the time, and"
        " take it away again. Evidence is left behind; what differs becomes an action. Nothing live is touched."
    ),
    examples=("opsctl backup restore-test erp-db", "opsctl backup restore-test erp-db --run random --evidence audit"),
    writes=True,
    attention=_("a restored copy differs: the backup cannot be relied on"),
)
def restore_test(
    policy: Annotated[str | None, Argument(metavar="[POLICY]", help=_("A policy; may be left out with --due."))] = None,
    run: Annotated[
        str, Option("--run", metavar="REF", help=_("A run, latest, or random: proven longest ago more likely."))
    ] = LATEST,
    copy: Annotated[
        str | None, Option("--copy", metavar="COPY", help=_("That copy; without: the one proven longest ago."))
    ] = None,
    evidence: Annotated[
        str | None, Option("--evidence", metavar="DIR", help=_("A folder for the evidence, instead of our own."))
    ] = None,
    due: Annotated[bool, Option("--due", help=_("Only where the rulebook asks for a test now."))] = False,
) -> None:
    """Plan, test one after the other, record each as soon as it ended, say so."""
    from opsctl.backups.views import tested as views

    context = current()
    if policy is None and not due:
        raise InvalidInput(_("It is not said what to test."), _("Name a policy, or say --due."))
    jobs = jobs_of(context, None if policy is None else [policy])
    tell_what_waited(context)
    if due:
        done, failed = _test_due(context, jobs, run, copy, evidence)
    else:
        done, failed = [_test(context, job, run, copy, evidence) for job in jobs], False
    context.emit(views.tested(done))
    _end(done, failed)


def _folder(chosen: str | None) -> "Path":
    from opsctl.backups.jobs.evidence import evidence_folder
    from opsctl.backups.jobs.state import state_home

    return evidence_folder(chosen, state_home())


def _test_due(
    context: "Context", jobs: "list[Job]", point: str, copy: str | None, evidence: str | None
) -> "tuple[list[Told], bool]":
    """Test those that are due, and say whether one of them could not even begin: that keeps no other from its test."""
    from opsctl.backups.rules.plans import open_slot
    from opsctl.backups.service import planning

    plans = context.read(planning.plans, now=context.now, names=[job.name for job in jobs])
    due = {one.policy for one in plans if open_slot(one.tests, context.now) is not None}
    done, failed = [], False
    for job in (job for job in jobs if job.name in due and not _is_for_another(job)):
        try:
            done.append(_test(context, job, point, copy, evidence))
        except (Conflict, InvalidInput, NotFound) as error:
            failed = True
            context.remark(f"{job.name}: {error.message}")
    return done, failed


def _is_for_another(job: "Job") -> bool:
    """Whether the host file says that only another host can decrypt what the job makes."""
    return job.encryption is not None and job.encryption.decrypt is None


def _test(context: "Context", job: "Job", point: str, copy: str | None, evidence: str | None) -> "Told":
    """Test one policy. The folder of the evidence is made when it is known what is restored, and before it is."""
    from opsctl.backups.jobs import testing
    from opsctl.backups.service import proving

    named = None if point in (LATEST, RANDOM) else point
    known = context.read(proving.known, now=context.now, policy=job.name, reference=named)
    asked = _asked(context, job, known, point, copy)
    testing.chosen(asked, known.runs)
    folder = _folder(evidence)
    try:
        return _record(context, folder, known, asked, testing.test(asked, known.runs))
    except testing.Interrupted as error:
        _record(context, folder, known, asked, error.test)
        raise


def _asked(context: "Context", job: "Job", known: "Known", point: str, copy: str | None) -> "Asked":
    from opsctl.backups.jobs.testing import Asked

    signature = context.signature()
    return Asked(
        request=str(uuid.uuid4()),
        job=job,
        plan=known.plan,
        host=context.host,
        name=signature.host,
        person=signature.actor,
        now=context.now,
        clock=time.monotonic,
        point=point if known.run is None else known.run.reference,
        copy=copy,
        tell=context.remark,
    )


def _record(context: "Context", folder: "Path", known: "Known", asked: "Asked", test: "Test") -> "Told":
    """Keep the evidence, record the test, and write the page about it; with the database away the test waits here."""
    from dataclasses import replace

    from opsctl.backups.jobs import evidence
    from opsctl.backups.rules.evidence import digest_of, text_of
    from opsctl.backups.rules.wire import to_json
    from opsctl.backups.service import recording
    from opsctl.backups.views.tested import Told

    background = _background(known, asked, test)
    text = text_of(test, background)
    test = replace(test, evidence=digest_of(text))
    draft = evidence.keep(folder, asked.request, text)
    recorded = tell(context, recording.record_test, {"test": to_json(test)})
    if recorded is None:
        return Told(test, known.plan, str(draft))
    bundle = evidence.finish(draft, recorded.test.reference, _page(context, asked.job, recorded.test, background))
    return Told(recorded.test, known.plan, str(bundle), recorded.action, recorded.proven)


def _background(known: "Known", asked: "Asked", test: "Test") -> "Background":
    from opsctl import __version__
    from opsctl.backups.drivers.registry import driver_of
    from opsctl.backups.rules.evidence import Background

    duty = known.policy.tests or known.policy.slots
    return Background(
        plan=known.plan,
        run=next(one for one in known.runs if one.reference == test.run),
        title=None if known.policy.title is None else known.policy.title.said,
        clause=duty.clause,
        person=asked.person,
        asked=asked.point,
        request=asked.request,
        engine=driver_of(asked.job).engine(),
        version=__version__,
        head=known.head,
    )


def _page(context: "Context", job: "Job", test: "Test", background: "Background") -> str:
    from opsctl.backups.jobs.restoring import secrets_of
    from opsctl.backups.views.evidence import page
    from opsctl.core.report import Style
    from opsctl.render.formats import Format
    from opsctl.render.write import render

    return render(page(test, background, secrets_of(job)), Format.MARKDOWN, Style(zone=context.zone), to_file=True)


def _end(done: "list[Told]", failed: bool) -> None:
    """End with the worst of what the tests came to; nothing due is no failure."""
    from opsctl.backups.terms import Verdict

    found = {told.test.verdict for told in done}
    if Verdict.DIFFERS in found:
        raise Exit(ExitCode.ATTENTION)
    if Verdict.COULD_NOT_RUN in found or failed:
        raise Exit(ExitCode.FAILED)
