"""How a review goes into an editor, or comes out of a file, and is saved: no text that was typed is lost on the way."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _, ended, ngettext, sentences
from opsctl.reviews.rules.moves import check_move
from opsctl.reviews.terms import LONGEST

if TYPE_CHECKING:
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
    if file == "-":
        text = text_of(context, file)
        return _keeping(context, lambda: _save(context, known, text), text, known)
    check_move(known.review, "edit")
    try:
        return _save(context, known, text_of(context, file))
    except _OfAnother as error:
        raise error.there("-F", file) from None


def in_editor(context: "Context", word: str, recover: str | None) -> "Report":
    """Open the review, or a kept text of it, in the editor, and save what it becomes."""
    from opsctl.cli.editor import edit
    from opsctl.cli.kept import forget
    from opsctl.reviews.views import source

    known = _known(context, word)
    check_move(known.review, "edit")
    text = source.written(known, zone=context.zone) if recover is None else _recovered(context, known, recover)
    edited = edit(text, name=known.review.reference, again=lambda path: _again(known.review.reference, str(path)))
    context.look_at_clock()
    place: Path | None = edited.path
    if edited.text == text:
        # It is where it came from: in the review, or in the file.
        edited.forget()
        place = None if recover is None else Path(recover)
    if place is None:
        return _save(context, known, edited.text)
    found = _keeping(context, lambda: _save(context, known, edited.text), edited.text, known, path=place)
    edited.forget()
    if recover is not None:
        forget(Path(recover))
    return found


def _recovered(context: "Context", known: "Known", file: str) -> str:
    """The kept text. Raise InvalidInput, with the command for it, where it is of another review."""
    from opsctl.reviews.rules import markdown

    text = context.text_of(file)
    if len(text) <= LONGEST:
        head = markdown.read(text, zone=context.zone, now=context.now).head
        if head is not None and head.reference != known.review.reference:
            raise _OfAnother(head.reference, known.review.reference).there("--recover", file)
    return text


class _OfAnother(InvalidInput):
    """The text is of another review than it was to be saved into."""

    def __init__(self, theirs: str, reference: str) -> None:
        super().__init__(
            _("The text is of {theirs}, not of {reference}.").format(theirs=theirs, reference=reference),
            _("Save it there: {command}").format(command=f"opsctl review edit {theirs} -F FILE"),
        )
        self.theirs = theirs

    def there(self, option: str, file: str) -> InvalidInput:
        """The same with the whole command that saves it where it belongs."""
        command = _again(self.theirs, file, option)
        return InvalidInput(self.message, _("Save it there: {command}").format(command=command))


def _again(reference: str, file: str, option: str = "--recover") -> str:
    return shlex.join(["opsctl", "review", "edit", reference, option, file])


def _known(context: "Context", word: str) -> "Known":
    from opsctl.reviews.service import read

    return context.read(read.known, word=word, now=context.now, writing=True)


def _save(context: "Context", known: "Known", text: str) -> "Report":
    """Read the text and save it upon the version it was written from."""
    from opsctl.reviews.rules import markdown
    from opsctl.reviews.rules.document import to_json
    from opsctl.reviews.service import checking, editing
    from opsctl.reviews.views import told

    check_move(known.review, "edit")
    before = known.review.document
    read = context.read(checking.checked, now=context.now, read=_understood(context, known, text), before=before)
    _complain(context, read.problems)
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
    gone = markdown.unlinked(read, known.review, actions=known.facts.actions)
    return told.saved(found, [_line(one) for one in (*read.remarks, *gone)])


def taken(context: "Context", known: "Known", text: str) -> "Read":
    """The text as it is understood. Raise InvalidInput, every problem said with its line, where it cannot be taken."""
    read = _understood(context, known, text)
    _complain(context, read.problems)
    return read


def _understood(context: "Context", known: "Known", text: str) -> "Read":
    """The text held against what the records fix, with its problems. Raise InvalidInput for one of another review."""
    from opsctl.reviews.rules import markdown
    from opsctl.reviews.service.editing import check_length
    from opsctl.reviews.views import source

    check_length(text)
    read = markdown.read(text, zone=context.zone, now=context.now)
    if read.head is not None and read.head.reference != known.review.reference:
        raise _OfAnother(read.head.reference, known.review.reference)
    language = "en" if read.head is None else read.head.language
    lines, actions = source.fixed(known, zone=context.zone, language=language)
    return markdown.settled(read, lines=lines, actions=actions)


def _complain(context: "Context", problems: "Sequence[Problem]") -> None:
    if not problems:
        return
    for one in problems[1:_SHOWN]:
        context.remark(_line(one))
    first, more = problems[0], len(problems) - 1
    hint = first.hint
    if more:
        told = ngettext("There is {count} more, above.", "There are {count} more, above.", more)
        if more >= _SHOWN:
            told = _("There are {count} more, the first of them above.")
        hint = sentences(ended(hint) if hint else "", told.format(count=more))
    message = _("line {line}: {message}").format(line=first.line, message=first.message)
    raise InvalidInput(ended(message) if hint else message, hint)


def _line(one: "Problem") -> str:
    told = _("line {line}: {message}").format(line=one.line, message=one.message)
    return sentences(ended(told), one.hint) if one.hint else told


def _keeping(
    context: "Context", work: "Callable[[], Report]", text: str, known: "Known", *, path: Path | None = None
) -> "Report":
    """Do it; where it fails the error says where the text is, and how it is taken up again."""
    from opsctl.cli.editor import kept_in, tell_kept

    reference = known.review.reference
    try:
        return work()
    except _OfAnother as error:
        place = path or _kept(text, reference)
        raise error if place is None else error.there("--recover", str(place)) from None
    except OpsctlError as error:
        place = path or _kept(text, reference)
        if place is None:
            raise
        told = kept_in(_again(reference, str(place)))
        hint = sentences(ended(error.hint), told) if error.hint else told
        raise type(error)(error.message, hint, moment=error.moment) from None
    except KeyboardInterrupt:
        if not context.saved and (place := path or _kept(text, reference)) is not None:
            tell_kept(_again(reference, str(place)))
        raise


def _kept(text: str, reference: str) -> Path | None:
    from opsctl.cli.kept import keep

    return keep(reference, text, ending=".md") if text.strip() else None
