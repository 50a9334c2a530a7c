"""A tar stream, looked at while it passes: every member with the SHA-256 of its content, in one go.

Pax archives as GNU tar writes them (POSIX.1-2001 pax, "Extended Headers"; sparse files in version 1.0 of the GNU tar
manual, "PAX Format, Version 1.0"). Nothing is copied, and no more is kept than the header of one member.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_BLOCK = 512
_MOST_HEADER = 16 * 1024 * 1024
_ZEROS = memoryview(bytes(1024 * 1024))
_EMPTY = bytes(_BLOCK)
_EMPTY_DIGEST = hashlib.sha256().hexdigest()


class Kind(StrEnum):
    """What a member is."""

    FILE = "file"
    HARD_LINK = "hard-link"
    LINK = "link"
    FOLDER = "folder"
    DEVICE = "device"
    PIPE = "pipe"


_KINDS = {
    b"0": Kind.FILE, b"\0": Kind.FILE, b"7": Kind.FILE, b"1": Kind.HARD_LINK, b"2": Kind.LINK, b"3": Kind.DEVICE,
    b"4": Kind.DEVICE, b"5": Kind.FOLDER, b"6": Kind.PIPE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One member: `mtime` in seconds since 1970, `sha256` of a file's content (holes are zeros), `link` where to."""

    path: bytes
    kind: Kind
    size: int
    mtime: int
    mode: int
    sha256: str | None = None
    link: bytes | None = None


class NoTar(Exception):
    """The stream is no tar archive of ours, or a name in it leads out of its folder."""


class _Taker(Protocol):
    def take(self, block: memoryview) -> None: ...
    def end(self) -> None: ...


class Walk:
    """Takes a stream block by block and tells of each member once it has passed. Raises NoTar."""

    def __init__(self, on_member: Callable[[Member], None]) -> None:
        self.is_ended = False
        self._on_member = on_member
        self._header = bytearray()
        self._left = 0
        self._padding = 0
        self._taker: _Taker | None = None
        self._extended: dict[bytes, bytes] = {}
        self._global: dict[bytes, bytes] = {}

    def take(self, block: memoryview) -> None:
        """Look at the next bytes."""
        at, end = 0, len(block)
        while at < end and not self.is_ended:
            if self._left:
                taken = min(self._left, end - at)
                if self._taker is not None:
                    self._taker.take(block[at : at + taken])
                self._left -= taken
                if not self._left:
                    self._end_data()
            elif self._padding:
                taken = min(self._padding, end - at)
                self._padding -= taken
            else:
                taken = min(_BLOCK - len(self._header), end - at)
                self._header += block[at : at + taken]
                if len(self._header) == _BLOCK:
                    header = bytes(self._header)
                    self._header.clear()
                    self._read(header)
            at += taken

    def _end_data(self) -> None:
        taker, self._taker = self._taker, None
        if taker is not None:
            taker.end()

    def _read(self, header: bytes) -> None:
        if header == _EMPTY:
            self.is_ended = True
            return
        if sum(header) - sum(header[148:156]) + 8 * 32 != _number(header[148:156]):
            raise NoTar("the checksum of a header is wrong")
        sign = header[156:157]
        if sign in b"xg":
            self._expect(_number(header[124:136]), _Extended(self._extended if sign == b"x" else self._global))
            return
        kind = _KINDS.get(sign)
        if kind is None:
            raise NoTar(f"a member of type {sign!r}")
        said = {**self._global, **self._extended} if self._global else dict(self._extended)
        self._extended.clear()
        try:
            self._begin(header, kind, said)
        except ValueError:
            raise NoTar("an extended header cannot be read") from None

    def _begin(self, header: bytes, kind: Kind, said: dict[bytes, bytes]) -> None:
        stored = int(said[b"size"]) if b"size" in said else _number(header[124:136])
        path = said.get(b"GNU.sparse.name") or said.get(b"path") or _name(header)
        link = said.get(b"linkpath") or _text(header[157:257])
        mtime = _whole_seconds(said[b"mtime"]) if b"mtime" in said else _number(header[136:148])
        path = path.rstrip(b"/") or b"."
        if leaves(path) or (kind is Kind.HARD_LINK and leaves(link)):
            raise NoTar(f"{path!r} leads out of the folder")
        member = Member(path, kind, 0, mtime, _number(header[100:108]) & 0o7777, link=link or None)
        if kind is not Kind.FILE:
            self._on_member(member)
        elif b"GNU.sparse.realsize" in said:
            self._expect(stored, _Sparse(member, int(said[b"GNU.sparse.realsize"]), self._on_member))
        elif stored:
            self._expect(stored, _Content(member, stored, self._on_member))
        else:
            self._on_member(_with(member, 0, _EMPTY_DIGEST))

    def _expect(self, size: int, taker: _Taker) -> None:
        if size < 0 or (isinstance(taker, _Extended) and size > _MOST_HEADER):
            raise NoTar("the size of a member is wrong")
        self._left, self._padding, self._taker = size, -size % _BLOCK, taker
        if not size:
            self._end_data()


class _Extended:
    """The records of an extended header, read into a dictionary."""

    def __init__(self, into: dict[bytes, bytes]) -> None:
        self._into = into
        self._bytes = bytearray()

    def take(self, block: memoryview) -> None:
        self._bytes += block

    def end(self) -> None:
        rest = bytes(self._bytes)
        while rest:
            length, sign, _text_of_it = rest[:24].partition(b" ")
            if not sign or not length.isdigit() or not len(length) + 1 < int(length) <= len(rest):
                raise NoTar("an extended header cannot be read")
            name, _sign, value = rest[len(length) + 1 : int(length) - 1].partition(b"=")
            self._into[name] = value
            rest = rest[int(length) :]


class _Content:
    """The content of a file."""

    def __init__(self, member: Member, size: int, on_member: Callable[[Member], None]) -> None:
        self._member, self._size, self._on_member = member, size, on_member
        self._digest = hashlib.sha256()
        self.take = self._digest.update

    def end(self) -> None:
        self._on_member(_with(self._member, self._size, self._digest.hexdigest()))


class _Sparse:
    """A file with holes: first a map of its parts, then the parts."""

    def __init__(self, member: Member, size: int, on_member: Callable[[Member], None]) -> None:
        self._member, self._size, self._on_member = member, size, on_member
        self._digest = hashlib.sha256()
        self._map = bytearray()
        self._parts: list[tuple[int, int]] | None = None
        self._at = 0
        self._part = 0

    def take(self, block: memoryview) -> None:
        while block and self._parts is None:
            taken = _BLOCK - len(self._map) % _BLOCK
            self._map += block[:taken]
            block = block[taken:]
            if len(self._map) % _BLOCK == 0:
                self._read_map()
        while block and self._parts is not None:
            if self._part == len(self._parts):
                raise NoTar("a file with holes has more parts than its map")
            offset, size = self._parts[self._part]
            self._add_zeros(offset - self._at)
            piece = block[: offset + size - self._at]
            self._digest.update(piece)
            self._at += len(piece)
            block = block[len(piece) :]
            self._skip_ended()

    def end(self) -> None:
        self._add_zeros(self._size - self._at)
        self._on_member(_with(self._member, self._size, self._digest.hexdigest()))

    def _read_map(self) -> None:
        """Read it, as soon as all its lines are there: how many parts, then where each begins and its size."""
        first, sign, _rest = bytes(self._map[:24]).partition(b"\n")
        if not sign or not first.isdigit():
            raise NoTar("the map of a file with holes cannot be read")
        if self._map.count(b"\n") < 1 + 2 * int(first):
            if len(self._map) > _MOST_HEADER:
                raise NoTar("the map of a file with holes is too long")
            return
        numbers = [int(number) for number in bytes(self._map).split(b"\n")[1 : 1 + 2 * int(first)]]
        self._parts = list(zip(numbers[::2], numbers[1::2], strict=True))
        self._skip_ended()

    def _skip_ended(self) -> None:
        while self._parts is not None and self._part < len(self._parts):
            offset, size = self._parts[self._part]
            if self._at < offset + size and size:
                return
            self._part += 1

    def _add_zeros(self, count: int) -> None:
        if count < 0:
            raise NoTar("the parts of a file with holes overlap")
        self._at += count
        while count:
            piece = _ZEROS[:count]
            self._digest.update(piece)
            count -= len(piece)


def leaves(path: bytes) -> bool:
    """Whether a name leads out of the folder that it is unpacked into."""
    return path.startswith(b"/") or b".." in path.split(b"/") or b"\0" in path


def _with(member: Member, size: int, sha256: str) -> Member:
    return Member(member.path, member.kind, size, member.mtime, member.mode, sha256, None)


def _name(header: bytes) -> bytes:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int:
    """Octal digits; where they do not suffice, two's complement behind a set first bit. Raise NoTar for neither."""
    if field[0] & 0x80:
        number = int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
        return number - (1 << 8 * len(field) - 1) if field[0] == 0xFF else number
    digits = field.strip(b" \0")
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        raise NoTar(f"{field!r} is no number") from None


def _whole_seconds(text: bytes) -> int:
    whole, _sign, fraction = text.partition(b".")
    return int(whole) - (whole.startswith(b"-") and bool(fraction.strip(b"0")))
