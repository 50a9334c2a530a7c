"""Bytes of a file, or of standard input, become text."""

import codecs
import sys
from pathlib import Path

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _

# What workbooks, archives and printed pages begin with.
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF", b"\x89PNG")


def read_bytes(source: Path | str, *, name: str) -> bytes:
    """All bytes of the file, or of standard input for `-`; `name` is what errors call it.

    Raise NotFound if there is no such file, InvalidInput if it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if str(source) == "-" else Path(source).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(_("There is no file {name}.").format(name=name), _("Check the path.")) from error
    except IsADirectoryError as error:
        raise InvalidInput(_("{name} is a folder.").format(name=name), _("Name a file in it.")) from error
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInput(
            _("{name} cannot be read: {detail}.").format(name=name, detail=detail), _("Check its permissions.")
        ) from error


def decode(data: bytes, *, name: str) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark UTF-8 or UTF-16, else UTF-8, else GB18030.

    Raise InvalidInput, naming the byte, if it is none of these.
    """
    if data.startswith(_NO_TEXT):
        raise _no_text(name)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return _checked(data.decode("utf-16"), name), "UTF-16"
        except UnicodeDecodeError as error:
            raise InvalidInput(
                _("{name} is marked as UTF-16 and breaks at byte {offset}.").format(name=name, offset=error.start),
                _resave_hint(),
            ) from error
    if b"\x00" in data:
        raise _no_text(name)
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        # The decoder counts from behind the mark.
        broken_utf8 = error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
    try:
        return data.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("{name} is neither UTF-8 (it breaks at byte {utf8}) nor GB18030 (at byte {gb18030}).").format(
                name=name, utf8=broken_utf8, gb18030=error.start
            ),
            _resave_hint(),
        ) from error


def _checked(text: str, name: str) -> str:
    if "\x00" in text:
        raise _no_text(name)
    return text


def _no_text(name: str) -> InvalidInput:
    return InvalidInput(_("{name} is not a text file.").format(name=name), _resave_hint())


def _resave_hint() -> str:
    return _("Save it as CSV in UTF-8 in the program it came from.")
