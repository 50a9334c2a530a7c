"""The host file opsctl.toml: which database, zone and language this host uses, as whom it acts, what it checks."""

import errno
import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from opsctl.core.texts import _, read_language
from opsctl.core.typed import LONGEST_PATH, excerpt

if TYPE_CHECKING:
    from opsctl.cli.hostfile.values import Said

_PROFILE = ("database", "timezone", "language", "person")
_HOST = ("name", "scratch", "keep_at_least", "max_runs_per_day")
_DEMO = ("clock_start", "made")


class Check(NamedTuple):
    """A program of this host that says how an asset is: run without a shell, for no longer than `timeout`.

    `fills` is the checklist and the item that it answers; None where it answers none.
    """

    name: str
    command: tuple[str, ...]
    asset: str
    fills: tuple[str, str] | None = None
    timeout: timedelta = timedelta(seconds=10)


class DemoClock(NamedTuple):
    """The clock of the demo: it showed `start` when the demo was `made`, and has gone on since. Both are aware."""

    start: datetime
    made: datetime

    def shows(self, now: datetime) -> datetime:
        """What it shows when the time really is `now`."""
        return self.start + max(now - self.made, timedelta(0))


class HostFile(NamedTuple):
    """What the host file says; None where it is silent or absent.

    `host` and `backups` are those tables as TOML has them: `opsctl.cli.hostfile.backups.host_of` reads them when
    somebody asks, so that a slip in a backup keeps nobody from opening an incident. `path` is where it stands.
    """

    database: str | None = None
    timezone: str | None = None
    language: str | None = None
    person: str | None = None
    host_name: str | None = None
    checks: tuple[Check, ...] = ()
    demo: DemoClock | None = None
    host: Any = None
    backups: Any = None
    path: Path | None = None


def locate(chosen: str | None, environment: Mapping[str, str]) -> Path | None:
    """The host file: the one chosen, else the user's, else /etc/opsctl/opsctl.toml; None where there is none.

    Raise NotFound if the chosen one does not exist, NotAllowed if nobody lets us look.
    """
    chosen = chosen or environment.get("OPSCTL_CONFIG")
    if chosen:
        path = _expanded(chosen)
        if not _is_file(path):
            if _is_kept_from_us(path):
                raise NotAllowed(
                    _("{path} cannot be read: this login may not enter its folder.").format(path=path),
                    _("See who may: namei -l {path}").format(path=shlex.quote(str(path))),
                )
            raise NotFound(
                _("There is no host file {path}.").format(path=excerpt(str(path), LONGEST_PATH)),
                _("Name another with --config."),
            )
        return path
    return next((path for path in usual_places(environment) if _is_file(path)), None)


def _expanded(chosen: str) -> Path:
    try:
        return Path(chosen).expanduser()
    except RuntimeError:  # the home of a user who does not exist
        return Path(chosen)


def usual_places(environment: Mapping[str, str]) -> list[Path]:
    """Where a host file is looked for, the first that is there counts: the user's, who may have no home, then /etc."""
    folders = [Path("/etc")]
    with suppress(RuntimeError):  # a login without a home
        folders.insert(0, Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"))
    return [folder / "opsctl/opsctl.toml" for folder in folders]


def read(path: Path | None) -> HostFile:
    """What the file says. Raise NotAllowed if others could have written it, InvalidInput if it is not as agreed."""
    if path is None:
        return HostFile()
    _check_owner(path)
    # tomllib takes longer to load than a small file takes to read; most start-ups have no host file.
    import tomllib

    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            _("{path} is not valid TOML: {reason}").format(path=path, reason=error), _("Mend it, or use --config.")
        ) from None
    except OSError as error:
        raise NotAllowed(
            _("{path} cannot be read: {reason}").format(path=path, reason=error.strerror),
            _("Mend it, or use --config."),
        ) from None
    return _read(path, said)


def _read(path: Path, said: dict[str, Any]) -> HostFile:
    # Only who has a host file needs them.
    from opsctl.cli.hostfile.values import Said, table, text

    whole = table(Said(path, "", said), ("profile", "host", "checks", "backups", "demo"))
    profiles = table(Said(path, "profile", said.get("profile", {})), ("default",))
    profile = table(Said(path, "profile.default", profiles.value.get("default", {})), _PROFILE)
    host = table(Said(path, "host", said.get("host", {})), _HOST)
    texts = {name: text(profile.at(name)) for name in _PROFILE}
    _check_language(path, texts["language"])
    return HostFile(
        **texts,
        host_name=text(host.at("name")),
        checks=_checks(whole.at("checks")) if "checks" in said else (),
        demo=_demo(table(whole.at("demo"), _DEMO)) if "demo" in said else None,
        host=host.value or None,
        backups=said.get("backups"),
        path=path,
    )


def text_of(said: Mapping[str, str]) -> str:
    """The text of a host file with these keys of its default profile. Raise InvalidInput for what is no text."""
    import json

    # A text of JSON is one of TOML, but for the one sign that only JSON leaves as it is.
    texts = {name: json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") for name, value in said.items()}
    lines = [f"{name} = {texts[name]}" for name in _PROFILE if name in texts]
    try:
        "".join(lines).encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            _("A host file cannot hold bytes that are not UTF-8."), _("Choose a path that is written in letters.")
        ) from None
    return "\n".join(("[profile.default]", *lines, ""))


def check_writable(path: Path) -> None:
    """Raise NotAllowed where no new host file could be written there, or where it would not be read afterwards."""
    folder = path.parent
    try:
        if folder.is_dir():
            _check_closed(folder.resolve())
        there = next(one for one in (folder, *folder.parents) if one.exists())
        can = there.is_dir() and os.access(there, os.W_OK | os.X_OK, effective_ids=True)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None
    if not can:
        raise _unwritable(path, os.strerror(errno.EACCES if there.is_dir() else errno.ENOTDIR))


@contextmanager
def written(path: Path, text: str) -> Iterator[None]:
    """Write a new host file that its owner alone may read, and take it back if what is done with it fails.

    Raise Conflict if there is one, which is left as it is; NotAllowed where it cannot be written.
    """
    made: list[Path] = []
    try:
        _write_new(path, text, made)
        yield
    except BaseException:
        for one in reversed(made):
            with suppress(OSError):  # somebody else has put something there
                one.rmdir() if one.is_dir() else one.unlink()
        raise


def _write_new(path: Path, text: str, made: list[Path]) -> None:
    """Write it, readable by its owner alone, and note in `made` what was made for it."""
    try:
        for folder in (one for one in reversed(path.parents) if not one.exists()):
            folder.mkdir(mode=0o700)
            made.append(folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        made.append(path)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise Conflict(
            _("There is a host file {path} by now.").format(path=path), _("It is left as it is: look into it.")
        ) from None
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _unwritable(path: Path, reason: str) -> NotAllowed:
    return NotAllowed(
        _("The host file {path} cannot be written: {reason}").format(path=path, reason=reason),
        _("Check the path, and that you may write there."),
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a home of somebody else's, as sudo may leave it
        return False


def _is_kept_from_us(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _check_owner(path: Path) -> None:
    """Refuse a file that somebody else could have written: it names databases and programs to run."""
    resolved = path.resolve()
    for place in (resolved, resolved.parent):
        _check_closed(place)


def _check_closed(place: Path) -> None:
    found = place.stat()
    if found.st_uid not in (0, os.geteuid()):
        raise NotAllowed(
            _("{place} belongs to another user.").format(place=place),
            _("A host file and its folder must belong to root or to you."),
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotAllowed(
            _("{place} can be written by others.").format(place=place),
            _("Close it with: chmod go-w {place}").format(place=place),
        )


def _check_language(path: Path, value: str | None) -> None:
    try:
        read_language(value or "en")
    except InvalidInput as error:
        raise InvalidInput(f"{path}: profile.default.language: {error.message}", error.hint) from None


def _checks(said: "Said") -> tuple[Check, ...]:
    from opsctl.cli.hostfile.checks import checks_of

    return checks_of(said)


def _demo(said: "Said") -> DemoClock:
    for one in map(said.at, _DEMO):
        if not isinstance(one.value, datetime) or one.value.tzinfo is None:
            raise InvalidInput(
                _("{path}: {key} must be a time with its offset, not {value!r}.").format(**one._asdict()),
                _("Take [demo] out; `opsctl demo` writes it into a host file of its own."),
            )
    return DemoClock(said.value["clock_start"], said.value["made"])
