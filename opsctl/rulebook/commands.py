"""opsctl rulebook apply | list | show | validate | diff"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput, Unavailable
from opsctl.core.machine import machine_zone
from opsctl.core.texts import _, ngettext
from opsctl.core.typed import mend
from opsctl.rulebook.terms import DEFAULT_WORD

if TYPE_CHECKING:
    from opsctl.rulebook.rules.book import Book
    from opsctl.rulebook.service.looking import Given

app = room_app()

File = Annotated[
    str, Argument(metavar="FILE", help=_("A TOML file, - for stdin, or default for the one that opsctl brings along."))
]
Side = Annotated[str, Argument(metavar="FILE|BOOK@VERSION", help=_("A file, or a version that was applied."))]


@verb(
    app,
    "apply",
    help=_("Put a rulebook into force. What was judged by older rules stays as it was judged."),
    examples=("opsctl rulebook apply om.toml", "opsctl rulebook apply company.toml --replaces om"),
    writes=True,
)
def apply(
    file: File,
    replaces: Annotated[
        str | None, Option("--replaces", metavar="BOOK", help=_("Another book, which ends in the same step."))
    ] = None,
    since: Annotated[
        str | None, Option("--since", metavar="TIME", help=_("In force from then on; now if not given."))
    ] = None,
) -> None:
    """Read, apply, say so."""
    from opsctl.rulebook.service import applying
    from opsctl.rulebook.views import versions as views

    context = current()
    given = _given(context, file)
    done = context.perform(
        applying.apply, text=given.text, file=given.file, replaces=replaces, since=context.moment(since)
    )
    context.emit(views.applied(done.head, new=done.new, warnings=done.warnings))


@verb(app, "list", help=_("Every version of every book."), examples=("opsctl rulebook list",), writes=False)
def list_() -> None:
    """Read and show."""
    from opsctl.rulebook.service import looking
    from opsctl.rulebook.views import versions as views

    context = current()
    versions = context.read(looking.list_versions, at=context.now)
    context.emit(views.listed([(one.head, one.in_force) for one in versions], context.now))


@verb(
    app,
    "show",
    help=_("What is in force, or what one version says."),
    examples=("opsctl rulebook show", "opsctl rulebook show om@2026.1", "opsctl rulebook show om --toml > om.toml"),
    writes=False,
)
def show(
    name: Annotated[
        str | None, Argument(metavar="[BOOK[@VERSION]]", help=_("A book, or one version; all in force if not given."))
    ] = None,
    toml: Annotated[
        bool, Option("--toml", help=_("The text as it was given, to be changed and applied again."))
    ] = False,
) -> None:
    """Read and show."""
    from opsctl.cli.output import write_lines
    from opsctl.rulebook.service import looking
    from opsctl.rulebook.views.standing import shown

    context = current()
    if toml:
        write_lines(context, (context.read(looking.toml, at=context.now, word=name),))
        return
    found = context.read(looking.show, at=context.now, word=name)
    context.emit(shown(found.rules, found.heads, now=context.now))


@verb(
    app,
    "validate",
    help=_("Read a rulebook as apply would, and name everything that is wrong. Nothing is changed."),
    examples=("opsctl rulebook validate om.toml",),
    writes=False,
    attention=_("valid, with warnings"),
)
def validate(file: File) -> None:
    """Read, judge, show."""
    from opsctl.rulebook.views import versions as views

    context = current()
    given = _given(context, file)
    book = _judged(context, given)
    context.emit(views.judged(book, given.file))
    if book.errors:
        count = len(book.errors)
        told = ngettext("{file} has {count} error.", "{file} has {count} errors.", count)
        raise InvalidInput(told.format(file=given.file, count=count), _("Mend it; nothing was applied."))


@verb(
    app,
    "diff",
    help=_(
        "What one version says otherwise than another, field by field. Alone, it is compared with what is in force."
    ),
    examples=("opsctl rulebook diff om.toml", "opsctl rulebook diff om@2026.1 om@2026.2"),
    writes=False,
)
def diff(
    first: Side,
    second: Annotated[str | None, Argument(metavar="[FILE|BOOK@VERSION]", help=_("What is compared with it."))] = None,
) -> None:
    """Read, compare, show."""
    from opsctl.rulebook.service import looking
    from opsctl.rulebook.views import versions as views

    context = current()
    sides = [_side(context, word) for word in (first, second) if word is not None]
    found = context.read(looking.diff, now=context.now, first=sides[0], second=sides[1] if second is not None else None)
    context.emit(views.compared(*found))


def _given(context: Context, file: str) -> "Given":
    """The text of the file that is named; `default` is the book that opsctl brings along."""
    from opsctl.rulebook.service import applying
    from opsctl.rulebook.service.looking import Given

    if mend(file) == DEFAULT_WORD:
        return Given(file, applying.default_text(_zone(context)))
    return Given("stdin" if file == "-" else Path(file).name, context.text_of(file))


def _zone(context: Context) -> str:
    """The database's zone; this machine's where there is no database yet."""
    try:
        return context.database_zone
    except Unavailable:
        return machine_zone()


def _side(context: Context, word: str) -> "str | Given":
    return word if "@" in mend(word) and not _is_there(word) else _given(context, word)


def _is_there(file: str) -> bool:
    try:
        return Path(file).exists()
    except OSError:  # too long for the name of a file
        return False


def _judged(context: Context, given: "Given") -> "Book":
    """The book beside those in force; alone where there is no database yet."""
    from opsctl.rulebook.service import applying

    judge = partial(applying.validate, now=context.now, text=given.text, file=given.file)
    try:
        return context.read(judge)
    except Unavailable as error:
        context.remark(_("{reason} The book was judged alone.").format(reason=error.message))
        return judge(None)
