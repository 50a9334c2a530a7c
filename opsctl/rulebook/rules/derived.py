"""The duties that follow from policies of backups, as a book would have said them. Pure."""

from collections.abc import Mapping
from typing import Any

from opsctl.rulebook.terms import BACKUP_DUTY, BY_BACKUP, BY_RESTORE_TEST, TEST_DUTY

_SHARED = ("owner", "clause", "zone")
_TIMES = ("at", "start", "early", "grace")


def duties_of(policies: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The duty to back up of each policy and, where it asks for tests, that to test a restore, by their names."""
    duties: dict[str, dict[str, Any]] = {}
    for name, said in policies.items():
        duties[f"{BACKUP_DUTY}{name}"] = _duty(name, said, said, "schedule", BY_BACKUP)
        if "restore_test" in said:
            duties[f"{TEST_DUTY}{name}"] = _duty(name, said, said["restore_test"], "rule", BY_RESTORE_TEST)
    return duties


def _duty(name: str, policy: Mapping[str, Any], times: Mapping[str, Any], schedule: str, kind: str) -> dict[str, Any]:
    return {
        "title": _title(policy.get("title", {"en": name, "zh": name}), kind),
        **{key: policy[key] for key in _SHARED},
        "schedule": times[schedule],
        **{key: times[key] for key in _TIMES if key in times},
        "assets": {"handles": [policy["asset"]]},
        "evidence": {"kind": kind, "policy": name},
    }


def _title(of: Mapping[str, str], kind: str) -> dict[str, str]:
    """The duty's name in both languages: between letters and Chinese signs stands a blank."""
    words = {BY_BACKUP: ("Backup of {name}", "的备份"), BY_RESTORE_TEST: ("Restore test of {name}", "的恢复测试")}
    said, ending = words[kind]
    blank = " " if of["zh"][-1:].isascii() else ""
    return {"en": said.format(name=of["en"]), "zh": f"{of['zh']}{blank}{ending}"}
