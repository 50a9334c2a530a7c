"""The smallest backup of each driver in a host file, and what is said of a changed one."""

from pathlib import Path

import pytest

from opsctl.cli.hostfile import read
from opsctl.cli.hostfile.backups import host_of
from opsctl.cli.hostfile.jobs import Host, Job
from opsctl.core.errors import InvalidInput

HIDDEN = "tr0ub4dor3"
SEALED = {"encrypt": '{ age = "file:/etc/opsctl/age.pub" }', "decrypt": '{ age = "command:pass show age" }'}
BASE: dict[str, dict[str, str]] = {
    "files": {"driver": '"files"', "sources": '["/srv/erp"]', "to": '"/backup/erp"'},
    "rsync": {"driver": '"rsync"', "sources": '["/srv/erp"]', "to": '"/backup/erp"'},
    "restic": {
        "driver": '"restic"', "sources": '["/home"]', "repository": '"/backup/restic"',
        "password": '"file:/etc/opsctl/restic.pw"',
    },
    "borg": {"driver": '"borg"', "sources": '["/home"]', "repository": '"ssh://b@vault/./borg"'},
    "postgres": {"driver": '"postgres"', "connection": '"service=erp-replica"', "to": '"/backup/db"'},
    "sqlite": {"driver": '"sqlite"', "source": '"/srv/app/app.db"', "to": '"/backup/app"'},
    "mysql": {"driver": '"mysql"', "to": '"/backup/my"'},
    "mariadb": {"driver": '"mariadb"', "to": '"/backup/my"', "databases": '["shop", "商店"]'},
    "command": {"driver": '"command"', "to": '"/backup/ldap"', "command": '["/usr/sbin/slapcat"]'},
}  # fmt: skip


def host(path: Path, text: str) -> Host:
    path.write_text(text, encoding="utf-8")
    return host_of(read(path))


def written(name: str, driver: str, /, **changed: str | None) -> str:
    lines = [f"{key} = {value}" for key, value in {**BASE[driver], **changed}.items() if value is not None]
    return "\n".join([f"[backups.{name}]", *lines, ""])


def job(path: Path, driver: str, /, **changed: str | None) -> Job:
    return host(path, written("erp", driver, **changed)).jobs["erp"]


def refusal(path: Path, text: str) -> InvalidInput:
    """The error, which names the file, has a next step and tells no secret."""
    with pytest.raises(InvalidInput) as wrong:
        host(path, text)
    assert wrong.value.message.startswith(f"{path}: ")
    assert wrong.value.hint
    assert HIDDEN not in wrong.value.message + wrong.value.hint
    return wrong.value
