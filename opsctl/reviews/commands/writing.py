"""opsctl review start | edit | import"""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_title
from opsctl.reviews.commands.parameters import Reference

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.reviews.rules import Review

app = room_app()


@verb(
    app,
    "start",
    help=_(
        "Begin a review that is half written from the records: of an incident, of a period's ordinary faults, or for"
        " a quality analysis meeting."
    ),
    examples=(
        "opsctl review start INC-2026-0042",
        "opsctl review start --period 2026-10",
        'opsctl review start --meeting "October quality meeting" INC-2026-0042 ACT-2026-0007',
    ),
    writes=True,
)
def start(
    refs: Annotated[
        list[str] | None,
        Argument(metavar="[INC-REF …]", help=_("INC-2026-0042, or 42 for this year's; a meeting takes actions, too.")),
    ] = None,
    period: Annotated[
        str | None,
        Option("--period", metavar="PERIOD", help=_("The ordinary faults resolved in it: 2026-10, last-month.")),
    ] = None,
    meeting: Annotated[
        str | None, Option("--meeting", metavar="TITLE", help=_("A quality analysis meeting of that title."))
    ] = None,
    title: Annotated[
        str | None, Option("--title", metavar="TITLE", help=_("What it is called; the incident's title if not given."))
    ] = None,
) -> None:
    """Parse, start, say so."""
    from opsctl.reviews.service import read
    from opsctl.reviews.views import told

    context = current()
    review = _started(context, context.words(refs or []), period, meeting, title)
    known = context.read(read.known, word=review.reference, now=context.now)
    report = told.started(known, context.now)
    context.emit(replace(report, remarks=(*report.remarks, *_left_elsewhere(context, review))))


def _started(
    context: "Context", named: list[str], period: str | None, meeting: str | None, title: str | None
) -> "Review":
    from opsctl.core.periods import read_period
    from opsctl.reviews.service import starting

    called = None if title is None else read_title(title)
    if sum((bool(named) and meeting is None, period is not None, meeting is not None)) != 1:
        raise InvalidInput(
            _("A review is about incidents, about a period, or for a meeting."),
            _("Like: {command}").format(command="opsctl review start INC-2026-0042"),
        )
    if period is not None:
        wanted = read_period(period, zone=context.database_zone, now=context.now)
        return context.perform(
            starting.start_period, name=wanted.name, since=wanted.start, until=wanted.end, title=called
        )
    if meeting is not None:
        return context.perform(starting.start_meeting, named=named, title=called or read_title(meeting))
    return context.perform(starting.start, named=named, title=called)


def _left_elsewhere(context: "Context", review: "Review") -> tuple[str, ...]:
    """What a periodic review left to others that were begun before it and that are still to be held."""
    from opsctl.reviews.service import coverage
    from opsctl.reviews.views import told

    if review.since is None or review.until is None:
        return ()
    known = context.read(coverage.ordinary, now=context.now, since=review.since, until=review.until)
    return told.left_elsewhere(review, known)


@verb(
    app,
    "edit",
    help=_(
        "Write a review in your editor, as Markdown: analysis, notes, actions; the records' lines can be hidden, not"
        " changed. An action with an owner, a deadline and a kind is recorded when it is saved."
    ),
    examples=(
        "opsctl review edit INC-2026-0042",
        "opsctl review edit 7 --print",
        "opsctl review edit 7 -F review.md",
    ),
    writes=True,
)
def edit(
    ref: Reference,
    file: Annotated[
        str | None, Option("-F", "--file", metavar="FILE", help=_("Take the text from a file, - for stdin."))
    ] = None,
    print_: Annotated[bool, Option("--print", help=_("Write the text to stdout and change nothing."))] = False,
    recover: Annotated[
        str | None, Option("--recover", metavar="FILE", help=_("Open this kept text in the editor instead."))
    ] = None,
) -> None:
    """Parse, edit, say so."""
    from opsctl.cli.output import write_lines
    from opsctl.reviews.commands import editing

    context = current()
    if sum((file is not None, print_, recover is not None)) > 1:
        raise InvalidInput(_("Only one of -F, --print and --recover."), _("See: opsctl review edit --help"))
    word = mend(ref)
    if print_:
        write_lines(context, (editing.written(context, word),))
    elif file is not None:
        context.emit(editing.from_file(context, word, file))
    else:
        context.emit(editing.in_editor(context, word, recover))


@verb(
    app,
    "import",
    help=_(
        "Take in a post-mortem that was written elsewhere, as Markdown: what is understood becomes a review, the rest"
        " is kept as it is and listed."
    ),
    examples=(
        "opsctl review import postmortem.md --incident INC-2026-0042 --tz Asia/Shanghai",
        "opsctl review import postmortem.md --dry-run",
    ),
    writes=True,
    attention=_("something in it was not understood"),
)
def import_(
    file: Annotated[str, Argument(metavar="FILE", help=_("The Markdown file, - for stdin."))],
    incident: Annotated[
        list[str] | None,
        Option("--incident", metavar="INC-REF", help=_("The incident it is about, if the file names none; many.")),
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help=_("Show what would be taken in; change nothing."))] = False,
) -> None:
    """Parse, take in, say what was not understood."""
    from opsctl.reviews.commands import importing

    importing.run(current(), file, [mend(one) for one in incident or []], dry_run=dry_run)


def text_of(context: "Context", file: str) -> str:
    """The text of a file or of stdin. Raise InvalidInput where it is longer than a review may be."""
    from opsctl.reviews.service.editing import check_length

    text = context.text_of(file)
    check_length(text)
    return text
