"""What somebody recorded under their login, before they became a person of another handle, is still theirs."""

import pytest

from opsctl.store.engine import Store
from tests.harness import CommandLine, login_of


@pytest.fixture
def team(run_on_store: CommandLine, store: Store) -> CommandLine:
    """A paused incident, acknowledged late, and a maintenance, recorded before who recorded them became wang."""
    run = run_on_store
    for line in (
        ("asset", "add", "erp"),
        ("open", "erp", "login 502", "--at", "-2h", "--unowned"),
        ("ack", "1", "--at", "-1h"),
        ("incident", "pause", "1", "--reason", "waiting for the part"),
        ("maintenance", "plan", "erp", "new release", "--from", "2h", "--for", "1h"),
        ("person", "add", "wang", "--login", login_of(store)),
    ):
        done = run(*line)
        assert done.code == 0, done.err
    return run


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("incident", "approve", "1/1"), "opsctl: Nobody approves their own pause."),
        (("incident", "approve", "1/1", "--refuse"), "opsctl: Nobody approves their own pause."),
        (("incident", "approve", "1"), "opsctl: Nobody countersigns their own acknowledgement."),
        (("maintenance", "approve", "1"), "opsctl: MNT-2026-0001 was planned by wang, who cannot approve it."),
    ],
    ids=["pause", "refusal", "acknowledgement", "maintenance"],
)
def test_nobody_approves_their_own_by_becoming_a_person(
    team: CommandLine, line: tuple[str, ...], message: str
) -> None:
    refused = team(*line)
    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith(message)


def test_their_incident_is_theirs_to_work_on_to_list_and_to_hand_over(team: CommandLine) -> None:
    assert team("note", "the part is on its way").code == 0
    assert team("incident", "list", "--owner", "me", "-q").out == "INC-2026-0001\n"
    assert team("incident", "list", "--owner", "wang", "-q").out == "INC-2026-0001\n"
    assert team("person", "add", "li").code == 0
    refused = team("person", "retire", "wang")
    assert (refused.code, refused.err) == (
        6,
        "opsctl: wang still has 1 thing: incident INC-2026-0001."
        " Say who takes over: opsctl person retire wang --to PERSON\n",
    )
    assert team("person", "retire", "wang", "--to", "li").code == 0
    assert team("incident", "list", "--owner", "li", "-q").out == "INC-2026-0001\n"
    assert team("ledger", "verify", "--deep").code == 0


def test_a_name_in_other_letters_is_the_same_person(run: CommandLine) -> None:
    run("asset", "add", "erp")
    run("--as", "li", "open", "erp", "login 502")
    run("--as", "li", "incident", "pause", "1", "--reason", "waiting for the part")
    run("--as", "li", "maintenance", "plan", "erp", "new release", "--from", "2h", "--for", "1h")
    assert run("--as", "LI", "incident", "approve", "1/1").code == 5
    assert run("--as", "LI", "maintenance", "approve", "1").code == 5
