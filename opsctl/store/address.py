"""What names a database: `sqlite:///path`, `postgresql://host/name`, `service=name`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _


class Backend(StrEnum):
    """The two databases that opsctl lives in."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Address:
    """One database. `target` is the file's absolute path, or the conninfo that libpq reads; never a password."""

    backend: Backend
    target: str

    def __str__(self) -> str:
        return f"sqlite:///{self.target}" if self.backend is Backend.SQLITE else self.target


def read_address(text: str) -> Address:
    """The database that `text` names. Raise InvalidInput if it is none, or carries a password."""
    if "\0" in text or not text.strip():
        raise _unreadable(text)
    if text.startswith("sqlite:///"):
        return _file(text.removeprefix("sqlite:///"))
    if text.startswith(("postgresql://", "postgres://")):
        return _server_url(text)
    if "://" in text:
        raise _unreadable(text)
    if "=" in text and not text.startswith(("/", ".", "~")):
        return _conninfo(text)
    return _file(text)


def _file(path: str) -> Address:
    if not path or path.endswith("/"):
        raise _unreadable(path)
    return Address(Backend.SQLITE, str(Path(path).expanduser().absolute()))


def _server_url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        asked = parse_qs(parts.query)
        secret = parts.password is not None or "password" in asked
    except ValueError:
        raise _unreadable(text) from None
    if secret:
        raise _refuse_password()
    return Address(Backend.POSTGRESQL, "postgresql://" + text.split("://", 1)[1])


def _conninfo(text: str) -> Address:
    words = [word.partition("=") for word in text.split()]
    if any(not name or not sign for name, sign, _value in words):
        raise _unreadable(text)
    if any(unquote(name) == "password" for name, _sign, _value in words):
        raise _refuse_password()
    return Address(Backend.POSTGRESQL, text)


def _refuse_password() -> InvalidInput:
    return InvalidInput(
        _("A database address must not carry a password."),
        _("Keep it in ~/.pgpass or in a service of pg_service.conf, and name that: service=opsctl."),
    )


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        _("{text!r} names no database.").format(text=text[:80]),
        _("Use sqlite:///path/to/opsctl.db, postgresql://host/name or service=name."),
    )
