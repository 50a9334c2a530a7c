"""What a room says of its names: where references and handles that people type stand, and what describes them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsctl.cli.rooms import Room


class Source(NamedTuple):
    """One kind of name, for one word in the usage of commands: `INC`, `ASSET`.

    Names stand in the column `key` of `table`, in the order `order`; `title` and `title_zh` say what each names. Those
    of a `prefix` are numbered references: what `first` holds true of comes first, then the newest. `of` narrows the
    names that a verb takes. Where `parts` are given, the names are instead the keys of these parts of the JSON texts
    that `contents` selects; where `words` are given, they are always the same.
    All of it is SQL that a room writes; nothing of it is typed by anybody.
    """

    table: str = ""
    key: str = ""
    title: str = "NULL"
    title_zh: str | None = None
    prefix: str | None = None
    first: str = ""
    order: str = ""
    of: Mapping[str, str] = MappingProxyType({})
    also: tuple[str, ...] = ()
    """Words that stand for a name of this kind: `me`."""
    contents: str = ""
    parts: tuple[str, ...] = ()
    made: tuple[tuple[str, str, str], ...] = ()
    """More names like those of `parts`: what stands before a key, the part, and what its entry has to say for one."""
    words: tuple[str, ...] = ()


def source(room: "Room", word: str) -> Source:
    """What a room says of one of its words."""
    return Source(**room.load(str(room.completes))[word])


def sources(room: "Room") -> Iterator[tuple[str, Source]]:
    """Every word that a room says something of."""
    if room.completes is not None:
        yield from ((word, source(room, word)) for word in room.load(room.completes))
