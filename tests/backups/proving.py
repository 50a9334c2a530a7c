"""Hosts on which backups are looked at and tested: one without a database, and one at the front door."""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.backups.drivers import Limits, Request
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs import testing
from opsctl.backups.rules import Run, Test
from opsctl.backups.terms import Engine
from opsctl.cli.hostfile.jobs import Host, Job, Place, Scratch
from tests.backups import making
from tests.backups.drivers.folders import needs
from tests.backups.making import BOOK, POLICY
from tests.harness import CommandLine, Result

HOST = "web1"
BEGAN = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=8)
HOST_FILE = """
[profile.default]
timezone = "Asia/Shanghai"
[host]
name = "web1"
scratch = {{ path = "{scratch}" }}
[backups.erp-db]
driver = "files"
sources = ["{source}"]
to = "{to}"
assert = [{assertion}]
"""


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A scratch place on another file system than the sources."""
    if not os.access("/dev/shm", os.W_OK) or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = Path("/dev/shm", f"opsctl-test-{uuid.uuid4().hex}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


@dataclass
class Desk:
    """A job with one run, and the ways to test it."""

    job: Job
    run: Run
    scratch: Path
    said: list[str] = field(default_factory=list)

    def host(self, **scratch: Any) -> Host:
        usual = {"path": str(self.scratch), "min_free": 0, "user": None}
        return Host({self.job.name: self.job}, Scratch(**{**usual, **scratch}))  # type: ignore[arg-type]

    def asked(self, **given: Any) -> testing.Asked:
        clock = iter(range(10**6)).__next__
        plain = testing.Asked(
            "r-1", self.job, making.plan(policy=self.job.name), self.host(), HOST, "dba.wu", NOW, clock,
            tell=self.said.append,
        )  # fmt: skip
        return replace(plain, **given)

    def test(self, **given: Any) -> Test:
        found = testing.test(self.asked(**given), [self.run])
        assert list(self.scratch.iterdir()) == [], "nothing is left in the scratch place"
        return found


def backed_up(job: Job) -> Run:
    """A run of the job, as it would be recorded."""
    limits = Limits(timedelta(minutes=5), timedelta(minutes=2))
    made = driver_of(job).run(Request(str(uuid.uuid4()), job.name, HOST, BEGAN, limits), job.places[0])
    copy = making.copy("local", point=made.point, bytes=made.bytes, sha256=made.sha256)
    return making.run(
        reference="BAK-2026-0001", policy=job.name, driver=Engine.FILES, started_at=BEGAN, bytes=made.bytes,
        copies=(copy,),
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, scratch: Path) -> Desk:
    """Two files in an archive."""
    for program in ("tar", "zstd"):
        needs(program)
    source = tmp_path / "erp"
    source.mkdir()
    (source / "readme.txt").write_text("as it was\n")
    (source / "data.bin").write_bytes(os.urandom(50_000))
    (tmp_path / "backup").mkdir(mode=0o700)
    place = Place("local", str(tmp_path / "backup"))
    job = Job("erp-files", "files", (place,), sources=(str(source),))
    return Desk(job, backed_up(job), scratch)


@dataclass
class Company:
    """A host with one job whose backup was made, at the front door."""

    run: CommandLine
    folder: Path
    scratch: Path

    def configure(self, assertion: str = "", more: str = "") -> None:
        """Write the host file, with that assertion in its job and more behind it."""
        path = self.folder / "config/opsctl/opsctl.toml"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        said = {"scratch": self.scratch, "source": self.folder / "erp", "to": self.folder / "backup"}
        path.write_text(HOST_FILE.format(assertion=assertion, **said) + more)
        path.chmod(0o600)

    def good(self, *words: str) -> Result:
        found = self.run(*words)
        assert found.code == 0, found.err
        return found

    def artefact(self) -> Path:
        (path,) = (self.folder / "backup").glob("*.tar.zst")
        return path

    def data(self, *words: str, code: int = 0) -> Any:
        found = self.run(*words, "--json")
        assert found.code == code, found.err
        return json.loads(found.out)["data"]


@pytest.fixture
def company(run: CommandLine, tmp_path: Path, scratch: Path) -> Company:
    """A policy in force, and one backup that was made by it."""
    for program in ("tar", "zstd"):
        needs(program)
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "readme.txt").write_text("as it was\n")
    (tmp_path / "backup").mkdir(mode=0o700)
    book = tmp_path / "om.toml"
    book.write_text(BOOK.format(version="1") + POLICY.replace('owner = "role', 'clause = "OM-5.4a"\nowner = "role'))
    found = Company(run, tmp_path, scratch)
    found.configure()
    found.good("asset", "add", "erp", "--kind", "system")
    found.good("rulebook", "apply", str(book))
    found.good("backup", "run", "erp-db")
    return found
