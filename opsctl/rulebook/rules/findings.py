"""What is wrong with a file, collected: each finding names the key, what was found and what is allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, nearest, read_handle, read_title


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one key of a file: a sentence, and what is allowed or to be done."""

    key: str
    message: str
    hint: str = ""


class Unreadable(Exception):
    """A value was not understood; it is among the errors already."""


class Findings:
    """The errors and warnings about one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []

    def wrong(self, key: str, found: Any, must: str, hint: str = "") -> Unreadable:
        """Note a value that is not what it must be. Return what is to be raised where that ends the reading of it."""
        message = _("{file}: {key} is {found}.").format(file=self.file, key=excerpt(key), found=shown(found))
        return self.error(
            key, message, " ".join(part for part in (_("It must be {must}.").format(must=must), hint) if part)
        )

    def missing(self, key: str, must: str) -> Unreadable:
        """Note a key that has to be there."""
        message = _("{file}: {key} is missing.").format(file=self.file, key=excerpt(key))
        return self.error(key, message, _("It must be {must}.").format(must=must))

    def unknown(self, key: str, word: str, known: Iterable[str], shown: Iterable[str] = ()) -> Unreadable:
        """Note a key, or a name in it, that is none of the known ones; `shown` stand for them where they are many."""
        message = _("{file}: {key} is not known.").format(file=self.file, key=excerpt(key))
        return self.error(key, message, allowed(word, known, shown))

    def error(self, key: str, message: str, hint: str) -> Unreadable:
        """Note any other error; `message` names the file and the key."""
        self.errors.append(Finding(key, message, hint))
        return Unreadable(message)

    def warn(self, key: str, message: str, hint: str = "") -> None:
        """Note something that is allowed and perhaps not meant."""
        self.warnings.append(Finding(key, message, hint))

    def table(self, found: Any, key: str) -> dict[str, Any]:
        """The table under a key. Raise Unreadable if it is none."""
        if not isinstance(found, dict):
            raise self.wrong(key, found, _("a table"))
        return found

    def known_keys(self, table: Mapping[str, Any], key: str, known: Iterable[str]) -> None:
        """Note every key of a table that is none of the known ones."""
        known = list(known)
        for name in table:
            if name not in known:
                self.unknown(f"{key}.{name}" if key else name, name, known)

    def word(self, found: Any, key: str, known: Iterable[str]) -> str:
        """One of the known words. Raise Unreadable for anything else."""
        known = list(known)
        if not isinstance(found, str) or found.strip().casefold() not in known:
            near = nearest(found, known, 1) if isinstance(found, str) else []
            hint = _("Did you mean {names}?").format(names=near[0]) if near else ""
            raise self.wrong(key, found, _("one of {names}").format(names=series(known)), hint)
        return found.strip().casefold()

    def flag(self, found: Any, key: str) -> bool:
        """True or false. Raise Unreadable for anything else."""
        if not isinstance(found, bool):
            raise self.wrong(key, found, _("true or false"))
        return found

    def text(self, found: Any, key: str, must: str) -> str:
        """One line of words, cleaned. Raise Unreadable for anything else."""
        if not isinstance(found, str):
            raise self.wrong(key, found, must)
        try:
            return read_title(found)
        except InvalidInput as error:
            raise self.wrong(key, found, must, error.message) from error

    def handle(self, found: str, key: str) -> str:
        """A short name to type. Raise Unreadable for anything else."""
        try:
            return read_handle(found)
        except InvalidInput as error:
            raise self.error(key, f"{self.file}: {key}: {error.message}", error.hint) from error

    def words(self, found: Any, key: str) -> dict[str, str]:
        """A name in both languages: a table of `en` and `zh`, or one text for both. Raise Unreadable otherwise."""
        must = _("a text, or both languages: {example}").format(example='{ en = "…", zh = "…" }')
        if isinstance(found, str):
            text = self.text(found, key, must)
            return {"en": text, "zh": text}
        if not isinstance(found, dict) or not found:
            raise self.wrong(key, found, must)
        self.known_keys(found, key, ("en", "zh"))
        said = {name: self.text(found[name], f"{key}.{name}", _("a text")) for name in ("en", "zh") if name in found}
        if not said:
            raise Unreadable(key)
        return {"en": said.get("en", said.get("zh", "")), "zh": said.get("zh", said.get("en", ""))}


def shown(found: Any) -> str:
    """A value of a file as its file would write it, short."""
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, date):
        return found.isoformat()
    return excerpt(repr(found))


def allowed(word: str, known: Iterable[str], shown: Iterable[str] = ()) -> str:
    """What is allowed and, before it, what `word` may have meant; `shown` stand for the known ones if there are any."""
    known = list(known)
    everything = _("Allowed: {names}.").format(names=series(list(shown) or known))
    near = nearest(word, known)
    return f"{_('Did you mean {names}?').format(names=', '.join(near))} {everything}" if near else everything
