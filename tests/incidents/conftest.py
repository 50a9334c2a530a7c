"""The ways to write records of backups, which incidents read from the ledger."""

from tests.backups.conftest import do as do
from tests.backups.conftest import record as record
from tests.backups.conftest import record_test as record_test
from tests.backups.conftest import ruled as ruled
