"""The least that proves a chain whole: each row's bytes hashed in a bare loop; what `ledger verify` is measured by."""

import sqlite3
import sys
from hashlib import sha256

_ROWS = (
    "SELECT seq, recorded_at, happened_at, actor, host, kind, subject, about, topic, customer, request, line,"
    " facts_digest, record_digest, row_digest, prev_hash, hash, facts, salt"
    " FROM ledger LEFT JOIN ledger_facts USING (seq) ORDER BY seq"
)


def main(path: str) -> None:
    """Print how many rows the chain has, and its head; end with 1 at the first that does not fit."""
    file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    head, count = "0" * 64, 0
    for row in file.execute(_ROWS):
        (
            seq, recorded, happened, actor, host, kind, subject, about, topic, customer, request, line, facts_digest,
            record, digest, before, link, facts, salt,
        ) = row  # fmt: skip
        count += 1
        columns = (
            str(seq), f"{recorded[:10]}T{recorded[11:]}Z", f"{happened[:10]}T{happened[11:]}Z", actor, host, kind,
            subject, about or "", topic or "", customer or "", request, str(line), facts_digest, record or "",
        )  # fmt: skip
        if (
            seq != count
            or sha256((salt + facts).encode()).hexdigest() != facts_digest
            or sha256("\n".join(columns).encode()).hexdigest() != digest
            or before != head
            or sha256(f"{before}\n{digest}".encode()).hexdigest() != link
        ):
            sys.exit(1)
        head = link
    if (count, head) != file.execute("SELECT seq, hash FROM ledger_head").fetchone():
        sys.exit(1)
    sys.stdout.write(f"{count} {head}\n")


if __name__ == "__main__":
    main(sys.argv[1])
