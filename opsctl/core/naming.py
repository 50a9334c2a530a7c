"""Finding what somebody names: by handle or whole name to write, by a part that is unique to read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import mend, nearest

Names = Mapping[str, tuple[str, ...]]
"""Every handle with the other names of what it names."""
_SHOWN = 8
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Told:
    """What is said where nothing, or more than one, is meant: sentences with `{word}` and, of several, `{handles}`."""

    unknown: str
    hint: str
    several: str


def exact(word: str, names: Names) -> str | None:
    """The handle that is named whole: by itself, however it was typed, or by a name that is nothing else's."""
    handle = mend(word).casefold()
    return handle if handle in names else _unique(names).get(word.strip())


def by_part(word: str, names: Names, told: Told) -> str:
    """The handle of the only one with a name that holds `word`. Raise NotFound, or InvalidInput if it fits several."""
    part = word.strip().casefold()
    fitting = [handle for handle, others in names.items() if part and _holds((handle, *others), part)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = series(sorted(fitting)[:_SHOWN])
        raise InvalidInput(told.several.format(word=word[:_LONGEST], handles=shown), _("Use a handle."))
    raise unknown(word, names, told)


def unknown(word: str, names: Names, told: Told) -> NotFound:
    """The error for a word that names nothing, offering the nearest."""
    near = near_handles(word, names)
    hint = _("Did you mean {words}?").format(words=series(near)) if near else told.hint
    return NotFound(told.unknown.format(word=word[:_LONGEST]), hint)


def near_handles(word: str, names: Names) -> list[str]:
    """The handles that may have been meant, the likeliest first."""
    meant = {name: handle for handle, others in names.items() for name in others}
    return list(dict.fromkeys(meant.get(name, name) for name in nearest(word, [*names, *meant])))


def whole_names(names: Names) -> dict[str, str]:
    """Every handle, and every other name that is one's alone, to the handle it means; for a file with many names."""
    return {**_unique(names), **{handle: handle for handle in names}}


def _unique(names: Names) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for handle, others in names.items():
        for name in others:
            owners.setdefault(name, set()).add(handle)
    return {name: min(handles) for name, handles in owners.items() if len(handles) == 1}


def _holds(names: tuple[str, ...], part: str) -> bool:
    return any(part in name.casefold() for name in names)
