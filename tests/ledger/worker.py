"""A process of its own that writes: python worker.py ADDRESS COUNT [STOP]

Takes COUNT references one by one, each with a row in the ledger, and prints them. With STOP it announces a moment of
its first write (`work` or `commit`) and waits there to be killed.
"""

import sys
import time
import uuid
from datetime import UTC, datetime

from sqlalchemy import event
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.chain import Signature
from opsctl.ledger import service as ledger
from opsctl.store import references, unit
from opsctl.store.address import read_address
from opsctl.store.engine import Store

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def wait_to_be_killed(*_arguments: object) -> None:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(120)


def main(address: str, count: int, stop: str) -> None:
    store = Store(read_address(address))
    if stop == "commit":
        event.listen(store.write_engine, "commit", wait_to_be_killed)

    def work(session: Session) -> str:
        reference = references.allocate(session, prefix="INC", now=NOW)[0]
        assets.add(session, now=NOW, actor="", handle=reference)
        ledger.append(session, kind="test.taken", subject=reference, facts={"by": address})
        session.flush()
        if stop == "work":
            wait_to_be_killed()
        return reference

    for _ in range(count):
        reference = unit.write(store, work, by=Signature(NOW, "li", "host-1", str(uuid.uuid4())))
        sys.stdout.write(f"{reference}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *(sys.argv[3:] or [""]))
