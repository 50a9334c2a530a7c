"""What this machine says of whoever sits at it: their name, and how opsctl is called here."""

import getpass
import os
import pwd
import shlex
import shutil
import sys
from pathlib import Path

from opsctl.core.errors import NotAllowed
from opsctl.core.texts import _


def full_name() -> str:
    """The name that the system keeps for this login; empty where it keeps none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0].strip() if os.getuid() else ""
    except KeyError:
        return ""


def login() -> str:
    """The name of this login. Raise NotAllowed where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise NotAllowed(
            _("This login has no name."), _("Set LOGNAME, or log in under a name that the system knows.")
        ) from None


def program() -> Path | None:
    """The file of the command `opsctl` that runs, or that would; None where there is none."""
    called = Path(sys.argv[0])
    beside = Path(sys.executable).with_name("opsctl")
    found = shutil.which("opsctl")
    candidates = [called.absolute()] if called.name == "opsctl" else []
    candidates += [beside] if found is None else [Path(found), beside]
    return next((one for one in candidates if one.is_file()), None)


def called() -> str:
    """How opsctl is typed here: by its name where that is found in PATH, else by its whole path."""
    path = program()
    found = shutil.which("opsctl")
    if path is None or (found is not None and Path(found).resolve() == path.resolve()):
        return "opsctl"
    return shlex.quote(str(path))
