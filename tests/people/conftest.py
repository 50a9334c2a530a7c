"""A database in which the one who acts is recorded as `wang`."""

import pytest

from opsctl.people.rules import PersonView
from opsctl.people.service import persons
from opsctl.store.engine import Store
from tests.harness import LOGIN, Perform


@pytest.fixture
def acting(store: Store) -> str:
    """The name under which a test writes: on PostgreSQL the login of the session."""
    if store.address.backend == "sqlite":
        return LOGIN
    with store.write_engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT session_user").scalar_one())


@pytest.fixture
def wang(perform: Perform, acting: str) -> PersonView:
    """The first person: the one who acts."""
    first: PersonView = perform(persons.add, handle="wang", texts={"name": "王芳", "login": acting})
    return first
