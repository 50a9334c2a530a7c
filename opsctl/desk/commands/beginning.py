"""The questions of `opsctl init`: asked by whole lines, each checked at once, and nothing is written before all are."""

import os
import shlex
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from opsctl.cli import hostfile
from opsctl.cli.asking import Asking, Ended
from opsctl.core import texts
from opsctl.core.errors import Conflict, ExitCode, InvalidInput, OpsctlError
from opsctl.core.machine import machine_zone
from opsctl.core.texts import _, sentences, series
from opsctl.core.times import read_zone
from opsctl.core.typed import mend, read_handle, read_title
from opsctl.desk.rules.beginning import Answers, Person, is_address, next_commands, profile_of
from opsctl.desk.service import beginning as service
from opsctl.desk.service.beginning import Place
from opsctl.desk.service.beginning_host import called, full_name, login
from opsctl.desk.terms import BACK, EXPLAIN, SPOKEN
from opsctl.desk.views import beginning as views
from opsctl.people.rules import reserved
from opsctl.people.terms import ME

if TYPE_CHECKING:
    from opsctl.cli.context import Context

T = TypeVar("T")
Choices = Sequence[tuple[str, T]]
"""What is offered by number: how it is shown, and what it stands for."""


class _Back(Exception):
    """The question before is asked again."""


class Conversation:
    """Four questions: language, place of the records, zone, person."""

    def __init__(self, context: "Context", asking: Asking) -> None:
        self._context = context
        self._asking = asking
        self._login = login()
        self._answers = Answers()
        self._place: Place | None = None

    def run(self) -> tuple[Answers, Place]:
        """Everything that was answered, and the place. Raise typer.Exit where the one who is asked has left."""
        steps: list[Callable[[], None]] = [self._language, self._where, self._zone, self._person]
        at = 0
        try:
            while at < len(steps):
                try:
                    steps[at]()
                    at += 1
                except _Back:
                    at = max(0, at - 1)
        except Ended:
            self._leave()
        return self._answers, self._here

    def _language(self) -> None:
        # The one question that nobody may have to read in a language that they do not know.
        def both(say: Callable[[], str]) -> str:
            said = []
            for name, _own_name in SPOKEN:
                texts.use_language(name)
                said.append(say())
            texts.use_language(before)
            return " / ".join(dict.fromkeys(said))

        before = texts.language()
        self._head(f"1/4 {both(lambda: _('Language'))}")
        chosen = self._choose(
            [(own_name, name) for name, own_name in SPOKEN],
            lambda line: texts.read_language(_spoken(line)),
            "",
            lambda: both(lambda: _("In which language opsctl speaks to you: type 1 or 2.")),
            again=lambda: both(lambda: _("Type 1 or 2.")),
        )
        texts.use_language(chosen)
        self._answers = replace(self._answers, language=chosen)

    def _where(self) -> None:
        self._head(_("2/4 Where do the records live?"))
        choices = []
        with suppress(InvalidInput):  # without a home there is no usual place
            usual = str(self._context.address)
            choices.append((views.usual_place(usual, self._said_by()), usual))
        found = self._choose(
            choices,
            _read_address,
            _("Or type the address of a PostgreSQL, like postgresql://HOST/NAME or service=NAME."),
            lambda: _(
                "One file is enough for one machine. A PostgreSQL is for a company whose people work on several: its"
                " administrator makes an empty database with createdb, and passwords stay in ~/.pgpass."
            ),
            check=self._look,
        )
        self._answers = replace(self._answers, database=found)

    def _said_by(self) -> str | None:
        """What names a database already, so that it is not the usual one."""
        if self._context.option("db"):
            return "OPSCTL_DB"
        return None if self._context.host_file.database is None else "opsctl.toml"

    def _look(self, address: str) -> None:
        hostfile.text_of({"database": address})
        self._place = service.look(address, login=self._login)
        if self._place.zone is not None:
            self._asking.tell(views.there_already(str(self._place.address), self._place.zone))

    def _zone(self) -> None:
        fixed, other = self._here.zone, ""
        self._head(_("3/4 The company's time zone. It says when a day and a month begin, and never changes."))
        if fixed is not None:
            choices = [(_("{zone} (the database's own)").format(zone=fixed), fixed)]
        else:
            mine = machine_zone()
            choices = [(_("{zone} (this machine's)").format(zone=mine), mine)]
            said = self._context.host_file.timezone
            if said is not None:
                choices.insert(0, (_("{zone} (as {source} says)").format(zone=said, source="opsctl.toml"), said))
            if texts.language() == "zh_CN" and mine != "Asia/Shanghai":
                choices.append(("Asia/Shanghai", "Asia/Shanghai"))
            other = _("Or type another, like Europe/Rome.")

        def check(name: str) -> None:
            if fixed is not None and name != fixed:
                raise Conflict(
                    _("{address} has the zone {found} already; a database keeps its zone.").format(
                        address=self._here.address, found=fixed
                    ),
                    _("Type 1, or b to name another database."),
                )

        zone = self._choose(
            choices,
            lambda line: read_zone(line).key,
            other,
            lambda: _(
                "Months, reference years and figures are reckoned in this zone for as long as the database is there."
                " People read times in a zone of their own with --tz."
            ),
            check=check,
        )
        self._answers = replace(self._answers, zone=zone)

    def _person(self) -> None:
        first, handle = None, None
        if self._here.persons:
            self._head(_("4/4 Who are you?"))
            handle = self._among_them()
        elif not self._here.is_older:  # nothing is written before it is upgraded
            handle = self._handle()
            while handle:
                try:
                    first = Person(handle, self._name(handle), self._login)
                    break
                except _Back:
                    handle = self._handle()
        self._answers = replace(self._answers, first=first, person=handle or None)

    def _handle(self) -> str:
        """The handle that is chosen; empty for later."""
        self._head(_("4/4 Who are you?"))
        own = [] if self._login == "root" else _handles(self._login)
        return self._choose(
            [*((_("{handle} (this login)").format(handle=one), one) for one in own), (_("later"), "")],
            _read_handle,
            _("Or type a short name for commands: letters and digits, like li."),
            lambda: _(
                "You become the first person on record, and this login is yours. From then on only recorded persons"
                " write; others are added with: opsctl person add HANDLE"
            ),
        )

    def _name(self, handle: str) -> str:
        self._head(_("4/4 Your name, as others know it:"))
        proposed = full_name() or handle
        return self._choose(
            [(proposed, proposed)],
            read_title,
            _("Or type it."),
            lambda: _("It stands beside your records and reports."),
        )

    def _among_them(self) -> str | None:
        """Who of the recorded persons this is; None where that is settled by the login, or later."""
        if self._here.me is not None:
            self._asking.tell(_("You are {handle} there: {name}").format(**vars(self._here.me)))
            return self._here.me.handle
        if self._here.is_server:
            self._asking.tell(
                _("Nobody there has the login {login}. Let somebody type: opsctl person add HANDLE --login {login}")
                .format(login=self._here.login)
            )  # fmt: skip
            return None
        known = {one.handle: one for one in self._here.persons}

        def read(line: str) -> str:
            handle = read_handle(line)
            if handle not in known:
                raise InvalidInput(_("There is no person {word!r}.").format(word=handle), _("Type one of them."))
            return handle

        explained = _("Records are made under this name. Who is not among them is added later by one who is.")
        other = _("Or type the handle of one of these: {handles}").format(handles=series(known))
        return self._choose([(_("later"), "")], read, other, lambda: explained) or None

    def _choose(
        self,
        choices: "Choices[T]",
        read: Callable[[str], T],
        other: str,
        explain: Callable[[], str],
        *,
        check: Callable[[T], None] = lambda _value: None,
        again: Callable[[], str] | None = None,
    ) -> T:
        """What is chosen by number, or typed: asked again until it can be read and passes the check."""
        for number, (label, _value) in enumerate(choices, 1):
            self._asking.show(f"{number} {label}")
        if other:
            self._asking.tell(other)
        while True:
            line = self._asking.ask("")
            word = mend(line).casefold()
            if word in BACK:
                raise _Back
            if not word or word in EXPLAIN:
                self._asking.tell(explain() if word else again() if again else _again(len(choices)))
                continue
            try:
                offered = _chosen(word, choices)
                chosen = read(line) if offered is None else offered[0]
                check(chosen)
            except OpsctlError as error:
                self._asking.complain(_sentence(error) if again is None else InvalidInput(again()))
            else:
                return chosen

    def _head(self, question: str) -> None:
        self._asking.tell("")
        self._asking.tell(question)

    @property
    def _here(self) -> Place:
        if self._place is None:
            raise _Back
        return self._place

    def _leave(self) -> NoReturn:
        with suppress(Ended):
            self._asking.tell(_("Nothing was made."))
        raise typer.Exit(ExitCode.INTERRUPTED)


def _again(count: int) -> str:
    if count == 1:
        return _("Type 1, or an answer of your own; ? explains, b goes back.")
    return _("Type a number from 1 to {count}, or an answer of your own; ? explains, b goes back.").format(count=count)


def _chosen(word: str, choices: "Choices[T]") -> tuple[T] | None:
    """The one that is chosen by its number or its whole words. Raise InvalidInput for a number that is none."""
    if not word.isdecimal():
        return next(((value,) for label, value in choices if mend(label).casefold() == word), None)
    number = int(word[:9])
    if not 1 <= number <= len(choices):
        raise InvalidInput(_("There is no choice {number}.").format(number=number), _again(len(choices)))
    return (choices[number - 1][1],)


def _sentence(error: OpsctlError) -> OpsctlError:
    """The error with a full stop before its hint: the reason that a server gives often has none."""
    return InvalidInput(texts.ended(error.message), error.hint)


def _spoken(line: str) -> str:
    """The code of a language that is typed by its own name."""
    word = mend(line).casefold()
    return next((name for name, own_name in SPOKEN if word == own_name.casefold()), word)


def _read_address(line: str) -> str:
    if not is_address(line):  # any word would be the name of a file
        raise InvalidInput(
            _("{text!r} names no database.").format(text=line[:80]),
            _("Use sqlite:///path/to/opsctl.db, postgresql://host/name or service=name."),
        )
    # A path may hold full-width signs; what is typed with them by mistake begins with one.
    return line if is_address(line, mended=False) else mend(line)


def _read_handle(line: str) -> str:
    handle = read_handle(line)
    if handle in ME:
        raise reserved(handle)
    return handle


def _handles(login: str) -> list[str]:
    """The login as a handle, where it can be one."""
    try:
        return [_read_handle(login)]
    except InvalidInput:
        return []


def converse(context: "Context") -> None:
    """Ask all that is to be asked, write the host file and make the database, and say what comes next."""
    asking = Asking(context)
    refused = _no_host_file_because(context)
    while True:
        answers, place = Conversation(context, asking).run()
        profile = hostfile.text_of(profile_of(answers, is_server=place.is_server))
        path = None if refused else hostfile.usual_places(os.environ)[0]
        by = replace(context.signature(), actor=login())
        try:
            with nullcontext() if path is None else hostfile.written(path, profile):
                begun = service.begin(place.address, zone=answers.zone, by=by, first=answers.first)
                context.saved = True
            break
        except OpsctlError as error:  # somebody was quicker, or the disk is full
            asking.complain(error)
    lines = views.host_file_to_write(refused, profile) if refused else views.host_file_written(str(path))
    called_as, told = _called(context, place, is_written=path is not None)
    if answers.person is None and not place.persons:
        told += views.nobody_yet(called_as, shlex.quote(place.login))
    told += views.following(next_commands(called_as, is_new=begun.made.new, is_older=place.is_older))
    made = begun.made
    report = views.begun(
        made.address, made.zone, made.new, made.rules,
        person=answers.first, recorded=begun.recorded, lines=[*lines, *told],
    )  # fmt: skip
    context.emit(report)


def _called(context: "Context", place: Place, *, is_written: bool) -> tuple[str, list[str]]:
    """How opsctl is typed to reach that database, and what has to be said of that."""
    words = [called()]
    if "config" in context.chosen:
        words += ["--config", shlex.quote(context.chosen["config"])]
    outranks = context.option("db")
    with suppress(InvalidInput):  # without a home there is no usual place
        if context.address == place.address or (is_written and not outranks):
            return " ".join(words), []
    return " ".join([*words, "--db", shlex.quote(str(place.address))]), views.outranked() if outranks else []


def _no_host_file_because(context: "Context") -> str | None:
    """Why no host file is to be written: there is one, or it could not be; None where there is nothing against it."""
    chosen = hostfile.locate(context.chosen.get("config"), os.environ)
    if chosen is not None:
        hostfile.read(chosen)  # a broken one is said before anything is asked
        return _("{path} is there already and is left as it is.").format(path=chosen)
    try:
        hostfile.check_writable(hostfile.usual_places(os.environ)[0])
    except OpsctlError as error:
        return sentences(error.message, error.hint)
    return None
