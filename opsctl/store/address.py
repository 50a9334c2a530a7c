"""What names a database: `sqlite:///path`, `postgresql://host/name`, `service=name`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _

_SECRETS = {"password", "sslpassword", "oauth_client_secret"}
# libpq reads `name = value`; a value with blanks stands in single quotes.
_SETTING = re.compile(r"\s*(\w+)\s*=\s*(?:'(?:\\.|[^'\\])*'|(?:\\.|[^\s'\\])*)(?=\s|$)", re.DOTALL)
_SECRET_SETTING = re.compile(rf"\b(?:{'|'.join(sorted(_SECRETS))})\s*=")


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
    try:
        absolute = Path(path).expanduser().absolute()
    except RuntimeError:  # the home of a user who does not exist
        raise _unreadable(path) from None
    if not absolute.name:  # `/.` is the root folder
        raise _unreadable(path)
    return Address(Backend.SQLITE, str(absolute))


def _server_url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        asked = parse_qs(parts.query)
        secret = parts.password is not None or not _SECRETS.isdisjoint(asked)
    except ValueError:
        raise _unreadable(text) from None
    if secret:
        raise _refuse_password()
    return Address(Backend.POSTGRESQL, "postgresql://" + text.split("://", 1)[1])


def _conninfo(text: str) -> Address:
    if _SECRET_SETTING.search(text):
        raise _refuse_password()
    at = 0
    while at < len(text.rstrip()):
        setting = _SETTING.match(text, at)
        if setting is None:
            raise _unreadable(text)
        at = setting.end()
    return Address(Backend.POSTGRESQL, text)


def _refuse_password() -> InvalidInput:
    return InvalidInput(
        _("A database address must not carry a password."),
        _("Keep it in ~/.pgpass or in a service of pg_service.conf, and name that: service=opsctl."),
    )


def _unreadable(text: str) -> InvalidInput:
    scheme, sign, _rest = text.partition("://")
    if sign:  # what follows may hold a password
        text = f"{scheme}://…"
    return InvalidInput(
        _("{text!r} names no database.").format(text=text[:80]),
        _("Use sqlite:///path/to/opsctl.db, postgresql://host/name or service=name."),
    )
