"""Whose a duty is: plain queries that load no table's class."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, column, exists, or_, select, table, text, true
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.duties.service import rows

_ASSET = table("asset", column("handle"), column("owner"))
_POSTS = text(
    "SELECT person, post FROM person_post JOIN person ON person.handle = person_post.person"
    " WHERE person.retired_at IS NULL AND (since IS NULL OR since <= :now) AND (until IS NULL OR until > :now)"
).bindparams(bindparam("now", type_=UTCDateTime()))
_ANYBODY = text("SELECT 1 FROM person LIMIT 1")


def of_person(session: Session, *, person: str, now: datetime) -> Any:
    """The condition that an occurrence is that person's at that moment; none while nobody is recorded.

    `post:` is theirs if they hold it, `role:` also where nobody holds a post of that name, `asset-owner` if the asset
    is theirs.
    """
    columns = rows.TABLE.c
    if session.connection().execute(_ANYBODY).first() is None:
        return true()
    held = session.connection().execute(_POSTS, {"now": now}).all()
    ours = sorted({post for handle, post in held if handle == person})
    others = sorted({post for _handle, post in held} - set(ours))
    named = [f"person:{person}", *(f"{kind}:{post}" for post in ours for kind in ("post", "role"))]
    owned = exists(select(_ASSET.c.handle).where(_ASSET.c.handle == columns.about, _ASSET.c.owner == person))
    of_role = and_(columns.owner.like("role:%"), columns.owner.not_in([f"role:{post}" for post in others]))
    return or_(columns.owner.in_(named), of_role, and_(columns.owner == "asset-owner", owned))
