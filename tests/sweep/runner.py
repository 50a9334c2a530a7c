"""Runs one call after the other on the company, each as if it were the first, and says what was wrong with each."""

import random
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.golden.history import ACTOR
from tests.harness import CommandLine, Result
from tests.sweep import judge
from tests.sweep.tree import Call, Verb
from tests.sweep.words import ANYWHERE, Word, worth_trying
from tests.sweep.world import PLACE, STORE, build, scratch_place

ACTORS = (ACTOR, "wang", "li")
SIGNS = ("=", ": ", "/", "@")
RECORDS = 22
EXAMPLE_RECORD = re.compile(r"(?<![0-9])(00)?4[234](?![0-9])")
SLOW = {("demo",)}
NO_SCRATCH = {("backup", "restore-test")}
"""Without a second file system nothing can be restored in a test: these, too, get what is refused before."""
"""These take seconds: they get what is refused before anything is done."""
PIPED = b"17\n"
"""What comes through the pipe where nothing else is said."""
FORMATS = ((), (), ("--json",), ("--json",), ("--format", "csv"), ("--format", "md"), ("--quiet",), ("-v",))


@dataclass(frozen=True)
class Manner:
    """How a call is made: in which language, on a terminal or not, for which format."""

    language: str
    terminal: bool
    format: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The options for it."""
        return ("--lang", self.language, *self.format)


MANNERS = tuple(
    Manner(language, terminal, form)
    for language in ("en", "zh")
    for terminal in (False, True)
    for form in dict.fromkeys(FORMATS)
)


@dataclass(frozen=True)
class Trial:
    """One hostile call, and a name that says what is hostile in it."""

    name: str
    words: tuple[str, ...]
    stdin: bytes = PIPED


def manner_of(trial: Trial) -> Manner:
    """The manner of a trial: always the same one for the same trial, all of them over many trials."""
    drawn = random.Random(zlib.crc32(f"{trial.name} {trial.words[:2]}".encode()))
    return Manner(drawn.choice(("en", "zh")), drawn.random() < 0.3, drawn.choice(FORMATS))


@dataclass
class Company:
    """The company's database as it was, to go back to after every call that changed it."""

    line: CommandLine
    place: Path
    kept: Path
    as_it_was: bytes
    heap: CommandLine
    names: frozenset[str]
    store: Path
    points: frozenset[Path]
    scratch: Path | None
    known: dict[Call, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def found(cls, home: Path) -> "Company":
        """A new company in that folder, with a second database that keeps all that is accepted."""
        scratch = scratch_place(home)
        line = build(home, scratch)
        kept = home / "kept.db"
        shutil.copyfile(line.database, kept)
        heap = CommandLine(home, line.now, ("--db", str(home / "heap.db")))
        store = home / STORE
        shutil.copytree(store, home / "kept-store")
        there = (_names(home / PLACE), store, _points(store), scratch)
        company = cls(line, home / PLACE, kept, kept.read_bytes(), heap, *there)
        company.begin_heap()
        return company

    def close(self) -> None:
        """Take away what lies outside its folder."""
        if self.scratch is not None:
            shutil.rmtree(self.scratch)

    def begin_heap(self) -> None:
        """Let the second database hold nothing yet that is hostile."""
        shutil.copyfile(self.kept, self.kept.with_name("heap.db"))

    def run(self, *words: str, stdin: bytes = PIPED, terminal: bool = False) -> Result:
        """What a command line leaves behind; an error that nobody caught counts as one of opsctl's own."""
        with chdir(self.place):
            return self.line(*words, stdin=stdin, tty=terminal)

    def restore(self) -> bool:
        """Go back to the database as it was; whether anything had changed."""
        changed = self.line.database.read_bytes() != self.as_it_was
        if changed:
            for ending in ("-wal", "-shm"):
                Path(f"{self.line.database}{ending}").unlink(missing_ok=True)
            shutil.copyfile(self.kept, self.line.database)
        return changed

    def restore_points(self) -> bool:
        """Go back to the points of backups as they were; whether there was another one, or one less."""
        found = _points(self.store)
        for point in found - self.points:
            (self.store / point).unlink()
        for point in self.points - found:
            shutil.copyfile(self.kept.with_name("kept-store") / point, self.store / point)
        return found != self.points

    def tidy(self) -> list[str]:
        """Take away the files that a call made where it was typed; their names."""
        made = sorted(_names(self.place) - self.names)
        for name in made:
            path = self.place / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return made

    def settle(self, verb: Verb) -> list[tuple[str, Call]]:
        """The calls of a verb, each with a person and records that make it work, where there are any.

        What is added to an example has those of the example.
        """
        shown = len(verb.examples())
        calls = [self._with_new_names(call) for call in verb.calls()]
        found = [self._found(call) for call in calls[: max(shown, 1)]]
        found += [found[0]] * (len(calls) - len(found))
        return [(actor, _with_records(call, number)) for call, (actor, number) in zip(calls, found, strict=True)]

    def _with_new_names(self, call: Call) -> Call:
        """The call with a handle that nobody has, where a new one is wanted, and a new folder of our own."""
        new = {"HANDLE": "fresh-1", "CODE": "fresh-1"}
        pieces = (
            piece._replace(value=str(self.place / "restored"))
            if piece.metavar == "PATH|NAME"
            else piece._replace(value=piece.value if piece.name else new.get(piece.metavar, piece.value))
            for piece in call.pieces
        )
        return replace(call, pieces=tuple(pieces))

    def _found(self, call: Call) -> tuple[str, int]:
        if call not in self.known:
            self.known[call] = self._tried(call)
        return self.known[call]

    def _tried(self, call: Call) -> tuple[str, int]:
        numbers = range(1, 2 if _with_records(call, 1) == call else RECORDS)
        first = [pair for other, pair in self.known.items() if other.path == call.path]
        for actor, number in dict.fromkeys([*first, *((actor, number) for actor in ACTORS for number in numbers)]):
            result = self.run("--as", actor, *_with_records(call, number).words())
            self.tidy()
            self.restore_points()
            if result.code in judge.ACCEPTED:
                self.restore()
                return actor, number
        return ACTORS[0], 1

    def faults(self, verb: Verb, trial: Trial, manner: Manner) -> Iterator[str]:
        """Make one hostile call; say what was wrong with it."""
        words = (*trial.words[:2], *manner.words, *trial.words[2:])  # behind `--as WHO`
        try:
            result = self.run(*words, stdin=trial.stdin, terminal=manner.terminal)
        except Exception as error:
            result = Result("", f"Traceback: {type(error).__name__}: {error}", 1)
        as_json = "--json" in manner.format or "--json" in trial.words[: _end_of_options(trial.words)]
        elsewhere = any(word.startswith("--db=") for word in trial.words)
        found = judge.faults(
            result,
            verb.page,
            as_json=as_json,
            terminal=manner.terminal,
            chinese=manner.language == "zh",
            elsewhere=elsewhere,
        )
        yield from (f"{fault}: {result.err[:600]!r} {result.out[:200]!r}" for fault in found)
        changed, made = self.restore(), self.tidy()
        made += ["another point"] if self.restore_points() else []
        if {"x", "y"} & set(made):
            yield "a shell has run it"
        if result.code not in judge.ACCEPTED:
            if changed:
                yield f"it is refused ({result.code}), and the database is another"
            if made:
                yield f"it is refused ({result.code}), and there is {made}: {result.err[:200]}"
        elif changed and not elsewhere:
            with chdir(self.place):
                self.heap(*trial.words, stdin=trial.stdin)
            self.tidy()
            self.restore_points()


def trials(company: Company, verb: Verb, few: int | None) -> Iterator[Trial]:
    """The hostile calls of a verb: its forms each broken in one place; `few` values of each sort a place, or all."""
    drawn = random.Random(zlib.crc32(verb.name.encode()))
    is_slow = verb.path in (SLOW if company.scratch is not None else SLOW | NO_SCRATCH)
    settled = [(ACTORS[0], call) for call in verb.calls()] if is_slow else company.settle(verb)
    done: set[str] = set()
    for number, (actor, ready) in enumerate(() if is_slow else settled):
        for at, piece in enumerate(ready.pieces):
            place = piece.name or f"word {at - sum(bool(one.name) for one in ready.pieces[:at]) + 1}"
            if piece.is_flag or (place in done and (few is not None or number >= len(verb.examples()))):
                continue
            done.add(place)
            # What is said of a field, a reading or an item is broken behind its sign, too.
            signs = [sign for sign in SIGNS if sign in piece.metavar and sign in piece.value]
            for begun in ("", *(piece.value.partition(sign)[0] + sign for sign in signs)):
                for word in _drawn(drawn, ANYWHERE, few) + _drawn(drawn, worth_trying(piece.metavar), few):
                    broken = ready.with_value(at, begun + word.text)
                    piped = PIPED if word.stdin is None else word.stdin
                    name = f"{place} {begun}{word.name}"
                    yield Trial(name, ("--as", actor, *word.options, *broken.words()), piped)
    for trial in _misshapen(verb, settled):
        if not is_slow or trial.name.startswith(("unknown", "of another verb", "one word more")):
            yield trial


def _misshapen(verb: Verb, settled: list[tuple[str, Call]]) -> Iterator[Trial]:
    """Calls whose shape is wrong: something is missing, too much, twice, or of another verb."""
    for actor, call in settled[: len(verb.examples())]:
        who = ("--as", actor)
        for at, piece in enumerate(call.pieces):
            yield Trial(f"without {piece.name or piece.metavar}", (*who, *call.without(at).words()))
    actor, call = settled[0]
    who, words = ("--as", actor), tuple(call.words())
    path, rest = words[: len(call.path)], words[len(call.path) :]
    for name in ("--no-such-option", "--no-such=1", "-Z", "--\x1b[31m", "--" + "x" * 5000, "－－题目", "--title-zh-zh"):
        yield Trial(f"unknown {name[:20]!r}", (*who, *path, name, *rest))
    for option in ("--undo", "--into=13", "--weight=1", "--photo=a", "--toml"):
        yield Trial(f"of another verb {option}", (*who, *path, option, *rest))
    for name, param in verb.options.items():
        if param.is_flag:
            yield Trial(f"a value for {name}", (*who, *path, f"{name}=1", *rest))
        else:
            yield Trial(f"no value for {name}", (*who, *path, *rest[: _end_of_options(rest)], name))
            yield Trial(f"twice {name}", (*who, *path, name, "1", name, "2", *rest))
    yield Trial("one word more", (*who, *words, *(() if "--" in words else ("--",)), "one\x1b[2J", "more" * 2000))
    yield Trial("nothing", (*who, *path))


def _drawn(drawn: random.Random, words: "tuple[Word, ...] | list[Word]", few: int | None) -> list[Word]:
    return list(words) if few is None else drawn.sample(list(words), min(few, len(words)))


def _with_records(call: Call, number: int) -> Call:
    """The call with real records for the 42, 43 and 44 of the examples."""

    def real(found: re.Match[str]) -> str:
        return str(int(found[0]) - 42 + number).zfill(len(found[0]) if found[1] else 0)

    put = [EXAMPLE_RECORD.sub(real, piece.value) for piece in call.pieces]
    return replace(call, pieces=tuple(one._replace(value=value) for one, value in zip(call.pieces, put, strict=True)))


def _end_of_options(words: "tuple[str, ...]") -> int:
    return words.index("--") if "--" in words else len(words)


def _names(place: Path) -> frozenset[str]:
    return frozenset(path.name for path in place.iterdir())


def _points(store: Path) -> frozenset[Path]:
    return frozenset(path.relative_to(store) for path in store.rglob("*") if path.is_file())
