"""opsctl incident open | ack | note | resolve | close | list | show | timeline | import"""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import read_word
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_body, read_title
from opsctl.incidents.terms import ACKNOWLEDGED, CLOSED, NOTED, OPENED, RESOLVED, Level, Wanted

app = room_app()

References = Annotated[
    list[str], Argument(metavar="REF …", help=_("INC-2026-0042, or 42 for this year's; - reads them from stdin."))
]
Reference = Annotated[str, Argument(metavar="REF", help=_("INC-2026-0042, or 42 for this year's."))]
At = Annotated[str | None, Option("--at", metavar="TIME", help=_("When it happened; now if not given."))]
Cause = Annotated[str | None, Option("--cause", metavar="TEXT", help=_("What caused it."))]
Handling = Annotated[str | None, Option("--handling", metavar="TEXT", help=_("What was done."))]
Result = Annotated[str | None, Option("--result", metavar="TEXT", help=_("How it ended."))]


def _body(text: str | None) -> str | None:
    return None if text is None else read_body(text)


@verb(
    app,
    "open",
    help=_("Open an incident. The first word is the asset, unless --asset names it. Nothing is asked."),
    examples=(
        'opsctl incident open erp "login answers 502" --down',
        "opsctl incident open erp 登录报 502 --down 02:58",
    ),
    writes=True,
)
def open_(
    words: Annotated[list[str], Argument(metavar="ASSET TITLE …", help=_("The asset's handle, then what is wrong."))],
    asset: Annotated[
        str | None, Option("--asset", metavar="ASSET", help=_("The asset, if the title does not begin with it."))
    ] = None,
    down: Annotated[
        str | None, Option("--down", metavar="[TIME]", help=_("It is down, since TIME or since now."))
    ] = None,
    at: At = None,
    impact: Annotated[
        Level, Option("--impact", metavar="low|medium|high", help=_("How much is affected; medium if not given."))
    ] = Level.MEDIUM,
    urgency: Annotated[
        Level, Option("--urgency", metavar="low|medium|high", help=_("How long it can wait; medium if not given."))
    ] = Level.MEDIUM,
) -> None:
    """Parse, open, say so."""
    from opsctl.incidents import views
    from opsctl.incidents.service import write

    context = current()
    opened = context.perform(
        write.open_incident,
        words=read_title(" ".join(words)),
        asset=None if asset is None else mend(asset),
        impact=impact,
        urgency=urgency,
        at=context.moment(at),
        down=context.moment(down),
    )
    context.emit(views.done([opened], OPENED))


@verb(
    app,
    "ack",
    help=_("Acknowledge incidents: somebody is on it."),
    examples=("opsctl incident ack 42", "opsctl incident list --state unacked --quiet | opsctl incident ack -"),
    writes=True,
)
def ack(refs: References, at: At = None) -> None:
    """Parse, acknowledge, say so."""
    from opsctl.incidents import views
    from opsctl.incidents.service import write

    context = current()
    taken = context.perform(write.acknowledge, named=context.words(refs), at=context.moment(at))
    context.emit(views.done(taken, ACKNOWLEDGED))


@verb(
    app,
    "note",
    help=_("Write a note into the timeline. The last word is the text, so put it in quotation marks."),
    examples=(
        'opsctl incident note 42 "app3 fails its health check"',
        "dmesg | tail -20 | opsctl incident note 42 -F -",
    ),
    writes=True,
)
def note(
    words: Annotated[list[str], Argument(metavar="REF … TEXT", help=_("One or more references, then the text."))],
    file: Annotated[
        str | None, Option("-F", "--file", metavar="FILE", help=_("Read the text from a file instead, - for stdin."))
    ] = None,
    at: At = None,
) -> None:
    """Parse, note, say so."""
    from opsctl.incidents import views
    from opsctl.incidents.service import write

    context = current()
    if file is None and len(words) < 2:
        raise InvalidInput(_("A note needs a reference and a text."), _('Like: opsctl incident note 42 "text"'))
    named, text = (words[:-1], words[-1]) if file is None else (words, context.text_of(file))
    noted = context.perform(write.note, named=context.words(named), text=read_body(text), at=context.moment(at))
    context.emit(views.done(noted, NOTED))


@verb(
    app,
    "resolve",
    help=_("Resolve incidents: the fault is gone. An outage that still lasts needs --restored."),
    examples=('opsctl incident resolve 42 --restored 03:31 --cause "certificate expired"',),
    writes=True,
)
def resolve(
    refs: References,
    restored: Annotated[str | None, Option("--restored", metavar="TIME", help=_("When the service was back."))] = None,
    at: At = None,
    cause: Cause = None,
    handling: Handling = None,
    result: Result = None,
) -> None:
    """Parse, resolve, say so."""
    from opsctl.incidents import views
    from opsctl.incidents.service import write

    context = current()
    resolved = context.perform(
        write.resolve,
        named=context.words(refs),
        at=context.moment(at),
        restored=context.moment(restored),
        cause=_body(cause),
        handling=_body(handling),
        result=_body(result),
    )
    context.emit(views.done(resolved, RESOLVED))


@verb(
    app,
    "close",
    help=_("Close resolved incidents."),
    examples=('opsctl incident close 42 --result "customer informed"',),
    writes=True,
)
def close(
    refs: References, at: At = None, cause: Cause = None, handling: Handling = None, result: Result = None
) -> None:
    """Parse, close, say so."""
    from opsctl.incidents import views
    from opsctl.incidents.service import write

    context = current()
    closed = context.perform(
        write.close,
        named=context.words(refs),
        at=context.moment(at),
        cause=_body(cause),
        handling=_body(handling),
        result=_body(result),
    )
    context.emit(views.done(closed, CLOSED))


@verb(
    app,
    "list",
    help=_("List incidents, the newest first."),
    examples=(
        "opsctl incident list --state unresolved",
        "opsctl incident list --asset erp --since 2026-10-01 --until 2026-10-31",
    ),
    writes=False,
)
def list_(
    state: Annotated[
        Wanted | None,
        Option(
            "--state",
            metavar="STATE",
            help=_("open, acknowledged, mitigated, resolved, closed, unacked or unresolved."),
        ),
    ] = None,
    asset: Annotated[str | None, Option("--asset", metavar="ASSET", help=_("Only those of this asset."))] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Opened at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Opened before that time; a date is the whole day, included.")),
    ] = None,
    sort: Annotated[
        str, Option("--sort", metavar="COLUMN", help=_("opened, reference, asset or state; -opened turns it round."))
    ] = "-opened",
    limit: Annotated[
        int | None,
        Option("--limit", metavar="N", help=_("At most so many; 0 is all. If not given 50, and all with --quiet.")),
    ] = None,
    columns: Annotated[
        str | None, Option("--columns", metavar="A,B", help=_("Only these columns, in this order."))
    ] = None,
) -> None:
    """Parse, read, show."""
    from opsctl.core.report import choose_columns
    from opsctl.incidents import views
    from opsctl.incidents.service import read

    context = current()
    found = context.read(
        read.list_incidents,
        state=state,
        asset=asset,
        since=context.moment(since),
        until=context.until(until),
        sort=read_word(sort, [sign + word for word in read.ORDERS for sign in ("", "-")], "--sort"),
        limit=context.limit(limit),
    )
    context.emit(choose_columns(views.listed(found.incidents, found.total, context.now), columns))


@verb(
    app,
    "show",
    help=_("Show one incident: its clocks, its outages, what is worth a look."),
    examples=("opsctl incident show 42", "opsctl incident show INC-2026-0042 --utc"),
    writes=False,
)
def show(ref: Reference) -> None:
    """Read and show."""
    from opsctl.incidents import views
    from opsctl.incidents.service import read

    context = current()
    context.emit(views.shown(context.read(read.find, word=ref, now=context.now)))


@verb(
    app,
    "timeline",
    help=_("What happened to an incident, in order, from the ledger."),
    examples=("opsctl incident timeline 42",),
    writes=False,
)
def timeline(ref: Reference) -> None:
    """Read and show."""
    from opsctl.incidents import views
    from opsctl.incidents.service import read

    context = current()
    context.emit(views.timeline(*context.read(read.timeline, word=ref, now=context.now)))


@verb(
    app,
    "import",
    help=_(
        "Import incidents from another tool: CSV, JSON or JSON lines, told by content. Nothing is mended or detected;"
        " the same record again changes nothing."
    ),
    examples=(
        "opsctl incident import tickets.csv --map tickets.toml --dry-run",
        "opsctl incident import tickets.csv --map tickets.toml --tz Europe/Rome",
    ),
    writes=True,
    attention=_("imported, but some records were rejected"),
)
def import_(
    file: Annotated[str, Argument(metavar="FILE", help=_("The file, or - for stdin."))],
    map_file: Annotated[str, Option("--map", metavar="MAP", help=_("What its columns and words mean, in TOML."))],
    dry_run: Annotated[bool, Option("--dry-run", help=_("Show what would be imported; write nothing."))] = False,
    rejects: Annotated[
        str | None,
        Option("--rejects", metavar="FILE", help=_("Where rejected records go; FILE.rejected.csv if not given.")),
    ] = None,
) -> None:
    """Import and report."""
    from opsctl.incidents.commands.importing import import_file

    context = current()
    context.emit(import_file(context, file, map_file, dry_run=dry_run, rejects=rejects))
