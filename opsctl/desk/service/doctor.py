"""Everything that `doctor` looks at, one finding each; whatever is wrong with one, the others are still looked at."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opsctl.cli.hostfile import HostFile
from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules.doctor import Finding
from opsctl.desk.service import doctor_backups as backups
from opsctl.desk.service import doctor_host as host
from opsctl.desk.service.doctor_database import Database

if TYPE_CHECKING:
    from opsctl.cli.context import Context


def look(context: "Context") -> list[Finding]:
    """Every finding here and now, in the order in which they are shown. Writes nothing, raises nothing of it."""
    host_file = _one("host-file", lambda: host.host_file(context))
    is_blind = host_file.needs_attention
    if is_blind:
        # All commands refuse to work with it; doctor goes on as if it said nothing.
        context.host_file = HostFile()
    database = Database(context, is_blind=is_blind)
    return [
        _one("version", host.versions),
        host_file,
        *_several("database", database.findings),
        _one("clock", database.clock),
        _one("clock-sync", host.clock_sync),
        _one("zones", lambda: host.zones(context, database.zone)),
        _one("zone-data", host.zone_data),
        _one("language", lambda: host.language(context)),
        *_several("checks", lambda: host.checks(context, database.silent, is_blind=is_blind)),
        *_several("backups", lambda: backups.findings(context, database.policies)),
        _one("editor", host.editor),
        _one("completions", host.completions),
    ]


def zone_and_editor(findings: Iterable[Finding]) -> tuple[str, str | None]:
    """In which zone to show what was found, UTC where none is known; and an editor, if there is one."""
    details = {one.name: one.details for one in findings}
    return details["zones"].get("reader") or "UTC", details["editor"].get("program")


def _one(name: str, find: Callable[[], Finding]) -> Finding:
    return _several(name, lambda: [find()])[0]


def _several(name: str, find: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings; after them one of that name where an error has ended them."""
    found: list[Finding] = []
    try:
        found.extend(find())
    except Exception as error:  # it stands in the finding; the others are looked at all the same
        found.append(rules.failed(name, error))
    return found
