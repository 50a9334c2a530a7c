"""The verbs that are typed at night; they also stand at the top level: opsctl open, ack, note …"""

import re
from dataclasses import replace
from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import body
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_body, read_title
from opsctl.incidents.commands.parameters import (
    At,
    CategoryOf,
    Cause,
    Handling,
    ImpactLevel,
    MyReferences,
    References,
    Result,
    Severity,
    StillLost,
    Told,
    UrgencyLevel,
    Weight,
    act,
    contacts,
    severity_of,
    share,
)  # fmt: skip
from opsctl.incidents.terms import ACKNOWLEDGED, DOWN, MERGED, MITIGATED, NOTED, RESOLVED, RESTORED, Category, Level

app = room_app()

_REFERENCE = r"(?:[A-Za-z]{3}-)?[0-9][0-9-]*|-"


@verb(
    app,
    "open",
    help=_("Open an incident and have it. The first word is the asset, unless --asset names it. Nothing is asked."),
    examples=(
        'opsctl open "erp login 502" -s1 --down',
        "opsctl open erp 登录报 502 --down 02:58",
        "opsctl open --from ACT-2026-0042",
    ),
    writes=True,
)
def open_(
    words: Annotated[
        list[str] | None, Argument(metavar="ASSET TITLE …", help=_("The asset's handle, then what is wrong."))
    ] = None,
    asset: Annotated[
        str | None, Option("--asset", metavar="ASSET", help=_("The asset, if the title does not begin with it."))
    ] = None,
    origin: Annotated[
        str | None, Option("--from", metavar="ACT-REF", help=_("Take over this action; its words are the title then."))
    ] = None,
    severity: Severity = None,
    down: Annotated[
        str | None, Option("--down", metavar="[TIME]", help=_("It is down, since TIME or since now."))
    ] = None,
    weight: Weight = None,
    at: At = None,
    detected: Annotated[str | None, Option("--detected", metavar="TIME", help=_("When it was noticed."))] = None,
    impact: ImpactLevel = None,
    urgency: UrgencyLevel = None,
    category: CategoryOf = None,
    owner: Annotated[str | None, Option("--for", metavar="PERSON", help=_("Who has it, instead of you."))] = None,
    unowned: Annotated[bool, Option("--unowned", help=_("Nobody has it yet, and nobody acknowledged it."))] = False,
    drill: Annotated[bool, Option("--drill", help=_("A drill: it counts nowhere."))] = False,
) -> None:
    """Parse, open, say so."""
    from opsctl.incidents.service import write
    from opsctl.incidents.views import told

    if not words and origin is None:
        see = _("See: {command} --help").format(command="opsctl open")
        raise InvalidInput(_("{what} is missing.").format(what="ASSET TITLE …"), see)
    if weight is not None and down is None:
        raise InvalidInput(_("--weight says how much of an outage is lost."), _("Add --down."))
    if owner is not None and unowned:
        raise InvalidInput(_("--for and --unowned contradict each other."), _("Give one of them."))
    context = current()
    found = context.perform(
        write.open_incident,
        words=read_title(" ".join(words)) if words else None,
        asset=None if asset is None else mend(asset),
        origin=origin,
        severity=severity_of(severity),
        impact=impact or Level.MEDIUM,
        urgency=urgency or Level.MEDIUM,
        category=category or Category.FAULT,
        at=context.moment(at),
        detected=context.moment(detected),
        down=context.moment(down),
        weight=share(weight) or 1000,
        owner=None if owner is None else mend(owner),
        unowned=unowned,
        drill=drill,
    )
    report = told.opened(found)
    if found.incident.assignee is not None and found.incident.acknowledged is None:
        report = replace(report, remarks=(*report.remarks, *contacts(context, [found.incident.assignee])))
    context.emit(report)


@verb(
    app,
    "ack",
    help=_("Acknowledge incidents: somebody is on it."),
    examples=("opsctl ack 42", "opsctl incident list --state unacked --quiet | opsctl ack -"),
    writes=True,
)
def ack(refs: MyReferences = None, at: At = None) -> None:
    """Parse, acknowledge, say so."""
    from opsctl.incidents.service import write

    context = current()
    act(context, refs, write.acknowledge, ACKNOWLEDGED, at=context.moment(at))


@verb(
    app,
    "note",
    help=_("Write a note into the timeline. The last word is the text, so put it in quotation marks."),
    examples=('opsctl note 42 "app3 fails its health check"', "dmesg | tail -20 | opsctl note 42 -F -"),
    writes=True,
)
def note(
    words: Annotated[
        list[str] | None,
        Argument(metavar="[REF …] TEXT", help=_("References, or none for my only unresolved one; then the text.")),
    ] = None,
    file: Annotated[
        str | None, Option("-F", "--file", metavar="FILE", help=_("Read the text from a file instead, - for stdin."))
    ] = None,
    at: At = None,
) -> None:
    """Parse, note, say so."""
    from opsctl.incidents.service import write

    context = current()
    refs, text = _references_and_text(words or []) if file is None else (words or [], context.text_of(file))
    act(context, refs, write.note, NOTED, text=read_body(text), at=context.moment(at))


def _references_and_text(words: list[str]) -> tuple[list[str], str]:
    """The leading references, and the text after them: one word in quotation marks, or several without."""
    count = 0
    while count < len(words) - 1 and re.fullmatch(_REFERENCE, mend(words[count]), re.ASCII):
        count += 1
    text = " ".join(words[count:])
    if not text.strip() or (len(words) == 1 and re.fullmatch(_REFERENCE, mend(words[0]), re.ASCII)):
        raise InvalidInput(_("A note needs a text."), _('Like: opsctl note 42 "text"'))
    return words[:count], text


@verb(
    app,
    "mitigate",
    help=_("Say that the worst is over; the cause is not gone yet."),
    examples=("opsctl mitigate 42",),
    writes=True,
)
def mitigate(refs: MyReferences = None, at: At = None) -> None:
    """Parse, mitigate, say so."""
    from opsctl.incidents.service import write

    context = current()
    act(context, refs, write.mitigate, MITIGATED, at=context.moment(at))


@verb(
    app,
    "down",
    help=_("Say that the asset does not serve, or serves only in part."),
    examples=("opsctl down --at 02:58", "opsctl down 42 --weight 30%"),
    writes=True,
)
def down(refs: MyReferences = None, at: At = None, weight: Weight = None) -> None:
    """Parse, declare the outage, say so."""
    from opsctl.incidents.service import write

    context = current()
    act(context, refs, write.down, DOWN, at=context.moment(at), weight=share(weight) or 1000)


@verb(
    app,
    "restored",
    help=_("Say that the asset serves again, wholly or in part. The incident goes on until it is resolved."),
    examples=("opsctl restored --at 03:31", "opsctl restored 42 --weight 10%"),
    writes=True,
)
def restored(refs: MyReferences = None, at: At = None, weight: StillLost = None) -> None:
    """Parse, end the outage, say so."""
    from opsctl.incidents.service import write

    context = current()
    lost = share(weight) or 0
    if lost == 1000:
        raise InvalidInput(_("With all of it lost nothing is restored."), _("Leave out --weight, or give less."))
    act(context, refs, write.restored, RESTORED, at=context.moment(at), weight=lost)


@verb(
    app,
    "resolve",
    help=_("Resolve incidents: the fault is gone. An outage that still lasts needs --restored."),
    examples=('opsctl resolve 42 --restored 03:31 --cause "certificate expired"',),
    writes=True,
)
def resolve(
    refs: References,
    restored: Annotated[str | None, Option("--restored", metavar="TIME", help=_("When the service was back."))] = None,
    at: At = None,
    cause: Cause = None,
    handling: Handling = None,
    result: Result = None,
    told: Told = None,
) -> None:
    """Parse, resolve, say so."""
    from opsctl.incidents.service import write

    context = current()
    act(
        context,
        refs,
        write.resolve,
        RESOLVED,
        at=context.moment(at),
        restored=context.moment(restored),
        cause=body(cause),
        handling=body(handling),
        result=body(result),
        told=context.moment(told),
    )


@verb(
    app,
    "merge",
    help=_("Merge incidents into another: the earliest beginning and the latest end of all count."),
    examples=("opsctl merge 43 44 --into 42",),
    writes=True,
)
def merge(
    refs: References,
    into: Annotated[str, Option("--into", metavar="REF", help=_("The incident that goes on."))],
) -> None:
    """Parse, merge, say so."""
    from opsctl.incidents.service import judging

    act(current(), refs, judging.merge, MERGED, into=into)
