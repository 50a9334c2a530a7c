"""What `doctor` looks at under a database that is a file: owner, modes, room on the disk, the kind of file system."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules.doctor import Finding
from opsctl.desk.service.doctor_host import owner_and_mode, user_name
from opsctl.store.address import Address, Backend

_MOUNTS = Path("/proc/self/mountinfo")


def findings(address: Address) -> Iterator[Finding]:
    """What can be seen of the file without opening it; nothing for a server."""
    if address.backend is not Backend.SQLITE:
        return
    for name, look in (("database-file", _file), ("disk", _disk)):
        try:
            yield look(Path(address.target))
        except FileNotFoundError:
            yield rules.not_checked(name, "database")
        except OSError as error:
            yield rules.not_checked(name, "unseen", {"system": error.strerror})


def _file(path: Path) -> Finding:
    owner, mode = owner_and_mode(path)
    folder_owner, folder_mode = owner_and_mode(path.parent)
    log = Path(f"{path}-wal")
    return rules.database_file(
        {
            "path": str(path),
            "owner": owner,
            "mode": mode,
            "folder": str(path.parent),
            "folder_owner": folder_owner,
            "folder_mode": folder_mode,
            "me": user_name(os.geteuid()),
            "size": path.stat().st_size,
            "log_size": log.stat().st_size if log.exists() else 0,
            "file_system": file_system(path),
            "is_read_only_disk": bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY),
            "file_writable": os.access(path, os.R_OK | os.W_OK, effective_ids=True),
            "folder_writable": os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True),
        }
    )


def _disk(path: Path) -> Finding:
    folder = next(one for one in path.parents if one.is_dir())
    found = os.statvfs(folder)
    return rules.disk(
        {
            "folder": str(folder),
            "free": found.f_bavail * found.f_frsize,
            "total": found.f_blocks * found.f_frsize,
            "entries_free": found.f_favail if found.f_files else None,
        }
    )


def file_system(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The kind of file system that holds the path (ext4, nfs4 …); None where the system does not say."""
    found: tuple[int, str | None] = (-1, None)
    resolved = path.resolve()
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    for line in lines:
        before, sign, after = line.partition(" - ")
        fields = before.split()
        if not sign or len(fields) < 5:
            continue
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if resolved.is_relative_to(mounted) and len(mounted.parts) >= found[0]:
            found = (len(mounted.parts), after.split()[0])
    return found[1]
