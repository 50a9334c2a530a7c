"""What `doctor` makes of what backups need on this host: engines, the scratch place, and each job. Pure."""

from collections.abc import Iterable

from opsctl.desk.rules.doctor import Details, Finding, judged


def engine(name: str, details: Details) -> Finding:
    """A program that jobs need: there, and able to say its version."""
    wrong = ["not-there"] if details["program"] is None else []
    silent = ["silent"] if details["program"] is not None and details["version"] is None else []
    return judged(f"engines.{name}", details, fail=wrong, warn=silent)


def scratch(details: Details) -> Finding:
    """Where restore tests restore to. Without one nothing is proven here, which is a doubt and no fault."""
    if details["path"] is None:
        return judged("scratch", details, warn=["none"])
    if not details["is_folder"]:
        return judged("scratch", details, fail=["not-there"])
    return judged(
        "scratch",
        details,
        fail=_those(
            ("same-file-system", bool(details["shared_with"])),
            ("not-writable", not details["is_writable"]),
            ("open-to-others", _is_open(details["mode"])),
            ("no-such-user", details["user_found"] is False),
            ("no-user", bool(details["servers_as_root"])),
            ("little-room", details["free"] < details["min_free"]),
        ),
    )


def job(details: Details) -> Finding:
    """A job against the policy that it runs, and the places and programs that it names.

    Where the rules were not read, `has_policy` is None, and nothing is said of it.
    """
    has_policy = details["has_policy"]
    return judged(
        f"backups.{details['backup']}",
        details,
        fail=_those(
            ("no-policy", has_policy is False),
            ("no-copy", bool(details["places_lacking"])),
            ("not-encrypted", details["lacks_encryption"]),
            ("backs-itself-up", bool(details["inside"])),
            ("source-not-there", bool(details["sources_not_there"])),
            ("place-not-there", bool(details["places_not_there"])),
            ("place-not-writable", bool(details["places_not_writable"])),
            ("no-program", bool(details["programs_not_there"])),
            ("no-secret", bool(details["secrets_refused"])),
        ),
        warn=_those(("unasked-copy", bool(details["places_unasked"]))),
    )


def _is_open(mode: str) -> bool:
    """Whether others may put something there, or take it away."""
    bits = int(mode, 8)
    return bool(bits & 0o022) and not bits & 0o1000


def _those(*reasons: tuple[str, bool]) -> Iterable[str]:
    return [reason for reason, is_so in reasons if is_so]
