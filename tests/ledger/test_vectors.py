"""The arithmetic of the chain, worked out here by hashlib from the very bytes that are hashed."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from opsctl.core import chain

FACTS = '{"note":"主机 ok","title":"ERP"}'
SALT = "00112233445566778899aabbccddeeff"
RECORD = sha256(b'{"handle":"erp","title":"ERP"}').hexdigest()
ENTRY = chain.Entry(
    line=0,
    kind="asset.added",
    subject="erp",
    happened_at=datetime(2026, 11, 5, 9, 30, 0, 250000, tzinfo=timezone(timedelta(hours=8))),
    facts=FACTS,
    salt=SALT,
    about="erp",
    record_digest=RECORD,
)
SIGNATURE = chain.Signature(datetime(2026, 11, 5, 2, 0, tzinfo=UTC), "李工", "host-1", "request-1")


def hexadecimal(data: bytes) -> str:
    return sha256(data).hexdigest()


FACTS_DIGEST = hexadecimal(SALT.encode() + FACTS.encode())
ROW_DIGEST = hexadecimal(
    b"1\n2026-11-05T02:00:00.000000Z\n2026-11-05T01:30:00.250000Z\n\xe6\x9d\x8e\xe5\xb7\xa5\nhost-1\nasset.added\nerp\n"
    b"erp\n\n\nrequest-1\n0\n" + FACTS_DIGEST.encode() + b"\n" + RECORD.encode()
)


def test_the_first_row_follows_the_genesis_of_64_noughts() -> None:
    assert chain.GENESIS == "0" * 64
    assert chain.seal(ENTRY, SIGNATURE, chain.Head(0, chain.GENESIS)) == chain.Sealed(
        facts_digest=FACTS_DIGEST,
        row_digest=ROW_DIGEST,
        prev_hash="0" * 64,
        hash=hexadecimal(b"0" * 64 + b"\n" + ROW_DIGEST.encode()),
    )


def test_a_later_row_takes_the_next_number_and_follows_the_head() -> None:
    sealed = chain.seal(ENTRY, SIGNATURE, chain.Head(41, "a" * 64))
    row_digest = hexadecimal(
        b"42\n2026-11-05T02:00:00.000000Z\n2026-11-05T01:30:00.250000Z\n\xe6\x9d\x8e\xe5\xb7\xa5\nhost-1\nasset.added\n"
        b"erp\nerp\n\n\nrequest-1\n0\n" + FACTS_DIGEST.encode() + b"\n" + RECORD.encode()
    )
    assert (sealed.row_digest, sealed.prev_hash) == (row_digest, "a" * 64)
    assert sealed.hash == hexadecimal(b"a" * 64 + b"\n" + row_digest.encode())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"b": 1, "a": [True, None, "é"]}, '{"a":[true,null,"é"],"b":1}', id="keys-in-order-no-blanks"),
        pytest.param({"说": "行\n二"}, '{"说":"行\\n二"}', id="only-the-escapes-of-json"),
        pytest.param({"at": datetime(2026, 1, 1, tzinfo=UTC)}, '{"at":"2026-01-01T00:00:00.000000Z"}', id="moment"),
        pytest.param({"at": [datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))]},
                     '{"at":["2026-01-01T00:00:00.000000Z"]}', id="moment-in-utc"),
        pytest.param({"kind": "x" * 3, "n": 1.5}, '{"kind":"xxx","n":1.5}', id="number"),
    ],
)  # fmt: skip
def test_canonical_json_has_one_spelling(value: object, text: str) -> None:
    assert chain.canonical(value) == text


@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param({"n": float("nan")}, ValueError, id="no-number"),
        pytest.param({"at": datetime(2026, 1, 1)}, ValueError, id="naive"),  # noqa: DTZ001
        pytest.param({"x": {1, 2}}, TypeError, id="set"),
    ],
)
def test_what_has_no_one_spelling_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        chain.canonical(value)


def test_a_record_digest_leaves_out_what_is_absent() -> None:
    assert chain.record_digest({"title": "ERP", "kind": None, "handle": "erp"}) == RECORD


@pytest.mark.parametrize("column", ["kind", "subject", "about", "topic", "customer"])
def test_a_line_feed_in_a_column_is_refused(column: str) -> None:
    values = {"line": 0, "kind": "k", "subject": "s", "happened_at": SIGNATURE.now, "facts": "{}", "salt": ""}
    entry = chain.Entry(**{**values, column: "a\nb"})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="line feed"):
        chain.seal(entry, SIGNATURE, chain.Head(0, chain.GENESIS))
