"""Sizes, windows, shares, numbers and paths of the host file."""

import posixpath
import re

from opsctl.cli.hostfile.values import Said, known, refused, text
from opsctl.core.texts import _, pgettext, series
from opsctl.core.typed import clean_for_terminal, mend, nearest

_UNITS = {
    "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "pb": 10**15,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40, "pib": 2**50,
}  # fmt: skip
_SIZE = r"([0-9]{1,19})(?:\.([0-9]{1,18}))?\s*([a-z]{1,3})"
_LARGEST = 2**63 - 1
_WINDOW = r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})"
_DAY = 24 * 60
_SHARE = r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%"
LONGEST_TEXT = 4000
"""So many characters a text may have: as long as a path."""


def kind_of(value: object) -> str:
    """What TOML calls such a value, for a sentence that must not show it."""
    kinds = {
        str: pgettext("toml", "a text"),
        bool: pgettext("toml", "yes or no"),
        int: pgettext("toml", "a number"),
        float: pgettext("toml", "a number"),
        list: pgettext("toml", "a list"),
        dict: pgettext("toml", "a table"),
    }
    return kinds.get(type(value), pgettext("toml", "a time"))


def hidden_text(said: Said) -> str | None:
    """The text, which may hold a secret and is never shown; None where nothing is said."""
    if said.value is not None and (not isinstance(said.value, str) or not said.value.strip()):
        raise refused(
            said._replace(value=kind_of(said.value)),
            _("{path}: {key} must be a text that is not empty, not {value}."),
            _("Put it in quotation marks."),
        )
    return None if said.value is None else _clean(said)


def line(said: Said) -> str | None:
    """The text, on one line and without what a terminal would obey; None where nothing is said."""
    return None if text(said) is None else _clean(said)


def _clean(said: Said) -> str:
    value: str = said.value
    if clean_for_terminal(value) != value or len(value) > LONGEST_TEXT:
        raise refused(
            said,
            _("{path}: {key} holds control characters, or is longer than a path may be."),
            _("Write it as one plain line."),
        )
    return value


def lines(said: Said) -> tuple[str, ...]:
    """A list of different texts; empty where nothing is said."""
    if said.value is None:
        return ()
    if not isinstance(said.value, list) or not said.value:
        raise refused(
            said, _("{path}: {key} must be a list of texts, not {value!r}."), _('Like: ["one", "another"]')
        )
    found = tuple(line(one) or "" for one in said.each())
    twice = next((one for one in found if found.count(one) > 1), None)
    if twice is not None:
        raise refused(said._replace(value=twice), _("{path}: {key} names {value!r} twice."), _("Leave one of them."))
    return found


def tables(said: Said) -> list[Said]:
    """A list of tables; empty where nothing is said."""
    if said.value is None:
        return []
    if isinstance(said.value, list):
        wrong = next((one for one in said.each() if not isinstance(one.value, dict)), None)
    else:
        wrong = said
    if wrong is not None:
        raise refused(
            wrong._replace(value=kind_of(wrong.value)),
            _("{path}: {key} must be a list of tables, or one of them, not {value}.")
            if wrong is said
            else _("{path}: {key} must be a table, not {value}."),
            _("Write each in curly brackets, all of them in square ones."),
        )
    return said.each()


def hidden_table(said: Said, allowed: tuple[str, ...]) -> Said:
    """The same, known to be a table with keys of `allowed`; what it holds may be secret and is never shown."""
    if not isinstance(said.value, dict):
        raise refused(
            said._replace(value=kind_of(said.value)),
            _("{path}: {key} must be a table in curly brackets, not {value}."),
            _("Allowed here: {words}.").format(words=series(allowed)),
        )
    known(said, allowed)
    return said


def choice(said: Said, words: tuple[str, ...]) -> str | None:
    """One of the words; None where nothing is said."""
    written = text(said)
    if written is not None and written not in words:
        near = nearest(written, words, 1)
        raise refused(
            said,
            _("{path}: {key} cannot be {value!r}."),
            _("Did you mean {words}?").format(words=near[0])
            if near
            else _("Allowed here: {words}.").format(words=series(words)),
        )
    return written


def truth(said: Said, otherwise: bool) -> bool:
    """Whether it is so; `otherwise` where nothing is said."""
    if said.value is None:
        return otherwise
    if not isinstance(said.value, bool):
        raise refused(said, _("{path}: {key} must be true or false, not {value!r}."), _("Write true or false."))
    return said.value


def whole(said: Said, least: int, most: int) -> int | None:
    """A whole number between the two, both included; None where nothing is said."""
    value = said.value
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise refused(
            said,
            _("{path}: {key} must be a whole number, not {value!r}."),
            _("Allowed are {least} to {most}.").format(least=least, most=most),
        )
    return value


def size(said: Said) -> int | None:
    """The bytes that `50GB` or `1.5 GiB` says: GB is 1000³, GiB 1024³. None where nothing is said."""
    return None if said.value is None else bytes_of(text(said) or "", said)


def bytes_of(written: str, said: Said) -> int:
    """The bytes that the text says, a part of what stands at a key. Raise InvalidInput for what is no size."""
    found = re.fullmatch(_SIZE, mend(written).casefold())
    if found and found[3] in _UNITS:
        fraction = found[2] or ""
        parts: int = 10 ** len(fraction)
        count, part = divmod(int(found[1] + fraction) * _UNITS[found[3]], parts)
        if part == 0 and count <= _LARGEST:
            return count
    raise refused(
        said._replace(value=written),
        _("{path}: {key}: {value!r} is no size."),
        _("Use whole bytes with their unit, such as 500 MB, 50GB or 1.5 GiB (1.5 × 1024³)."),
    )


def window(said: Said) -> tuple[int, int] | None:
    """When it begins and ends, in minutes from midnight, which it may pass; None where nothing or all day is said."""
    written = text(said)
    if written is None:
        return None
    found = re.fullmatch(_WINDOW, mend(written))
    if found:
        hours, minutes, to_hours, to_minutes = map(int, found.groups())
        begin, end = hours * 60 + minutes, to_hours * 60 + to_minutes
        if begin < _DAY and end <= _DAY and max(minutes, to_minutes) < 60 and begin != end:
            return None if (begin, end) == (0, _DAY) else (begin, end)
    raise refused(
        said,
        _("{path}: {key}: {value!r} is no window."),
        _("Use two times of day, such as 00:00-06:00 or 22:00-04:30."),
    )


def share(said: Said) -> float | None:
    """The part of the whole, 0 to 1, that `50 %` or 0.5 says; None where nothing is said."""
    value = said.value
    found = re.fullmatch(_SHARE, mend(value)) if isinstance(value, str) else None
    part = float(found[1]) / 100 if found else value
    if part is None:
        return None
    if isinstance(part, bool) or not isinstance(part, int | float) or not 0 <= part <= 1:
        raise refused(said, _("{path}: {key}: {value!r} is no share."), _("Use 0 % to 100 %, such as 50 % or 0.5."))
    return float(part)


def place(said: Said) -> str | None:
    """A path from the root, as it is; None where nothing is said."""
    written = line(said)
    if written is None:
        return None
    if not written.startswith("/"):
        raise refused(
            said, _("{path}: {key} names {value!r}, which depends on the folder."), _("Write the whole path.")
        )
    check_normalised(said)
    return written


def folder(said: Said) -> str | None:
    """A path from the root, and not the root itself; None where nothing is said."""
    found = place(said)
    if found == "/":
        raise refused(said, _("{path}: {key} cannot be {value!r}."), _("Name a folder of its own."))
    return found


def check_normalised(said: Said) -> None:
    """Raise InvalidInput for a path with . and .. in it, with two slashes or one at its end."""
    plain = posixpath.normpath(said.value).replace("//", "/", 1)
    if plain != said.value:
        raise refused(
            said, _("{path}: {key} names {value!r} in a roundabout way."), _("Write it as {plain}.").format(plain=plain)
        )


def is_inside(one: str, other: str) -> bool:
    """Whether the path is the other, or lies somewhere in it."""
    return one == other or one.startswith(f"{other.rstrip('/')}/")
