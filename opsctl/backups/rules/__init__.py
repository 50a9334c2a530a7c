"""What a run, a check and a restore test are. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.backups.terms import LEVELS, WITH_POINT, Engine, Level, Status, Trigger, Verdict


@dataclass(frozen=True, slots=True)
class Copy:
    """What a run left in one of its places: `name` is that of the host file's copy.

    `point` is what the engine calls it: the name of an artefact in its folder, the id of a snapshot. None where there
    is none. `sha256` is that of the artefact, where it is one file.
    """

    name: str
    status: Status
    point: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    reason: str | None = None
    pruned_at: datetime | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is something to restore, as far as the records know."""
        return self.point is not None and self.status in WITH_POINT and self.pruned_at is None


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one copy, at one level. `test` is the restore test that it was a part of."""

    copy: str
    level: Level
    verdict: Verdict
    checked_at: datetime
    host: str
    reason: str | None = None
    test: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a policy's backup. Moments are aware UTC.

    `slot` is the moment it was due, None where nothing was. `started_at` is the moment its data is of, at the latest.
    `request` is the id under which the engine's points are tagged. `manifest` is JSON that the host wrote down about
    the source (`counts` by table, `sha256` by asserted file); `engine` the program with its version.
    """

    reference: str
    policy: str
    asset: str
    customer: str | None
    host: str
    driver: Engine
    engine: str | None
    trigger: Trigger
    status: Status
    slot: datetime | None
    started_at: datetime
    ended_at: datetime
    reason: str | None
    code: int | None
    bytes: int | None
    files: int | None
    manifest: str | None
    request: str
    rules: int | None
    person: str
    pinned_by: str | None = None
    pinned_at: datetime | None = None
    pin_reason: str | None = None
    recorded_at: datetime | None = None
    copies: tuple[Copy, ...] = ()
    checks: tuple[Check, ...] = ()

    def counts(self, copy: str) -> bool:
        """Whether the copy may count for anything: opsctl made it, or somebody looked into it and it passed.

        What was adopted and not looked at may hold anything.
        """
        passed = (one for one in self.checks if one.copy == copy and one.verdict is Verdict.PASS)
        return self.trigger is not Trigger.ADOPTED or any(rank(one.level) >= rank(Level.L2) for one in passed)

    def level_of(self, copy: str) -> Check | None:
        """The highest level that the copy passed, the newest such check; None where it passed none.

        A later check of the copy that differs, at any level, takes away every proof before it.
        """
        # Of several the last: `max` gives the first.
        return max(reversed(self.passed(copy)), key=lambda one: rank(one.level), default=None)

    def passed(self, copy: str) -> list[Check]:
        """The checks that the copy passed since the last that differed, at any level, in their order."""
        found: list[Check] = []
        for one in (one for one in self.checks if one.copy == copy):
            if one.verdict is Verdict.DIFFERS:
                found.clear()
            elif one.verdict is Verdict.PASS:
                found.append(one)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a restore test, and how long it took in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Asserted:
    """One assertion about the restored copy: what was asked, expected and found (None: it could not be asked)."""

    what: str
    expected: str
    found: str | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Test:
    """One restore test. `seconds` is the measured time to recover, from the first byte to the last assertion.

    `newest_at` is the newest row, or the canary, that was found in the restored data; `loss_seconds` how far before the
    beginning of the run that lay: what would be lost beyond the age of the point.
    """

    __test__ = False

    reference: str
    run: str
    copy: str
    policy: str
    asset: str
    customer: str | None
    host: str
    verdict: Verdict
    level: Level | None
    started_at: datetime
    ended_at: datetime
    seconds: float | None
    steps: tuple[Step, ...]
    assertions: tuple[Asserted, ...]
    newest_at: datetime | None
    loss_seconds: float | None
    reason: str | None
    commands: tuple[str, ...]
    """What was run, each as one would type it, for the runbook; no secret stands in it."""
    evidence: str | None
    """The digest of the evidence bundle: SHA-256 of its JSON."""
    rules: int | None
    person: str
    recorded_at: datetime | None = None


def rank(level: Level) -> int:
    """How high a level is: 0 for L0."""
    return LEVELS.index(level)


def fields(run: Run) -> dict[str, Any]:
    """The run as the ledger digests it, its copies by name in whatever order; what is not known is left out."""
    return _said(run, ("copies", "checks")) | {
        "copies": [_said(one) for one in sorted(run.copies, key=lambda copy: copy.name)],
        "checks": [_said(one) for one in run.checks],
    }


def test_fields(test: Test) -> dict[str, Any]:
    """The restore test as the ledger digests it; what is not known is left out."""
    return _said(test, ("steps", "assertions", "commands")) | {
        "steps": [_said(one) for one in test.steps],
        "assertions": [_said(one) for one in test.assertions],
        "commands": list(test.commands),
    }


test_fields.__test__ = False  # type: ignore[attr-defined]


def _said(one: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    names = (name for name in one.__dataclass_fields__ if name not in without)
    return {name: value for name in names if (value := getattr(one, name)) is not None}
