"""The rules of maintenance and patches: what is refused, every move from every state, what is overdue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.terms import Gravity
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.void import Void
from opsctl.maintenance.rules import patches, work
from opsctl.maintenance.rules.patches import Patch
from opsctl.maintenance.rules.work import Work
from opsctl.maintenance.terms import Backup, Outcome, PatchState

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


def a_work(**given: Any) -> Work:
    known: dict[str, Any] = {
        "reference": "WRK-2026-0001", "asset": "erp", "customer": None, "title": "filters cleaned", "topic": None,
        "procedure": None, "backup": Backup.TAKEN, "outcome": Outcome.DONE, "result": None, "window": None,
        "person": "wang", "started_at": None, "done_at": NOW - HOUR, "entered_at": NOW, "void": None,
        "corrected_at": None, "recorded_at": NOW,
    }  # fmt: skip
    return Work(**{**known, **given})


def a_patch(state: PatchState = PatchState.OPEN, **given: Any) -> Patch:
    known: dict[str, Any] = dict.fromkeys(Patch.__dataclass_fields__)
    known |= {
        "reference": "PAT-2026-0001", "asset": "erp", "title": "openssl 3.5.4", "state": state,
        "recorded_by": "wang", "recorded_at": NOW - DAY,
    }  # fmt: skip
    return Patch(**{**known, **given})


def moved(patch: Patch, move: str) -> Patch:
    """The patch after the move, with whatever the move wants."""
    match move:
        case "decide --install-by":
            return patches.decide(patch, install_by=NOW + DAY, by="li", now=NOW, reason=None)
        case "decide --not-applicable":
            return patches.decide(patch, install_by=None, by="li", now=NOW, reason="SNMP is off")
        case "install":
            return patches.install(patch, at=NOW, by="li", work="WRK-2026-0001")
        case "defer":
            return patches.defer(patch, until=NOW + DAY, by="li", now=NOW, reason="no window")
    return patches.void(patch, Void.MISTAKE)


LEGAL = {
    PatchState.OPEN: {"decide --install-by", "decide --not-applicable", "install", "defer", "void"},
    PatchState.DECIDED: {"decide --not-applicable", "install", "defer", "void"},
    PatchState.DEFERRED: {"decide --install-by", "decide --not-applicable", "install", "defer", "void"},
    PatchState.INSTALLED: {"void"},
    PatchState.NOT_APPLICABLE: {"decide --install-by", "void"},
}
COMES_TO = {
    "decide --install-by": PatchState.DECIDED,
    "decide --not-applicable": PatchState.NOT_APPLICABLE,
    "install": PatchState.INSTALLED,
    "defer": PatchState.DEFERRED,
}
CASES = [(state, move) for state in PatchState for move in (*COMES_TO, "void")]


@pytest.mark.parametrize(("state", "move"), CASES, ids=[f"{state}: {move}" for state, move in CASES])
def test_every_move_of_a_patch_is_made_or_refused_with_the_legal_ones(state: PatchState, move: str) -> None:
    patch = a_patch(state)
    if move in LEGAL[state]:
        assert moved(patch, move).state is COMES_TO.get(move, state)
        return
    with pytest.raises(Conflict) as refused:
        moved(patch, move)
    named = refused.value.hint.removeprefix("Possible now: ").removesuffix(".").split(", ")
    assert set(named) == LEGAL[state]
    assert patch.reference in refused.value.message


@pytest.mark.parametrize("move", [*COMES_TO, "void"])
def test_a_void_patch_moves_no_more(move: str) -> None:
    with pytest.raises(Conflict, match="PAT-2026-0001 is void and stays as it is"):
        moved(a_patch(void=Void.TEST), move)


def test_a_decision_says_who_when_by_when_and_who_has_it_now() -> None:
    decided = patches.decide(a_patch(), install_by=NOW + DAY, by="li", now=NOW, reason=None, owner="wang")
    assert decided == a_patch(
        PatchState.DECIDED, due_at=NOW + DAY, decided_by="li", decided_at=NOW, reason=None, owner="wang"
    )
    off = patches.decide(decided, install_by=None, by="zhao", now=NOW + HOUR, reason="SNMP is off")
    assert (off.due_at, off.reason, off.decided_by, off.owner) == (None, "SNMP is off", "zhao", "wang")


def test_an_installation_keeps_what_was_decided_and_names_its_maintenance() -> None:
    decided = moved(a_patch(), "decide --install-by")
    assert patches.install(decided, at=NOW + HOUR, by="wang", work="WRK-2026-0007") == replace(
        decided,
        state=PatchState.INSTALLED,
        installed_by="wang",
        installed_at=NOW + HOUR,
        work="WRK-2026-0007",
    )


@pytest.mark.parametrize("moment", [NOW, NOW - DAY], ids=["now", "yesterday"])
def test_a_deadline_lies_ahead(moment: datetime) -> None:
    with pytest.raises(InvalidInput, match="has passed"):
        patches.decide(a_patch(), install_by=moment, by="li", now=NOW, reason=None)
    with pytest.raises(InvalidInput, match="has passed"):
        patches.defer(a_patch(), until=moment, by="li", now=NOW, reason="no window")


def test_an_advisory_is_not_published_in_the_future() -> None:
    patches.check_published(None, NOW)
    patches.check_published(NOW, NOW)
    with pytest.raises(InvalidInput, match="still to come"):
        patches.check_published(NOW + SECOND, NOW)


@pytest.mark.parametrize(
    ("patch", "overdue", "undecided"),
    [
        (a_patch(), False, False),
        (a_patch(recorded_at=NOW - 7 * DAY + SECOND), False, False),
        (a_patch(recorded_at=NOW - 7 * DAY), False, True),
        (a_patch(recorded_at=NOW - 7 * DAY, void=Void.TEST), False, False),
        (a_patch(PatchState.DECIDED, due_at=NOW, recorded_at=NOW - 9 * DAY), False, False),
        (a_patch(PatchState.DECIDED, due_at=NOW - SECOND), True, False),
        (a_patch(PatchState.DEFERRED, due_at=NOW - SECOND), True, False),
        (a_patch(PatchState.DECIDED, due_at=NOW - SECOND, void=Void.TEST), False, False),
        (a_patch(PatchState.INSTALLED, due_at=NOW - SECOND), False, False),
        (a_patch(PatchState.NOT_APPLICABLE), False, False),
    ],
    ids=[
        "new", "nearly seven days", "seven days", "seven days, void", "due this instant", "decided, over",
        "deferred, over", "over, void", "installed late", "not applicable",
    ],
)  # fmt: skip
def test_what_is_overdue_and_what_nobody_decided(patch: Patch, overdue: bool, undecided: bool) -> None:
    assert (patch.is_overdue(NOW), patch.is_undecided(NOW)) == (overdue, undecided)


@pytest.mark.parametrize(
    ("given", "retired_at"),
    [
        ({}, None),
        ({"done_at": NOW}, None),
        ({"started_at": NOW - HOUR}, None),
        ({}, NOW - HOUR),
        ({"outcome": Outcome.WATCHED, "result": "one cell at 11.8 V"}, None),
    ],
    ids=["an hour ago", "now", "begun when it ended", "when it was retired", "watched"],
)
def test_what_may_be_logged(given: dict[str, Any], retired_at: datetime | None) -> None:
    work.check(a_work(**given), now=NOW, retired_at=retired_at)


@pytest.mark.parametrize(
    ("given", "retired_at", "error", "said"),
    [
        ({"done_at": NOW + SECOND}, None, InvalidInput, "still to come"),
        ({"started_at": NOW + SECOND, "done_at": NOW + HOUR}, None, InvalidInput, "still to come"),
        ({"started_at": NOW - HOUR + SECOND}, None, InvalidInput, "before it began"),
        ({"outcome": Outcome.WATCHED}, None, InvalidInput, "what is to be watched"),
        ({}, NOW - HOUR - SECOND, Conflict, "erp was retired"),
    ],
    ids=["future end", "future beginning", "ends before it begins", "watched without a word", "after its retirement"],
)
def test_what_may_not_be_logged(
    given: dict[str, Any], retired_at: datetime | None, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        work.check(a_work(**given), now=NOW, retired_at=retired_at)


def test_a_correction_gives_the_old_and_the_new_value_of_what_differs() -> None:
    after, changes = work.correct(a_work(), {"title": "filters cleaned", "procedure": "OP-12"}, now=NOW + HOUR)
    assert changes == {"procedure": [None, "OP-12"]}
    assert after == a_work(procedure="OP-12", corrected_at=NOW + HOUR)
    assert work.correct(after, {"procedure": "OP-12"}, now=NOW + DAY) == (after, {})


def test_a_corrected_time_was_entered_when_it_was_corrected() -> None:
    after, _changes = work.correct(a_work(), {"done_at": NOW - 2 * HOUR}, now=NOW + HOUR)
    assert (after.done_at, after.entered_at, after.recorded_at) == (NOW - 2 * HOUR, NOW + HOUR, NOW)


def test_what_is_void_is_neither_corrected_nor_made_void_again() -> None:
    void = work.void(a_work(), Void.TEST, [])
    assert void == a_work(void=Void.TEST)
    with pytest.raises(Conflict, match="WRK-2026-0001 is void and stays as it is"):
        work.correct(void, {"title": "other"}, now=NOW)
    with pytest.raises(Conflict, match="WRK-2026-0001 is void and stays as it is"):
        work.void(void, Void.TEST, [])


def test_the_maintenance_that_installed_a_patch_is_not_taken_out_under_it() -> None:
    with pytest.raises(Conflict, match="By WRK-2026-0001 PAT-2026-0003 was installed") as refused:
        work.void(a_work(), Void.MISTAKE, ["PAT-2026-0003"])
    assert refused.value.hint == "Take that out first: opsctl patch void PAT-2026-0003 --because mistake"


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.REPAIRED, Outcome.REPLACED])
def test_only_what_is_to_be_watched_is_followed_up(outcome: Outcome) -> None:
    assert work.finding(a_work(outcome=outcome, result="as new")) is None


def test_what_is_to_be_watched_is_a_warning_found_when_the_work_was_done() -> None:
    found = work.finding(a_work(outcome=Outcome.WATCHED, result="one cell\nat 11.8 V", topic="battery"))
    assert found is not None
    assert (found.title, found.gravity, found.found_at) == ("one cell at 11.8 V", Gravity.WARN, NOW - HOUR)
    assert (found.asset, found.source, found.topic) == ("erp", "WRK-2026-0001", "work/battery")
    other = work.finding(a_work(outcome=Outcome.WATCHED, result="loud"))
    assert other is not None
    assert other.topic is None, "without a topic nothing else may be taken for the same"


def test_a_record_is_digested_without_what_is_not_known() -> None:
    assert work.fields(a_work()) == {
        "reference": "WRK-2026-0001",
        "asset": "erp",
        "title": "filters cleaned",
        "backup": "taken",
        "outcome": "done",
        "person": "wang",
        "done_at": NOW - HOUR,
        "entered_at": NOW,
        "recorded_at": NOW,
    }
    assert patches.fields(a_patch()) == {
        "reference": "PAT-2026-0001",
        "asset": "erp",
        "title": "openssl 3.5.4",
        "state": "open",
        "recorded_by": "wang",
        "recorded_at": NOW - DAY,
    }
