"""Walking a round: one item after another by whole lines, each answer saved before the next is asked."""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from opsctl.cli.asking import Asking, Ended
from opsctl.core.errors import Conflict, ExitCode, InvalidInput, NotFound, OpsctlError, Unavailable
from opsctl.core.texts import _
from opsctl.core.typed import read_title
from opsctl.inspections.commands.parameters import file_of
from opsctl.inspections.rules import Answer, missing
from opsctl.inspections.rules.results import Walking
from opsctl.inspections.rules.walking import Move, is_doubtful, is_wordless, move_of, read_answer, read_line, read_named
from opsctl.inspections.service import walking as service
from opsctl.inspections.terms import Mark
from opsctl.inspections.views import told
from opsctl.inspections.views import walking as views
from opsctl.rulebook.rules.patrols import Item

if TYPE_CHECKING:
    from opsctl.cli.context import Context

R = TypeVar("R")


class _Again(Exception):
    """The item in hand is asked once more."""


class _Skip(Exception):
    """The item in hand stays open."""


class _Quit(Exception):
    """It is enough for now."""


def walk(context: "Context", asking: Asking, checklist: str | None, asset: str | None) -> None:
    """Walk the round, or those of a route one after another, and show what came of each.

    Ends the command with exit code 3 where one stays open, 130 where it was interrupted; what was answered is saved.
    """
    found = context.perform(service.begin, checklist=checklist, asset=asset)
    left = list(found.left)
    ended = Walk(context, asking, found).run()
    for each in left:
        context.look_at_clock()
        try:
            found = context.perform(service.begin, checklist=checklist, asset=each)
        except Conflict as error:  # retired: the others of the route are walked all the same
            asking.complain(error)
            ended = False
            continue
        ended = Walk(context, asking, found).run() and ended
    if not ended:
        raise typer.Exit(ExitCode.ATTENTION)


class Walk:
    """One round in hand."""

    def __init__(self, context: "Context", asking: Asking, walking: Walking) -> None:
        self._context = context
        self._asking = asking
        self._walking = walking
        self._round = walking.round
        self._checklist = walking.checklist
        self._items = {item.id: item for item in walking.checklist.items}
        # What a machine fills is asked last, and only where the round cannot be ended without it.
        late = [item for item in walking.checklist.items if item.machine and item.mandatory]
        self._order = [*(item for item in walking.checklist.items if not item.machine), *late]
        self._group = ""
        self._last: str | None = None
        self._doubted: set[str] = set()
        self._unsaved: tuple[Answer, ...] = ()
        self._saving = False

    def run(self) -> bool:
        """Ask all that is open and end the round; whether it is done. Raise typer.Exit where it is left before."""
        try:
            return self._ask_all()
        except _Quit:
            code = ExitCode.DONE
        except Ended:
            code = ExitCode.ATTENTION
        except KeyboardInterrupt:
            code = ExitCode.INTERRUPTED
        try:
            self._leave(code)
        except KeyboardInterrupt:  # the end of the input is seen before the signal that the link is lost
            self._leave(ExitCode.INTERRUPTED)

    def _ask_all(self) -> bool:
        at, answered = self._next(-1), None
        self._open(at)
        while True:
            while at is not None:
                at = self._turn(at)
            if missing(self._checklist, self._round.current):
                self._tell_open()
                return False
            try:
                answered = answered or self._challenge()
                self._settle()
                return self._finish(answered)
            except _Again:
                at = len(self._order) - 1

    def _open(self, at: int | None) -> None:
        first = None if at is None else self._checklist.items.index(self._order[at]) + 1
        for line in views.opening(self._walking, first, self._context.now, self._context.zone):
            self._asking.tell(*line)

    def _next(self, at: int) -> int | None:
        """The place of the next item that is open; None behind the last."""
        current = self._round.current
        return next((place for place in range(at + 1, len(self._order)) if self._order[place].id not in current), None)

    def _turn(self, at: int) -> int | None:
        """Ask for one item; the place of the one that comes then."""
        item = self._order[at]
        self._head(item)
        line = self._asking.ask(*views.question(self._checklist, item, self._round.current.get(item.id)))
        if not line:
            self._asking.tell(views.again(item))
            return at
        try:
            move = move_of(line, item)
            if move is not None:
                return self._moved(*move, at)
            said = read_line(line, item, self._checklist, self._round.current)
            for remark in said.remarks:
                self._asking.tell(remark)
            self._take(said.answers)
        except _Again:
            return at
        except _Skip:
            return self._next(at)
        except (InvalidInput, NotFound) as error:
            self._unsaved = ()
            self._asking.complain(error)
            return at
        named = [one.item for one in said.answers]
        if named != [item.id]:
            self._asking.tell(views.out_of_turn(self._checklist, said.answers))
        return self._next(at) if item.id in named else at

    def _head(self, item: Item) -> None:
        heading = views.group(item)
        if heading and heading != self._group:
            self._asking.tell(heading)
        self._group = heading

    def _moved(self, move: Move, text: str, at: int) -> int | None:
        if move is Move.QUIT:
            raise _Quit
        if move is Move.SKIP:
            return self._next(at)
        if move is Move.BACK:
            if at == 0:
                self._asking.tell(_("This is the first item."))
            return max(at - 1, 0)
        if move is Move.NOTE:
            self._note(text)
        else:
            self._help()
        return at

    def _help(self) -> None:
        for line in views.help_lines():
            self._asking.tell(line)

    def _note(self, text: str) -> None:
        """Add words to the last answer: the same again with them, for a reading is never changed."""
        before = self._round.current.get(self._last or "")
        if before is None or not text:
            self._asking.tell(_("A note goes with the last answer: n WORDS"))
            return
        note = read_title("; ".join(part for part in (before.note, text) if part))
        said = Answer(
            before.item, before.mark, before.value, note, source=before.source, file=before.file, digest=before.digest
        )
        self._save((said,), told_again=False)
        self._asking.tell(views.out_of_turn(self._checklist, (said,)))

    def _take(self, answers: tuple[Answer, ...]) -> None:
        whole: list[Answer] = []
        for one in answers:
            whole.append(self._completed(self._items[one.item], one, tuple(whole)))
        self._save(tuple(whole))

    def _completed(self, item: Item, answer: Answer, before: tuple[Answer, ...]) -> Answer:
        """The answer with the digest of its file, doubts put away, and what its action is to say."""
        if answer.file is not None and answer.digest is None:
            found = file_of(answer.file)
            answer = replace(answer, file=found["file"], digest=found["digest"])
        answer = self._undoubted(item, answer)
        if answer.mark not in (Mark.WARN, Mark.FAIL):
            return answer
        # A question that comes between lines that were pasted would swallow the next of them.
        if is_wordless(item, answer) and not self._asking.has_line_waiting():
            answer = replace(answer, note=self._words(views.wrong(item, answer)))
        # From here on it says what is wrong: whoever is interrupted has it saved.
        self._unsaved = (*before, answer)
        if answer.impact is None and not self._asking.has_line_waiting():
            impact = self._words(_("What does it touch? (Enter: not known)"), enough="")
            answer = replace(answer, impact=impact or None)
            self._unsaved = (*before, answer)
        if answer.told is None and not self._asking.has_line_waiting():
            whom = self._words(_("Who was told? (Enter: your superior)"), enough="")
            answer = replace(answer, told=whom or None)
        return answer

    def _undoubted(self, item: Item, answer: Answer) -> Answer:
        """The number, once it was typed again where it is far from the last one; of pasted lines as it is."""
        before = self._walking.last.current.get(item.id) if self._walking.last is not None else None
        stands = self._round.current.get(item.id)
        is_again = item.id in self._doubted and stands is not None and stands.value == answer.value
        self._doubted.discard(item.id)
        while before is not None and not is_again and is_doubtful(item, before, answer):
            if self._asking.has_line_waiting():
                self._doubted.add(item.id)
                self._asking.tell(views.doubted(self._checklist, item, before, answer))
                return answer
            typed = self._words(*views.doubt(before, answer))
            try:
                again = read_answer(item, typed).answers[0]
            except InvalidInput as error:
                self._asking.complain(error)
                continue
            if again.value is not None and Decimal(again.value) == Decimal(answer.value or 0):
                return answer
            answer = again
        return answer

    def _words(self, *question: str, enough: str | None = None) -> str:
        """The words that are typed to a question; `enough` for Enter alone where that is an answer."""
        while True:
            line = self._asking.ask(*question)
            move = move_of(line, None)
            if move is not None and move[0] is not Move.NOTE:
                self._turned(move[0])
            elif line:
                try:
                    return read_title(line)
                except InvalidInput as error:
                    self._asking.complain(error)
            elif enough is not None:
                return enough
            else:
                self._asking.tell(_("A few words are needed; b goes back to the item."))

    def _turned(self, move: Move) -> None:
        if move is Move.HELP:
            self._help()
            return
        if move is not Move.QUIT:
            self._unsaved = ()
        raise {Move.QUIT: _Quit, Move.SKIP: _Skip}.get(move, _Again)

    def _save(self, answers: tuple[Answer, ...], *, told_again: bool = True) -> None:
        self._unsaved = answers
        found = self._perform(
            lambda: self._context.perform(
                service.answer, reference=self._round.reference, answers=[_fields(one) for one in answers]
            )
        )
        self._unsaved = ()
        self._round, self._last = found.round, answers[-1].item
        for action, new in found.actions:
            if new or told_again:
                self._asking.tell(views.action(action, new, self._context.now, self._context.zone))

    def _perform(self, work: Callable[[], R]) -> R:
        """Write; as often as it takes while the database is away, for nothing typed is ever lost."""
        while True:
            self._context.look_at_clock()
            self._saving = True
            try:
                done = work()
            except Unavailable as error:
                self._saving = False
                self._wait(error)
            else:
                self._saving = False
                return done

    def _wait(self, error: Unavailable) -> None:
        self._asking.complain(error)
        line = self._asking.ask(_("Not saved yet. Enter tries again, q stops"))
        if move_of(line, None) == (Move.QUIT, ""):
            raise _Quit
        if line:  # typed ahead: it is the answer to what comes next
            self._asking.keep(line)

    def _challenge(self) -> str | None:
        """What was read on the spot, where the round is asked for it; None where that is left out."""
        if self._round.asked is None or self._round.answered is not None:
            return None
        ask = self._checklist.challenges[self._round.asked].ask.said
        try:
            return self._words(ask, _("s leaves it out, which will be seen"))
        except _Skip:
            return None

    def _settle(self) -> None:
        """Ask for what pasted lines left behind: what is wrong with what is not ok, and whether a doubt is none."""
        while True:
            current = self._round.current
            wordless = [one for one in self._checklist.items if one.id in current and is_wordless(one, current[one.id])]
            doubted = [one for one in self._checklist.items if one.id in self._doubted]
            if wordless:
                self._asking.tell(views.wordless(self._checklist, wordless))
            if not (wordless or doubted) or not self._asking.has_more():
                break
            if doubted:
                self._asking.tell(views.still_doubted(self._checklist, doubted, current))
            try:
                self._settled(self._asking.ask(*views.completion(self._checklist, wordless, current)))
            except _Skip:
                break
        if wordless:
            self._asking.tell(_("Add the words with:"))
            self._asking.show(views.correction(self._round, self._checklist, wordless[0]))

    def _settled(self, line: str) -> None:
        move = move_of(line, None)
        try:
            if move is not None and move[0] is Move.NOTE:
                self._note(move[1])
            elif move is not None:
                self._turned(move[0])
            elif line:
                said = read_named(line, self._checklist, self._round.current)
                self._take(said.answers)
                self._asking.tell(views.out_of_turn(self._checklist, said.answers))
        except (InvalidInput, NotFound) as error:
            self._unsaved = ()
            self._asking.complain(error)

    def _finish(self, answered: str | None) -> bool:
        found = self._perform(
            lambda: self._context.perform(service.finish, reference=self._round.reference, answered=answered)
        )
        report = told.finished(found, self._context.now)
        self._context.emit(replace(report, attention=False))
        return not found.missing and not report.attention

    def _tell_open(self) -> None:
        left = missing(self._checklist, self._round.current)
        self._asking.tell(views.open_items(self._checklist, left))
        self._tell_command()

    def _tell_command(self) -> None:
        self._asking.tell(_("Go on with:"))
        self._asking.show(views.command(self._round))

    def _leave(self, code: ExitCode) -> NoReturn:
        """Save what was typed already, say how to go on, and end the command."""
        with suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a lost link says so more than once
        failed: OpsctlError | None = None
        try:
            self._save_rest()
        except OpsctlError as error:
            failed = error
        stopped = _("Stopped; what was answered is saved.")
        with suppress(Ended):  # nobody is there to be told
            self._asking.tell(stopped if failed is None else _("Stopped; all but the last answer is saved."))
            self._tell_command()
        if failed is not None:
            raise failed
        raise typer.Exit(code)

    def _save_rest(self) -> None:
        """Save the answers that were typed and are not yet saved."""
        if self._unsaved and not (self._saving and self._context.saved):
            self._context.look_at_clock()
            self._saving = True
            said = [_fields(one) for one in self._unsaved]
            self._context.perform(service.answer, reference=self._round.reference, answers=said)


def _fields(answer: Answer) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in asdict(answer).items()}
