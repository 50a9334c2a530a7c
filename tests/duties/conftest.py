"""A book of duties, applied by people who keep occurrences up as the command line does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import figures, keeping
from opsctl.rulebook.service import applying
from opsctl.store.engine import Store
from tests.duties.duties import BOOK
from tests.harness import Perform, Read


@pytest.fixture
def do(perform_as: Perform) -> Callable[..., Any]:
    """Run a use case and, in the same unit of work, keep the occurrences up."""

    def run(use_case: Callable[..., Any], **given: Any) -> Any:
        def both(session: Any, *, now: datetime, **arguments: Any) -> Any:
            result = use_case(session, now=now, **arguments)
            keeping.keep_up(session, now=now)
            return result

        return perform_as(both, **given)

    return run


@pytest.fixture
def keep_up(perform_as: Perform) -> Callable[[datetime], None]:
    """A write that changes nothing else."""
    return lambda now: perform_as(keeping.keep_up_to_date, now=now)


@pytest.fixture
def apply(do: Callable[..., Any]) -> Callable[..., Any]:
    """Put a book with these tables into force."""

    def run(tables: str, version: str = "1", **given: Any) -> Any:
        return do(applying.apply, text=BOOK.format(version=version) + tables, file="om.toml", **given)

    return run


@pytest.fixture
def add(do: Callable[..., Any]) -> Callable[..., Any]:
    """Add a switch."""
    return lambda handle, **given: do(assets.add, **{"handle": handle, "kind": "switch", **given})


@pytest.fixture
def there(store: Store, read: Read) -> Callable[..., list[Occurrence]]:
    """Every occurrence from one moment to another, or all."""

    def run(since: datetime, until: datetime) -> list[Occurrence]:
        return list(read(figures.due_between, since=since, until=until))

    return run
