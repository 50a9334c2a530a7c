"""The README and the docs are true: every command is named, every block of shell runs, and prints what it shows."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from opsctl.cli.groups import root
from opsctl.main import rooms, sections
from tests.harness import LOGIN, Result

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/opsctl demo"
TESTS = ".venv/bin/python -m pytest -n auto --dist loadfile"
READMES = {"README.md": "opsctl demo", "docs/README.zh.md": "opsctl demo --lang zh"}
"""The READMEs, with the line that each begins with."""
TRIED = {**READMES, "docs/reviews.md": 'opsctl init --zone Asia/Shanghai --person li --name "Li Lei"'}
"""Every page whose console blocks run, with the line that each begins with."""


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def session(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what is shown to follow it."""
    pairs: list[tuple[str, str]] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            pairs.append((line[2:].strip(), ""))
        else:
            command, shown = pairs[-1]
            pairs[-1] = (command, shown + line)
    return pairs


def pattern_of(shown: str) -> re.Pattern[str]:
    """A pattern in which … stands for any text, over lines if it is alone on its line, and blanks for any blanks."""
    lines = [line.rstrip() for line in shown.splitlines()]
    parts = []
    for line in lines:
        if line == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            words = [".*?".join(re.escape(piece) for piece in word.split("…")) for word in line.split()]
            parts.append(" +".join(words) + r" *\n")
    return re.compile("".join(parts))


def test_the_two_lines_of_set_up_stand_in_the_readme_and_in_ci_as_they_are() -> None:
    assert blocks(README, "sh") == [f"{SET_UP}\n{TESTS}\n"]
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert TESTS in ci.splitlines()
    assert all(part in ci for part in SET_UP.split(" && "))


class Shell:
    """One shell into which lines are pasted one after the other, as a newcomer does."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        settings: dict[str, Any] = {"cwd": folder, "env": environment, "text": True}
        self._shell = subprocess.Popen(["/bin/sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **settings)

    def paste(self, line: str) -> Result:
        """Run the line where the ones before it have run."""
        (self._folder / "line.sh").write_text(f"{line}\n", encoding="utf-8")
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(". ./line.sh </dev/null >line.out 2>line.err; echo $?\n")
        self._shell.stdin.flush()
        code = int(self._shell.stdout.readline())
        out, err = ((self._folder / name).read_text(encoding="utf-8") for name in ("line.out", "line.err"))
        return Result(out, err, code)

    def close(self) -> None:
        self._shell.communicate()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A newcomer's shell, in a folder with the sample data of a checkout."""
    shutil.copytree(ROOT / "sample-data", tmp_path / "sample-data")
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LOGNAME": LOGIN,
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
    }
    opened = Shell(tmp_path, environment)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", TRIED)
def test_the_console_blocks_of_a_page_run_in_order_and_print_what_they_show(
    shell: Shell, tmp_path: Path, name: str
) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for review in blocks(text, "markdown"):  # the page calls it by that name
        (tmp_path / "review.md").write_text(review, encoding="utf-8")
    pairs = [pair for block in blocks(text, "console") for pair in session(block)]
    assert pairs[0][0] == TRIED[name]
    for command, shown in pairs:
        done = shell.paste(command)
        assert (done.code, done.err.count("Traceback")) == (0, 0), f"{command}\n{done.err}"
        assert pattern_of(shown).fullmatch(done.out), f"{command}\nprinted:\n{done.out}\nshown:\n{shown}"
        for line in done.out.splitlines():
            if line.strip().startswith("export OPSCTL_CONFIG="):  # what the demo tells to paste
                assert shell.paste(line).code == 0
    assert len(pairs) == text.count("\n$ ")


def test_the_readme_names_every_command_and_no_other() -> None:
    named: dict[str, set[str]] = {}
    for line in blocks(README, "text")[0].splitlines():
        words = line.replace("|", " ").split()[1:]
        if "|" in line and words[0] in {"init", "open"}:
            named.update({word: set() for word in words})
        else:
            named[words[0]] = set(words[1:])
    real: dict[str, set[str]] = {}
    for room in rooms():
        apps = [room.load(f"{module}:app") for module in (room.commands, *room.adds)]
        verbs = {str(command.name) for app in apps for command in app.registered_commands}
        real[room.noun] = set() if room.verb else verbs
    assert named == real


def _load_tool() -> ModuleType:
    """The script as a module; its name has no ending, so that the loader has to be named."""
    loader = importlib.machinery.SourceFileLoader("reference", str(ROOT / ".ci" / "reference"))
    spec = importlib.util.spec_from_loader("reference", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


reference = _load_tool()
NOUNS = reference.nouns(root(rooms(), sections(), lambda _ctx: None))
COMMANDS = {entry.path: entry.command for _title, found in NOUNS for noun in found for entry in noun.entries}


def test_the_reference_of_all_commands_is_what_their_help_says_now() -> None:
    assert reference.stale() == [], "write it with .venv/bin/python .ci/reference update, and update --lang zh"


@pytest.mark.parametrize("file", reference.FILES.values(), ids=reference.FILES)
def test_the_reference_has_a_heading_for_every_command_and_a_link_to_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.M)
    assert [heading for heading in headings if heading.startswith("opsctl ")] == list(COMMANDS)
    linked = re.findall(r"\]\(#([^)]+)\)", text)
    assert set(linked) - {heading.replace(" ", "-") for heading in headings} == set()
    assert {path.replace(" ", "-") for path in COMMANDS} - set(linked) == set()


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_what_it_does_and_what_each_word_means_and_shows_how_it_is_typed(path: str) -> None:
    command: Any = COMMANDS[path]
    assert command.help.endswith(".")
    assert [param.name for param in command.params if not param.help] == []
    assert command.page.examples
    codes = {code for code, _meaning in reference.pages.exit_codes(command.page)}
    # A plugin of a monitor ends as those do.
    assert codes >= ({"0", "1", "2", "3"} if command.page.codes else {"0", "1", "2", "4", "5", "6", "7"})


@pytest.mark.parametrize("name", [*TRIED, "CONTRIBUTING.md", "CHANGELOG.md", "sample-data/README.md"])
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []
