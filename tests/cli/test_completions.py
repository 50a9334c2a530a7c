"""The scripts of the shells: whole, of today's tree, and in the reader's language."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from opsctl.cli.completions.sources import sources
from opsctl.cli.completions.tree import Line, Tree, tree_of
from opsctl.cli.groups import Late, root
from opsctl.main import rooms, sections
from opsctl.store.engine import Store
from opsctl.store.quick import opened
from tests.harness import CommandLine

SCRIPTS = Path(__file__).parents[2] / "completions"
UPDATE = bool(os.environ.get("OPSCTL_UPDATE_GOLDEN"))


@pytest.fixture(scope="module")
def tree() -> Tree:
    """Today's tree, in English."""
    return tree_of(root(rooms(), sections(), lambda _ctx: None), rooms())


@pytest.fixture(scope="module")
def lines(tree: Tree) -> dict[str, Line]:
    """The lines of today's tree by their paths."""
    return {line.path: line for line in tree.lines}


@pytest.mark.parametrize(("shell", "name"), [("bash", "opsctl.bash"), ("zsh", "_opsctl"), ("fish", "opsctl.fish")])
def test_the_scripts_that_come_along_are_of_todays_tree(run: CommandLine, shell: str, name: str) -> None:
    printed = run("completions", shell)
    assert (printed.err, printed.code) == ("", 0)
    if UPDATE:
        (SCRIPTS / name).write_text(printed.out, encoding="utf-8")
    kept = (SCRIPTS / name).read_text(encoding="utf-8")
    stale = f"stale; write it anew: opsctl --lang en completions {shell} -o completions/{name}"
    assert kept == printed.out, stale
    assert not re.search("@[A-Z]+@", kept)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_scripts_describe_commands_in_the_readers_language(run: CommandLine, shell: str) -> None:
    chinese = run("--lang", "zh", "completions", shell).out
    assert "故障：从登记到关闭" in chinese
    assert "Faults, from opening to closing" not in chinese


def test_a_script_goes_into_the_file_that_is_named(run: CommandLine) -> None:
    file = run.home / "opsctl.bash"
    assert run("completions", "bash", "-o", str(file)).code == 0
    assert file.read_text(encoding="utf-8") == (SCRIPTS / "opsctl.bash").read_text(encoding="utf-8")


def test_there_is_no_script_for_another_shell(run: CommandLine) -> None:
    refused = run("completions", "bsh")
    assert (refused.out, refused.code) == ("", 2)
    assert "Did you mean bash?" in refused.err


def test_every_noun_and_verb_has_a_line(lines: dict[str, Line]) -> None:
    nouns = {room.noun for room in rooms()}
    assert {path.split()[0] for path in lines if path} == nouns == {name for name, _told in lines[""].verbs}
    for path, line in lines.items():
        assert {f"{path} {name}".strip() for name, _told in line.verbs} <= lines.keys()
        assert all(told and not told.endswith((".", "。")) for _name, told in line.verbs)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("ack", ("@incident.INC/ack", "+")),
        ("note", ("@incident.INC", "+")),
        ("open", ("@asset.ASSET", "-", "+")),
        ("action verify", ("@action.ACT/verify", "+")),
        ("action correct", ("@action.ACT", "+")),
        ("inspect correct", ("@inspect.INS", "-", "+")),
        ("inspect log", ("@rulebook.CHECKLIST",)),
        ("incident approve", ("@incident.INC/approve", "+")),
        ("maintenance extend", ("@maintenance.MNT/extend",)),
        ("rulebook diff", ("@file|@rulebook.BOOK@VERSION",) * 2),
        ("person add", ("-",)),
        ("completions", ("bash|zsh|fish",)),
        ("backup run", ("@rulebook.POLICY", "+")),
        ("backup restore", ("@rulebook.POLICY|@backup.BAK/restore",)),
        ("backup show", ("@backup.BAK",)),
        ("backup unpin", ("@backup.BAK/unpin",)),
        ("duty show", ("@rulebook.DUTY",)),
    ],
)
def test_the_words_of_a_verb_are_what_its_usage_says(lines: dict[str, Line], path: str, words: tuple[str, ...]) -> None:
    assert lines[path].words == words


@pytest.mark.parametrize(
    ("path", "option", "value"),
    [
        ("open", "--asset", "@asset.ASSET"),
        ("open", "--from", "@action.ACT/open"),
        ("open", "--severity", "1|2|3|4"),
        ("open", "-s", "1|2|3|4"),
        ("open", "--down", "+"),
        ("open", "--drill", ""),
        ("open", "--at", "-"),
        ("incident merge", "--into", "@incident.INC"),
        ("incident void", "--because", "false-alarm|test|duplicate|mistake"),
        ("inspect log", "--photo", "@=file"),
        ("inspect log", "--file", "@file"),
        ("inspect list", "--checklist", "@rulebook.CHECKLIST"),
        ("action list", "--source", "@inspect.INS"),
        ("work log", "--window", "@maintenance.MNT"),
        ("patch add", "--also", "@asset.ASSET"),
        ("person edit", "--end-post", "@rulebook.POST"),
        ("duty due", "--duty", "@rulebook.DUTY"),
        ("backup restore-test", "--run", "@backup.BAK/restore-test"),
        ("backup restore-test", "--evidence", "@file"),
        ("backup restore", "--into", "@file"),
        ("backup verify", "--level", "L0|L1|L2|L3|L4"),
        ("init", "--zone", "@zone"),
    ],
)
def test_an_option_takes_what_its_usage_says(lines: dict[str, Line], path: str, option: str, value: str) -> None:
    assert [one.value for one in lines[path].options if option in one.names] == [value]


def test_the_global_options_stand_everywhere(tree: Tree) -> None:
    taken = {name: option.value for option in tree.everywhere for name in option.names}
    assert taken == {
        "--db": "-", "--config": "@file", "--as": "@person.PERSON", "--format": "table|plain|md|csv|json",
        "--json": "", "-o": "@file", "--output": "@file", "--lang": "en|zh", "--tz": "@zone", "--utc": "",
        "--no-input": "", "--yes": "", "-q": "", "--quiet": "", "-v": "", "--verbose": "", "-h": "", "--help": "",
    }  # fmt: skip


def test_no_word_of_a_usage_is_left_without_a_thought(tree: Tree) -> None:
    """A word that no room explains completes nothing, and nobody would notice; free text is named here."""
    free = {
        "TIME", "TEXT", "TITLE", "WHAT", "WORD", "NAME", "HANDLE", "CODE", "LOGIN", "USER", "NUMBER", "ADDRESS",
        "SHARE", "DURATION", "DATE", "ID", "N", "ROW", "HASH", "URL", "TOPIC", "KIND", "COLUMN", "A,B",
        "FIELD=VALUE", "ITEM=READING", "'ITEM: SYMPTOM'", "HOST", "QUERY",
    }  # fmt: skip
    left = set()
    for path, params in _params().items():
        line = next(line for line in tree.lines if line.path == path)
        for param in params:
            if param.param_type_name == "option":
                value = next(one.value for one in line.options if set(one.names) & set(param.opts))
                left |= {param.metavar.strip("[]")} if value in ("-", "+") else set()
        arguments = [param.metavar for param in params if param.param_type_name == "argument"]
        spelled = " ".join(arguments).replace("[", "").replace("]", "").split(" … ")[0].replace(" …", "").split()
        left |= {word for word, kind in zip(spelled, line.words, strict=False) if kind == "-"}
    assert left <= free


def test_what_rooms_say_of_their_names_can_be_asked_of_both_databases(store: Store, tree: Tree) -> None:
    tables = set(inspect(store.read_engine).get_table_names())
    verbs = {line.path.split()[-1] for line in tree.lines if line.path}
    asked = 0
    with opened(store.address) as ask:
        for room in rooms():
            for word, source in sources(room):
                assert source.words or source.contents or source.table in tables or source.table.startswith("(")
                assert set(source.of) <= verbs, word
                conditions = ["1 = 1", *filter(None, [source.first]), *source.of.values()] if source.table else []
                titles = ", ".join(filter(None, [source.key, source.title, source.title_zh]))
                statements = [
                    *(
                        f"SELECT {titles} FROM {source.table} WHERE {each} ORDER BY {source.order}"
                        for each in conditions
                    ),
                    *filter(None, [source.contents]),
                ]
                assert [ask(statement, []) for statement in statements] == [[]] * len(statements)
                asked += len(statements)
    assert asked > 40


def _params() -> dict[str, list[Any]]:
    """The parameters of every verb that are its own."""
    found = {}
    for noun, late in root(rooms(), sections(), lambda _ctx: None).commands.items():
        command: Any = late.load() if isinstance(late, Late) else late
        verbs = {f"{noun} {name}": verb.load() for name, verb in getattr(command, "commands", {}).items()}
        for path, verb in (verbs or {noun: command}).items():
            own = [param for param in verb.params if not getattr(param, "hidden", False)]
            found[path] = [param for param in own if not getattr(param, "is_flag", False)]
    return found
