"""A restore test leaves evidence that can be checked with nothing but sha256sum and the ledger."""

import json
import re
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.backups.drivers.folders import needs
from tests.backups.proving import Company


def restored(company: Company, *words: str, code: int = 0) -> Any:
    (found,) = company.data("backup", "restore-test", "erp-db", *words, code=code)
    return found


def test_the_digest_in_the_ledger_is_that_of_the_json_in_the_bundle(company: Company) -> None:
    found = restored(company)
    bundle = Path(found["evidence_folder"])
    assert bundle == company.folder / "state/opsctl/evidence/RST-2026-0001"
    ended = subprocess.run(
        [needs("sha256sum"), "RST-2026-0001.json"], cwd=bundle, check=True, capture_output=True, text=True
    )
    digest = ended.stdout.split()[0]
    (row,) = company.data("ledger", "list", "--subject", "RST-2026-0001")
    assert json.loads(row["facts"])["evidence"] == found["evidence"] == digest
    assert row["kind"] == "restore_test.passed"


def test_the_bundle_is_complete_closed_and_fits_its_sums(company: Company) -> None:
    bundle = Path(restored(company)["evidence_folder"])
    names = {"RST-2026-0001.json", "RST-2026-0001.md", "SHA256SUMS"}
    assert {path.name for path in bundle.iterdir()} == names
    assert {path.stat().st_mode & 0o777 for path in bundle.iterdir()} == {0o600}
    assert bundle.stat().st_mode & 0o777 == 0o700
    ended = subprocess.run(
        [needs("sha256sum"), "--check", "SHA256SUMS"], cwd=bundle, check=True, capture_output=True, text=True
    )
    assert ended.stdout == "RST-2026-0001.json: OK\nRST-2026-0001.md: OK\n"


def test_the_page_names_who_what_when_by_which_clause_and_what_it_does_not_prove(company: Company) -> None:
    bundle = Path(restored(company, "--evidence", str(company.folder / "audit"))["evidence_folder"])
    assert bundle.parent == company.folder / "audit"
    page = (bundle / "RST-2026-0001.md").read_text()
    run = company.data("backup", "show", "BAK-2026-0001")
    (copy,) = run["copies"]
    for said in (
        "# Restore test RST-2026-0001", "OM-5.4a", "erp-db", "web1", "lead.li", "2026-11-05 10:00", "tar ",
        "BAK-2026-0001", copy["point"], copy["sha256"], "PASS", "L5 proves:", "It does not prove:", "2 h", "1 d 2 h",
        "RST-2026-0001.json", "time to recover, measured", "newest entry of the ledger before it",
    ):  # fmt: skip
        assert said in page.replace("\\", ""), said


def test_the_page_has_the_commands_as_the_runbook_prints_them(company: Company) -> None:
    bundle = Path(restored(company)["evidence_folder"])
    page = (bundle / "RST-2026-0001.md").read_text()
    printed = company.good("backup", "runbook", "erp-db", "--format", "md").out
    steps = [line for line in printed.splitlines() if re.match(r"\d+\\\. ", line)]
    assert any(" `tar " in line or "/tar " in line for line in steps)
    told = "How it is restored by hand, by the commands of this test:\n\n"
    assert told + "\n\n".join(steps) in page


def test_the_json_holds_the_head_of_the_ledger_before_the_test_was_recorded(company: Company) -> None:
    before = company.data("ledger", "list")[0]
    bundle = Path(restored(company)["evidence_folder"])
    said = json.loads((bundle / "RST-2026-0001.json").read_text())
    assert said["kind"] == "backup.restore-test.evidence"
    assert said["data"]["ledger_head_before"] == {"entry": before["seq"], "hash": before["hash"]}
    assert said["data"]["chosen"]["asked"] == "latest"
    assert said["data"]["policy"]["clause"] == "OM-5.4a"


def test_what_differs_ends_with_3_raises_an_action_and_leaves_evidence(company: Company) -> None:
    name = f"{company.folder}/erp/readme.txt"[1:]
    company.configure(f'{{ file = "{name}", expect = "> 10 kB" }}')
    found = restored(company, code=3)
    assert found["verdict"] == "differs"
    assert found["reason"] == f"{name}: expected > 10000, found 10"
    assert found["action"] == "ACT-2026-0001"
    assert "proves nothing" in (Path(found["evidence_folder"]) / "RST-2026-0001.md").read_text()
    (check,) = [one for one in company.data("backup", "show", "BAK-2026-0001")["checks"] if one.get("test")]
    assert (check["verdict"], check["test"]) == ("differs", "RST-2026-0001")


def test_what_could_not_run_ends_with_1_and_is_recorded(company: Company) -> None:
    company.configure('{ command = ["no-such-program-of-anybody"] }')
    found = restored(company, code=1)
    assert (found["verdict"], found.get("level")) == ("could-not-run", None)
    (row,) = company.data("ledger", "list", "--subject", "RST-2026-0001")
    assert row["kind"] == "restore_test.could_not_run"


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_restored(company: Company) -> None:
    (company.folder / "file").touch()
    found = company.run("backup", "restore-test", "erp-db", "--evidence", str(company.folder / "file"))
    assert found.code == 5
    assert "cannot be written" in found.err
    assert company.data("ledger", "list", "--subject", "RST-2026-0001") == []


def test_the_verdict_stands_in_the_first_line_whatever_the_width(company: Company) -> None:
    for number, columns in enumerate(("100", "46"), start=1):
        found = company.run("backup", "restore-test", "erp-db", "--format", "table", env={"COLUMNS": columns})
        first = found.out.splitlines()[0]
        assert first == f"RST-2026-000{number}  erp-db: PASS: BAK-2026-0001, copy local, was restored; proven at L5"


FIRST_SATURDAY = datetime(2026, 11, 6, 18, 30, tzinfo=UTC)
"""02:30 on Saturday 7 November in Shanghai: the test of the policy has been due since 02:00."""


def test_only_what_is_due_is_tested_with_due_and_only_once(company: Company) -> None:
    found = company.run("backup", "restore-test", "--due")
    assert (found.code, found.out) == (0, "")
    assert "No restore test was run." in found.err
    company.run.now = FIRST_SATURDAY
    company.good("duty", "due")
    for tests in (["RST-2026-0001"], []):
        found = company.run("backup", "restore-test", "--due", "--quiet")
        assert (found.code, found.out.split()) == (0, tests)


def test_a_policy_without_a_point_keeps_no_other_from_its_test_that_is_due(company: Company) -> None:
    company.configure(more="[backups.no-policy]\ndriver = 'files'\nsources = ['/srv/none']\nto = '/srv/backup'\n")
    company.run.now = FIRST_SATURDAY
    found = company.run("backup", "restore-test", "--due", "--run", "BAK-2026-0099")
    assert found.code == 1
    assert "erp-db: There is no" in found.err


def test_a_run_is_named_by_its_reference_and_one_that_is_not_there_is_not_found(company: Company) -> None:
    assert restored(company, "--run", "BAK-2026-0001")["run"] == "BAK-2026-0001"
    assert restored(company, "--run", "random")["run"] == "BAK-2026-0001"
    assert company.run("backup", "restore-test", "erp-db", "--run", "BAK-2026-0099").code == 4
    assert company.run("backup", "restore-test", "no-such-policy").code == 4
    assert company.run("backup", "restore-test").code == 2


def test_an_interruption_is_recorded_cleans_up_and_ends_with_130(company: Company) -> None:
    begun = company.folder / "begun"
    company.configure(f'{{ command = ["sh", "-c", "touch {begun}; sleep 600"], timeout = "10m" }}')
    with company.run.start("backup", "restore-test", "erp-db", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ended:
        for _look in range(600):
            if begun.exists() or ended.poll() is not None:
                break
            time.sleep(0.05)
        ended.send_signal(signal.SIGINT)
        _out, said = ended.communicate(timeout=60)
    assert ended.returncode == 130, said
    assert list(company.scratch.iterdir()) == []
    (row,) = company.data("ledger", "list", "--subject", "RST-2026-0001")
    assert row["kind"] == "restore_test.could_not_run"
    assert json.loads(row["facts"])["reason"] == "it was interrupted"
