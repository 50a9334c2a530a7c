"""Testing a restore: a point is restored into the scratch place, asked what it has to hold, and taken away again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, Driver, Limits
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs.asserting import Answers, ask_all, counts_of
from opsctl.backups.jobs.scratch import NoScratch, largest, scratch_folder
from opsctl.backups.jobs.shell import typed
from opsctl.backups.rules import Run, Step, Test
from opsctl.backups.rules.choosing import LATEST, RANDOM, Choice, choose, usable
from opsctl.backups.rules.plans import Plan
from opsctl.backups.terms import KEPT_BYTES, Level, Verdict
from opsctl.cli.hostfile.jobs import Host, Job, Place
from opsctl.core.errors import NotFound, OpsctlError
from opsctl.core.texts import _, with_hint
from opsctl.core.typed import excerpt


@dataclass(frozen=True)
class Asked:
    """One restore test as it is asked for.

    `point` is latest, random or a run's reference, `copy` the name of one; `request` an id of its own, which also
    decides what `random` draws. `name` is that of this host; `clock` gives monotonic seconds, `now` is when it begins.
    """

    request: str
    job: Job
    plan: Plan
    host: Host
    name: str
    person: str
    now: datetime
    clock: Callable[[], float]
    point: str = LATEST
    copy: str | None = None
    tell: Callable[[str], None] = field(default=lambda _line: None)


class Interrupted(KeyboardInterrupt):
    """A restore test was interrupted; `test` says so, and is to be recorded before everything ends."""

    def __init__(self, test: Test) -> None:
        super().__init__()
        self.test = test


class Watch:
    """Measures steps, one after another."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.begun = clock()
        self.steps: list[Step] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what is done inside, however it ends."""
        begun = self._clock()
        try:
            yield
        finally:
            self.steps.append(Step(name, round(self._clock() - begun, 3)))

    def elapsed(self) -> float:
        """Seconds since it was made."""
        return round(self._clock() - self.begun, 3)


def test(asked: Asked, runs: Sequence[Run]) -> Test:
    """Restore one of the runs of the policy and say how it ended, not yet with a reference or its evidence.

    Raise NotFound where there is no such point on this host, Interrupted where a person or the system ended it.
    """
    choice = chosen(asked, runs)
    watch = Watch(asked.clock)
    size = largest([size for run in runs for size in (run.bytes, *(one.bytes for one in run.copies))])
    try:
        return _tried(asked, choice, watch, size)
    except KeyboardInterrupt:
        reason = _("it was interrupted")
        raise Interrupted(_could_not(asked, choice, watch, reason)) from None


test.__test__ = False  # type: ignore[attr-defined]


def chosen(asked: Asked, runs: Sequence[Run]) -> Choice:
    """The run and the copy that is to be restored. Raise NotFound where this host has no such copy."""
    found = choose(
        runs,
        [place.name for place in asked.job.places],
        point=asked.point,
        copy=asked.copy,
        incomplete_is_good=asked.plan.incomplete_is_good,
        now=asked.now,
        seed=asked.request,
    )
    if found is not None:
        return found
    if asked.point in (LATEST, RANDOM):
        raise NotFound(
            _("This host has no good copy of {policy} that could be restored.").format(policy=asked.job.name),
            _unseen(asked, runs) or _("Make one: opsctl backup run {policy}").format(policy=asked.job.name),
        )
    raise NotFound(
        _("{reference} of {policy} has no copy here that could be restored.").format(
            reference=asked.point, policy=asked.job.name
        ),
        _("See its copies: opsctl backup show {reference}").format(reference=asked.point),
    )


def _unseen(asked: Asked, runs: Sequence[Run]) -> str | None:
    """What helps where there is something that was adopted, and nobody has looked at it."""
    places = [place.name for place in asked.job.places]
    adopted = (run for run in runs if any(not run.counts(copy.name) for copy in usable(run, places, asked.copy)))
    newest = max(adopted, key=lambda run: run.started_at, default=None)
    if newest is None:
        return None
    told = _("What was adopted is tested by its reference, or once somebody looked at it: --run {reference}")
    return told.format(reference=newest.reference)


def _tried(asked: Asked, choice: Choice, watch: Watch, size: int) -> Test:
    driver = driver_of(asked.job)
    if driver.engine() is None:
        return _could_not(asked, choice, watch, _missing(asked, driver, choice))
    try:
        with scratch_folder(
            asked.host, asked.job, name=asked.name, now=asked.now, size=size, tell=asked.tell
        ) as folder:
            return _restored(asked, choice, driver, folder, watch)
    except NoScratch as error:
        return _could_not(asked, choice, watch, error.reason)
    except CannotRestore as error:
        if error.verdict is Verdict.DIFFERS:
            return _ended(asked, choice, watch, Verdict.DIFFERS, Level.L5, error.reason)
        return _could_not(asked, choice, watch, error.reason)
    except OpsctlError as error:  # a secret that cannot be read
        return _could_not(asked, choice, watch, with_hint(error))
    except OSError as error:
        return _could_not(asked, choice, watch, error.strerror or str(error))


def _missing(asked: Asked, driver: Driver, choice: Choice) -> str:
    """Which program is not there, and the package to install."""
    # What is refused first is the engine.
    refused = driver.preflight(place_of(asked.job, choice.copy.name))
    if refused is None:
        return _("{engine} is not installed here").format(engine=asked.job.driver)
    return refused.line


def _restored(asked: Asked, choice: Choice, driver: Driver, folder: Path, watch: Watch) -> Test:
    """Everything that is measured: from the first byte that is fetched to the answer of the last assertion."""
    place = place_of(asked.job, choice.copy.name)
    measured = Watch(asked.clock)
    with driver.restored(
        place,
        choice.copy.point or "",
        folder,
        limits=Limits(asked.job.timeout, asked.job.idle_timeout),
        step=watch.step,
        user=None if asked.host.scratch is None else asked.host.scratch.user,
        counts=counts_of(choice.run) or None,
    ) as restored:
        if not watch.steps:
            watch.steps.append(Step("restore", measured.elapsed()))
        answers = ask_all(asked.job.asserts, asked.job.canary, choice.run, restored, watch.step)
        seconds = measured.elapsed()
        commands = tuple(typed(asked.job, words, folder) for words in restored.commands)
    return _judged(_ended(asked, choice, watch, answers.verdict, answers.level, answers.reason()), answers, seconds,
                   commands)  # fmt: skip


def _judged(test: Test, answers: Answers, seconds: float, commands: tuple[str, ...]) -> Test:
    found = replace(
        test,
        assertions=tuple(answers.assertions),
        newest_at=answers.newest_at,
        loss_seconds=answers.loss_seconds,
        commands=commands,
    )
    if found.verdict is Verdict.COULD_NOT_RUN:
        return replace(found, level=None)
    return replace(found, seconds=seconds)


def place_of(job: Job, name: str) -> Place:
    """The place of the job where that copy lies; it has one."""
    return next(place for place in job.places if place.name == name)


def _could_not(asked: Asked, choice: Choice, watch: Watch, reason: str) -> Test:
    return _ended(asked, choice, watch, Verdict.COULD_NOT_RUN, None, reason)


def _ended(
    asked: Asked, choice: Choice, watch: Watch, verdict: Verdict, level: Level | None, reason: str | None
) -> Test:
    run = choice.run
    return Test(
        reference="",
        run=run.reference,
        copy=choice.copy.name,
        policy=run.policy,
        asset=run.asset,
        customer=run.customer,
        host=asked.name,
        verdict=verdict,
        level=level,
        started_at=asked.now,
        # Whole seconds, rounded down: not after the moment at which it is recorded.
        ended_at=asked.now + timedelta(seconds=int(watch.elapsed())),
        seconds=None,
        steps=tuple(watch.steps),
        assertions=(),
        newest_at=None,
        loss_seconds=None,
        reason=excerpt(" ".join(reason.split()), KEPT_BYTES) if reason else None,
        commands=(),
        evidence=None,
        rules=asked.plan.rules,
        person=asked.person,
    )
