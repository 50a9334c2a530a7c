"""Several people who write, although there is one login on PostgreSQL."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from opsctl.core.chain import Signature
from opsctl.store import unit
from opsctl.store.engine import Store


def as_person(store: Store, name: str, now: datetime, use_case: Callable[..., Any], **given: Any) -> Any:
    """Run the use case as that person at that moment."""
    by = Signature(now, name, "host-1", str(uuid.uuid4()))
    return unit.write(store, lambda session: use_case(session, now=now, actor=name, **given), by=by)
