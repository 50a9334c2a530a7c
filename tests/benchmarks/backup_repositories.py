"""1 GiB of files by restic, borg and rsync through our drivers, against the bare engine with the same options.

Both sides begin with an empty repository and end when what they wrote is on the disk. Peak memory is that of this
process, which reads and writes none of the data itself.
"""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measure import finish, in_turns, runs, seconds, tell

from opsctl.backups.drivers import Driver, Limits, Request
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.terms import Status
from opsctl.cli.hostfile.jobs import Job, Place, Secret

SIZE, FILES = 1024**3, 2048
LIMIT, MEGABYTES = 1.05, 150.0
HOUR = timedelta(hours=1)
WORD = "a word that opens"
OPENS = {"RESTIC_PASSWORD": WORD, "BORG_PASSPHRASE": WORD, "RESTIC_PROGRESS_FPS": "2", "LC_ALL": "C", "TZ": "UTC"}


def plant(folder: Path) -> None:
    """1 GiB in 2,048 files, half of it of the kind that compresses; the same in every run."""
    chance = random.Random(6)
    for number in range(FILES):
        path = folder / f"{number % 32:02}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        block = chance.randbytes(SIZE // FILES // 2)
        path.write_bytes(block + block[:1024] * (SIZE // FILES // 2048))


@dataclass
class Bench:
    """A driver with a place, how a repository is made there, and the bare command that does the same."""

    driver: Driver
    place: Place
    init: tuple[str, ...]

    def fresh(self) -> None:
        """An empty repository."""
        shutil.rmtree(self.place.to, ignore_errors=True)
        if not self.init:
            Path(self.place.to).mkdir()
            return
        bare(self.init)

    def ours(self) -> float:
        """How long our run takes until it is on the disk, the second command included."""
        self.fresh()
        os.sync()

        def work() -> None:
            made = self.driver.run(self.request(), self.place)
            if made.status is not Status.SUCCESS or made.files != FILES:
                raise RuntimeError(f"{made.status}: {made.reason}")
            os.sync()

        return seconds(work)

    def floor(self) -> float:
        """How long the bare commands of the plan take until it is on the disk."""
        self.fresh()
        plan = self.driver.plan(self.request(), self.place)
        os.sync()

        def work() -> None:
            for words in plan:
                bare(words)
            os.sync()

        return seconds(work)

    @staticmethod
    def request() -> Request:
        """A run that no limit stops."""
        return Request(str(uuid.uuid4()), "bench", "bench", datetime.now(UTC), Limits(HOUR, HOUR))


def bare(words: tuple[str, ...]) -> None:
    """Run a command as it stands and throw away what it says."""
    environment = {**os.environ, **OPENS}
    ended = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"{words}: {ended.stderr.decode()}")


@contextmanager
def benches() -> Iterator[dict[str, Callable[[], Bench]]]:
    """What is measured: the engines that are here."""
    with tempfile.TemporaryDirectory(prefix="opsctl-benchmark-") as name:
        folder = Path(name)
        os.environ["HOME"] = name
        plant(folder / "data")
        secret = folder / "password"
        secret.write_text(WORD)
        secret.chmod(0o600)

        def bench(engine: str, *init: str) -> Bench:
            place = Place("local", str(folder / engine))
            password = Secret("file", str(secret)) if init else None
            job = Job("bench", engine, (place,), sources=(str(folder / "data"),), password=password)
            return Bench(driver_of(job), place, (*init, place.to) if init else ())

        yield {
            "restic": lambda: bench("restic", "restic", "init", "--repo"),
            "borg": lambda: bench("borg", "borg", "init", "--encryption", "repokey-blake2"),
            "rsync": lambda: bench("rsync"),
        }


def main() -> None:
    """Print one ratio for each engine, and the peak memory of this process."""
    kept = []
    with benches() as known:
        for engine, make in known.items():
            if shutil.which(engine) is None:
                sys.stdout.write(f"{engine} is not installed here\n")
                continue
            bench = make()
            subject, floor = in_turns(bench.ours, bench.floor, runs(3))
            kept.append(tell(f"{engine}: 1 GiB in {FILES:,} files", subject, floor, LIMIT))
            shutil.rmtree(bench.place.to)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept.append(peak <= MEGABYTES)
    sys.stdout.write(f"peak memory {peak:.0f} MB (limit {MEGABYTES:.0f} MB) {'kept' if kept[-1] else 'BROKEN'}\n")
    finish(kept)


main()
