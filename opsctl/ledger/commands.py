"""opsctl ledger list | show | verify | export | redact"""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

from typer import Argument, Option

from opsctl.cli.context import Context, current
from opsctl.cli.filters import Limit
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend, read_body

app = room_app()

Subject = Annotated[str | None, Option("--subject", metavar="REF", help=_("Only rows about this record."))]
About = Annotated[str | None, Option("--about", metavar="ASSET", help=_("Only rows about this asset's handle."))]
Seq = Annotated[int, Argument(metavar="ROW", help=_("The number of a row."))]


@verb(
    app,
    "list",
    help=_("The newest rows of the ledger."),
    examples=("opsctl ledger list --limit 20", "opsctl ledger list --subject INC-2026-0042"),
    writes=False,
)
def list_(
    kind: Annotated[
        str | None, Option("--kind", metavar="KIND", help=_("Only this kind, such as incident.opened."))
    ] = None,
    subject: Subject = None,
    about: About = None,
    actor: Annotated[str | None, Option("--actor", metavar="PERSON", help=_("Only rows by this actor."))] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Recorded at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Recorded before that time; a date is the whole day, included.")),
    ] = None,
    limit: Limit = None,
) -> None:
    """Parse, read, show."""
    from opsctl.ledger import service, views

    context = current()
    since_moment, until_moment = context.moment(since), context.until(until)
    search = service.Search(kind, _record(subject), _handle(about), actor, since_moment, until_moment)
    context.emit(views.listed(context.read(service.newest, search=search, limit=context.limit(limit))))


@verb(app, "show", help=_("One row, with its facts."), examples=("opsctl ledger show 42",), writes=False)
def show(seq: Seq) -> None:
    """Read and show."""
    from opsctl.ledger import service, views

    context = current()
    context.emit(views.shown(context.read(service.one, seq=seq)))


@verb(
    app,
    "verify",
    help=_("Follow the whole chain and name what is not as it was written."),
    examples=("opsctl ledger verify", "opsctl ledger verify --deep", "opsctl ledger verify --head 3f786850e387…"),
    writes=False,
    attention=_("the ledger is not whole"),
)
def verify(
    deep: Annotated[
        bool, Option("--deep", help=_("Compare every record with what the ledger wrote of it, too."))
    ] = False,
    head: Annotated[
        str | None, Option("--head", metavar="HASH", help=_("A head you kept: it must still be in the chain."))
    ] = None,
) -> None:
    """Read, verify, show."""
    from opsctl.ledger import service, views

    context = current()
    driver = context.store.driver
    found = context.read(
        service.verify,
        kept=None if head is None else _read_head(head),
        standing=driver.guards,
        wanted=driver.LEDGER_GUARDS,
        records=[room.load(room.records) for room in context.rooms() if room.records] if deep else None,
    )
    context.emit(views.verified(found))


@verb(
    app,
    "export",
    help=_(
        "Write the chain as JSON lines. With --subject or --about the other rows are number and digests alone, so the"
        " excerpt still verifies and shows nothing of them."
    ),
    examples=("opsctl ledger export -o ledger.jsonl", "opsctl ledger export --about erp > erp.jsonl"),
    writes=False,
)
def export(subject: Subject = None, about: About = None) -> None:
    """Read and write."""
    from opsctl.cli.output import write_lines
    from opsctl.ledger import service

    context = current()
    wanted = service.Search(subject=_record(subject), about=_handle(about))
    context.read(_export, search=wanted, write=partial(write_lines, context))


@verb(
    app,
    "redact",
    help=_("Blank the facts of a row, and the same words in its record. The chain still verifies and says so."),
    examples=('opsctl ledger redact 42 --reason "a password was pasted"',),
    writes=True,
)
def redact(
    seq: Seq, reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why; it stays in the ledger."))]
) -> None:
    """Parse, redact, say so."""
    from opsctl.ledger import service, views

    context = current()
    done = context.perform(service.redact, seq=seq, reason=read_body(reason), blank=_blanks(context))
    context.emit(views.redacted(done.seq, done.subject, done.record_changed, done.left))


def _read_head(typed: str) -> str:
    head = mend(typed).lower()
    if not re.fullmatch("[0-9a-f]{64}", head):
        raise InvalidInput(
            _("{head!r} is no head: a head has 64 hexadecimal digits.").format(head=excerpt(typed)),
            _("Give all of it, as reports and opsctl db status print it."),
        )
    return head


def _handle(typed: str | None) -> str | None:
    return None if typed is None else mend(typed).casefold()


def _record(typed: str | None) -> str | None:
    """As records are written: INC-2026-0042 in capitals; a handle, or the source of an import, as it was typed."""
    word = None if typed is None else mend(typed)
    return word.upper() if word and re.fullmatch("[A-Za-z]{3}-[0-9]{4}-[0-9]{4,}", word) else word


def _blanks(context: Context) -> dict[str, Any]:
    found = [(room, room.blank) for room in context.rooms() if room.blank]
    return {prefix: room.load(blank) for room, blank in found for prefix in str(room.prefix).split(" ")}


def _export(session: Any, *, search: Any, write: Callable[[Iterator[str]], None]) -> None:
    from opsctl.ledger import service, views
    from opsctl.render.cells import json_value

    write(
        json.dumps(json_value(views.data(row) if wanted else views.stub(row)), ensure_ascii=False) + "\n"
        for row, wanted in service.excerpt(session, search=search)
    )
