"""Files of records: JSON, JSON lines or CSV, told by content and never by the name's ending."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.exchange.csv_reader import read_csv
from opsctl.exchange.decoding import decode, read_bytes
from opsctl.exchange.documents import Document
from opsctl.exchange.json_reader import read_json

_LONGEST_SCALAR = 1000


def read_records(source: Path | str, *, name: str, key: str = "", only: Collection[str] = ()) -> Document:
    """The records of a file, or of standard input for `-`, with what had to be left out and why.

    `name` is what errors and remarks call the file. `key` is the member that each record has; it tells a single
    JSON record that holds a list from a list of records in an envelope. `only` names the columns that are needed:
    rows of CSV then hold no others, which is quicker where there are many. Raise NotFound if there is no such file;
    InvalidInput if it cannot be read or decoded, is empty, or holds no list of records.
    """
    text, encoding = decode(read_bytes(source, name=name), name=name)
    content = text.lstrip()
    if not content:
        raise InvalidInput(_("{name} is empty.").format(name=name), _("Name a file that holds records."))
    if content[0] in "[{":
        document = read_json(text, name=name, encoding=encoding, key=key)
    elif _is_scalar(content):
        raise InvalidInput(
            _("{name} is JSON, but holds one value and no records.").format(name=name),
            _("Write a list of objects, or one object a line."),
        )
    else:
        document = read_csv(text, name=name, encoding=encoding, only=only)
    if encoding != "GB18030":
        return document
    remark = _("{name} was read as GB18030, for it is not UTF-8.").format(name=name)
    return replace(document, remarks=(remark, *document.remarks))


def _is_scalar(content: str) -> bool:
    if len(content) > _LONGEST_SCALAR:
        return False
    try:
        json.loads(content)
    except ValueError:
        return False
    return True
