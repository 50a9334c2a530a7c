"""Who acts. Every write asks, so it is one plain query that loads no table's class."""

from sqlalchemy import text
from sqlmodel import Session

from opsctl.core.errors import NotAllowed
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend

# Somebody, whoever it is, comes back with the wanted one: nothing at all means that nobody is recorded.
_ACTING = text(
    "SELECT handle, login, retired_at IS NOT NULL FROM person"
    " WHERE login = :name OR handle = :name OR handle = (SELECT min(handle) FROM person)"
)

_LOGIN = text("SELECT login FROM person WHERE handle = :handle")


def identify(session: Session, name: str) -> str:
    """The handle of the person who acts under that login or handle; the name itself while nobody is recorded.

    Raise NotAllowed for a name that is nobody's once the first person is recorded, and for a person who is retired.
    """
    known = mend(name).casefold()
    found = session.connection().execute(_ACTING, {"name": known}).all()
    if not found:
        return name
    for handle, login, retired in found:
        if known in (handle, login):
            if retired:
                raise NotAllowed(
                    _("{person} is retired and writes nothing more.").format(person=handle),
                    _("Act as somebody else with --as PERSON, under a login of their own on PostgreSQL."),
                )
            return str(handle)
    raise NotAllowed(
        _("Nobody here has the login or handle {name!r}.").format(name=excerpt(name)),
        _("Act as a person with --as, or let one type: opsctl person add HANDLE --login {name}").format(
            name=excerpt(name)
        ),
    )


def names_of_one(session: Session, name: str) -> tuple[str, ...]:
    """The names by which records know whoever `identify` called that: that name, and the login of the person.

    What somebody recorded before they were a person themselves stands under their login.
    """
    login = session.connection().execute(_LOGIN, {"handle": name}).scalar()
    return (name,) if login is None or login == name else (name, str(login))
