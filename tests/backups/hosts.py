"""A host with policies in force and jobs, on which opsctl is typed day after day."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.backups.making import BOOK, NIGHT
from tests.harness import CommandLine, Result

SET_UP = NIGHT - timedelta(days=60)
POLICY = """
[backups.{name}]
asset = "erp"
owner = "role:dba"
schedule = "30 1 * * *"
grace = "2h"
locations = [{{ name = "local", medium = "disk", site = "dc1" }}]
retention = {{ last = 2, min_good = 1 }}
rpo = "26h"
rto = "2h"
verify = {{ level = "L5", expires = "30d" }}
{more}
"""


class Host:
    """The command line on a host whose files lie in `home`."""

    def __init__(self, line: CommandLine, home: Path) -> None:
        self.line = line
        self.home = home
        self.written = home / "config" / "opsctl" / "opsctl.toml"

    def set_up(self, policies: str, jobs: str) -> None:
        """Put the assets erp and web into service, the policies into force, and write the host file."""
        self.line.now = SET_UP
        for handle in ("erp", "web"):
            assert self("asset", "add", handle, "--kind", "system").code == 0
        self.rule(policies)
        self.say(jobs)

    def rule(self, policies: str, version: str = "1") -> None:
        """Put these policies into force."""
        book = self.home / "om.toml"
        book.write_text(BOOK.format(version=version) + policies, encoding="utf-8")
        applied = self("rulebook", "apply", str(book))
        assert applied.code == 0, applied.err

    def say(self, jobs: str) -> None:
        """Write the host file."""
        self.written.parent.mkdir(parents=True, exist_ok=True)
        self.written.write_text(jobs, encoding="utf-8")
        self.written.chmod(0o600)

    def __call__(self, *words: str, at: datetime | None = None, **given: Any) -> Result:
        """Type it, at that time."""
        self.line.now = at or self.line.now
        return self.line(*words, **given)

    def told(self, *words: str, at: datetime | None = None) -> Any:
        """What a command says for programs."""
        return json.loads(self(*words, "--json", at=at).out)["data"]

    def back_up(self, name: str, *nights: int) -> None:
        """Back it up so many nights ago, the longest ago first."""
        for before in sorted(nights, reverse=True):
            ran = self("backup", "run", name, at=NIGHT - timedelta(days=before))
            assert ran.code == 0, ran.err + ran.out
