"""What this machine is set to."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from opsctl.core.errors import InvalidInput
from opsctl.core.times import read_zone


def machine_zone(environment: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> str:
    """The name of this machine's zone: TZ, then /etc/timezone, then where /etc/localtime points, else `UTC`."""
    candidates = [environment.get("TZ", "").removeprefix(":")]
    with suppress(OSError):
        candidates.append((etc / "timezone").read_text(encoding="ascii", errors="replace"))
    with suppress(OSError):
        candidates.append(str((etc / "localtime").readlink()))
    for candidate in candidates:
        with suppress(InvalidInput):
            return read_zone(candidate.rpartition("zoneinfo/")[2]).key
    return "UTC"
