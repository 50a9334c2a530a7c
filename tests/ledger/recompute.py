"""A second way to check the ledger, for an auditor: nothing of opsctl, only its published arithmetic.

    python recompute.py FILE.db
    python recompute.py postgresql://…

prints the number of rows and the head, and ends with 1 at the first row that does not fit.
"""

import hashlib
import sqlite3
import sys
from typing import Any

import psycopg

COLUMNS = (
    "seq", "recorded_at", "happened_at", "actor", "host", "kind", "subject", "about", "topic", "customer", "request",
    "line", "facts_digest", "record_digest",
)  # fmt: skip
QUERY = (
    f"SELECT {', '.join(f'ledger.{name}' for name in COLUMNS)}, row_digest, prev_hash, hash, facts, salt"
    " FROM ledger LEFT JOIN ledger_facts ON ledger_facts.seq = ledger.seq ORDER BY ledger.seq"
)
UTC = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def fetch(where: str) -> tuple[list[Any], Any]:
    query, head = QUERY, "SELECT seq, hash FROM ledger_head"
    if where.startswith("postgresql://"):
        for name in ("ledger.recorded_at", "ledger.happened_at"):
            query = query.replace(name, UTC.format(name))
        with psycopg.connect(where) as server:
            return server.execute(query).fetchall(), server.execute(head).fetchone()
    file = sqlite3.connect(where)
    try:
        return file.execute(query).fetchall(), file.execute(head).fetchone()
    finally:
        file.close()


def recompute(where: str) -> tuple[int, str]:
    rows, head = fetch(where)
    seq, previous = 0, "0" * 64
    for row in rows:
        columns = ["" if value is None else str(value) for value in row[:14]]
        for at in (1, 2):
            columns[at] = columns[at].replace(" ", "T") + "Z"
        row_digest, prev_hash, this_hash, facts, salt = row[14:]
        if row[0] != seq + 1 or prev_hash != previous:
            sys.exit(f"row {row[0]} does not follow row {seq}")
        if facts is not None and sha256(salt + facts) != row[12]:
            sys.exit(f"the facts of row {row[0]} do not fit their digest")
        if sha256("\n".join(columns)) != row_digest or sha256(f"{prev_hash}\n{row_digest}") != this_hash:
            sys.exit(f"row {row[0]} does not fit its digest")
        seq, previous = row[0], this_hash
    if (seq, previous) != tuple(head):
        sys.exit(f"the chain ends at row {seq}, the head is row {head[0]}")
    return seq, previous


if __name__ == "__main__":
    sys.stdout.write("{} {}\n".format(*recompute(sys.argv[1])))
