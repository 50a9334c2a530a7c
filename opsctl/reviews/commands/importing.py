"""Taking in a post-mortem that was written elsewhere."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, ended

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.reviews.rules.results import Foreign

_SHOWN = 20


def run(context: "Context", file: str, incidents: list[str], *, dry_run: bool) -> None:
    """Read the file, take in what is understood, and list the rest; `dry_run` changes nothing."""
    from opsctl.reviews.commands.writing import text_of
    from opsctl.reviews.rules.document import to_json
    from opsctl.reviews.rules.importing import read_foreign
    from opsctl.reviews.service import starting
    from opsctl.reviews.views import imports

    found = read_foreign(text_of(context, file), zone=context.asked_zone, now=context.now)
    _check(context, found)
    named = incidents or ([] if found.incident is None else [found.incident])
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


def _check(context: "Context", found: "Foreign") -> None:
    """Raise InvalidInput, every problem said with its line, where nothing can be taken in."""
    for one in found.problems[1:_SHOWN]:
        context.remark(_("line {line}: {message}").format(line=one.line, message=one.message))
    if found.problems:
        first = found.problems[0]
        told = _("line {line}: {message}").format(line=first.line, message=first.message)
        raise InvalidInput(told, ended(first.hint) if first.hint else "")
