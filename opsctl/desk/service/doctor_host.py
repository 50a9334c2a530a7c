"""What `doctor` looks at on this machine: versions, the host file, zones, language, programs. Nothing is written."""

import locale
import os
import pwd
import shutil
import stat
import sys
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsctl import __version__
from opsctl.cli import hostfile, programs
from opsctl.core import texts, times
from opsctl.core.errors import InvalidInput, NotAllowed, NotFound, OpsctlError
from opsctl.core.machine import machine_zone
from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules.doctor import Details, Finding
from opsctl.desk.service.beginning_host import program
from opsctl.desk.terms import COMPLETION_FILES, EDITORS

if TYPE_CHECKING:
    from opsctl.cli.context import Context

_A_MOMENT = timedelta(seconds=2)


def versions() -> Finding:
    """Which opsctl this is, and which Python runs it."""
    found = program()
    python = ".".join(map(str, sys.version_info[:3]))
    details = {"opsctl": __version__, "python": python, "program": None if found is None else str(found)}
    return rules.judged("version", {**details, "interpreter": sys.executable})


def host_file(context: "Context") -> Finding:
    """Which host file there is, who could write it, and whether it can be read; its content is for `context`."""
    details: Details = {"path": None, "source": _named_by(context), "error": None, "not_read": None}
    details["looked_at"] = [str(path) for path in hostfile.usual_places(os.environ)]
    try:
        path = hostfile.locate(context.chosen.get("config"), os.environ)
        if path is not None:
            details |= {"path": str(path), **_ownership(path)}
            others = [one for one in details["looked_at"] if one != str(path) and Path(one).is_file()]
            details["not_read"] = others[-1] if others else None
            hostfile.read(path)
    except (OpsctlError, OSError, RuntimeError, ValueError) as error:
        return rules.failed("host-file", error, details, reason=_why_refused(error))
    return rules.host_file(details)


def _named_by(context: "Context") -> str | None:
    if context.chosen.get("config"):
        return "flag"
    return "environment" if os.environ.get("OPSCTL_CONFIG") else None


def _why_refused(error: Exception) -> str:
    if isinstance(error, NotFound):
        return "not-there"
    if isinstance(error, NotAllowed):
        return "unsafe"
    return "broken" if isinstance(error, InvalidInput) else "unreadable"


def _ownership(path: Path) -> dict[str, Any]:
    file = path.resolve()
    return {
        **dict(zip(("owner", "mode"), owner_and_mode(file), strict=True)),
        "folder": str(file.parent),
        **dict(zip(("folder_owner", "folder_mode"), owner_and_mode(file.parent), strict=True)),
        "me": user_name(os.geteuid()),
    }


def owner_and_mode(path: Path) -> tuple[str, str]:
    """The owner of a file, by name where there is one, and its mode as `ls` would have it in octal: 0600."""
    found = path.stat()
    return user_name(found.st_uid), f"{stat.S_IMODE(found.st_mode):04o}"


def user_name(number: int) -> str:
    """The name of that user; the number where there is none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def zones(context: "Context", database: str | None) -> Finding:
    """The zones of the machine, the host file, the database and the reader."""
    details: Details = {
        "machine": machine_zone(),
        "host_file": context.host_file.timezone,
        "database": database,
        "reader": None,
    }
    try:
        asked = context.asked_zone or context.host_file.timezone
        details["reader"] = times.read_zone(asked).key if asked else database
    except InvalidInput as error:
        return rules.failed("zones", error, details, reason="no-such-zone")
    return rules.judged("zones", details)


def zone_data() -> Finding:
    """Where time zones are read from: the system, else the package that comes with opsctl."""
    found = next((path for path in zoneinfo.TZPATH if Path(path, "Asia/Shanghai").is_file()), None)
    with suppress(PackageNotFoundError):
        found = found or f"tzdata {version('tzdata')}"
    return rules.zone_data({"source": found})


def language(context: "Context") -> Finding:
    """The language, what named it, and how stdout writes letters."""
    named = [name for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)]
    if context.chosen.get("lang"):
        source = "--lang"
    elif os.environ.get("OPSCTL_LANG"):
        source = "OPSCTL_LANG"
    elif context.host_file.language:
        source = "opsctl.toml"
    else:
        source = named[0] if named else "none"
    return rules.language(
        {
            "language": texts.language().partition("_")[0],
            "source": source,
            "encoding": getattr(sys.stdout, "encoding", None) or locale.getencoding(),
        }
    )


def editor() -> Finding:
    """Which editor a person here would mend a file with."""
    for name in ("VISUAL", "EDITOR"):
        if os.environ.get(name):
            return rules.judged("editor", {"program": os.environ[name], "source": name})
    found = next((one for one in EDITORS if shutil.which(one)), None)
    return rules.judged("editor", {"program": found, "source": None})


def completions() -> Finding:
    """Where completions are installed; a shell may load them from elsewhere, which nobody can see from here."""
    there = []
    for name in COMPLETION_FILES:
        with suppress(RuntimeError, OSError):
            path = Path(name).expanduser()
            there += [str(path)] if path.is_file() else []
    return rules.judged("completions", {"files": there}) if there else rules.not_checked("completions", "elsewhere")


def clock_sync() -> Finding:
    """Whether the system keeps this clock right, where it can be asked cheaply."""
    if shutil.which("timedatectl") is None:
        return rules.clock_sync(None)
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    return rules.clock_sync(programs.run(command, timeout=_A_MOMENT).out.strip() or None)


def checks(context: "Context", silent: Mapping[str, str] | None, *, is_blind: bool) -> Iterator[Finding]:
    """Each program of the host file: whether it can be run, and whether what it fills is there.

    `silent` has the word of the reason for those that could fill nothing; None where the database was not read.
    """
    if is_blind:
        yield rules.not_checked("checks", "host-file")
    elif not context.host_file.checks:
        yield rules.judged("checks", {"count": 0})
    for one in context.host_file.checks:
        name = one.command[0]
        found = shutil.which(name) if "/" not in name else name if Path(name).exists() else None
        details = {
            "check": one.name,
            "command": list(one.command),
            "asset": one.asset,
            "fills": None if one.fills is None else "/".join(one.fills),
            "program": found,
            "is_executable": found is not None and shutil.which(found) is not None,
            "is_target_checked": silent is not None,
            "why_silent": (silent or {}).get(one.name),
        }
        yield rules.check(details)
