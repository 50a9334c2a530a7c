"""Times two ways of doing the same in turns, and prints how many times longer the first takes."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.harness import PROGRAM, clean_environment  # noqa: E402

OPSCTL = str(PROGRAM)


def in_turns(subject: Callable[[], float], floor: Callable[[], float], runs: int) -> tuple[float, float]:
    """The medians, in seconds, of both after one run each that does not count; what slows the machine hits both."""
    subject()
    floor()
    pairs = [(subject(), floor()) for _ in range(runs)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def tell(name: str, subject: float, floor: float, limit: float) -> bool:
    """Print one line about a ratio and return whether it keeps the limit."""
    ratio = subject / floor
    kept = ratio <= limit
    sys.stdout.write(
        f"{name:<40} {subject * 1000:9.1f} ms / {floor * 1000:9.1f} ms = {ratio:5.2f} x"
        f"  (limit {limit:.2f}) {'kept' if kept else 'BROKEN'}\n"
    )
    sys.stdout.flush()
    return kept


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, in seconds of the wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def process_seconds(command: Sequence[str], environment: dict[str, str], code: int | tuple[int, ...] = 0) -> float:
    """How long the whole process takes. Raise RuntimeError, with what it said, if it ends with another code."""
    started = time.perf_counter()
    _run(command, environment, code)
    return time.perf_counter() - started


def processor_seconds(command: Sequence[str], environment: dict[str, str], code: int | tuple[int, ...] = 0) -> float:
    """How long the process and the system worked for it, whatever else the machine did meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(command, environment, code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(command: Sequence[str], environment: dict[str, str], code: int | tuple[int, ...]) -> None:
    ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode not in (code if isinstance(code, tuple) else (code,)):
        raise RuntimeError(f"{command} ended with {ended.returncode}: {ended.stderr.decode()}")


@contextmanager
def house() -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty home for one benchmark and an environment that knows no other; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="opsctl-benchmark-") as folder:
        environment = clean_environment(Path(folder))
        # What is installed has its modules compiled; the run that does not count sees to it here.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        yield Path(folder), environment


def runs(usual: int) -> int:
    """How many runs were asked for on the command line, else `usual`."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else usual


def finish(kept: Sequence[bool]) -> None:
    """End with 1 if a limit is broken."""
    sys.exit(0 if all(kept) else 1)
