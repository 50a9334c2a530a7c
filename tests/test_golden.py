"""What people see, word for word: each case in tests/golden/ in both languages, on a wide and a narrow terminal.

A case is `NAME.args`: its arguments, one a line, after lines such as `# exit 4`, `# formats text json`, `# widths 100`
and `# history patrols`, the module that makes its database. What it prints stands in
`NAME.<language>.<width>.<exit code>.<format>`, stderr below a line of its own; hashes and the database's address,
which differ from run to run, are replaced. After a change that is meant:

    OPSCTL_UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/test_golden.py

rewrites the files; read the difference before it is committed.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from subprocess import PIPE

import pytest
from wcwidth import wcswidth

from tests.golden import backups, history, patrols, reviews
from tests.harness import CommandLine, Result

FOLDER = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("OPSCTL_UPDATE_GOLDEN"))
FORMATS = ("table", "plain", "md", "csv", "json")
WIDTHS = ("100", "46")
STDERR = "--- stderr ---\n"
HISTORIES = {"history": history.build, "patrols": patrols.build, "backups": backups.build, "reviews": reviews.build}

_REQUEST = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_DIGEST = re.compile(r"(?<![\w.])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{12})(?!\w)")


@dataclass(frozen=True)
class Variant:
    """A case in one language, width and format."""

    name: str
    arguments: tuple[str, ...]
    language: str
    width: str
    code: int
    format: str
    history: str

    @property
    def path(self) -> Path:
        """The file with what is expected."""
        return FOLDER / f"{self.name}.{self.language}.{self.width}.{self.code}.{self.format}"


def _variants() -> Iterator[Variant]:
    for case in sorted(FOLDER.glob("*.args")):
        lines = case.read_text().splitlines()
        said = dict(line.removeprefix("# ").split(" ", 1) for line in lines if line.startswith("# "))
        arguments = tuple(line for line in lines if not line.startswith("# "))
        widths = said.get("widths", " ".join(WIDTHS)).split()
        for form in said.get("formats", " ".join(FORMATS)).split():
            # Only tables and pages of help differ by width; the other formats are held to one language each.
            for language in {"plain": ["zh"], "md": ["zh"], "csv": ["en"], "json": ["en"]}.get(form, ["en", "zh"]):
                for width in widths if form in ("table", "text") else widths[:1]:
                    code, of = int(said.get("exit", "0")), said.get("history", "history")
                    yield Variant(case.stem, arguments, language, width, code, form, of)


VARIANTS = list(_variants())


TABLES = [variant for variant in VARIANTS if variant.format == "table"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], CommandLine]:
    """The command line on a history's database, which is made when a case first asks for it."""
    return cache(lambda name: HISTORIES[name](tmp_path_factory.mktemp(name)))


@pytest.fixture
def line(variant: Variant, built: Callable[[str], CommandLine]) -> CommandLine:
    return built(variant.history)


def _run(variant: Variant, line: CommandLine) -> Result:
    chosen = () if variant.format == "text" else ("--format", variant.format)
    environment = {"OPSCTL_LANG": variant.language, "COLUMNS": variant.width}
    if "--help" in variant.arguments:
        # Help is in the language in which its module was loaded: a process of its own, as people have.
        with line.start(*variant.arguments, env=environment, stdout=PIPE, stderr=PIPE) as process:
            out, err = (stream.decode() for stream in process.communicate())
        return Result(out, err, process.returncode)
    return line(*variant.arguments, *chosen, env=environment)


def _settled(text: str, line: CommandLine) -> str:
    """The text with the same words in place of the database's address, which may be folded, and of each hash."""
    address = r"\s*".join(map(re.escape, f"sqlite:///{line.database}"))
    text = re.sub(address, "<database>", text)
    for pattern, word in ((_REQUEST, "request"), (_DIGEST, "hash")):
        text = pattern.sub(lambda found, word=word: f"<{word}>".ljust(len(found[0]), "·"), text)
    return text


@pytest.mark.parametrize("variant", VARIANTS, ids=[variant.path.name for variant in VARIANTS])
def test_the_output_is_as_expected(variant: Variant, line: CommandLine) -> None:
    result = _run(variant, line)
    assert result.code == variant.code, result.err
    printed = _settled(result.out + (STDERR + result.err if result.err else ""), line)
    if UPDATE:
        variant.path.write_text(printed)
    assert variant.path.exists(), "write it with OPSCTL_UPDATE_GOLDEN=1"
    assert printed == variant.path.read_text()


@pytest.mark.parametrize("variant", TABLES, ids=[variant.path.name for variant in TABLES])
def test_no_line_of_a_table_is_wider_than_the_terminal_but_a_reference_alone(
    variant: Variant, line: CommandLine
) -> None:
    other = replace(variant, width=next(width for width in WIDTHS if width != variant.width))
    # A sentence is left to the terminal to wrap: it is the same line at every width and in a pipe; no row is.
    sentences = set(_run(other, line).out.splitlines()) & set(
        _run(replace(variant, format="plain"), line).out.splitlines()
    )
    too_wide = [
        printed
        for printed in _run(variant, line).out.splitlines()
        if wcswidth(printed) > int(variant.width) and " " in printed.strip() and printed not in sentences
    ]
    assert too_wide == []


def test_every_expected_output_belongs_to_a_case() -> None:
    known = {variant.path for variant in VARIANTS}
    written = {path for path in FOLDER.iterdir() if path.is_file() and path.suffix not in (".args", ".py", ".toml")}
    if UPDATE:
        for path in written - known:
            path.unlink()
            written.remove(path)
    assert written - known == set()
