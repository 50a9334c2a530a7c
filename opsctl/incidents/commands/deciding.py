"""opsctl incident assign | escalate | reclassify | reopen | close | pause | resume | approve | split | correct | …"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import NOTHING, body, fields_among, read_word
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import mend, read_body, read_title
from opsctl.core.void import Void
from opsctl.incidents.commands.parameters import (
    At,
    CategoryOf,
    Cause,
    Handling,
    ImpactLevel,
    MyReferences,
    Reason,
    References,
    Result,
    Severity,
    Told,
    UrgencyLevel,
    Weight,
    act,
    contacts,
    named,
    severity_of,
    share,
)  # fmt: skip
from opsctl.incidents.terms import (
    ASSIGNED,
    CLOSED,
    CORRECTED,
    ESCALATED,
    PAUSE_APPROVED,
    PAUSE_REFUSED,
    PAUSED,
    PLAN_STARTED,
    RECLASSIFIED,
    REOPENED,
    RESUMED,
    SPLIT,
    UNVOIDED,
    VOIDED,
)  # fmt: skip

if TYPE_CHECKING:
    from opsctl.cli.context import Context

app = room_app()


@verb(
    app,
    "assign",
    help=_("Give incidents to somebody."),
    examples=("opsctl incident assign 42 --to wang", "opsctl incident assign 42 43 --to me"),
    writes=True,
)
def assign(
    refs: References, to: Annotated[str, Option("--to", metavar="PERSON", help=_("Who has it from now on; me is you."))]
) -> None:
    """Parse, assign, say so."""
    from opsctl.incidents.service import judging

    act(current(), refs, judging.assign, ASSIGNED, to=mend(to))


@verb(
    app,
    "escalate",
    help=_("Bring somebody higher in; who has the incident stays the same."),
    examples=("opsctl incident escalate 42", 'opsctl incident escalate 42 --to lead.wang --reason "no spare part"'),
    writes=True,
)
def escalate(
    refs: MyReferences = None,
    to: Annotated[
        str | None, Option("--to", metavar="PERSON", help=_("Whom; the superior of who has it if not given."))
    ] = None,
    reason: Reason = None,
) -> None:
    """Parse, escalate, say so with the ways to reach them."""
    from opsctl.incidents.service import judging
    from opsctl.incidents.views import told

    context = current()
    words = named(context, refs, ESCALATED)
    if words is None:
        return
    to = None if to is None else mend(to)
    done = context.perform(judging.escalate, named=words, to=to, reason=body(reason))
    report = told.done(done, ESCALATED)
    whom = [str(case.incident.escalated_to) for case in done]
    context.emit(replace(report, remarks=(*report.remarks, *contacts(context, whom))))


@verb(
    app,
    "reclassify",
    help=_("Judge incidents anew by the rules in force now: severity, or the impact and urgency it follows from."),
    examples=("opsctl incident reclassify 42 -s1", "opsctl incident reclassify 42 --impact high --urgency high"),
    writes=True,
)
def reclassify(
    refs: References,
    severity: Severity = None,
    impact: ImpactLevel = None,
    urgency: UrgencyLevel = None,
    category: CategoryOf = None,
    reason: Reason = None,
) -> None:
    """Parse, judge anew, say so."""
    from opsctl.incidents.service import judging

    act(
        current(),
        refs,
        judging.reclassify,
        RECLASSIFIED,
        severity=severity_of(severity),
        impact=impact,
        urgency=urgency,
        category=category,
        reason=body(reason),
    )


@verb(
    app,
    "reopen",
    help=_("Take resolved or closed incidents up again: the same fault is back."),
    examples=("opsctl incident reopen 42 --down", "opsctl incident reopen 42 --at 05:10 --down"),
    writes=True,
)
def reopen(
    refs: References,
    at: At = None,
    down: Annotated[bool, Option("--down", help=_("It is down again, since --at or since now."))] = False,
    weight: Weight = None,
    reason: Reason = None,
) -> None:
    """Parse, reopen, say so."""
    from opsctl.incidents.service import write

    if weight is not None and not down:
        raise InvalidInput(_("--weight says how much of an outage is lost."), _("Add --down."))
    context = current()
    act(
        context,
        refs,
        write.reopen,
        REOPENED,
        at=context.moment(at),
        declared=down,
        weight=share(weight) or 1000,
        reason=body(reason),
    )


@verb(
    app,
    "close",
    help=_(
        "Close resolved incidents. The record has to be complete: cause, handling, result, and that the customer was"
        " told or, for a severity that asks for one, that the emergency plan was started."
    ),
    examples=('opsctl incident close 42 --result "certificate renewed" --told',),
    writes=True,
)
def close(
    refs: References,
    at: At = None,
    cause: Cause = None,
    handling: Handling = None,
    result: Result = None,
    told: Told = None,
    because: Annotated[
        str | None,
        Option("--because", metavar="TEXT", help=_("Why nobody was told, or no plan started; compliance shows it.")),
    ] = None,
) -> None:
    """Parse, close, say so."""
    from opsctl.incidents.service import write

    context = current()
    act(
        context,
        refs,
        write.close,
        CLOSED,
        at=context.moment(at),
        cause=body(cause),
        handling=body(handling),
        result=body(result),
        told=context.moment(told),
        exemption=body(because),
    )


@verb(
    app,
    "pause",
    help=_("Pause the clocks while others must act. They stop only once somebody else approves it."),
    examples=('opsctl incident pause 42 --reason "waiting for customer\'s part" --ask lead.wang',),
    writes=True,
)
def pause(
    reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("What is waited for."))],
    refs: MyReferences = None,
    ask: Annotated[str | None, Option("--ask", metavar="PERSON", help=_("Who is asked to approve it."))] = None,
    at: At = None,
) -> None:
    """Parse, pause, say so and who decides."""
    from opsctl.incidents.service import judging

    context = current()
    asked = None if ask is None else mend(ask)
    act(context, refs, judging.pause, PAUSED, reason=read_body(reason), ask=asked, at=context.moment(at))


@verb(app, "resume", help=_("End the pause that runs."), examples=("opsctl incident resume 42",), writes=True)
def resume(refs: MyReferences = None, at: At = None) -> None:
    """Parse, resume, say so."""
    from opsctl.incidents.service import judging

    context = current()
    act(context, refs, judging.resume, RESUMED, at=context.moment(at))


@verb(
    app,
    "approve",
    help=_("Approve a pause, or the earlier time of an acknowledgement that was entered late; never one's own."),
    examples=("opsctl incident approve 42/1", "opsctl incident approve 42", "opsctl incident approve 42/2 --refuse"),
    writes=True,
)
def approve(
    refs: Annotated[
        list[str], Argument(metavar="REF[/N] …", help=_("42/1 is the first pause of 42; 42 its acknowledgement."))
    ],
    refuse: Annotated[bool, Option("--refuse", help=_("Refuse the pause; the clock ran on."))] = False,
    reason: Reason = None,
) -> None:
    """Parse, decide, say so."""
    from opsctl.incidents.service import judging

    kind = PAUSE_REFUSED if refuse else PAUSE_APPROVED
    act(current(), refs, judging.approve, kind, approved=not refuse, reason=body(reason))


@verb(app, "split", help=_("Take a merging back."), examples=("opsctl incident split 43",), writes=True)
def split(refs: References) -> None:
    """Parse, split, say so."""
    from opsctl.incidents.service import judging

    act(current(), refs, judging.split, SPLIT)


@verb(
    app,
    "correct",
    help=_("Set right what was recorded wrongly; the ledger keeps the old value."),
    examples=('opsctl incident correct 42 impact_start=02:40 --reason "log of the proxy"',),
    writes=True,
)
def correct(
    words: Annotated[
        list[str],
        Argument(
            metavar="REF … FIELD=VALUE …",
            help=_("title, asset, customer, category, cause, opened, restored …; - takes a value away: told=-"),
        ),
    ],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why it was wrong."))],
) -> None:
    """Parse, correct, say so."""
    from opsctl.incidents.service import judging
    from opsctl.incidents.views import told

    context = current()
    refs, pairs = fields_among(words, "opsctl incident correct 42 cause=TEXT --reason TEXT")
    given = dict(_field(context, name, value) for name, value in pairs)
    picked = named(context, refs, CORRECTED)
    if picked is not None:
        found = context.perform(judging.correct, named=picked, given=given, reason=read_body(reason))
        context.emit(told.corrected(found))


def _field(context: "Context", name: str, value: str) -> tuple[str, Any]:
    from opsctl.incidents.rules import corrections

    field = read_word(name, list(corrections.CORRECTABLE), _("The field"))
    if mend(value) in NOTHING:
        if field in corrections.CLEARABLE:
            return field, None
        raise InvalidInput(
            _("{field} cannot be taken away.").format(field=field),
            _("These can: {fields}.").format(fields=series(corrections.CLEARABLE)),
        )
    if field in corrections.MOMENTS:
        moment: datetime | None = context.moment(value)
        return field, moment
    if field in corrections.WORDS:
        kind = corrections.WORDS[field]
        return field, kind(read_word(mend(value), [one.value for one in kind], field))
    if field in corrections.TEXTS:
        return field, read_body(value)
    return field, read_title(value) if field == "title" else mend(value)


@verb(
    app,
    "void",
    help=_("Take incidents out of every figure; the figures say how many. --undo brings them back."),
    examples=("opsctl incident void 42 --because false-alarm", "opsctl incident void 42 --undo --reason mistake"),
    writes=True,
)
def void(
    refs: References,
    because: Annotated[
        Void | None, Option("--because", metavar="WORD", help=_("false-alarm, test, duplicate or mistake."))
    ] = None,
    undo: Annotated[bool, Option("--undo", help=_("It counts again."))] = False,
    reason: Reason = None,
) -> None:
    """Parse, make void or undo it, say so."""
    from opsctl.incidents.service import judging

    if (because is None) is not undo:
        raise InvalidInput(
            _("Say either --because WORD or --undo."), _("WORD is false-alarm, test, duplicate or mistake.")
        )
    kind = UNVOIDED if undo else VOIDED
    act(current(), refs, judging.void, kind, because=because, reason=body(reason))


@verb(
    app,
    "plan",
    help=_("Say that the emergency plan was started."),
    examples=('opsctl incident plan 42 --name "site failover"',),
    writes=True,
)
def plan(
    refs: MyReferences = None,
    name: Annotated[str | None, Option("--name", metavar="TEXT", help=_("Which plan."))] = None,
    at: At = None,
) -> None:
    """Parse, start, say so."""
    from opsctl.incidents.service import judging

    context = current()
    title = None if name is None else read_title(name)
    act(context, refs, judging.plan, PLAN_STARTED, name=title, at=context.moment(at))
