"""Which driver does which job."""

import importlib

from opsctl.backups.drivers import Driver
from opsctl.backups.terms import Engine
from opsctl.cli.hostfile.jobs import Job

_DRIVERS = {
    Engine.FILES: "files:Files",
    Engine.RSYNC: "rsync:Rsync",
    Engine.RESTIC: "restic:Restic",
    Engine.BORG: "borg:Borg",
    Engine.POSTGRES: "postgres:Postgres",
    Engine.SQLITE: "sqlite:Sqlite",
    Engine.MYSQL: "mysql:Mysql",
    Engine.MARIADB: "mysql:Mysql",
    Engine.COMMAND: "command:CommandDriver",
}


def driver_of(job: Job) -> Driver:
    """The driver of a job; only its own module is loaded."""
    module, _sign, name = _DRIVERS[Engine(job.driver)].partition(":")
    made: Driver = getattr(importlib.import_module(f"opsctl.backups.drivers.{module}"), name)(job)
    return made
