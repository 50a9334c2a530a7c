"""Making the demo: an invented company in a folder of its own, with a host file whose clock keeps it alive."""

import json
import os
import stat
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.cli import hostfile
from opsctl.desk.service import database
from opsctl.desk.service.replay import Replay, Step, read_steps, signature
from opsctl.desk.terms import BACKUPS, COMPANY, DEMO_DATABASE, DEMO_JOB, DIARY, HOST_FILE, SCRATCH_PLACES
from opsctl.store.address import read_address
from opsctl.store.engine import Store

if TYPE_CHECKING:
    from opsctl.cli.rooms import Room


@dataclass(frozen=True)
class Company:
    """The sample company as it is shipped: its diary, zone, person, and what its clock shows at first."""

    folder: Path
    zone: str
    person: str
    clock_start: datetime

    def steps(self) -> list[Step]:
        """Its whole diary."""
        return list(read_steps(self.folder / DIARY, self.zone))


def company(folder: Path | None = None) -> Company:
    """The sample company, or the one in that folder."""
    folder = folder or database.sample(COMPANY)
    said = tomllib.loads((folder / HOST_FILE).read_text(encoding="utf-8"))
    profile = said["profile"]["default"]
    return Company(folder, profile["timezone"], profile["person"], said["demo"]["clock_start"])


def live(
    told: Company, steps: Sequence[Step], into: Path, *, rooms: "Sequence[Room]", done: Callable[[Step], None]
) -> None:
    """Live these days of the company again in a new database in that folder; `done` hears of each step."""
    address = read_address(f"sqlite:///{into / DEMO_DATABASE}")
    database.init(address, zone=told.zone, by=signature(steps[0]), demo=True)
    store = Store(address)
    try:
        Replay(store, told.folder, told.zone, rooms).all(steps, told=done)
    finally:
        store.close()


def write_host_file(told: Company, into: Path, *, language: str, now: datetime) -> Path:
    """Write the host file that opens that database by a clock which begins to go at `now`, and return its path.

    It backs that database up into a folder beside it, which is made.
    """
    (into / BACKUPS).mkdir(mode=0o700)
    host_file = into / HOST_FILE
    host_file.touch(mode=0o600)
    host_file.write_text(_host_file(told, into, language, now), encoding="utf-8")
    return host_file


def _host_file(told: Company, into: Path, language: str, now: datetime) -> str:
    target = into / DEMO_DATABASE
    profile = {
        "database": f"sqlite:///{target}",
        "timezone": told.zone,
        "language": language,
        "person": told.person,
    }
    parts = [
        hostfile.text_of(profile),
        "[demo]",
        f"clock_start = {told.clock_start.isoformat()}",
        f"made = {now.isoformat()}",
        "",
        f"[backups.{DEMO_JOB}]",
        'driver = "sqlite"',
        f"source = {_quoted(target)}",
        f"to = {_quoted(into / BACKUPS)}",
        'assert = [{ sql = "SELECT count(*) FROM incident", expect = ">= 100" }]',
        "",
    ]
    scratch = scratch_place(into)
    if scratch is not None:
        parts += ["[host]", f"scratch = {{ path = {_quoted(scratch)} }}", ""]
    return "\n".join(parts)


def scratch_place(beside: Path, places: Sequence[str] = SCRATCH_PLACES) -> Path | None:
    """The first of the places on another file system than that folder, where this login may write; None for none.

    Anybody may write there only where nobody can take away what is another's.
    """
    return next((Path(one) for one in places if _is_apart(Path(one), beside)), None)


def _is_apart(place: Path, beside: Path) -> bool:
    try:
        found = place.lstat()
    except OSError:
        return False
    is_safe = bool(found.st_mode & stat.S_ISVTX) or not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    is_ours = found.st_uid in (0, os.geteuid()) and os.access(place, os.W_OK | os.X_OK)
    return stat.S_ISDIR(found.st_mode) and is_safe and is_ours and found.st_dev != beside.stat().st_dev


def _quoted(path: Path) -> str:
    """The path as a string of TOML."""
    return json.dumps(str(path), ensure_ascii=False).replace("\x7f", "\\u007f")
