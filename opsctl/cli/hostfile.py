"""The host file opsctl.toml: which database, zone and language this host uses, and as whom it acts."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsctl.core.errors import InvalidInput, NotAllowed, NotFound
from opsctl.core.texts import _
from opsctl.core.typed import nearest

_PROFILE = ("database", "timezone", "language", "person")
_HOST = ("name",)


@dataclass(frozen=True)
class HostFile:
    """What the host file says; None where it is silent or absent."""

    database: str | None = None
    timezone: str | None = None
    language: str | None = None
    person: str | None = None
    host_name: str | None = None


def locate(chosen: str | None, environment: Mapping[str, str]) -> Path | None:
    """The host file: the one chosen, else the user's, else /etc/opsctl/opsctl.toml; None where there is none.

    Raise NotFound if the chosen one does not exist.
    """
    chosen = chosen or environment.get("OPSCTL_CONFIG")
    if chosen:
        path = Path(chosen).expanduser()
        if not _is_file(path):
            raise NotFound(_("There is no host file {path}.").format(path=path), _("Name another with --config."))
        return path
    folders = [Path("/etc")]
    with suppress(RuntimeError):  # a login without a home
        folders.insert(0, Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"))
    return next((path for folder in folders if _is_file(path := folder / "opsctl/opsctl.toml")), None)


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
        raise NotAllowed(_("{path} cannot be read: {reason}").format(path=path, reason=error.strerror)) from None
    _known(path, "", said, ("profile", "host"))
    profiles = _table(path, "profile", said.get("profile", {}))
    _known(path, "profile.", profiles, ("default",))
    profile = _table(path, "profile.default", profiles.get("default", {}))
    _known(path, "profile.default.", profile, _PROFILE)
    host = _table(path, "host", said.get("host", {}))
    _known(path, "host.", host, _HOST)
    texts = {name: _text(path, f"profile.default.{name}", profile.get(name)) for name in _PROFILE}
    return HostFile(**texts, host_name=_text(path, "host.name", host.get("name")))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a home of somebody else's, as sudo may leave it
        return False


def _check_owner(path: Path) -> None:
    """Refuse a file that somebody else could have written: it names databases, and later programs to run."""
    resolved = path.resolve()
    for place in (resolved, resolved.parent):
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


def _table(path: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(_("{path}: {key} must be a table, not {value!r}.").format(path=path, key=key, value=value))
    return value


def _known(path: Path, where: str, table: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for key in table:
        if key not in allowed:
            near = nearest(key, allowed, 1)
            raise InvalidInput(
                _("{path}: there is no key {key}.").format(path=path, key=where + key),
                _("Did you mean {words}?").format(words=near[0])
                if near
                else _("Allowed here: {words}.").format(words=", ".join(allowed)),
            )


def _text(path: Path, key: str, value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise InvalidInput(
            _("{path}: {key} must be text, not {value!r}.").format(path=path, key=key, value=value),
            _("Put it in quotation marks."),
        )
    return value
