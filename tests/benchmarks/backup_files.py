"""`files` backing up a gibibyte of files, against bare `tar | zstd -T0` into a file that is synced."""

import os
import random
import resource
import shutil
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measure import ROOT, finish, house, in_turns, runs, seconds, tell

sys.path.insert(0, str(ROOT))

from opsctl.backups.drivers import Limits, Request
from opsctl.backups.drivers.files import Files
from opsctl.backups.terms import Status
from opsctl.cli.hostfile.jobs import Job, Place

LIMIT = 1.25
MEMORY = 150
HALF = 512 * 1024 * 1024
LARGE = 4


def main() -> None:
    """Print the ratio of the times, and the most memory that it took."""
    with house() as (home, _environment):
        source = home / "source"
        count = _fill(source)
        target = home / "backup"
        target.mkdir(mode=0o700)
        ours, floor = in_turns(
            lambda: _fresh(target, lambda: _ours(source, target)),
            lambda: _fresh(target, lambda: _floor(source, target / "archive.tar.zst")),
            runs(5),
        )
        kept = [tell(f"files, 1 GiB in {count:,} files", ours, floor, LIMIT)]
        # A process of its own, which has not filled any folder.
        words = [sys.executable, __file__, "--alone", str(source), str(target)]
        most = float(subprocess.run(words, check=True, capture_output=True, cwd=ROOT).stdout)
    kept.append(most <= MEMORY)
    said = "kept" if kept[-1] else "BROKEN"
    sys.stdout.write(f"most memory, with that of zstd {most:.0f} MB  (limit {MEMORY}) {said}\n")
    finish(kept)


def _fill(folder: Path) -> int:
    """Half in small files of some kilobytes and half in a few large ones; of both, every other cannot be compressed."""
    chance = random.Random(1)
    words = [f"{chance.getrandbits(32):08x}".encode() for _word in range(2000)]
    text = b" ".join(chance.choice(words) for _word in range(1_000_000))
    noise = chance.randbytes(len(text))
    written = count = 0
    while written < HALF:
        content = (text, noise)[count % 2]
        size = min(int(chance.lognormvariate(9.7, 1.1)), 1_000_000)
        begin = chance.randrange(len(content) - size)
        path = folder / f"{count % 200:03d}" / str(count)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[begin : begin + size])
        written += size
        count += 1
    for number in range(LARGE):
        with (folder / f"large{number}").open("wb") as stream:
            rest = HALF // LARGE
            while rest > 0:
                begin = chance.randrange(len(text))
                piece = text[begin:] + text[:begin] if number % 2 else chance.randbytes(len(text))
                rest -= stream.write(piece[:rest])
    return count + LARGE


def _fresh(target: Path, work: object) -> float:
    """How long it takes; what it made is taken away, and what is unwritten is written before the clock starts."""
    os.sync()
    took = seconds(work)  # type: ignore[arg-type]
    shutil.rmtree(target)
    target.mkdir(mode=0o700)
    return took


def _ours(source: Path, target: Path) -> None:
    place = Place("local", str(target))
    limits = Limits(timedelta(hours=1), timedelta(hours=1))
    request = Request(str(uuid.uuid4()), "bench", "bench", datetime.now(UTC), limits)
    made = Files(_job(source, target)).run(request, place)
    if made.status is not Status.SUCCESS:
        raise RuntimeError(made.reason)


def _job(source: Path, target: Path) -> Job:
    return Job("bench", "files", (Place("local", str(target)),), sources=(str(source),))


def _floor(source: Path, target: Path) -> None:
    # The very tar that ours runs, with owners, rights, holes and attributes: so that both do the same work.
    words = Files(_job(source, target.parent))._tar().words
    with target.open("wb") as stream:
        tar = subprocess.Popen(words, stdout=subprocess.PIPE)
        compress = ("zstd", "-T0", "-q")
        zstd = subprocess.Popen(compress, stdin=tar.stdout, stdout=stream)
        if tar.stdout is not None:
            tar.stdout.close()
        if tar.wait() or zstd.wait():
            raise RuntimeError("the floor failed")
        os.fsync(stream.fileno())


def _most_memory() -> float:
    """In megabytes: the most of this process, and of the largest program that it ran."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    ours = int(status.partition("VmHWM:")[2].split()[0])
    return (ours + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


if sys.argv[1:2] == ["--alone"]:
    _ours(Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(f"{_most_memory():.1f}")
else:
    main()
