"""opsctl inspect log"""

import io
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _, ended
from opsctl.core.typed import read_title
from opsctl.inspections.commands.parameters import Asset, Name, asked_zone, photos_of

if TYPE_CHECKING:
    from pathlib import Path

    from opsctl.cli.context import Context

app = room_app()
_LARGEST = 1 << 20
_MOST_LEFT = 64


@verb(
    app,
    "log",
    help=_("Log a round that was walked: in one line, or as a pasted sheet. What failed becomes an action."),
    examples=(
        'opsctl inspect log core-network --asset core-sw-1 --item temp=41 --item fans=ok --fail "uplink: CRC errors"',
        "opsctl inspect log -F round.txt",
        "opsctl inspect log server-room --asset room-1 --item temp=23.5 --rest-ok",
    ),
    writes=True,
)
def log(
    checklist: Name = None,
    asset: Asset = None,
    item: Annotated[
        list[str] | None, Option("--item", metavar="ITEM=READING", help=_("What was read; may be given many times."))
    ] = None,
    fail: Annotated[
        list[str] | None, Option("--fail", metavar="'ITEM: SYMPTOM'", help=_("What is wrong; becomes an action."))
    ] = None,
    rest_ok: Annotated[
        bool, Option("--rest-ok", help=_("Every state that is not named is ok; stored as such, by exception."))
    ] = False,
    photo: Annotated[
        list[str] | None, Option("--photo", metavar="ITEM=FILE", help=_("A picture or file; its digest is kept."))
    ] = None,
    file: Annotated[
        str | None, Option("-F", "--file", metavar="FILE", help=_("A sheet with many items, - for stdin."))
    ] = None,
    at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When it was walked; now if not given."))] = None,
    started: Annotated[str | None, Option("--from", metavar="TIME", help=_("When the walk was begun."))] = None,
    challenge: Annotated[
        str | None, Option("--challenge", metavar="TEXT", help=_("What was to be read on the spot."))
    ] = None,
    again: Annotated[bool, Option("--again", help=_("It was walked again, with the same readings."))] = False,
) -> None:
    """Parse, log, say so."""
    typed = {
        "": checklist,
        "--asset": asset,
        "--item": item,
        "--fail": fail,
        "--rest-ok": rest_ok,
        "--photo": photo,
        "--at": at,
        "--from": started,
        "--challenge": challenge,
        "--again": again,
    }
    _log(current(), file, typed)


def _log(context: "Context", file: str | None, typed: Mapping[str, Any]) -> None:
    from opsctl.inspections.service import logging
    from opsctl.inspections.views import told

    # Before anything is refused: what is pasted into a terminal would go to the shell else.
    sheet = None if file is None else _sheet(context, file, typed)
    try:
        found = context.perform(logging.log, sheet=sheet, zone=asked_zone(context), **_read(context, typed))
    except OpsctlError as error:
        if sheet is None or file != "-":
            raise
        raise _kept(error, sheet, typed) from None
    context.emit(told.logged(found, context.now))


def _read(context: "Context", typed: Mapping[str, Any]) -> dict[str, Any]:
    challenge = typed["--challenge"]
    return {
        "checklist": typed[""],
        "asset": typed["--asset"],
        "items": typed["--item"],
        "fails": typed["--fail"],
        "photos": photos_of(typed["--photo"]),
        "rest": typed["--rest-ok"],
        "at": context.moment(typed["--at"]),
        "started": context.moment(typed["--from"]),
        "answered": None if challenge is None else read_title(challenge),
        "again": typed["--again"],
    }


def _sheet(context: "Context", file: str, typed: Mapping[str, Any]) -> str:
    text = _pasted(typed) if file == "-" else context.text_of(file)
    if len(text) > _LARGEST:
        raise InvalidInput(
            _("{file} is longer than a round can be.").format(file=_("The sheet") if file == "-" else file),
            _("Paste one round: a line for each item."),
        )
    return text


def _pasted(typed: Mapping[str, Any]) -> str:
    """What comes from stdin. Raise InvalidInput where it is no UTF-8, having kept its bytes."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    text = sys.stdin.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        # Nor is the rest left to the shell, unless it never ends.
        for _block in range(_MOST_LEFT):
            if not sys.stdin.read(_LARGEST):
                break
        return text
    offset = next((at for at, sign in enumerate(text) if "\udc80" <= sign <= "\udcff"), None)
    if offset is None:
        return text
    line = text.count("\n", 0, offset) + 1
    error = InvalidInput(_("line {line}: What was pasted is not UTF-8.").format(line=line), _("Save it as UTF-8."))
    raise _kept(error, text, typed)


def _kept(error: OpsctlError, sheet: str, typed: Mapping[str, Any]) -> OpsctlError:
    """The error, with where the pasted sheet was put and how it is logged: nothing typed is ever lost."""
    from opsctl.cli.kept import keep

    path = keep("sheet", sheet) if sheet.strip() else None
    if path is None:
        return error
    if "--again" in error.hint:
        again = _("Your sheet is kept: {command}").format(command=_again(path, {**typed, "--again": True}))
    else:
        again = _("Your sheet is kept; mend it and run: {command}").format(command=_again(path, typed))
    hint = ended(error.hint) if error.hint else ""
    return type(error)(error.message, f"{hint} {again}".strip(), moment=error.moment)


def _again(path: "Path", typed: Mapping[str, Any]) -> str:
    import shlex

    words = ["opsctl", "inspect", "log"]
    for option, given in typed.items():
        for value in given if isinstance(given, list) else [given]:
            if value is True:
                words.append(option)
            elif value:
                words += [word for word in (option, value) if word]
    return shlex.join([*words, "-F", str(path)])
