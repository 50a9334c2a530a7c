import pytest

from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, NotFound
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Redaction
from opsctl.store.engine import Store
from tests.harness import CommandLine, Perform, Read
from tests.ledger import recompute as second_way
from tests.ledger.tampering import verify_store

BLANK = {"": assets.blank}


def redact(perform: Perform, seq: int) -> Redaction:
    done: Redaction = perform(ledger.redact, seq=seq, reason="a password was pasted", blank=BLANK)
    return done


def test_redacted_facts_and_their_salt_are_gone_and_the_chain_still_verifies(
    ledger_store: Store, perform: Perform, read: Read
) -> None:
    before = read(ledger.one, seq=2)
    assert redact(perform, 2) == Redaction(2, "crm", True, ())
    after = read(ledger.one, seq=2)
    assert (after.facts, after.salt) == (None, None)
    assert (after.facts_digest, after.row_digest, after.hash) == (before.facts_digest, before.row_digest, before.hash)
    verdict = verify_store(ledger_store, deep=True)
    assert (verdict.findings, verdict.rows, verdict.redacted, verdict.records) == ((), 6, 1, 3)
    assert second_way.recompute(ledger_store.address.target) == (verdict.head.seq, verdict.head.hash)


def test_the_ledger_says_who_redacted_which_row_and_why(
    ledger_store: Store, perform: Perform, read: Read
) -> None:  # fmt: skip
    redact(perform, 2)
    note = read(ledger.one, seq=6)
    assert (note.kind, note.subject, note.about) == ("ledger.redacted", "crm", "crm")
    assert note.facts == '{"kind":"asset.added","reason":"a password was pasted","seq":2}'


@pytest.mark.usefixtures("ledger_store")
def test_what_the_row_held_is_blanked_in_the_record_too(perform: Perform, read: Read) -> None:
    redact(perform, 2)
    crm, hr = (read(assets.find, word=word) for word in ("crm", "hr"))
    assert (crm.title, crm.handle, hr.title) == ("[redacted]", "crm", "HR")


@pytest.mark.usefixtures("ledger_store")
def test_other_rows_of_the_record_that_still_hold_the_text_are_listed(perform: Perform, read: Read) -> None:
    # Row 3 keeps the old title "ERP login" beside the new one, which stays in the record.
    assert redact(perform, 1) == Redaction(1, "erp", True, (3,))
    erp = read(assets.find, word="erp")
    assert (erp.title, erp.title_zh) == ("ERP portal", None)
    assert redact(perform, 3) == Redaction(3, "erp", True, ())
    assert read(assets.find, word="erp").title == "[redacted]"


@pytest.mark.usefixtures("ledger_store")
def test_a_row_is_redacted_once(perform: Perform, read: Read) -> None:
    redact(perform, 2)
    with pytest.raises(Conflict, match=r"The facts of row 2 were redacted already\."):
        redact(perform, 2)
    assert read(ledger.head).seq == 6


@pytest.mark.usefixtures("ledger_store")
def test_the_note_of_a_redaction_stays(perform: Perform) -> None:
    redact(perform, 2)
    with pytest.raises(Conflict, match=r"Row 6 says that another was redacted; it stays\."):
        redact(perform, 6)


@pytest.mark.usefixtures("ledger_store")
@pytest.mark.parametrize("seq", [0, 6, 10**9 - 1])
def test_a_row_that_is_not_there_cannot_be_redacted(perform: Perform, seq: int) -> None:
    with pytest.raises(NotFound, match=f"The ledger has no row {seq}") as missing:
        redact(perform, seq)
    assert missing.value.hint == "Its newest row is 5."


@pytest.mark.usefixtures("ledger_store")
def test_the_command_redacts_and_verify_counts_it(run_on_store: CommandLine) -> None:
    assert run_on_store("ledger", "redact", "2", "--reason", "a password was pasted").code == 0
    result = run_on_store("ledger", "verify", "--deep", "--json")
    assert result.code == 0
    assert '"redacted": 1' in result.out
    shown = run_on_store("ledger", "show", "2")
    assert ("Its facts were redacted." in shown.out, "CRM" in shown.out) == (True, False)
