"""Making the demo: an invented company in a folder of its own, with a host file whose clock keeps it alive."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.cli import hostfile
from opsctl.desk.service import database
from opsctl.desk.service.replay import Replay, Step, read_steps, signature
from opsctl.desk.terms import COMPANY, DEMO_DATABASE, DIARY, HOST_FILE
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
    """Write the host file that opens that database by a clock which begins to go at `now`, and return its path."""
    host_file = into / HOST_FILE
    host_file.touch(mode=0o600)
    host_file.write_text(_host_file(told, into / DEMO_DATABASE, language, now), encoding="utf-8")
    return host_file


def _host_file(told: Company, target: Path, language: str, now: datetime) -> str:
    profile = {
        "database": f"sqlite:///{target}",
        "timezone": told.zone,
        "language": language,
        "person": told.person,
    }
    clock = f"clock_start = {told.clock_start.isoformat()}\nmade = {now.isoformat()}\n"
    return f"{hostfile.text_of(profile)}\n[demo]\n{clock}"
