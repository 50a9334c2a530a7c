"""Bad input, given to every command of the tree: each is refused in one line with a next step, or taken whole.

What is typed is drawn by a seed, another part of the product for every command. The whole product:

    .venv/bin/python -m pytest -m torture tests/sweep
"""

import random
from collections.abc import Iterator
from contextlib import chdir

import pytest

from opsctl.store.address import read_address
from opsctl.store.engine import Store
from tests.conftest import Databases
from tests.golden.history import NOW
from tests.harness import CommandLine, Result
from tests.sweep import judge
from tests.sweep.runner import MANNERS, Company, Manner, Trial, manner_of, trials
from tests.sweep.tree import Verb, verbs
from tests.sweep.words import ANYWHERE, HARD_TO_STORE
from tests.sweep.world import fill

VERBS = verbs()
ALONE = {verb.page for verb in VERBS if len(verb.path) == 1} & {verb.page for verb in VERBS if len(verb.path) == 2}
"""The pages of the verbs that are typed at night: they are swept below their noun."""
NOUNS = list(dict.fromkeys(verb.path[0] for verb in VERBS if len(verb.path) == 2 or verb.page not in ALONE))
FEW = 2
SHOWN = 12
"""So many faults are printed at once."""
PLAIN: dict[tuple[str, ...], tuple[str, ...]] = {
    ("asset", "edit"): ("erp", "--title", "ERP"),
    ("incident", "list"): (),
    ("kpi", "report"): ("2026-10",),
}
"""Calls in which nothing is wrong but a global option."""
GLOBAL = ("--db", "--config", "--as", "--format", "--output", "--lang", "--tz")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = Company.found(tmp_path_factory.mktemp("company"))
    yield company
    company.close()


def below(noun: str) -> list[Verb]:
    """The verbs of a noun, or the verb that needs none."""
    return [verb for verb in VERBS if verb.path[0] == noun]


def told(verb: Verb, trial: Trial, manner: Manner, fault: str) -> str:
    """A fault with the call that shows it."""
    words = " ".join(repr(word if len(word) < 60 else f"{word[:60]}…") for word in trial.words)
    return f"{verb.name}, {trial.name}: {fault}\n    {words} {manner}"


def swept(company: Company, noun: str, few: int | None, manners: tuple[Manner, ...] = ()) -> list[str]:
    """Every fault that the hostile calls below a noun show, in the manner of each or in all of these."""
    company.begin_heap()
    found = []
    for verb in below(noun):
        for trial in trials(company, verb, few):
            for manner in manners or (manner_of(trial),):
                found += [told(verb, trial, manner, fault) for fault in company.faults(verb, trial, manner)]
    whole = company.heap("ledger", "verify", "--deep")
    return found + ([] if whole.code == 0 else [f"what was accepted is not whole: {whole.out}{whole.err}"])


@pytest.mark.parametrize("noun", NOUNS)
def test_bad_input_is_refused_in_one_line_with_a_next_step_or_taken_whole(company: Company, noun: str) -> None:
    found = swept(company, noun, FEW)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:SHOWN])


@pytest.mark.torture
@pytest.mark.parametrize("noun", NOUNS)
def test_every_bad_value_in_every_place(company: Company, noun: str) -> None:
    found = swept(company, noun, None)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:SHOWN])


@pytest.mark.torture
@pytest.mark.parametrize("noun", NOUNS)
def test_bad_input_in_every_language_and_format_on_a_terminal_and_in_a_pipe(company: Company, noun: str) -> None:
    found = swept(company, noun, 1, MANNERS)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:SHOWN])


@pytest.mark.parametrize("option", GLOBAL)
def test_a_bad_value_of_a_global_option_is_refused_by_writing_and_reading_commands(
    company: Company, option: str
) -> None:
    found = []
    for verb in (one for one in VERBS if one.path in PLAIN):
        for word in ANYWHERE:
            words = ("--as", "lead.li", f"{option}={word.text}", *verb.path, *PLAIN[verb.path])
            trial = Trial(f"{option} {word.name}", words)
            manner = manner_of(trial)
            if option == "--lang":
                manner = Manner("en", manner.terminal, manner.format)
            found += [told(verb, trial, manner, fault) for fault in company.faults(verb, trial, manner)]
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:SHOWN])


@pytest.fixture(scope="module")
def far(
    company: Company, postgres_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CommandLine]:
    """The company on PostgreSQL, as far as one login can have made it."""
    url = postgres_databases.take()
    line = CommandLine(tmp_path_factory.mktemp("far"), NOW, ("--db", url))
    with chdir(company.place):
        fill(line, alone=True)
        yield line
    company.tidy()
    postgres_databases.give_back(url)


def swept_far(company: Company, far: CommandLine, each: int | None) -> list[str]:
    """The faults that show on PostgreSQL: of every verb so many calls, or all, with what is hard to store."""
    drawn = random.Random("far")
    store = Store(read_address(far.first[1]))
    found = []
    for verb in (verb for noun in NOUNS for verb in below(noun)):
        hard = [trial for trial in trials(company, verb, None) if trial.name.split()[-1] in HARD_TO_STORE]
        for trial in hard if each is None else drawn.sample(hard, min(each, len(hard))):
            manner, before = manner_of(trial), _head(store)
            result = _called(far, trial, manner)
            as_json = "--json" in manner.format
            wrong = judge.faults(
                result, verb.page, as_json=as_json, terminal=manner.terminal, chinese=manner.language == "zh"
            )
            found += [told(verb, trial, manner, f"{fault}: {result.err[:600]!r}") for fault in wrong]
            if result.code not in judge.ACCEPTED and _head(store) != before:
                found.append(told(verb, trial, manner, "it is refused, and the ledger has grown"))
    store.close()
    whole = far("ledger", "verify", "--deep")
    return found + ([] if whole.code == 0 else [f"what was accepted is not whole: {whole.out}{whole.err}"])


def _called(far: CommandLine, trial: Trial, manner: Manner) -> Result:
    try:
        return far(*manner.words, *trial.words[2:], stdin=trial.stdin, tty=manner.terminal)
    except Exception as error:
        return Result("", f"Traceback: {type(error).__name__}: {error}", 1)


def _head(store: Store) -> tuple[object, ...]:
    with store.read_engine.connect() as connection:
        return tuple(connection.exec_driver_sql("SELECT * FROM ledger_head").one())


def test_bad_input_is_refused_or_taken_whole_on_postgresql_too(company: Company, far: CommandLine) -> None:
    found = swept_far(company, far, FEW)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:SHOWN])


@pytest.mark.torture
def test_every_value_that_is_hard_to_store_in_every_place_on_postgresql(company: Company, far: CommandLine) -> None:
    found = swept_far(company, far, None)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:SHOWN])
