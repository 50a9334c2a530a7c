"""What a command loads before it answers. Loading is what makes a small command slow, and tests never time."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from opsctl.main import rooms
from tests.harness import CommandLine, clean_environment

HEAVY = {"sqlalchemy", "sqlmodel", "pydantic", "pendulum", "rich", "tabulate", "alembic", "psycopg"}
PROGRAM = """
import sys
from opsctl.main import run
code = run(sys.argv[1:])
sys.stderr.write("\\n" + " ".join(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""
TAB = """
import sys
from opsctl.__main__ import main
try:
    main()
finally:
    sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(home: Path, *arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command in a fresh interpreter, and the packages it had loaded at its end."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    result = subprocess.run(command, env=clean_environment(home), capture_output=True, text=True)
    return result.returncode, set(result.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("--version",), 0, id="version"),
        pytest.param(("--help",), 0, id="help"),
        pytest.param((), 0, id="nothing"),
        pytest.param(("asset", "list", "--limit"), 2, id="wrong-option"),
        pytest.param(("asst",), 2, id="unknown-noun"),
        pytest.param(("asset", "add"), 2, id="missing-word"),
    ],
)
def test_what_needs_no_database_loads_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    ended, loaded = loaded_by(tmp_path, *arguments)
    assert (ended, loaded & HEAVY) == (code, set())


@pytest.mark.parametrize("noun", [room.noun for room in rooms()])
def test_the_help_of_a_noun_loads_nothing_heavy(tmp_path: Path, noun: str) -> None:
    code, loaded = loaded_by(tmp_path, noun, "--help")
    assert (code, loaded & HEAVY) == (0, set())


def test_wrong_usage_of_a_verb_loads_nothing_heavy(tmp_path: Path) -> None:
    code, loaded = loaded_by(tmp_path, "incident", "opne")
    assert (code, loaded & HEAVY) == (2, set())


def test_a_tab_loads_neither_the_command_line_nor_anything_heavy(run: CommandLine) -> None:
    assert run("asset", "add", "erp", "--title", "ERP").code == 0
    command = [sys.executable, "-c", TAB, "completions", "--of", "asset.ASSET", "--", "e"]
    result = subprocess.run(command, env=clean_environment(run.home), capture_output=True, text=True)
    assert (result.stdout, result.returncode) == ("erp\tERP\n", 0)
    loaded = set(result.stderr.split())
    assert ("sqlite3" in loaded, loaded & (HEAVY | {"typer"})) == (True, set())


def test_opening_an_incident_loads_no_calendar_no_server_and_no_table(run: CommandLine) -> None:
    assert run("asset", "add", "erp").code == 0
    code, loaded = loaded_by(run.home, "incident", "open", "erp", "down", "--down")
    assert code == 0
    assert loaded & {"pendulum", "alembic", "psycopg", "rich", "tabulate", "holidays", "wcwidth"} == set()


def test_a_write_to_a_file_loads_no_calendar_no_server_and_no_table(run: CommandLine) -> None:
    code, loaded = loaded_by(run.home, "asset", "add", "erp")
    assert code == 0
    assert "sqlalchemy" in loaded
    assert loaded & {"pendulum", "alembic", "psycopg", "rich", "tabulate", "holidays", "pydantic_settings"} == set()


def test_every_dotted_name_in_the_table_of_rooms_stands_for_something() -> None:
    for room in rooms():
        assert import_module(room.commands).app is not None
        for module in room.adds:
            assert import_module(module).app is not None
        for dotted in (room.records, room.blank, room.owned, room.hand_over, room.today):
            if dotted is not None:
                assert callable(room.load(dotted)), dotted
