"""What stands at a key of the host file, read as what it has to be; every error names file, key and what was found."""

from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.times import read_duration
from opsctl.core.typed import LONGEST_PATH, excerpt, nearest, read_handle


class Said(NamedTuple):
    """What the file `path` says at `key`: `value` as TOML has it, None where it says nothing."""

    path: Path
    key: str
    value: Any

    def at(self, name: str) -> "Said":
        """What stands below, in a table, under that name."""
        return Said(self.path, f"{self.key}.{name}" if self.key else name, self.value.get(name))

    def each(self) -> list["Said"]:
        """What stands below: in a table by name, in a list by its place, counted from 1."""
        if isinstance(self.value, dict):
            return [self.at(name) for name in self.value]
        return [Said(self.path, f"{self.key}[{place}]", one) for place, one in enumerate(self.value, 1)]


def refused(said: Said, sentence: str, hint: str) -> InvalidInput:
    """The error with that sentence, which may name `{path}`, `{key}` and `{value!r}`."""
    return InvalidInput(sentence.format(path=said.path, key=excerpt(said.key, LONGEST_PATH), value=said.value), hint)


def table(said: Said, allowed: tuple[str, ...] = ()) -> Said:
    """The same, now known to be a table that holds keys of `allowed` only; of any names where none are given."""
    if not isinstance(said.value, dict):
        raise refused(
            said, _("{path}: {key} must be a table, not {value!r}."), _("Write the table's name in square brackets.")
        )
    if allowed:
        known(said, allowed)
    return said


def known(said: Said, allowed: tuple[str, ...]) -> None:
    """Raise InvalidInput for a key that is not of those, with the one that was probably meant."""
    for name in said.value:
        if name not in allowed:
            near = nearest(name, allowed, 1)
            raise refused(
                said.at(name),
                _("{path}: there is no key {key}."),
                _("Did you mean {words}?").format(words=near[0])
                if near
                else _("Allowed here: {words}.").format(words=series(allowed)),
            )


def text(said: Said) -> str | None:
    """The text, None where nothing is said."""
    if said.value is not None and (not isinstance(said.value, str) or not said.value.strip()):
        raise refused(said, _("{path}: {key} must be text, not {value!r}."), _("Put it in quotation marks."))
    value: str | None = said.value
    return value


def handle(said: Said) -> str:
    """The text as a handle, mended."""
    written = text(said) or ""
    try:
        return read_handle(written)
    except InvalidInput as error:
        raise InvalidInput(f"{said.path}: {said.key}: {error.message}", error.hint) from None


def command(said: Said) -> tuple[str, ...]:
    """The program and its arguments. A path has to be whole: what is run must not depend on where it is typed."""
    value = said.value
    texts = isinstance(value, list) and all(isinstance(word, str) and "\0" not in word for word in value)
    if not texts or not value or not value[0].strip():
        raise refused(
            said,
            _("{path}: {key} must be a list of texts, the program first, not {value!r}."),
            _('Like: command = ["/usr/lib/nagios/plugins/check_load", "-r"]'),
        )
    if "/" in value[0] and not value[0].startswith("/"):
        raise InvalidInput(
            _("{path}: {key} names {program!r}, which depends on the folder.").format(
                path=said.path, key=said.key, program=value[0]
            ),
            _("Write the whole path, or a name that is found in PATH."),
        )
    return tuple(value)


def length(said: Said, *, longest: timedelta, most: str) -> timedelta | None:
    """The duration, more than nothing and at most `longest`, which people call `most`; None where nothing is said."""
    written = text(said)
    if written is None:
        return None
    try:
        found = read_duration(written)
    except InvalidInput as error:
        raise InvalidInput(f"{said.path}: {said.key}: {error.message}", error.hint) from None
    if not timedelta(0) < found <= longest:
        raise InvalidInput(
            _("{path}: {key} must be more than nothing and at most {most}, not {value!r}.").format(
                path=said.path, key=said.key, most=most, value=said.value
            ),
            _("Use a duration between them, such as {most}.").format(most=most),
        )
    return found
