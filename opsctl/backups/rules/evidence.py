"""The evidence of a restore test: one JSON whose SHA-256 stands in the ledger. Pure.

`RST-2026-0007.json` holds all that was known before the test was recorded, and so not its reference: whoever doubts it
takes `sha256sum RST-2026-0007.json` and compares it with `evidence` of that record in the ledger.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from opsctl.backups.rules import Copy, Run, Test
from opsctl.backups.rules.plans import Plan
from opsctl.backups.rules.wire import to_json

_OF_RUN = (
    "reference", "host", "driver", "engine", "trigger", "status", "started_at", "ended_at", "bytes", "files",
    "request", "person",
)  # fmt: skip
_OF_COPY = ("name", "point", "bytes", "sha256")
_AS_STANDS = ("reference", "evidence", "recorded_at", "person")


@dataclass(frozen=True, slots=True)
class Background:
    """What an auditor wants to know beside the test itself.

    `person` is the handle of who ran it; `clause` what the rulebook names for the duty; `asked` how the point was
    asked for, `request` the id that a random choice was drawn from; `engine` and `version` the programs that restored.
    `head` is the number and the hash of the newest row of the ledger before the test was recorded.
    """

    plan: Plan
    run: Run
    title: str | None
    clause: str | None
    person: str
    asked: str
    request: str
    engine: str | None
    version: str
    head: tuple[int, str]

    def copy_of(self, test: Test) -> Copy:
        """The copy that was restored."""
        return next(one for one in self.run.copies if one.name == test.copy)


def text_of(test: Test, background: Background) -> str:
    """The JSON of the evidence, keys in order, with a line feed at its end."""
    said = {"opsctl": 1, "kind": "backup.restore-test.evidence", "data": _data(test, background)}
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def digest_of(text: str) -> str:
    """The SHA-256 of the evidence as `sha256sum` shows it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _data(test: Test, background: Background) -> dict[str, Any]:
    plan, run = background.plan, background.run
    manifest = None if run.manifest is None else hashlib.sha256(run.manifest.encode()).hexdigest()
    return {
        "test": {name: value for name, value in to_json(test).items() if name not in _AS_STANDS},
        "person": background.person,
        "policy": {
            "name": plan.policy, "clause": background.clause, "rules": plan.rules, "rpo_seconds": plan.rpo,
            "rto_seconds": plan.rto, "level": plan.level, "classification": plan.classification,
        },
        "run": {name: value for name, value in to_json(run).items() if name in _OF_RUN}
        | {"manifest_sha256": manifest},
        "copy": {name: value for name, value in to_json(background.copy_of(test)).items() if name in _OF_COPY},
        "chosen": {"asked": background.asked, "request": background.request},
        "programs": {"opsctl": background.version, "engine": background.engine},
        "ledger_head_before": {"entry": background.head[0], "hash": background.head[1]},
    }  # fmt: skip
