"""A round is walked on a real terminal: typed ahead, pasted, interrupted, cut off, and gone on with by a colleague."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.actions.service import read as actions
from opsctl.inspections.rules import Round
from opsctl.inspections.service import read as inspections
from opsctl.inspections.terms import State
from opsctl.ledger import service as ledger
from opsctl.store.address import read_address
from opsctl.store.engine import Store
from tests.harness import CommandLine, Read, reading
from tests.inspections.terminal import terminal
from tests.inspections.walks import THIRTY, prepare, round_of, said

CORE = ("inspect", "start", "core", "--asset", "core-sw-1")
FIRST = "INS-2026-0001"


@pytest.fixture
def walk(run_on_store: CommandLine, tmp_path: Path) -> CommandLine:
    """The command line on each database, with something to walk."""
    prepare(run_on_store, tmp_path)
    return run_on_store


def test_a_round_on_a_narrow_terminal(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature °C (18–27) > ", "24.1")
        opened.answer("2/3 Fans  1 ok 2 warn 3 fail 0 n/a > ", "1")
        opened.answer("3/3 Uplinks  1 ok 2 warn 3 fail 0 n/a > ", "1")
        assert opened.end() == 0
    assert opened.screen.startswith(
        "INS-2026-0001  Core network  core-sw-1\n"
        "not due now: an extra round  3 items\n"
        "? help, q stop: what was answered is saved.\n"
        "1/3 Inlet temperature °C (18–27) > 24.1\n"
        "— Hardware —\n"
        "2/3 Fans  1 ok 2 warn 3 fail 0 n/a > 1\n"
        "3/3 Uplinks  1 ok 2 warn 3 fail 0 n/a > 1\n"
        "INS-2026-0001 done: Core network · core-sw-1\n"
    )
    assert round_of(read, FIRST, walk).state is State.DONE


def test_what_is_typed_ahead_is_taken_in_its_order(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.type("24.1\n上一项\n24.2\n3 风扇停转\n\n\n1\n")  # before the first question
        assert opened.end() == 0, opened.screen
    assert said(round_of(read, FIRST, walk)) == [
        ("temp", "ok", "24.1", None, "typed"),
        ("temp", "ok", "24.2", None, "typed"),
        ("fans", "fail", None, "风扇停转", "typed"),
        ("uplink", "ok", None, None, "typed"),
    ]


def test_thirty_lines_pasted_at_once_are_the_record_of_typing_them(
    run_on_store: CommandLine, read: Read, tmp_path: Path
) -> None:
    prepare(run_on_store, tmp_path, THIRTY)
    lines = ["1" if number % 3 else f"22{number % 10}.5" for number in range(1, 31)]
    room = ("inspect", "start", "room", "--asset")
    with terminal(run_on_store, *room, "core-sw-1") as pasted:
        pasted.wait_for("1/30 State 1")
        pasted.type("".join(f"{line}\n" for line in lines))
        assert pasted.end() == 0, pasted.screen
    with terminal(run_on_store, *room, "core-sw-2") as by_hand:
        for number, line in enumerate(lines, start=1):
            by_hand.wait_for(f"{number}/30 ")
            by_hand.answer("> ", line)
        assert by_hand.end() == 0, by_hand.screen
    first, second = (round_of(read, reference, run_on_store) for reference in (FIRST, "INS-2026-0002"))
    assert len(first.readings) == 30
    assert said(first) == said(second)


def test_thirty_pasted_lines_with_symptoms_are_the_record_of_typing_them(
    run_on_store: CommandLine, read: Read, tmp_path: Path
) -> None:
    prepare(run_on_store, tmp_path, THIRTY)
    others = {4: "3 风扇停转", 5: "2 one lamp is off", 6: "251.5 too high", 11: "0", 29: "异常 接头松动"}
    lines = [others.get(number, "1" if number % 3 else f"22{number % 10}.5") for number in range(1, 31)]
    room = ("inspect", "start", "room", "--asset")
    with terminal(run_on_store, *room, "core-sw-1") as pasted:
        pasted.type("".join(f"{line}\n" for line in lines))
        assert pasted.end() == 0, pasted.screen
    with terminal(run_on_store, *room, "core-sw-2") as by_hand:
        for number, line in enumerate(lines, start=1):
            by_hand.wait_for(f"{number}/30 ")
            by_hand.answer("> ", line)
            if line in ("3 风扇停转", "2 one lamp is off", "251.5 too high", "异常 接头松动"):
                by_hand.answer("What does it touch?", "")
                by_hand.answer("Who was told?", "")
        assert by_hand.end() == 0, by_hand.screen
    assert "What does it touch?" not in pasted.screen
    first, second = (round_of(read, reference, run_on_store) for reference in (FIRST, "INS-2026-0002"))
    assert (len(first.readings), first.state) == (30, State.DONE)
    assert said(first) == said(second)
    raised = [read(actions.of_source, source=one.reference) for one in (first, second)]
    assert [len(each) for each in raised] == [4, 4]
    kept = [{(one.title, one.gravity, one.impact, one.told, one.owner) for one in each} for each in raised]
    assert kept[0] == kept[1]


def test_pasted_doubts_and_failures_swallow_no_line_and_are_settled_at_the_end(walk: CommandLine, read: Read) -> None:
    assert (
        walk("inspect", "log", "core", "--asset", "core-sw-1", "--item", "temp=41 door was open", "--rest-ok").code == 0
    )
    with terminal(walk, *CORE) as pasted:
        pasted.type("22\n3\n1\n")
        pasted.wait_for("22 is far from 41 last time; wrong? 1=…\n")
        pasted.wait_for("2 is not ok, without a word what is wrong.\n")
        pasted.wait_for("Far from the last time: 1. Type 1=22 to keep\nit, or the right value.\n")
        pasted.answer("Type 2=fail WORDS  s ends the round as it is\n> ", "1=22")
        pasted.wait_for("1 Inlet temperature: 22 °C\n")
        pasted.answer("Type 2=fail WORDS  s ends the round as it is\n> ", "2=3")
        pasted.answer("Fans, failed: what is wrong?", "fan 2 stands still")
        pasted.answer("What does it touch?", "")
        pasted.answer("Who was told?", "")
        assert pasted.end() == 0, pasted.screen
    assert "typed right?" not in pasted.screen
    assert [one[:4] for one in said(round_of(read, "INS-2026-0002", walk))] == [
        ("temp", "ok", "22", None),
        ("fans", "fail", None, None),
        ("uplink", "ok", None, None),
        ("temp", "ok", "22", None),
        ("fans", "fail", None, "fan 2 stands still"),
    ]


def test_what_pasted_lines_left_behind_may_be_left(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as pasted:
        pasted.type("24\n3\n1\n")
        pasted.answer("s ends the round as it is\n> ", "", "b")
        pasted.answer("3/3 Uplinks", "s")
        pasted.answer("s ends the round as it is\n> ", "s")
        assert pasted.end() == 0, pasted.screen
    assert "Add the words with:\nopsctl inspect correct INS-2026-0001 '2=fail WORDS' --reason TEXT\n" in pasted.screen
    assert round_of(read, FIRST, walk).state is State.DONE


def test_stopping_before_the_words_are_added_asks_for_them_the_next_time(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as pasted:
        pasted.type("24\n1\n3\n\n")
        pasted.answer("> ", "q")
        assert pasted.end() == 0, pasted.screen
    assert round_of(read, FIRST, walk).state is State.OPEN
    with terminal(walk, *CORE) as again:
        again.answer("Type 3=fail WORDS  s ends the round as it is\n> ", "3=异常 光衰过大")
        again.answer("What does it touch?", "")
        again.answer("Who was told?", "")
        assert again.end() == 0, again.screen
    assert round_of(read, FIRST, walk).current["uplink"].note == "光衰过大"


def test_what_failed_is_asked_for_its_symptom_until_there_is_one(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature °C (18–27) > ", "24")
        opened.answer("2/3 Fans  1 ok 2 warn 3 fail 0 n/a > ", "3")
        opened.answer("Fans, failed: what is wrong? > ", "")
        opened.wait_for("A few words are needed; b goes back to the\nitem.\n")
        opened.answer("Fans, failed: what is wrong? > ", "fan 2 stands still")
        opened.answer("What does it touch? (Enter: not known)\n> ", "cooling of rack 3")
        opened.answer("Who was told? (Enter: your superior) > ", "lead.wang")
        opened.answer("3/3 Uplinks  1 ok 2 warn 3 fail 0 n/a > ", "1")
        assert opened.end() == 0, opened.screen
    (action,) = read(actions.of_source, source=FIRST)
    assert (action.title, action.impact, action.told) == (
        "Fans: fan 2 stands still", "cooling of rack 3", "lead.wang",
    )  # fmt: skip


def test_a_reading_outside_of_its_range_is_asked_for_what_is_to_be_seen(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature °C (18–27) > ", "28.5")
        opened.answer("Inlet temperature, warning: what is seen?\n> ", "filter is dirty")
        opened.answer("What does it touch?", "")
        opened.answer("Who was told?", "")
        opened.answer("2/3 Fans", "rest ok")
        assert opened.end() == 0, opened.screen
    assert said(round_of(read, FIRST, walk))[0] == ("temp", "warn", "28.5", "filter is dirty", "typed")


def test_a_number_far_from_the_last_is_typed_twice_or_mended(walk: CommandLine, read: Read) -> None:
    assert walk("inspect", "log", "core", "--asset", "core-sw-1", "--item", "temp=23.8", "--rest-ok").code == 0
    with terminal(walk, *CORE) as mended:
        mended.answer("1/3 Inlet temperature °C (18–27) > ", "41")
        assert "23.8" not in mended.screen  # the last value is shown only after the reading
        mended.answer("last time 23.8, now 41: typed right?\n", "14")
        mended.answer("last time 23.8, now 14: typed right?\n", "24.1")
        mended.answer("2/3 Fans", "rest ok")
        assert mended.end() == 0, mended.screen
    assert said(round_of(read, "INS-2026-0002", walk))[0] == ("temp", "ok", "24.1", None, "typed")
    with terminal(walk, *CORE) as kept:
        kept.answer("1/3 Inlet temperature °C (18–27) > ", "41")
        kept.answer("typed right?\n", "41")
        kept.answer("Inlet temperature, warning: what is seen?\n> ", "room door was open")
        kept.answer("What does it touch?", "")
        kept.answer("Who was told?", "")
        kept.answer("2/3 Fans", "rest ok")
        assert kept.end() == 0, kept.screen
    assert said(round_of(read, "INS-2026-0003", walk))[0] == ("temp", "warn", "41", "room door was open", "typed")


def test_an_interruption_ends_with_130_and_nothing_that_was_answered_is_lost(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature", "24.1")
        opened.wait_for("2/3 Fans")
        opened.interrupt()
        assert opened.end() == 130
    assert opened.screen.endswith(
        "Stopped; what was answered is saved.\nGo on with:\nopsctl inspect start core --asset core-sw-1\n"
    )
    assert [item for item, *_rest in said(round_of(read, FIRST, walk))] == ["temp"]
    with terminal(walk, *CORE) as again:
        again.wait_for("resumed at 2 of 3")
        again.answer("2/3 Fans", "1")
        again.answer("3/3 Uplinks", "1")
        assert again.end() == 0
    assert round_of(read, FIRST, walk).state is State.DONE


def test_a_symptom_is_saved_when_the_walk_is_interrupted_behind_it(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature", "24.1")
        opened.answer("2/3 Fans", "3")
        opened.answer("Fans, failed: what is wrong?", "fan 2 stands still")
        opened.wait_for("What does it touch?")
        opened.interrupt()
        assert opened.end() == 130
    assert said(round_of(read, FIRST, walk))[-1] == ("fans", "fail", None, "fan 2 stands still", "typed")


def test_a_lost_link_leaves_the_round_where_it_stopped(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature", "24.1")
        opened.wait_for("2/3 Fans")
        opened.type("3 half a sym")  # without Enter
        opened.hang_up()
    assert [item for item, *_rest in said(round_of(read, FIRST, walk))] == ["temp"]
    with terminal(walk, *CORE) as again:
        again.wait_for("resumed at 2 of 3")
        again.answer("2/3 Fans", "1", "1")
        assert again.end() == 0
    assert len(round_of(read, FIRST, walk).readings) == 3


def test_a_lost_link_behind_a_symptom_saves_it(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature", "24.1")
        opened.answer("2/3 Fans", "3 fan 2 stands still")
        opened.wait_for("What does it touch?")
        opened.hang_up()
    assert said(round_of(read, FIRST, walk))[-1] == ("fans", "fail", None, "fan 2 stands still", "typed")


def test_a_program_that_is_told_to_end_saves_and_says_how_to_go_on(walk: CommandLine, read: Read) -> None:
    with terminal(walk, *CORE) as opened:
        opened.answer("1/3 Inlet temperature", "24.1")
        opened.wait_for("2/3 Fans")
        opened.process.send_signal(signal.SIGTERM)
        assert opened.end() == 130
    assert opened.screen.endswith("opsctl inspect start core --asset core-sw-1\n")
    assert len(round_of(read, FIRST, walk).readings) == 1


def test_an_answer_waits_for_a_database_that_is_away(run: CommandLine, tmp_path: Path) -> None:
    prepare(run, tmp_path)
    away = run.database.with_suffix(".away")
    with terminal(run, *CORE) as opened:
        opened.wait_for("1/3 Inlet temperature")
        run.database.rename(away)
        opened.type("24.1\n")
        opened.wait_for("Not saved yet. Enter tries again, q stops")
        away.rename(run.database)
        opened.type("1\n")  # typed ahead: the answer of the next item
        opened.answer("3/3 Uplinks", "1")
        assert opened.end() == 0, opened.screen
    assert [(item, value) for item, _mark, value, *_rest in said(_round(run))] == [
        ("temp", "24.1"), ("fans", None), ("uplink", None),
    ]  # fmt: skip


def test_what_could_not_be_saved_is_said_where_the_walk_is_stopped(run: CommandLine, tmp_path: Path) -> None:
    prepare(run, tmp_path)
    away = run.database.with_suffix(".away")
    with terminal(run, *CORE) as opened:
        opened.wait_for("1/3 Inlet temperature")
        run.database.rename(away)
        opened.type("24.1\n")
        opened.answer("q stops", "q")
        code = opened.end()
        away.rename(run.database)
    assert "Stopped; all but the last answer is saved.\n" in opened.screen
    assert code == 7


def test_a_colleague_goes_on_and_it_is_told(run: CommandLine, tmp_path: Path) -> None:
    prepare(run, tmp_path)
    for handle in ("lead.li", "net.zhao"):
        assert run("person", "add", handle, "--name", handle, "--login", handle).code == 0
    with terminal(run, *CORE) as opened:
        opened.answer("1/3 Inlet temperature", "24.1")
        opened.wait_for("2/3 Fans")
        opened.hang_up()
    with terminal(run, *CORE, "--as", "net.zhao") as taken:
        taken.wait_for("lead.li walked it until now and is told")
        taken.answer("2/3 Fans", "1", "1")
        assert taken.end() == 0
    found = _round(run)
    assert (found.person, [each.by for each in found.readings]) == ("net.zhao", ["lead.li", "net.zhao", "net.zhao"])
    (taken_up,) = _read(run, ledger.newest, search=ledger.Search(kind="inspection.taken-up"), limit=0)
    assert (taken_up.actor, json.loads(taken_up.facts)["from"]) == ("net.zhao", "lead.li")


def _round(run: CommandLine) -> Round:
    found: Round = _read(run, inspections.show, word=FIRST, now=run.now).round
    return found


def _read(run: CommandLine, query: Callable[..., Any], **arguments: Any) -> Any:
    store = Store(read_address(str(run.database)))
    try:
        return reading(store)(query, **arguments)
    finally:
        store.close()
