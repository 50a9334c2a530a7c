"""What every call must leave behind, however it was meant: judged from its output, its exit code and its files."""

import importlib.machinery
import importlib.util
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from opsctl.cli.help import exit_codes
from opsctl.core.errors import ExitCode
from tests.harness import Result

ROOT = Path(__file__).parents[2]
LONGEST = 400
"""So many characters a line has that tells what is wrong; a value that was typed stands in it by its beginning."""
TOLD = 9
"""So many letters in a row, with a blank among them, show that a sentence is this one."""
LISTS_ERRORS = "opsctl rulebook validate"
PLUGINS = "check"
"""Verbs of this name are plugins of a monitor: one line on stdout, and codes of their own."""
PLUGIN_LINE = re.compile(r"[A-Z]+ (?:(OK|WARNING|CRITICAL) - [^|\n]+\|[^|\n]+|UNKNOWN - [^|\n]+)\n")
PLUGIN_CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, None: 3}
MISTAKE = "opsctl made a mistake"
STYLE = re.compile(r"\x1b\[[0-9;]*m")
COMMAND = re.compile(r"^opsctl |--|=|[A-Z]{2}")
"""What is typed is the same in every language."""
ACCEPTED = (ExitCode.DONE, ExitCode.ATTENTION)


def faults(
    result: Result, page: Any, *, as_json: bool, terminal: bool, chinese: bool, elsewhere: bool = False
) -> Iterator[str]:
    """What is wrong with what a call printed and how it ended; `elsewhere` it named a database of its own."""
    if str(result.code) not in {code for code, _meaning in exit_codes(page)}:
        yield f"exit code {result.code} is not in its help"
    is_plugin = page.examples[0].split()[2:3] == [PLUGINS]
    never = {ExitCode.FAILED, ExitCode.INTERRUPTED, *(() if elsewhere else (ExitCode.UNAVAILABLE,))}
    if result.code in never and not is_plugin:
        yield f"exit code {result.code}"
    printed = STYLE.sub("", result.out) if terminal else result.out
    for name, text in (("stdout", printed), ("stderr", result.err)):
        raw = {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n"}
        if raw or "\u202e" in text:
            yield f"{name} has {sorted(raw)}"
    if "Traceback" in result.err or MISTAKE in result.err:
        yield "it is opsctl's own mistake"
    if any(len(line) > LONGEST for line in result.err.splitlines()):
        yield f"a line of {max(map(len, result.err.splitlines()))} characters on stderr"
    if chinese:
        yield from _untranslated(result.err)
    if is_plugin:
        yield from _answer(result, printed, chinese)
    elif result.code not in ACCEPTED:
        yield from _refusal(result, page, as_json, terminal)


def _answer(result: Result, printed: str, chinese: bool) -> Iterator[str]:
    """What is wrong with what a plugin says, where it is a line: other formats are for programs."""
    line = PLUGIN_LINE.fullmatch(printed)
    if result.code == PLUGIN_CODES[None] and line is None:
        yield "an unknown is no line"
    if line is not None and PLUGIN_CODES[line[1]] != result.code:
        yield f"the line and the exit code {result.code} say two things"
    if len(printed) > LONGEST and line is not None:
        yield f"a line of {len(printed)} characters for a monitor"
    if chinese and line is not None and line[1] is None:
        yield from _untranslated(printed)


def _refusal(result: Result, page: Any, as_json: bool, terminal: bool) -> Iterator[str]:
    if result.out and not terminal and not page.examples[0].startswith(LISTS_ERRORS):
        yield "it is refused, and there is something on stdout"
    *_remarks, last = result.err.splitlines() or [""]
    if result.err.count("opsctl: ") > 1 and not as_json and sum(
        line.startswith("opsctl: ") for line in result.err.splitlines()
    ) != 1:
        yield "more than one error"
    if not as_json:
        if not last.startswith("opsctl: "):
            yield "the last line on stderr is no error"
        return
    try:
        told = json.loads(last)
    except ValueError:
        yield "the last line on stderr is no JSON"
        return
    if told["kind"] != "error" or told["data"]["code"] != result.code or not told["data"]["message"]:
        yield "the object is no error"
    if not told["data"]["hint"]:
        yield "there is no next step"


def _untranslated(text: str) -> Iterator[str]:
    """English sentences that have a translation, and lines without a Chinese letter that nobody has to translate."""
    translated, awaited = _sentences()
    for line in text.splitlines():
        if any(words in line for words in awaited):
            continue
        found = next((words for words in translated if words in line), None)
        if found is not None:
            yield f"untranslated: {found!r}"
        elif line.startswith(("opsctl: ", '{"opsctl"')) and not any("\u4e00" <= letter <= "\u9fff" for letter in line):
            yield "a line without Chinese"


@cache
def _sentences() -> tuple[frozenset[str], frozenset[str]]:
    """What the sentences of the source have between their placeholders: of those with a translation, and without."""
    catalogue = _catalogue()
    stored = catalogue.by_identity(catalogue.stored(ROOT))
    translated: set[str] = set()
    awaited: set[str] = set()
    for identity, message in catalogue.wanted(ROOT).items():
        known = identity in stored and catalogue._is_translated(stored[identity])
        for form in catalogue._forms(message.id):
            parts = {part.strip() for part in re.split(r"\{[^{}]*\}", form)}
            parts = {part for part in parts if len(part) >= TOLD and " " in part}
            (translated if known else awaited).update(part for part in parts if not (known and COMMAND.search(part)))
    return frozenset(translated - awaited), frozenset(awaited)


def _catalogue() -> ModuleType:
    """The script that keeps the translations; its name has no ending, so that the loader has to be named."""
    loader = importlib.machinery.SourceFileLoader("catalogue", str(ROOT / ".ci/catalogue"))
    spec = importlib.util.spec_from_loader("catalogue", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogue"] = module  # its frozen dataclass looks itself up by that name
    loader.exec_module(module)
    return module
