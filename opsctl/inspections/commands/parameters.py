"""Options and arguments that several verbs of rounds take, and how their values are read."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _
from opsctl.core.typed import excerpt

if TYPE_CHECKING:
    from opsctl.cli.context import Context

_BLOCK = 1 << 20
_LARGEST = 100 << 20
_LONGEST_NAME = 200

Name = Annotated[
    str | None,
    Argument(
        metavar="[CHECKLIST]", help=_("A checklist or route, by name or whole title. Without: the one round due to me.")
    ),
]
Asset = Annotated[str | None, Option("--asset", metavar="ASSET", help=_("The asset that is looked at."))]
References = Annotated[
    list[str], Argument(metavar="REF …", help=_("INS-2026-0042, or 42 for this year's; - reads them from stdin."))
]
Reference = Annotated[str, Argument(metavar="REF", help=_("INS-2026-0042, or 42 for this year's."))]
Reason = Annotated[str, Option("--reason", metavar="TEXT", help=_("Why it was wrong."))]


def asked_zone(context: "Context") -> str | None:
    """The zone that was asked for, else that of the host file; None leaves it to the database."""
    return context.asked_zone or context.host_file.timezone


def file_of(path: str) -> dict[str, str]:
    """The name of a photo or file and the SHA-256 of its bytes. Raise NotFound or InvalidInput if it cannot be read."""
    import hashlib

    digest = hashlib.sha256()
    try:
        place = Path(path).expanduser()
        with place.open("rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise InvalidInput(_("{path} is not a file.").format(path=excerpt(path)), _("Name a picture or file."))
            if found.st_size > _LARGEST:
                raise InvalidInput(
                    _("{path} is larger than 100 MB.").format(path=excerpt(path)), _("Give a smaller picture.")
                )
            if found.st_size == 0:
                raise InvalidInput(_("{path} is empty.").format(path=excerpt(path)), _("Name a picture or file."))
            while block := stream.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        raise NotFound(_("There is no file {path}.").format(path=excerpt(path)), _("Check the path.")) from None
    except (OSError, ValueError, RuntimeError) as error:  # the last: the home of a user who does not exist
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput(
            _("{path} cannot be read: {reason}").format(path=excerpt(path), reason=reason),
            _("Check the path, and that you may read it."),
        ) from None
    # A name may hold what a terminal would obey, or bytes that are no letters.
    return {"file": excerpt(place.name, _LONGEST_NAME) or "-", "digest": digest.hexdigest()}


def photos_of(given: list[str] | None) -> dict[str, dict[str, str]]:
    """The files of `--photo ITEM=FILE`, by item. Raise InvalidInput for anything else."""
    photos: dict[str, dict[str, str]] = {}
    for said in given or []:
        item, sign, path = said.replace("＝", "=").partition("=")
        if not sign or not path.strip() or not item.strip():
            raise InvalidInput(
                _("{text!r} names no item and file.").format(text=excerpt(said)), _("Like: --photo rack=rack3.jpg")
            )
        if item.strip() in photos:
            raise InvalidInput(
                _("{item} is given two pictures.").format(item=excerpt(item)), _("Keep one of the two.")
            )
        photos[item.strip()] = file_of(path.strip())
    return photos
