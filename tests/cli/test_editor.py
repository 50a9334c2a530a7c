"""A text in the person's own editor, on a terminal of its own: whatever the editor does, what was typed is there."""

import os
import pty
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opsctl.cli import editor
from opsctl.cli.editor import Edited
from opsctl.cli.kept import forget, keep
from opsctl.core.errors import InvalidInput, OpsctlError

Edit = Callable[[str, str], Edited]
TEXT = "# Review\n\n概述\n"


def again(path: Path) -> str:
    """The command that goes on with what is kept there."""
    return f"go on {path}"


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
            return editor.edit(text, name=name, again=again)

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
    assert failed.value.hint == f"Nothing was changed. Your text is kept; go on with: go on {kept}"
    assert kept.read_text() == "half"


def test_an_editor_that_is_not_there_is_said(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor")
    with pytest.raises(OpsctlError, match="no-such-editor cannot be run: No such file") as failed:
        edit(TEXT, "r")
    assert failed.value.hint == "Nothing was changed."


def test_a_text_that_a_failing_editor_did_not_touch_is_kept_nowhere(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, "exit 3"))
    with pytest.raises(OpsctlError) as failed:
        edit(TEXT, "r")
    assert failed.value.hint == "Nothing was changed."
    assert list((tmp_path / "state/opsctl/kept").iterdir()) == []


@pytest.mark.parametrize("name", ["HUP", "TERM"])
def test_an_interruption_says_where_the_text_is_and_ends_the_editor(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    ended = tmp_path / "ended"
    # It counts a while before it strikes, so that it is known to have been started, and never counts for ever.
    count = "i=0; while [ $i -lt {most} ]; do i=$((i+1)); done"
    lines = [
        f"trap 'echo x > \"{ended}\"; exit 0' TERM", 'printf half > "$1"', count.format(most=20_000),
        f"kill -{name} $PPID", count.format(most=5_000_000),
    ]  # fmt: skip
    monkeypatch.setenv("EDITOR", script(tmp_path, "\n".join(lines)))

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    which = signal.Signals[f"SIG{name}"]
    before = signal.signal(which, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            edit(TEXT, "REV-2026-0001")
    finally:
        signal.signal(which, before)
    kept = tmp_path / "state/opsctl/kept/REV-2026-0001-1.md"
    assert capsys.readouterr().err == f"Your text is kept; go on with: go on {kept}\n"
    assert kept.read_text() == "half"
    assert ended.exists(), "it was asked to end, and could tidy up"


def test_only_a_file_that_was_kept_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    ours, theirs = keep("r", "x"), tmp_path / "r-1.txt"
    theirs.write_text("x")
    assert ours is not None
    for path in (ours, theirs, tmp_path / "nothing", Path("~nobody-at-all/x")):
        forget(path)
    assert (ours.exists(), theirs.exists()) == (False, True)


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
    with pytest.raises(InvalidInput, match="is not UTF-8: it breaks at byte 2") as failed:
        edit(TEXT, "r")
    kept = tmp_path / "state/opsctl/kept/r-1.md"
    assert failed.value.hint == f"Save it as UTF-8. Your text is kept; go on with: go on {kept}"


def test_a_file_that_the_editor_took_away_is_said(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, 'rm "$1"'))
    with pytest.raises(OpsctlError, match="cannot be read: No such file"):
        edit(TEXT, "r")


def test_without_a_terminal_the_text_comes_from_a_file() -> None:
    with pytest.raises(InvalidInput, match="There is no terminal to edit in") as failed:
        editor.edit(TEXT, name="r", again=again)
    assert failed.value.hint == "Give the text with -F FILE, or - for stdin."
