"""Actions that a restore test verifies, typed from end to end: what passes verifies, what differs opens them again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.backups.proving import Company
from tests.harness import CommandLine, Result

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VERIFY = ("--kind", "prevent", "--verify", "Restore-Test：erp-db", "--months", "6")
NEXT = "It is verified by the next restore test of erp-db that passes: opsctl backup restore-test erp-db"


@pytest.fixture
def run(run_on_store: CommandLine) -> CommandLine:
    """The command line on each kind of database, at 10:00 on 5 November 2026 in Shanghai."""
    return run_on_store


@pytest.fixture
def promised(company: Company) -> Company:
    """An action about the backup is done, an hour after the backup was made."""
    company.run.now += HOUR
    company.good("action", "add", "erp", "back the audit table up", *VERIFY)
    company.good("action", "done", "1", "--result", "it is in the dump")
    company.run.now += HOUR
    return company


def restore(company: Company, *, code: int = 0) -> Result:
    """Test the restore; with code 3 what comes back is not what was asserted."""
    name = company.folder / "erp" / "readme.txt"
    company.configure(f'{{ file = "{name}", expect = "> 10 kB" }}' if code else "")
    found = company.run("backup", "restore-test", "erp-db")
    assert found.code == code, found.err + found.out
    return found


def action(company: Company) -> Any:
    return company.data("action", "show", "ACT-2026-0001")


def newest(company: Company, subject: str) -> dict[str, Any]:
    """The newest row of the ledger about that record."""
    found: dict[str, Any] = max(company.data("ledger", "list", "--subject", subject), key=lambda row: row["seq"])
    return found


def test_the_query_is_kept_as_it_is_spelled_and_told_back(company: Company) -> None:
    added = company.good("action", "add", "erp", "back the audit table up", *VERIFY)
    assert "kind                  prevent\nverified by evidence  restore-test erp-db\n" in added.out
    assert "months watched        6\n" in added.out
    found = action(company)
    assert (found["kind"], found["verify"], found["months"]) == ("prevent", "restore-test erp-db", 6)
    assert company.good("action", "done", "1").err == f"{NEXT}\n"


def test_the_record_verifies_it_and_a_person_does_not(promised: Company) -> None:
    assert promised.run("action", "verify", "1") == Result(
        "",
        f"opsctl: ACT-2026-0001 is verified by a record and by nobody's word. {NEXT}"
        "   let a person verify it: opsctl action correct ACT-2026-0001 verify=- --reason TEXT\n",
        6,
    )
    assert "ACT-2026-0001 is verified by it: back the audit table up\n" in restore(promised).out
    found = action(promised)
    assert (found["state"], found["verified_by"]) == ("verified", "RST-2026-0001")
    # Six months after 12:00 on 5 November in Shanghai.
    assert (found["verified_at"], found["watch_until"]) == ("2026-11-05T04:00:00Z", "2027-05-05T04:00:00Z")
    assert found["events"][-1]["facts"] == {"by": "RST-2026-0001"}
    shown = promised.good("action", "show", "ACT-2026-0001").out
    assert "watched until         2027-05-05 12:00+08:00\n" in shown
    assert "verified by RST-2026-0001" in shown
    assert promised.run("ledger", "verify", "--deep").code == 0


def test_one_that_differs_while_it_is_watched_opens_it_again_in_the_same_transaction(promised: Company) -> None:
    restore(promised)
    promised.run.now = datetime(2027, 5, 5, 3, 59, tzinfo=UTC)
    assert "ACT-2026-0001 is open again by it: back the audit table up\n" in restore(promised, code=3).out
    found = action(promised)
    assert (found["state"], found["verified_by"], found["done_by"], found["watch_until"]) == ("open", None, None, None)
    reopened, tested = newest(promised, "ACT-2026-0001"), newest(promised, "RST-2027-0001")
    assert (reopened["kind"], tested["kind"]) == ("action.reopened", "restore_test.differed")
    assert reopened["request"] == tested["request"], "the ledger has both by the same request"
    facts = found["events"][-1]["facts"]
    assert (facts["by"], facts["evidence"]) == ("RST-2027-0001", "failed")
    assert facts["reason"].endswith("expected > 10000, found 10")
    assert "opened again: RST-2027-0001 failed" in promised.good("action", "show", "ACT-2026-0001").out
    assert promised.run("ledger", "verify", "--deep").code == 0


def test_once_the_months_are_over_one_that_differs_changes_nothing(promised: Company) -> None:
    restore(promised)
    promised.run.now = datetime(2027, 5, 5, 4, 1, tzinfo=UTC)
    restore(promised, code=3)
    assert action(promised)["state"] == "verified"


def test_one_that_differs_gives_back_what_is_only_done(promised: Company) -> None:
    restore(promised, code=3)
    found = action(promised)
    assert (found["state"], found["events"][-1]["kind"]) == ("open", "action.returned")
    assert "returned: RST-2026-0001 failed" in promised.good("action", "show", "ACT-2026-0001").out


def test_the_action_from_one_that_differs_is_seen_again_and_no_second_one_is_made(company: Company) -> None:
    company.run.now += HOUR
    restore(company, code=3)
    company.good("action", "correct", "1", "verify=restore-test erp-db", "--reason", "no word is enough")
    company.good("action", "done", "1")
    company.run.now += HOUR
    restore(company)
    assert action(company)["state"] == "verified"
    company.run.now += HOUR
    restore(company, code=3)
    found = action(company)
    assert (found["state"], found["seen"]) == ("open", 2)
    assert [one["kind"] for one in found["events"]][-2:] == ["action.reopened", "action.seen-again"]
    assert len(company.data("action", "list", "--state", "all")["actions"]) == 1


def test_one_that_could_not_run_says_nothing(promised: Company) -> None:
    restore(promised)
    promised.run.now += DAY
    promised.configure('{ command = ["no-such-program-of-anybody"] }')
    promised.run("backup", "restore-test", "erp-db")
    assert newest(promised, "RST-2026-0002")["kind"] == "restore_test.could_not_run"
    assert action(promised)["state"] == "verified"


def test_one_that_passed_before_it_was_done_says_nothing_of_it(company: Company) -> None:
    company.good("action", "add", "erp", "back the audit table up", *VERIFY)
    company.run.now += HOUR
    restore(company)
    company.run.now += HOUR
    company.good("action", "done", "1")
    assert action(company)["state"] == "done"
    company.good("action", "correct", "1", "title=back it up", "--reason", "shorter")
    assert action(company)["state"] == "done"


@pytest.mark.parametrize(
    ("typed", "code", "line"),
    [
        ("restore-test erp-bd", 4, "There is no backup policy erp-bd. Did you mean restore-test erp-db?"),
        ("restore-test x", 4, "There is no backup policy x. See what there is: opsctl backup status"),
        (
            "restor-test erp-db",
            2,
            "'restor-test erp-db' names no record that could verify an action. Did you mean restore-test?"
            " Say restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET].",
        ),
    ],
    ids=["a policy misspelled", "no such policy", "a word misspelled"],
)
def test_what_the_rules_do_not_know_verifies_nothing(company: Company, typed: str, code: int, line: str) -> None:
    assert company.run("action", "add", "erp", "x", "--verify", typed) == Result("", f"opsctl: {line}\n", code)
    assert company.data("action", "list", "--state", "all")["actions"] == []
