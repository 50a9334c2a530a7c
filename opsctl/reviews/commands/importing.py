"""Taking in a post-mortem that was written elsewhere."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _, ended
from opsctl.core.typed import LONGEST_PATH, excerpt

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.reviews.rules.results import Foreign

_SHOWN = 20
_LONGEST_TITLE = 300


def run(context: "Context", file: str, incidents: list[str], *, dry_run: bool) -> None:
    """Read the file, take in what is understood, and list the rest; `dry_run` changes nothing."""
    from opsctl.reviews.commands.writing import text_of
    from opsctl.reviews.rules.document import to_json
    from opsctl.reviews.rules.importing import read_foreign
    from opsctl.reviews.service import starting
    from opsctl.reviews.views import imports

    text = text_of(context, file)
    if not text.strip():
        name = _("stdin") if file == "-" else excerpt(file, LONGEST_PATH)
        raise InvalidInput(_("{name} is empty.").format(name=name), _("Name a Markdown file with a post-mortem in it."))
    found = read_foreign(text, zone=context.asked_zone, now=context.now)
    _check(context, found)
    found = _called(found, file)
    named = incidents or _named(context, found)
    if dry_run:
        context.emit(imports.planned(found, named))
        return
    document = found.document
    review = context.perform(
        starting.take_in,
        named=named,
        content=to_json(document),
        title=document.title,
        held_on=document.held_on,
        source=_("stdin") if file == "-" else PurePath(file).name,
    )
    context.emit(imports.taken(review, found))


def _called(found: "Foreign", file: str) -> "Foreign":
    """The same with a title that a review can have: the file's name where it says none, else at most so many signs."""
    from dataclasses import replace

    from opsctl.reviews.rules.document import Own

    document = found.document
    if len(document.title) > _LONGEST_TITLE:
        whole = Own(_("Title"), document.title)
        cut = excerpt(document.title, _LONGEST_TITLE)
        return replace(found, document=replace(document, title=cut, own=(*document.own, whole)))
    if document.title:
        return found
    name = _("Imported review") if file == "-" else PurePath(file).stem
    return replace(found, document=replace(document, title=excerpt(name, _LONGEST_TITLE)))


def _named(context: "Context", found: "Foreign") -> list[str]:
    """The incident that the file names, if it is one of ours; another tool's number is kept in the text."""
    from opsctl.incidents.service import read

    if found.incident is None:
        return []
    try:
        return [context.read(read.find, word=found.incident, now=context.now).reference]
    except (InvalidInput, NotFound):
        context.remark(
            _("{incident} is no incident here, so the review is about none: name it with --incident.").format(
                incident=excerpt(found.incident)
            )
        )
        return []


def _check(context: "Context", found: "Foreign") -> None:
    """Raise InvalidInput, every problem said with its line, where nothing can be taken in."""
    for one in found.problems[1:_SHOWN]:
        context.remark(_("line {line}: {message}").format(line=one.line, message=one.message))
    if found.problems:
        first = found.problems[0]
        told = _("line {line}: {message}").format(line=first.line, message=first.message)
        raise InvalidInput(told, ended(first.hint) if first.hint else "")
