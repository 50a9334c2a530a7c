"""How a review goes into an editor, or comes out of a file, and is saved: no text that was typed is lost on the way."""

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _, ended

if TYPE_CHECKING:
    from pathlib import Path

    from opsctl.cli.context import Context
    from opsctl.core.report import Report
    from opsctl.reviews.rules.results import Known, Problem, Read

_SHOWN = 20


def written(context: "Context", word: str) -> str:
    """The review as the Markdown that is edited."""
    from opsctl.reviews.views import source

    return source.written(_known(context, word), zone=context.zone)


def from_file(context: "Context", word: str, file: str) -> "Report":
    """Save the text of a file; what came through a pipe is kept where it cannot be taken."""
    from opsctl.reviews.commands.writing import text_of

    known = _known(context, word)
    text = text_of(context, file)
    if file != "-":
        return _save(context, known, text)
    return _keeping(lambda: _save(context, known, text), text, known)


def in_editor(context: "Context", word: str, recover: str | None) -> "Report":
    """Open the review, or a kept text of it, in the editor, and save what it becomes."""
    from opsctl.cli.editor import edit
    from opsctl.reviews.rules.moves import check_move
    from opsctl.reviews.views import source

    known = _known(context, word)
    check_move(known.review, "edit")
    text = source.written(known, zone=context.zone) if recover is None else context.text_of(recover)
    edited = edit(text, name=known.review.reference)
    context.look_at_clock()
    found = _keeping(lambda: _save(context, known, edited.text), edited.text, known, path=edited.path)
    edited.forget()
    return found


def _known(context: "Context", word: str) -> "Known":
    from opsctl.reviews.service import read

    return context.read(read.known, word=word, now=context.now, writing=True)


def _save(context: "Context", known: "Known", text: str) -> "Report":
    """Read the text and save it upon the version it was written from."""
    from opsctl.reviews.rules.document import to_json
    from opsctl.reviews.service import editing
    from opsctl.reviews.views import told

    read = taken(context, known, text)
    document, head = read.document, read.head
    if head is None:
        raise InvalidInput(
            _("The text does not say which version of {reference} it was written from.").format(
                reference=known.review.reference
            ),
            _("Begin with the first line of: opsctl review edit {reference} --print").format(
                reference=known.review.reference
            ),
        )
    found = context.perform(
        editing.save,
        reference=known.review.reference,
        version=head.version,
        content=to_json(document),
        title=document.title,
        held_on=document.held_on,
    )
    return told.saved(found, [_line(one) for one in read.remarks])


def taken(context: "Context", known: "Known", text: str) -> "Read":
    """The text as it is understood. Raise InvalidInput, every problem said with its line, where it cannot be taken."""
    from opsctl.reviews.rules import markdown
    from opsctl.reviews.service.editing import check_length
    from opsctl.reviews.views import source

    check_length(text)
    read = markdown.read(text, zone=context.zone, now=context.now)
    if read.head is not None and read.head.reference != known.review.reference:
        raise InvalidInput(
            _("The text is of {theirs}, not of {reference}.").format(
                theirs=read.head.reference, reference=known.review.reference
            ),
            _("Save it there: opsctl review edit {theirs} -F FILE").format(theirs=read.head.reference),
        )
    language = "en" if read.head is None else read.head.language
    lines, actions = source.fixed(known, zone=context.zone, language=language)
    read = markdown.settled(read, lines=lines, actions=actions)
    _complain(context, read.problems)
    return read


def _complain(context: "Context", problems: "Sequence[Problem]") -> None:
    if not problems:
        return
    for one in problems[1:_SHOWN]:
        context.remark(_line(one))
    first = problems[0]
    more = len(problems) - 1
    hint = first.hint
    if more:
        hint = f"{ended(hint)} " + _("There are {count} more, above.").format(count=more) if hint else hint
    raise InvalidInput(_("line {line}: {message}").format(line=first.line, message=first.message), hint)


def _line(one: "Problem") -> str:
    told = _("line {line}: {message}").format(line=one.line, message=one.message)
    return f"{told} {one.hint}".strip()


def _keeping(work: "Callable[[], Report]", text: str, known: "Known", *, path: "Path | None" = None) -> "Report":
    """Do it; where it fails the error says where the text is, and how it is taken up again."""
    try:
        return work()
    except OpsctlError as error:
        place = path or _kept(text, known.review.reference)
        if place is None:
            raise
        again = shlex.join(["opsctl", "review", "edit", known.review.reference, "--recover", str(place)])
        told = _("Your text is kept; go on with: {command}").format(command=again)
        hint = f"{ended(error.hint)} {told}" if error.hint else told
        raise type(error)(error.message, hint, moment=error.moment) from None


def _kept(text: str, reference: str) -> "Path | None":
    from opsctl.cli.kept import keep

    return keep(reference, text, ending=".md") if text.strip() else None
