"""Who acts. Every write asks, so only the rows of persons are loaded here."""

from sqlmodel import Session, func, or_, select

from opsctl.core.errors import NotAllowed
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.people.tables.persons import PersonRow


def identify(session: Session, name: str) -> str:
    """The handle of the person who acts under that login or handle; the name itself while nobody is recorded.

    Raise NotAllowed for a name that is nobody's once the first person is recorded, and for a person who is retired.
    """
    known = mend(name).casefold()
    # Somebody, whoever it is, comes back with the wanted one: nothing at all means that nobody is recorded.
    somebody = select(func.min(PersonRow.handle)).scalar_subquery()
    query = select(PersonRow.handle, PersonRow.login, PersonRow.retired_at).where(
        or_(PersonRow.login == known, PersonRow.handle == known, PersonRow.handle == somebody)
    )
    found = session.exec(query).all()
    if not found:
        return name
    for handle, login, retired_at in found:
        if known in (handle, login):
            if retired_at is not None:
                raise NotAllowed(
                    _("{person} is retired and writes nothing more.").format(person=handle),
                    _("Act as somebody else with --as PERSON, under a login of their own on PostgreSQL."),
                )
            return handle
    raise NotAllowed(
        _("Nobody here has the login or handle {name!r}.").format(name=excerpt(name)),
        _("Act as a person with --as, or let one type: opsctl person add HANDLE --login {name}").format(
            name=excerpt(name)
        ),
    )
