"""Every table of every room, for Alembic to compare with a database. Loaded by tests and by new revisions only."""

from sqlmodel import SQLModel

import opsctl.actions.tables
import opsctl.assets.tables.assets
import opsctl.assets.tables.maintenance
import opsctl.backups.tables
import opsctl.duties.tables
import opsctl.incidents.tables
import opsctl.inspections.tables
import opsctl.ledger.tables
import opsctl.maintenance.tables
import opsctl.people.tables.customers
import opsctl.people.tables.persons
import opsctl.people.tables.posts
import opsctl.reviews.tables
import opsctl.rulebook.tables
import opsctl.store.tables  # noqa: F401

metadata = SQLModel.metadata
