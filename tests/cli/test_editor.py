"""A text in the person's own editor, on a terminal of its own: whatever the editor does, what was typed is there."""

import os
import pty
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opsctl.cli import editor
from opsctl.cli.editor import Edited
from opsctl.core.errors import InvalidInput, OpsctlError

Edit = Callable[[str, str], Edited]
TEXT = "# Review\n\n概述\n"


@pytest.fixture
def edit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Edit]:
    """Edits on a terminal of its own; kept texts lie in the folder of the test."""
    for name in ("OPSCTL_EDITOR", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    leader, follower = pty.openpty()

    def on_terminal(text: str, name: str) -> Edited:
        # Only now: the test run takes both streams for itself before each test.
        with (
            pytest.MonkeyPatch.context() as patch,
            os.fdopen(os.dup(follower), "w") as out,
            os.fdopen(os.dup(follower)) as in_,
        ):
            patch.setattr(sys, "stdin", in_)
            patch.setattr(sys, "stdout", out)
            return editor.edit(text, name=name)

    yield on_terminal
    os.close(follower)
    os.close(leader)


def script(tmp_path: Path, lines: str) -> str:
    """An editor that does these lines of shell with the file `$1`."""
    path = tmp_path / "an editor"
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
    return f"'{path}'"


def test_the_text_is_what_the_editor_leaves(edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, 'printf "more\\n" >> "$1"'))
    found = edit(TEXT, "REV-2026-0001")
    assert found.text == TEXT + "more\n"
    assert found.path.suffix == ".md"
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    found.forget()
    assert not found.path.exists()


@pytest.mark.parametrize("wins", ["OPSCTL_EDITOR", "VISUAL"])
def test_the_editor_that_is_named_first_wins(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wins: str
) -> None:
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv(wins, script(tmp_path, 'printf "x" > "$1"'))
    assert edit(TEXT, "r").text == "x"


def test_an_editor_takes_arguments_of_its_own(edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, 'printf "%s" "$1" > "$3"') + " --wait 'two words'")
    assert edit(TEXT, "r").text == "--wait"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('printf "half" > "$1"; exit 3', "ended with code 3."),
        ('printf "half" > "$1"; kill -9 $$', "was ended by signal 9."),
    ],
    ids=["code", "signal"],
)
def test_an_editor_that_fails_changes_nothing_and_its_text_is_kept(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, told: str
) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, lines))
    with pytest.raises(OpsctlError) as failed:
        edit(TEXT, "REV-2026-0001")
    assert failed.value.message.endswith(told)
    kept = tmp_path / "state/opsctl/kept/REV-2026-0001-1.md"
    assert failed.value.hint == f"Nothing was changed. The text is kept: {kept}"
    assert kept.read_text() == "half"


def test_an_editor_that_is_not_there_is_said(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor")
    with pytest.raises(OpsctlError, match="no-such-editor cannot be run: No such file"):
        edit(TEXT, "r")


def test_an_editor_that_cannot_be_read_is_said(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "vi 'half")
    with pytest.raises(InvalidInput, match="VISUAL cannot be read: vi 'half"):
        edit(TEXT, "r")


def test_without_an_editor_it_is_said_how_to_name_one(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InvalidInput, match=r"There is no editor\.") as failed:
        edit(TEXT, "r")
    assert failed.value.hint == "Name one in EDITOR, or give the text with -F FILE."


def test_what_is_no_text_is_kept_and_said(edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, "printf 'ab\\377' > \"$1\""))
    with pytest.raises(InvalidInput, match="is not UTF-8: it breaks at byte 2"):
        edit(TEXT, "r")


def test_a_file_that_the_editor_took_away_is_said(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, 'rm "$1"'))
    with pytest.raises(OpsctlError, match="cannot be read: No such file"):
        edit(TEXT, "r")


def test_without_a_terminal_the_text_comes_from_a_file() -> None:
    with pytest.raises(InvalidInput, match="There is no terminal to edit in") as failed:
        editor.edit(TEXT, name="r")
    assert failed.value.hint == "Give the text with -F FILE, or - for stdin."
