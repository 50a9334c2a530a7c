"""The house stands as CONTRIBUTING.md says: floors, the files of a room, and what each of them may do."""

import ast
import subprocess
import sysconfig
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "opsctl"
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
KITS = {"cli", "core", "exchange", "migrations", "render", "store"}
ROOMS = sorted(name.removeprefix("opsctl.") for name in CONTRACTS["inside a room"]["containers"])
ROOM_FILES = {"__init__", "terms", "rules", "tables", "service", "views", "commands"}
WITH_ENGINES = {"drivers", "jobs"}
"""What only a room has that runs engines, as CONTRIBUTING.md says."""
PURE_FILES = {"terms", "rules", "views"}
CLOCKS = {"now", "utcnow", "today"}
LONGEST = 400


def test_every_import_contract_is_kept() -> None:
    linter = Path(sysconfig.get_path("scripts"), "lint-imports")
    result = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in result.stdout


def test_every_package_is_a_kit_or_a_room_under_contract() -> None:
    packages = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert packages - KITS == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_holds_only_the_files_that_every_room_has(room: str) -> None:
    entries = [entry for entry in (HOUSE / room).iterdir() if entry.name not in {"__pycache__", "default.toml"}]
    assert entries, f"opsctl/{room} is empty"
    known = ROOM_FILES | (WITH_ENGINES if room == "backups" else set())
    others = [entry.name for entry in entries if entry.stem not in known or not _is_module(entry)]
    assert others == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_front_of_a_room_is_words_only(room: str) -> None:
    module = ast.parse((HOUSE / room / "__init__.py").read_text())
    assert [type(statement) for statement in module.body] == [ast.Expr]
    assert ast.get_docstring(module)


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in HOUSE.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_only_the_renderer_and_the_command_line_print() -> None:
    speakers = [
        place
        for path in HOUSE.rglob("*.py")
        if path.relative_to(HOUSE).parts[0] not in {"render", "cli"}
        for place in _places(path, _prints)
    ]
    assert speakers == []


def test_rules_terms_and_views_are_told_the_time() -> None:
    readers = [place for path in _pure_files(ROOMS) for place in _places(path, _reads_a_clock)]
    assert readers == []


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "pendulum.now()",
        "import time",
        "from time import time",
    ],
)
def test_a_clock_is_recognised(source: str) -> None:
    assert any(_reads_a_clock(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize("source", ["rules.due(now=now)", "from datetime import time", "now(3)", "today"])
def test_a_given_time_is_no_clock(source: str) -> None:
    assert not any(_reads_a_clock(node) for node in ast.walk(ast.parse(source)))


def _is_module(entry: Path) -> bool:
    return entry.suffix == ".py" if entry.is_file() else (entry / "__init__.py").exists()


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _pure_files(rooms: Iterable[str]) -> Iterator[Path]:
    """The files of rules, terms and views, also where one has become a package."""
    for room in rooms:
        for path in (HOUSE / room).rglob("*.py"):
            if path.relative_to(HOUSE / room).with_suffix("").parts[0] in PURE_FILES:
                yield path


def _places(path: Path, is_wanted: Callable[[ast.AST], bool]) -> Iterator[str]:
    """Where in a file the nodes are that `is_wanted` picks, as file:line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if is_wanted(node):
            yield f"{_name(path)}:{getattr(node, 'lineno', 0)}"


def _prints(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _reads_a_clock(node: ast.AST) -> bool:
    """Whether a node calls a clock, or imports the module `time`, which is nothing but clocks."""
    match node:
        case ast.Call(func=ast.Attribute(attr=attribute)):
            return attribute in CLOCKS
        case ast.Import(names=names):
            return any(name.name == "time" for name in names)
        case ast.ImportFrom(module="time"):
            return True
    return False
