"""Questions are answered by whole lines, whichever way they come; nothing that was typed ahead is lost."""

import io
import os
import pty
import sys
import tty
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from opsctl.cli.asking import Asking, Ended
from opsctl.cli.context import Context
from opsctl.core.errors import MOMENT, InvalidInput
from tests.harness import Stream

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


class Screen:
    """Standard streams in memory, and a conversation on them."""

    def __init__(self, patch: pytest.MonkeyPatch, typed: bytes | str, *, tty: bool = False, width: int = 46) -> None:
        self.out, self.err = Stream(tty=tty), Stream(tty=tty)
        stdin = Stream(tty=tty)
        stdin.buffer.write(typed if isinstance(typed, bytes) else typed.encode())
        stdin.buffer.seek(0)
        for name, stream in (("stdin", stdin), ("stdout", self.out), ("stderr", self.err)):
            patch.setattr(sys, name, stream)
        patch.setenv("COLUMNS", str(width))
        context = Context(lambda: NOW, list, lambda: pytest.fail, lambda: pytest.fail)
        context.chosen["tz"] = "Asia/Shanghai"
        self.asking = Asking(context)


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def test_what_is_typed_to_a_question_comes_back_without_blanks_around_it(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "  24.1 \r\n")
    assert screen.asking.ask("1/3 Inlet temperature °C (18–27)") == "24.1"


def test_lines_that_were_typed_ahead_answer_the_questions_that_follow(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "one\ntwo\n\nfour\n")
    assert [screen.asking.ask("?") for _turn in range(4)] == ["one", "two", "", "four"]


def test_a_pipe_reads_like_a_screen_on_stderr(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "1\n2\n")
    screen.asking.tell("Fans and supplies")
    screen.asking.ask("1/2 Fans")
    screen.asking.ask("2/2 Supplies")
    assert screen.out.text() == ""
    assert screen.err.text() == "Fans and supplies\n1/2 Fans > 1\n2/2 Supplies > 2\n"


def test_a_terminal_is_spoken_to_on_stdout_and_echoes_by_itself(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "1\n", tty=True)
    screen.asking.ask("1/2 Fans")
    assert (screen.out.text(), screen.err.text()) == ("1/2 Fans > ", "")


def test_parts_stand_beside_each_other_as_long_as_there_is_room(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "1\n1\n")
    screen.asking.ask("7/30 Fans", "1 ok 2 warn 3 fail 0 n/a")  # 9 + 2 + 24 columns, and 8 free of 45
    screen.asking.ask("8/30 Power supplies", "1 ok 2 warn 3 fail 0 n/a")
    assert screen.err.text() == (
        "7/30 Fans  1 ok 2 warn 3 fail 0 n/a > 1\n8/30 Power supplies  1 ok 2 warn 3 fail 0 n/a\n> 1\n"
    )


def test_a_long_question_in_chinese_breaks_between_characters_and_fits(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "1\n")
    screen.asking.ask("7/30 " + "机房空调冷凝水排放与漏水检测装置" * 2)
    # 45 columns hold `7/30 ` and twenty characters of two columns each.
    assert screen.err.text() == ("7/30 机房空调冷凝水排放与漏水检测装置机房空调\n冷凝水排放与漏水检测装置 > 1\n")


def test_the_end_of_the_input_is_said_and_the_next_line_begins_afresh(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "")
    with pytest.raises(Ended):
        screen.asking.ask("1/2 Fans")
    screen.asking.tell("Stopped.")
    assert screen.err.text() == "1/2 Fans > \nStopped.\n"


def test_a_last_line_without_its_end_counts_in_a_pipe(patch: pytest.MonkeyPatch) -> None:
    assert Screen(patch, "24.1").asking.ask("?") == "24.1"


def test_half_a_line_on_a_terminal_was_cut_off_and_is_no_answer(patch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Ended):
        Screen(patch, "2", tty=True).asking.ask("?")


def test_a_line_that_is_given_back_answers_the_next_question(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "one\ntwo\n")
    screen.asking.keep(screen.asking.ask("?"))
    assert [screen.asking.ask("?"), screen.asking.ask("?")] == ["one", "two"]


def test_looking_whether_there_is_more_takes_nothing_away(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "one\n")
    assert (screen.asking.has_more(), screen.asking.has_more(), screen.asking.ask("?")) == (True, True, "one")
    assert not screen.asking.has_more()


def test_a_terminal_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    assert Screen(patch, "", tty=True).asking.has_more()


def test_every_line_of_a_pipe_counts_as_waiting_however_late_it_comes(patch: pytest.MonkeyPatch) -> None:
    assert Screen(patch, "").asking.has_line_waiting()


@pytest.fixture
def keyboard(patch: pytest.MonkeyPatch) -> Iterator[tuple[int, Asking]]:
    """The keys of a real terminal, and a conversation on it."""
    keys, screen = pty.openpty()
    with (
        open(screen, encoding="utf-8", closefd=False) as stdin,
        open(screen, "w", encoding="utf-8", closefd=False) as out,
    ):
        patch.setattr(sys, "stdin", stdin)
        patch.setattr(sys, "stdout", out)
        yield keys, Asking(Context(lambda: NOW, list, lambda: pytest.fail, lambda: pytest.fail))
    os.close(screen)
    os.close(keys)


def test_on_a_terminal_a_line_waits_from_its_end_until_it_is_read(keyboard: tuple[int, Asking]) -> None:
    keys, asking = keyboard
    assert not asking.has_line_waiting()
    os.write(keys, b"half a line")
    assert not asking.has_line_waiting()
    os.write(keys, b" and its end\nthe next\n")
    assert (asking.has_line_waiting(), asking.ask("?")) == (True, "half a line and its end")
    assert (asking.has_line_waiting(), asking.ask("?")) == (True, "the next")
    assert not asking.has_line_waiting()


def test_lines_that_came_in_one_block_wait_too(keyboard: tuple[int, Asking]) -> None:
    keys, asking = keyboard
    tty.setcbreak(keys)  # such a terminal gives all there is, not one line
    os.write(keys, b"one\ntwo\nthr")
    assert (asking.ask("?"), asking.has_line_waiting(), asking.ask("?")) == ("one", True, "two")
    assert not asking.has_line_waiting()
    os.write(keys, b"ee\n")
    assert (asking.has_line_waiting(), asking.ask("?")) == (True, "three")


def test_a_line_that_was_given_back_waits(keyboard: tuple[int, Asking]) -> None:
    _keys, asking = keyboard
    asking.keep("1")
    assert asking.has_line_waiting()


@pytest.mark.parametrize(
    "line",
    [pytest.param(b"\xb2\xe2\xca\xd4\n", id="another encoding"), pytest.param(b"x" * 5_000_000 + b"\n", id="5 MB")],
)
def test_what_is_no_line_of_text_is_asked_for_again(patch: pytest.MonkeyPatch, line: bytes) -> None:
    screen = Screen(patch, line + b"24.1\n")
    assert screen.asking.ask("?") == "24.1"
    assert screen.err.text() == "? > \nThat line is no text, or too long. Type it\nagain.\n? > 24.1\n"


def test_what_a_terminal_would_obey_is_taken_out_of_a_line(patch: pytest.MonkeyPatch) -> None:
    assert Screen(patch, "\x1b[200~24.1\x1b[201~\x1b[A\n").asking.ask("?") == "24.1"


def test_a_title_cannot_steer_the_terminal(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "1\n")
    screen.asking.ask("1/1 Fans\x1b[2J\x1b]0;gone\x07")
    assert screen.err.text() == "1/1 Fans > 1\n"


def test_an_error_is_said_with_its_hint_and_its_moment_in_the_zone_of_the_reader(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "", width=100)
    screen.asking.complain(InvalidInput(f"Retired since {MOMENT}.", "Leave it out.", moment=NOW))
    assert screen.err.text() == "Retired since 2026-11-05 10:00:00+08:00. Leave it out.\n"


def test_a_command_to_paste_is_not_broken_in_two(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "")
    screen.asking.show("opsctl inspect start core-network --asset core-sw-1")
    assert screen.err.text() == "opsctl inspect start core-network --asset core-sw-1\n"


class Gone(io.StringIO):
    """A terminal whose link is lost."""

    def write(self, _text: str) -> int:
        raise OSError(5, "Input/output error")


def test_where_nobody_reads_any_more_the_conversation_is_over(patch: pytest.MonkeyPatch) -> None:
    screen = Screen(patch, "1\n")
    patch.setattr(screen.asking, "_screen", Gone())
    with pytest.raises(Ended):
        screen.asking.ask("1/1 Fans")
