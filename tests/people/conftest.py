"""A database in which the one who acts is recorded as `wang`."""

import pytest

from opsctl.people.rules import PersonView
from opsctl.people.service import persons
from opsctl.store.engine import Store
from tests.harness import Perform, login_of


@pytest.fixture
def acting(store: Store) -> str:
    """The name under which a test writes."""
    return login_of(store)


@pytest.fixture
def wang(perform: Perform, acting: str) -> PersonView:
    """The first person: the one who acts."""
    first: PersonView = perform(persons.add, handle="wang", texts={"name": "王芳", "login": acting})
    return first
