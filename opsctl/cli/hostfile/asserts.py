"""What must be true of a restored copy: `assert = [{ sql = …, expect = … }, …]` of a backup."""

import re
from collections.abc import Callable
from datetime import timedelta

from opsctl.cli.hostfile.amounts import bytes_of, hidden_text, kind_of, line, tables
from opsctl.cli.hostfile.hidden import address
from opsctl.cli.hostfile.jobs import Assertion
from opsctl.cli.hostfile.values import Said, command, known, length, refused, text
from opsctl.core.texts import _, series

_KEYS = {
    "sql": ("sql", "expect", "timeout"),
    "newest": ("newest", "within", "timeout"),
    "file": ("file", "sha256", "expect"),
    "files": ("files",),
    "command": ("command", "expect", "timeout"),
    "http": ("http", "expect", "timeout"),
}
_LONGEST, _LONGEST_AGE = timedelta(hours=6), timedelta(days=3660)
_TIMEOUT = timedelta(minutes=1)
MANIFEST = "manifest"
_RANGE = r"(>=|<=|==|!=|=|<|>)\s*(.+)"


def asserts(said: Said, *, has_database: bool) -> tuple[Assertion, ...]:
    """The assertions, in the order of the file. Raise InvalidInput for what is not as agreed.

    `has_database` says that what is restored can be asked in SQL.
    """
    return tuple(_assertion(one, has_database) for one in tables(said))


def _assertion(said: Said, has_database: bool) -> Assertion:
    kinds = [name for name in _KEYS if name in said.value]
    if len(kinds) != 1:
        known(said, tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys)))
        raise refused(
            said,
            _("{path}: {key} must ask one thing."),
            _("It has one of these: {words}.").format(words=series(_KEYS)),
        )
    (kind,) = kinds
    known(said, _KEYS[kind])
    if kind in ("sql", "newest") and not has_database:
        raise refused(
            said.at(kind),
            _("{path}: {key} asks a database, and this driver restores none."),
            _("Ask with file, files, command or http."),
        )
    return _KINDS[kind](said)


def _sql(said: Said) -> Assertion:
    return Assertion(
        "sql", ask=_query(said.at("sql")), expect=_needed(said, "expect", _expected), timeout=_timeout(said)
    )


def _newest(said: Said) -> Assertion:
    within = length(said.at("within"), longest=_LONGEST_AGE, most="3660d")
    if within is None:
        raise _missing(said.at("within"))
    return Assertion("newest", ask=_query(said.at("newest")), within=within, timeout=_timeout(said))


def _query(said: Said) -> str:
    """A query, perhaps on several lines."""
    written = (text(said) or "").strip()
    if "\0" in written:
        raise refused(said, _("{path}: {key} holds control characters."), _("Write it as plain text."))
    return written


def _file(said: Said) -> Assertion:
    path = (line(said.at("file")) or "").removeprefix("/")
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise refused(
            said.at("file"),
            _("{path}: {key}: {value!r} is no path of a file in the restored copy."),
            _("Write it as it stands below the copy, without . and .. in it."),
        )
    if "sha256" in said.value and "expect" in said.value:
        raise refused(
            said.at("expect"), _("{path}: {key} stands beside sha256."), _("Write two assertions, one with each.")
        )
    expect = _digest(said.at("sha256")) if "sha256" in said.value else _size_range(said.at("expect"))
    return Assertion("file", ask=path, expect=expect)


def _digest(said: Said) -> str:
    written = (text(said) or "").lower()
    if written != MANIFEST and not re.fullmatch(r"[0-9a-f]{64}", written):
        raise refused(
            said,
            _("{path}: {key}: {value!r} is no SHA-256."),
            _('Write "manifest", for what it was when it was backed up, or the 64 signs that sha256sum shows.'),
        )
    return written


def _size_range(said: Said) -> str | None:
    """The range of a file's size with its limit in bytes; None where nothing is said."""
    written = text(said)
    if written is None:
        return None
    found = re.fullmatch(_RANGE, written.strip())
    if not found:
        raise refused(
            said, _("{path}: {key}: {value!r} is no range of a size."), _('Like: expect = ">= 10 MB", or "> 0 B"')
        )
    return f"{found[1]} {bytes_of(found[2], said)}"


def _files(said: Said) -> Assertion:
    if said.value["files"] != MANIFEST:
        raise refused(said.at("files"), _("{path}: {key} cannot be {value!r}."), _('Write files = "manifest".'))
    return Assertion("files", expect=MANIFEST)


def _command(said: Said) -> Assertion:
    return Assertion(
        "command", command=command(said.at("command")), expect=_expected(said.at("expect")), timeout=_timeout(said)
    )


def _http(said: Said) -> Assertion:
    asked = address(said.at("http"))
    return Assertion("http", ask=asked, expect=_expected(said.at("expect")), timeout=_timeout(said))


def _expected(said: Said) -> str | None:
    """What is expected: a range such as `>= 1000`, or the text or number itself; None where nothing is said."""
    if isinstance(said.value, int) and not isinstance(said.value, bool):
        return str(said.value)
    if said.value is not None and not isinstance(said.value, str):
        raise refused(
            said._replace(value=kind_of(said.value)),
            _("{path}: {key} must be a text or a whole number, not {value}."),
            _('Like: expect = ">= 1000"'),
        )
    return hidden_text(said)


def _needed(said: Said, key: str, read: Callable[[Said], str | None]) -> str:
    found = read(said.at(key))
    if found is None:
        raise _missing(said.at(key))
    return found


def _timeout(said: Said) -> timedelta:
    return length(said.at("timeout"), longest=_LONGEST, most="6h") or _TIMEOUT


def _missing(said: Said) -> Exception:
    return refused(
        said,
        _("{path}: {key} is missing."),
        _('Like: { sql = "select count(*) from orders", expect = ">= 1000" }, or { newest = …, within = "2h" }'),
    )


_KINDS: dict[str, Callable[[Said], Assertion]] = {
    "sql": _sql,
    "newest": _newest,
    "file": _file,
    "files": _files,
    "command": _command,
    "http": _http,
}
