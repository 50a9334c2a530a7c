"""Opening an incident from an action that it takes over."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.service import read as actions
from opsctl.actions.service import write as moves
from opsctl.actions.terms import TAKEN_OVER
from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, NotFound
from opsctl.core.void import Void
from opsctl.incidents.service import read as incidents
from opsctl.incidents.service import write
from opsctl.incidents.terms import NOTED, OPENED
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from tests.harness import CommandLine, Perform, Read

REFERENCE = "ACT-2026-0001"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def action(perform_as: Perform, now: datetime) -> None:
    """An action about erp, found an hour ago by wang."""
    perform_as(assets.add, handle="erp")
    perform_as(assets.add, handle="mail")
    perform_as(moves.add, as_="wang", words="erp raid degraded", impact="one more and data is lost", at=now - HOUR)


def history(read: Read, reference: str) -> list[tuple[str, dict[str, Any]]]:
    found = read(lambda session: list(ledger.rows(session, ledger.Search(subject=reference))))
    return [(row.kind, read_facts(row.facts)) for row in found]


def test_it_brings_its_words_asset_time_and_impact_along(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    opened = perform_as(write.open_incident, as_="li", origin="1")
    incident = opened.incident
    assert (incident.title, incident.asset, incident.detected, incident.opened) == (
        "raid degraded", "erp", now - HOUR, now,
    )  # fmt: skip
    assert opened.origin == REFERENCE
    (first, facts), (second, note) = history(read, incident.reference)
    assert (first, facts["from"], second, note) == (OPENED, REFERENCE, NOTED, {"text": "one more and data is lost"})
    assert history(read, REFERENCE)[-1] == (TAKEN_OVER, {"incident": incident.reference})
    taken = read(actions.find, word="1", now=now)
    assert (taken.incident, taken.state) == (incident.reference, "open")
    assert read(incidents.show, word="1", now=now).origin == REFERENCE
    check_whole()


@pytest.mark.parametrize(
    ("given", "title", "asset"),
    [
        ({"words": "array is broken"}, "array is broken", "erp"),
        ({"words": "mail array is broken"}, "array is broken", "mail"),
        ({"words": "erp array is broken"}, "array is broken", "erp"),
        ({"asset": "mail"}, "raid degraded", "mail"),
        ({"words": "array is broken", "asset": "mail"}, "array is broken", "mail"),
    ],
    ids=["words", "words with an asset", "words with the same asset", "another asset", "both"],
)
def test_what_is_given_goes_before_what_the_action_says(
    perform_as: Perform, given: dict[str, str], title: str, asset: str
) -> None:
    incident = perform_as(write.open_incident, origin=REFERENCE, **given).incident
    assert (incident.title, incident.asset) == (title, asset)


@pytest.mark.parametrize(
    ("given", "detected"),
    [
        ({"detected": -0.5}, -0.5),
        ({"down": -2}, -1),
        ({"down": 0}, None),
        ({"at": -1.5}, None),
        ({"at": -0.5}, -1),
    ],
    ids=["given", "down before", "down after it was found", "opened before it was found", "opened after"],
)
def test_when_it_was_found_is_when_it_was_detected_unless_that_contradicts(
    perform_as: Perform, now: datetime, given: dict[str, float], detected: float | None
) -> None:
    moments = {name: now + hours * HOUR for name, hours in given.items()}
    incident = perform_as(write.open_incident, origin=REFERENCE, **moments).incident
    assert incident.detected == (None if detected is None else now + detected * HOUR)


def test_one_action_is_taken_over_once(perform_as: Perform) -> None:
    perform_as(write.open_incident, origin=REFERENCE)
    with pytest.raises(Conflict, match="ACT-2026-0001 was taken over by INC-2026-0001 already"):
        perform_as(write.open_incident, origin=REFERENCE)


def test_what_is_over_is_not_taken_over(perform_as: Perform, read: Read, now: datetime) -> None:
    perform_as(moves.add, as_="wang", words="erp void")
    perform_as(moves.void, as_="wang", named=["2"], because=Void.TEST)
    perform_as(moves.done, as_="wang", named=["1"])
    perform_as(moves.verify, as_="li", named=["1"])
    for reference in ("1", "2"):
        with pytest.raises(Conflict, match="no incident takes it over"):
            perform_as(write.open_incident, origin=reference)
    with pytest.raises(NotFound):
        perform_as(write.open_incident, origin="ACT-2026-0003")
    assert read(incidents.list_incidents, now=now).total == 0


def test_what_is_done_but_not_verified_may_be_taken_over(perform_as: Perform) -> None:
    perform_as(moves.done, as_="wang", named=["1"])
    assert perform_as(write.open_incident, origin="1").origin == REFERENCE


def test_an_action_without_impact_makes_no_note(perform_as: Perform, read: Read) -> None:
    perform_as(moves.add, as_="wang", words="mail slow")
    incident = perform_as(write.open_incident, origin="2").incident
    assert [kind for kind, _facts in history(read, incident.reference)] == [OPENED]


def test_the_command_says_where_it_came_from(run_on_store: CommandLine) -> None:
    opened = run_on_store("open", "--from", "1")
    assert opened.code == 0
    assert opened.out.splitlines()[0] == "INC-2026-0001 opened: raid degraded · erp"
    assert f"from the action  {REFERENCE}" in opened.out
    assert f"from the action  {REFERENCE}\n" in run_on_store("incident", "show", "1").out
    shown = json.loads(run_on_store("incident", "show", "1", "--json").out)["data"]
    assert (shown["action"], shown["asset"]) == (REFERENCE, "erp")
    again = run_on_store("incident", "open", "--from", "1")
    assert (again.code, again.err) == (
        6,
        "opsctl: ACT-2026-0001 was taken over by INC-2026-0001 already. See: opsctl incident show INC-2026-0001\n",
    )


def test_without_words_and_without_an_action_there_is_nothing_to_open(run: CommandLine) -> None:
    result = run("open")
    assert (result.code, result.err) == (2, "opsctl: ASSET TITLE … is missing. See: opsctl open --help\n")


def test_opening_without_an_action_loads_nothing_of_actions(run: CommandLine) -> None:
    run("asset", "add", "erp")
    program = (
        "import sys; from opsctl.main import run; run(['--db', sys.argv[1], 'open', 'erp', 'slow']);"
        " sys.exit(any(name.startswith(('opsctl.actions.tables', 'opsctl.actions.service.')) for name in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(run.database)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
