"""What cron will see: the same doctor as a process of its own, with cron's environment, perhaps as another user."""

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsctl.core.errors import NotAllowed, NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, nearest
from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules.doctor import Details, Finding
from opsctl.desk.service.beginning_host import program
from opsctl.desk.terms import CRON_PATH, CRON_SECONDS


@dataclass(frozen=True)
class Account:
    """A user of this machine, as cron would act for them."""

    name: str
    uid: int
    gid: int
    home: str

    @property
    def is_me(self) -> bool:
        """Whether it is the one who asks."""
        return self.uid == os.geteuid()


@dataclass(frozen=True)
class Seen:
    """What was found of cron itself, and what the doctor found that ran as cron would run it."""

    account: Account
    program: str
    of_cron: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    @property
    def other_database(self) -> str | None:
        """The database that cron sees, where it is another one than here."""
        details = next((one.details for one in self.of_cron if one.name == "cron-database"), {})
        found: str | None = details.get("cron")
        return None if found == details.get("here") else found


def account_of(user: str | None, *, again: str) -> Account:
    """The user of that name, or whoever asks. Raise NotFound if there is none, NotAllowed, with the line `again` that
    works, if only root may look as that user.
    """
    try:
        found = pwd.getpwuid(os.geteuid()) if user is None else pwd.getpwnam(user)
    except (KeyError, ValueError):
        near = [] if user is None else nearest(user, [one.pw_name for one in pwd.getpwall()])
        raise NotFound(
            _("There is no user {name!r} on this machine.").format(name=excerpt(user or str(os.geteuid()))),
            _("Did you mean {words}?").format(words=series(near))
            if near
            else _("Name a user of this machine: getent passwd"),
        ) from None
    account = Account(found.pw_name, found.pw_uid, found.pw_gid, found.pw_dir)
    if not account.is_me and os.geteuid() != 0:
        raise NotAllowed(
            _("Only root may look around as {user}.").format(user=account.name),
            _("Type: {command}").format(command=again),
        )
    return account


def look_as_cron(account: Account, here: Sequence[Finding], arguments: Sequence[str]) -> Seen:
    """Run the doctor as cron would run opsctl for that user, with these arguments, and compare what it finds."""
    path = program()
    command = [str(path)] if path is not None else [sys.executable, "-m", "opsctl"]
    details: Details = {
        "program": " ".join(command),
        "interpreter": sys.executable,
        "in_path": shutil.which("opsctl", path=CRON_PATH),
        "path": CRON_PATH,
    }
    user = rules.judged(
        "cron-user",
        {"user": account.name, "home": account.home, "home_there": Path(account.home).is_dir()},
        warn=[] if Path(account.home).is_dir() else ["no-home"],
    )
    try:
        findings = _run([*command, *arguments, "doctor", "--json", "--no-input"], account)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        told = {**details, "system": getattr(error, "strerror", None) or excerpt(str(error), 300)}
        refused = rules.judged("cron-program", told, fail=["cannot-run"])
        return Seen(account, command[0], (user, refused), ())
    ran = rules.judged("cron-program", details)
    return Seen(account, command[0], (user, ran, *rules.compared(here, findings)), tuple(findings))


def _run(command: list[str], account: Account) -> list[Finding]:
    """The findings of the doctor that ran so. Raise OSError where it could not be run, ValueError where it broke."""
    other: dict[str, Any] = {}
    if not account.is_me:
        groups = os.getgrouplist(account.name, account.gid)
        other = {"user": account.uid, "group": account.gid, "extra_groups": groups, "umask": 0o022}
    done = subprocess.run(
        command,
        env={
            "HOME": account.home,
            "LOGNAME": account.name,
            "SHELL": "/bin/sh",
            "PATH": CRON_PATH,
        },
        # Where there is no home, cron stays where it is.
        cwd=account.home if _may_enter(account) else "/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=CRON_SECONDS,
        start_new_session=True,
        check=False,
        **other,
    )
    try:
        return [rules.read_finding(one) for one in json.loads(done.stdout)["data"]]
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(lines[-1] if lines else f"exit {done.returncode}") from None


def _may_enter(account: Account) -> bool:
    """Whether that user may stand in their home: theirs to enter, or everybody's."""
    try:
        found = Path(account.home).stat()
    except OSError:
        return False
    if account.uid == 0:
        return True
    return bool(found.st_mode & (0o100 if found.st_uid == account.uid else 0o001))
