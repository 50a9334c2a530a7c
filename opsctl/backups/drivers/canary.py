"""A canary: a row written just before a dump, and looked for in the restored copy. It shows what would be lost.

The table is made by hand, as the documentation says; its account may read and write that table and nothing else.
"""

import re
from datetime import UTC, datetime

from opsctl.backups.drivers import Ask, Limits
from opsctl.backups.drivers.clients import PATIENCE, ClientFailed, program_of
from opsctl.backups.drivers.postgres_client import ask_lines
from opsctl.backups.terms import Engine
from opsctl.cli.hostfile.jobs import Job
from opsctl.core.texts import _

_TABLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", re.ASCII)


class CanaryFailed(RuntimeError):
    """The canary could not be written: one line that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def plant(job: Job) -> datetime:
    """Write the server's own moment into the canary's table, and give it. Raise CanaryFailed."""
    canary = job.canary
    if canary is None or job.driver != Engine.POSTGRES:
        raise CanaryFailed(_("the job has no canary on PostgreSQL"))
    statement = (
        f"INSERT INTO {_safe(canary.table)} (at) VALUES (clock_timestamp())"  # noqa: S608 - only a name, as seen below
        " RETURNING extract(epoch FROM at)"
    )
    try:
        psql = program_of("psql", job.programs)
        (line,) = ask_lines(psql, canary.connection, (statement,), limits=Limits(PATIENCE, PATIENCE))
        return datetime.fromtimestamp(float(line), UTC)
    except ClientFailed as error:
        raise CanaryFailed(_("the canary was not written: {reason}").format(reason=error.reason)) from None
    except ValueError:
        raise CanaryFailed(_("the canary was not written: {reason}").format(reason="–")) from None


def look(ask: Ask, table: str) -> datetime | None:
    """The newest moment in the canary's table of a restored copy; None where it is empty. What `ask` raises."""
    rows = ask(f"SELECT max(at) AS at FROM {_safe(table)}")  # noqa: S608 - only a name, as seen below
    found = rows[0][0] if rows else None
    return found if isinstance(found, datetime) else None


def _safe(table: str) -> str:
    if not _TABLE.fullmatch(table):
        raise CanaryFailed(_("{table!r} is no name of a table").format(table=table[:80]))
    return table
