"""The formats a report can be drawn in, and which one the name of a file asks for."""

from enum import StrEnum
from pathlib import PurePath

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import LONGEST_PATH, excerpt


class Format(StrEnum):
    """What `--format` takes, in the order in which it is listed."""

    TABLE = "table"
    PLAIN = "plain"
    MARKDOWN = "md"
    CSV = "csv"
    JSON = "json"


_ENDINGS = {".md": Format.MARKDOWN, ".csv": Format.CSV, ".json": Format.JSON, ".txt": Format.PLAIN}


def format_of_ending(path: str) -> Format:
    """The format that the ending of `path` asks for, in small or capital letters.

    Raise InvalidInput, naming the endings that are known, if it is none of them.
    """
    ending = PurePath(path).suffix
    try:
        return _ENDINGS[ending.lower()]
    except KeyError:
        hint = _("Use a name that ends in {endings}.").format(endings=series(_ENDINGS))
        if ending:
            raise InvalidInput(_("No format has the ending {ending!r}.").format(ending=excerpt(ending)), hint) from None
        named = excerpt(path, LONGEST_PATH)
        raise InvalidInput(_("The file name {path!r} has no ending.").format(path=named), hint) from None
