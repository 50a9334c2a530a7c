"""Database servers that a restore test starts itself: reached by a socket alone, and always stopped.

Everything of a server lies in one folder, its process id with it. What a killed test left running is found there.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, artefacts
from opsctl.backups.drivers.clients import one_line
from opsctl.backups.terms import Level, Verdict
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.texts import _

_PROCESS = "opsctl-server.pid"
_SOCKETS = "opsctl-sockets"
LOG = "server.log"
_LONGEST = 107
"""The path of a socket has no more bytes."""
_START_SECONDS = 120.0
_STOP_SECONDS = 20.0
_LOOK = 0.05


def require_whole(place: Place, point: str) -> None:
    """Raise CannotRestore for an artefact that has other bytes than were written: engines may not see it."""
    found = artefacts.check(place, point, Level.L2, None)
    if found.verdict is not Verdict.PASS:
        raise CannotRestore(found.reason or "", found.verdict)


def account(user: str | None) -> str | None:
    """Who runs the server: nobody else where we are not root. Raise CannotRestore where we are, and none is named."""
    if os.geteuid() != 0:
        return None
    if user is None:
        reason = _("a server does not run as root, and the host file names no user for scratch servers")
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN)
    import pwd

    try:
        pwd.getpwnam(user)
    except KeyError:
        reason = _("there is no user {user} to run a scratch server").format(user=user)
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN) from None
    return user


def cell(scratch: Path, name: str, user: str | None) -> Path:
    """A new folder in the scratch folder that only `user` may enter. Raise CannotRestore where that cannot be made.

    A scratch folder that they could not pass through is given to their group, which may pass and not look around.
    """
    made = scratch / name
    try:
        made.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(made, user)
            if scratch.stat().st_mode & 0o011 == 0:
                os.chown(scratch, -1, _group_of(user))
                scratch.chmod(0o710)
    except OSError as error:
        raise CannotRestore(one_line(f"{error.filename}: {error.strerror}"), Verdict.COULD_NOT_RUN) from None
    return made


@contextmanager
def sockets(cell: Path, longest_name: str, user: str | None) -> Iterator[Path]:
    """A folder for a socket of that name: in the cell, or in the system's temporary folder where its path is long."""
    folder = cell / "s"
    if len(os.fsencode(folder / longest_name)) <= _LONGEST:
        folder.mkdir(mode=0o700)
    else:
        folder = Path(tempfile.mkdtemp(prefix="opsctl-", dir="/tmp"))
        (cell / _SOCKETS).write_text(str(folder), encoding="utf-8")
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(
    words: tuple[str, ...], cell: Path, user: str | None, *, is_up: Callable[[], bool], stop: signal.Signals
) -> Iterator[None]:
    """A server that runs while the context lasts. Raise CannotRestore, with what it said last, where it does not start.

    `cell` is a folder that one of the words names; the server's data goes with it.
    """
    log = cell / LOG
    try:
        with log.open("wb") as stream:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd="/", start_new_session=True,
                user=user, group=None if user is None else _group_of(user), umask=0o077,
                extra_groups=None if user is None else [],
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            )  # fmt: skip
    except OSError as error:
        raise CannotRestore(one_line(f"{words[0]}: {error.strerror}"), Verdict.COULD_NOT_RUN) from None
    try:
        (cell / _PROCESS).write_text(str(process.pid), encoding="utf-8")
        _wait(process, is_up, log)
        yield
    finally:
        _stop(process, stop)


def _wait(process: "subprocess.Popen[bytes]", is_up: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not is_up():
        if process.poll() is not None or time.monotonic() > until:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            worst = [line for line in said if "FATAL" in line or "ERROR" in line] or said
            reason = _("the scratch server did not start: {reason}")
            raise CannotRestore(one_line(reason.format(reason=worst[-1] if worst else "–")), Verdict.COULD_NOT_RUN)
        time.sleep(_LOOK)


def _stop(process: "subprocess.Popen[bytes]", stop: signal.Signals) -> None:
    """Its data is thrown away: it need not write anything down, but its own processes end with it."""
    for number in (stop, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return


def clear_leftovers(folder: Path) -> list[str]:
    """Stop servers that a killed restore test left in a scratch folder, and remove them: in words, for a log.

    `folder` is that of one test. A process is only stopped if it still is the server of just that folder.
    """
    gone = []
    for note in sorted(folder.glob(f"*/{_PROCESS}")):
        home = note.parent
        with suppress(OSError, ValueError):
            number = int(note.read_text(encoding="utf-8"))
            if _is_of(number, home):
                _end(number, home)
                gone.append(_("stopped the server of {folder}").format(folder=home))
        with suppress(OSError):
            elsewhere = Path((home / _SOCKETS).read_text(encoding="utf-8"))
            if elsewhere.parent == Path("/tmp") and elsewhere.name.startswith("opsctl-"):  # noqa: S108 - made above
                shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
        gone.append(_("removed {folder}").format(folder=home))
    return gone


def _end(number: int, home: Path) -> None:
    """SIGQUIT lets PostgreSQL end its processes at once, and is nothing that MariaDB obeys."""
    for one in (signal.SIGQUIT, signal.SIGKILL):
        os.kill(number, one)
        until = time.monotonic() + (_STOP_SECONDS / 4)
        while time.monotonic() < until:
            if not _is_of(number, home):
                return
            time.sleep(_LOOK)


def _is_of(number: int, home: Path) -> bool:
    """Whether that process names the folder among its words; a number may be another's by now."""
    try:
        words = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False
    return number > 1 and os.fsencode(home) + b"/" in words


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
