"""The faults of a database, in words: what `sqlite` and `postgres` make of their driver's errors."""

from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, Unavailable
from opsctl.core.texts import _
from opsctl.core.typed import LONGEST_PATH, excerpt


def no_text() -> InvalidInput:
    """Bytes that are no letters came from the command line; no database takes them."""
    return InvalidInput(
        _("A word of the command line holds bytes that are not UTF-8."), _("Type it again; nothing was changed.")
    )


def busy() -> Unavailable:
    """Others held the database longer than we wait."""
    return Unavailable(_("The database is busy; nothing was saved."), _("Try again in a moment."))


def read_only() -> Unavailable:
    """The file, its folder or the transaction may not be written."""
    return Unavailable(
        _("The database is read-only; nothing was saved."),
        _("Check the owner and mode of the file and its folder, and that the disk is not mounted read-only."),
    )


def full() -> Unavailable:
    """No room is left."""
    return Unavailable(_("The disk of the database is full; nothing was saved."), _("Free some space and try again."))


def input_output() -> Unavailable:
    """The disk answered with an error."""
    return Unavailable(
        _("The disk of the database reports an error; nothing was saved."),
        _("Check the disk, then run: opsctl ledger verify"),
    )


def damaged(target: str) -> Unavailable:
    """The file is no SQLite database, or a broken one."""
    return Unavailable(
        _("{target} is damaged or is no database of opsctl.").format(target=excerpt(target, LONGEST_PATH)),
        _("Name another file with --db, or restore this one from a backup."),
    )


def wrong_encoding(target: str, encoding: str) -> Unavailable:
    """The database cannot hold Chinese."""
    return Unavailable(
        _("{target} is encoded in {encoding}; opsctl needs UTF-8.").format(target=target, encoding=encoding),
        _("Make another with: createdb --encoding UTF8 --template template0 NAME"),
    )


def not_initialised(target: str) -> Unavailable:
    """There is no database of ours where one was looked for."""
    return Unavailable(
        _("There is no opsctl database at {target}.").format(target=excerpt(target, LONGEST_PATH)),
        _("Make one with: opsctl init   or try the sample company: opsctl demo"),
    )


def unreachable(target: str, reason: str) -> Unavailable:
    """The server does not answer."""
    return Unavailable(
        _("The database {target} cannot be reached: {reason}").format(
            target=excerpt(target, LONGEST_PATH), reason=excerpt(reason, LONGEST_PATH)
        ),
        _("Check the address, the network and the server."),
    )


def refused() -> Conflict:
    """A guard of the ledger or a constraint of a table said no."""
    return Conflict(
        _("The database refused the change; nothing was saved."),
        _("Look at the record again, then run: opsctl ledger verify"),
    )


def newer_schema(found: str, known: str) -> Conflict:
    """The database was written by a later opsctl."""
    return Conflict(
        _("The database has schema {found}; this opsctl knows only up to {known}.").format(found=found, known=known),
        _("Install the opsctl that the others use. Nothing was changed."),
    )


def older_schema(found: str, known: str) -> Conflict:
    """The database was not upgraded after opsctl was."""
    return Conflict(
        _("The database has schema {found}; this opsctl needs {known}.").format(found=found, known=known),
        _("Bring it up to date with: opsctl db upgrade"),
    )


def not_permitted(reason: str) -> NotAllowed:
    """The login lacks a privilege in the database."""
    return NotAllowed(
        _("The database does not allow this login to do that: {reason}").format(reason=reason),
        _("Ask the administrator of the database."),
    )
