"""Finding the reference that somebody means. The fixture's `now` is in 2026, in the database's zone Asia/Shanghai."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.use_cases import Permission, use_case
from opsctl.incidents.tables import IncidentRow
from opsctl.store import references
from opsctl.store.engine import Store
from tests.harness import Read, performing

KNOWN = ("INC-2025-0007", "INC-2025-0042", "INC-2026-0042", "INC-2026-0110", "INC-2026-10000", "INC-2024-0300")


@use_case(needs=Permission.RECORD, offline=False)
def put(session: Session, *, now: datetime, actor: str, named: tuple[str, ...]) -> None:
    for reference in named:
        incident: dict[str, Any] = {"impact": "low", "urgency": "low", "state": "open", "opened": now}
        session.add(IncidentRow(reference=reference, title="x", recorded_at=now, **incident))


def find(session: Session, *, word: str, now: datetime, writing: bool = False) -> str:
    return references.find(
        session, column=IncidentRow.reference, prefix="INC", word=word, now=now, writing=writing
    )  # fmt: skip


@pytest.fixture(scope="module")
def store(shared_store: Store) -> Store:
    """One store for all: nothing here writes but this."""
    performing(shared_store, datetime(2026, 11, 5, tzinfo=UTC))(put, named=KNOWN)
    return shared_store


@pytest.mark.parametrize("writing", [pytest.param(False, id="reading"), pytest.param(True, id="writing")])
@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("INC-2025-0042", "INC-2025-0042", id="whole"),
        pytest.param("inc-2025-0042", "INC-2025-0042", id="lower-case"),
        pytest.param(" INC-2025-0042 ", "INC-2025-0042", id="blanks"),
        pytest.param("INC-2025-42", "INC-2025-0042", id="without-noughts"),
        pytest.param("INC-2026-00000042", "INC-2026-0042", id="more-noughts"),
        pytest.param("ＩＮＣ－２０２５－００４２", "INC-2025-0042", id="full-width"),
        pytest.param("42", "INC-2026-0042", id="bare-number-of-this-year"),
        pytest.param("4２", "INC-2026-0042", id="bare-number-full-width"),
        pytest.param("0042", "INC-2026-0042", id="bare-number-with-noughts"),
        pytest.param("7", "INC-2025-0007", id="bare-number-that-only-another-year-has"),
        pytest.param("10000", "INC-2026-10000", id="five-digits"),
    ],
)
def test_a_reference_is_found_however_it_is_spelled(
    read: Read, now: datetime, word: str, meant: str, writing: bool
) -> None:
    assert read(find, word=word, now=now, writing=writing) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("INC-2024", "INC-2024-0300", id="year"),
        pytest.param("INC-2026-01", "INC-2026-0110", id="start-of-a-number"),
        pytest.param("inc-2025-0007", "INC-2025-0007", id="whole"),
        pytest.param("INC-2026-1", "INC-2026-10000", id="start-that-is-no-number-of-its-own"),
    ],
)
def test_a_start_that_fits_one_is_enough_to_read(read: Read, now: datetime, word: str, meant: str) -> None:
    assert read(find, word=word, now=now) == meant


@pytest.mark.parametrize("word", ["INC-2024", "INC-2026-01", "INC"])
def test_a_start_is_never_enough_to_write(read: Read, now: datetime, word: str) -> None:
    with pytest.raises(NotFound, match=f"There is no {word}"):
        read(find, word=word, now=now, writing=True)


def test_a_number_of_several_other_years_is_ambiguous(read: Read) -> None:
    with pytest.raises(InvalidInput, match=r"42 may mean several: INC-2025-0042, INC-2026-0042$"):
        read(find, word="42", now=datetime(2027, 6, 1, tzinfo=UTC))


def test_an_ambiguous_start_names_five_and_says_that_there_are_more(read: Read, now: datetime) -> None:
    shown = r"INC-2024-0300, INC-2025-0007, INC-2025-0042, INC-2026-0042, INC-2026-0110 …"
    with pytest.raises(InvalidInput, match=f"INC may mean several: {shown}$"):
        read(find, word="INC", now=now)


def test_an_ambiguous_start_that_fits_few_names_them_all(read: Read, now: datetime) -> None:
    with pytest.raises(InvalidInput, match=r"INC-2025 may mean several: INC-2025-0007, INC-2025-0042$"):
        read(find, word="INC-2025", now=now)


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("43", id="number"),
        pytest.param("INC-2026-0043", id="whole"),
        pytest.param("REV-2026-0042", id="other-prefix"),
        pytest.param("INC-2026-0042x", id="letter-behind"),
        pytest.param("INC_2026_0042", id="like-patterns-are-letters"),
        pytest.param("INC-20%", id="per-cent"),
        pytest.param("", id="empty"),
        pytest.param("-", id="dash"),
        pytest.param("9" * 30, id="endless-number"),
        pytest.param("INC-2026-" + "9" * 30, id="endless-reference"),
        pytest.param("四十二", id="chinese-number"),
        pytest.param("INC-2026-0042\0", id="nul"),
    ],
)
def test_what_is_no_reference_is_not_found(read: Read, now: datetime, word: str) -> None:
    with pytest.raises(NotFound) as missing:
        read(find, word=word, now=now)
    assert missing.value.hint == "A reference looks like INC-2026-0042; a bare number is this year's."
