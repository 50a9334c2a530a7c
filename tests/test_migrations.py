"""The tables that rooms declare and the tables that the revisions make are the same.

Compared, on both databases: tables, columns, their types, defaults and whether they may be NULL, primary and foreign
keys. Not compared: indexes, unique constraints, CHECKs, triggers and functions, which only the revisions know.
"""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from opsctl.schema import metadata
from opsctl.store.engine import SCHEMA_VERSION, Store


@pytest.fixture(scope="module")
def store(shared_store: Store) -> Store:
    return shared_store


def test_the_declared_tables_are_those_of_the_database(store: Store) -> None:
    options = {"compare_type": True, "compare_server_default": True, "include_object": _is_declared}
    with store.read_engine.connect() as connection, connection.begin():
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def _is_declared(_object: Any, _name: str, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind not in ("index", "unique_constraint")


def test_the_primary_keys_are_those_of_the_database(store: Store) -> None:
    with store.read_engine.connect() as connection:
        found = {name: inspect(connection).get_pk_constraint(name)["constrained_columns"] for name in metadata.tables}
    assert found == {name: [column.name for column in table.primary_key] for name, table in metadata.tables.items()}


def test_every_table_of_the_database_is_declared(store: Store) -> None:
    with store.read_engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) - {"alembic_version"} == set(metadata.tables)


def test_the_known_version_is_the_newest_revision_and_there_is_one() -> None:
    config = Config()
    config.set_main_option("script_location", "opsctl:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]
