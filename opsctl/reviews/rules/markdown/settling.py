"""A review that was read, held against the records: the words that they fix, and the rows that were left out."""

from collections.abc import Sequence
from dataclasses import replace

from opsctl.actions.rules import Action
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, ngettext
from opsctl.core.times import read_moment
from opsctl.core.typed import excerpt
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.markdown.domain import one_line
from opsctl.reviews.rules.markdown.moments import STARTS
from opsctl.reviews.rules.results import ActionLine, FactLine, Problem, Read
from opsctl.reviews.terms import Section


def settled(read: Read, *, lines: Sequence[FactLine], actions: Sequence[ActionLine]) -> Read:
    """The review as it is taken: with the rows that were left out hidden, and with every problem and remark.

    `lines` and `actions` are what the records say now, in the language of `read.head`.
    """
    document, remarks = taken(read, lines=lines)
    problems = (*read.problems, *check(read, lines=lines, actions=actions))
    return replace(
        read,
        document=document,
        problems=tuple(sorted(problems, key=lambda one: one.line)),
        remarks=tuple(sorted((*read.remarks, *remarks), key=lambda one: one.line)),
    )


def check(read: Read, *, lines: Sequence[FactLine], actions: Sequence[ActionLine]) -> tuple[Problem, ...]:
    """Where words that the records fix were changed, or stand for a record that is none of this review's.

    A number or a reference alone, without words, says nothing wrong: whoever saves it knows whether it exists.
    """
    return (*_of_rows(read, {row.seq: row for row in lines}), *_of_actions(read, actions))


def taken(read: Read, *, lines: Sequence[FactLine]) -> tuple[Document, tuple[Problem, ...]]:
    """The document with the rows that were left out of its timeline among the hidden ones, and remarks on them.

    A row that is newer than the text was not left out, and a text without a timeline leaves out none.
    """
    begins = read.places.get((Section.TIMELINE.value, ()))
    rows = {row.seq for row in lines}
    remarks = [_unknown(seq, line) for seq, words, line in read.shown if seq not in rows and not words]
    if begins is None:
        return read.document, tuple(remarks)
    there = {seq for seq, _words, _line in read.shown}
    newest = None if read.head is None else read.head.newest or 0
    left_out = {seq for seq in rows - there if newest is None or seq <= newest}
    if left_out:
        message = ngettext(
            "{count} line of the ledger was left out: it is hidden.",
            "{count} lines of the ledger were left out: they are hidden.",
            len(left_out),
        )
        hint = _("A hidden line stands as [ ] when the review is opened again; with [x] it is shown.")
        remarks.append(Problem(begins, message.format(count=len(left_out)), hint))
    hidden = tuple(sorted({*read.document.hidden, *left_out}))
    return replace(read.document, hidden=hidden), tuple(remarks)


def unlinked(read: Read, review: Review, *, actions: Sequence[Action]) -> tuple[Problem, ...]:
    """Remarks on the recorded actions whose lines were taken out; one that came from the review stays its own."""
    line = read.places.get((Section.ACTIONS.value, ()), 1)
    gone = set(review.document.actions) - set(read.document.actions)
    return tuple(_gone(one, line, review) for one in actions if one.reference in gone and one.void is None)


def _gone(action: Action, line: int, review: Review) -> Problem:
    if action.source != review.reference:
        told = _("{reference} is no longer linked to this review; it stays recorded.")
        return Problem(line, told.format(reference=action.reference))
    return Problem(
        line,
        _("{reference} stays recorded, and an action of this review, for it came from it.").format(
            reference=action.reference
        ),
        _("Take it out of the figures with: opsctl action void {reference} --because mistake").format(
            reference=action.reference
        ),
    )


def _unknown(seq: int, line: int) -> Problem:
    return Problem(
        line,
        _("Row {row} is not on this timeline; what is said of it is kept, and not shown.").format(row=seq),
        _("Remove the line if it is a slip."),
    )


def _of_rows(read: Read, rows: dict[int, FactLine]) -> list[Problem]:
    problems = []
    for seq, words, line in read.shown:
        row = rows.get(seq)
        if row is not None and words and not _is_same(row, words):
            problems.append(
                Problem(
                    line,
                    _("The line of row {row} was changed; it says: {words}").format(row=seq, words=excerpt(row.words)),
                    _("The ledger is never edited: undo it, or write #{row} alone; put a note below: '  > …'.").format(
                        row=seq
                    ),
                )
            )
        elif row is None and words:
            problems.append(
                Problem(
                    line,
                    _("Row {row} is not on the timeline of this review.").format(row=seq),
                    _("Remove the line; to tell of it, add a line without #{row}.").format(row=seq),
                )
            )
    return problems


def _is_same(row: FactLine, words: str) -> bool:
    """Whether those are the moment and the words of the row; blanks, and the zone of the moment, do not matter."""
    begins = STARTS.match(words)
    if begins is None or not begins["offset"] or words[begins.end() :] != one_line(row.words):
        return False
    try:
        return read_moment(begins[0], zone="UTC", now=row.at) == row.at.replace(microsecond=0)
    except InvalidInput:
        return False


def _of_actions(read: Read, actions: Sequence[ActionLine]) -> list[Problem]:
    said = {one.reference: one_line(one.words).lstrip(":： ") for one in actions}
    problems = []
    for reference, words, line in read.recorded:
        if words and reference not in said:
            problems.append(
                Problem(
                    line,
                    _("{reference} is no action of this review yet.").format(reference=reference),
                    _("Write its reference alone to link it; its words come from the record."),
                )
            )
        elif words and words != said[reference]:
            problems.append(
                Problem(
                    line,
                    _("The line of {reference} was changed; it says: {words}").format(
                        reference=reference, words=excerpt(said[reference])
                    ),
                    _("Leave the reference alone; what is recorded is changed by opsctl action correct."),
                )
            )
    return problems
