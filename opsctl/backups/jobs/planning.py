"""What a run would do: the programs with their arguments, and why it could not begin. Nothing is run."""

from dataclasses import dataclass

from opsctl.backups.drivers import Request
from opsctl.backups.drivers.artefacts import name_of
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs.running import Asked, limits_of, refused_of
from opsctl.backups.jobs.shell import typed
from opsctl.backups.terms import Engine
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.texts import _


@dataclass(frozen=True, slots=True)
class Told:
    """The lines as one would type them, secrets left out, and what they write, by place.

    `refused` is why a run would be refused now; None where it is not.
    """

    commands: tuple[str, ...]
    writes: tuple[str, ...]
    refused: str | None


def would_run(asked: Asked) -> Told:
    """What a run of that job would do now: hooks, the engine for each place or for the first alone, hooks."""
    driver = driver_of(asked.job)
    now = asked.clock()
    request = Request(asked.request, asked.plan.policy, asked.host, now, limits_of(asked, now))
    places = asked.job.places[:1] if driver.takes_one_artefact else asked.job.places
    commands = [hook.command for hook in asked.job.before]
    commands += [words for place in places for words in driver.plan(request, place)]
    commands += [hook.command for hook in asked.job.after]
    refused = refused_of(asked)
    return Told(
        tuple(typed(asked.job, words) for words in commands),
        tuple(_written(asked, request, place) for place in asked.job.places),
        None if refused is None else refused.line,
    )


def _written(asked: Asked, request: Request, place: Place) -> str:
    """Where the point would lie: beside its manifest in a folder, or inside a repository."""
    if asked.job.driver in (Engine.RESTIC, Engine.BORG):
        return _("{place}: a new snapshot").format(place=place.to)
    return f"{place.to}/{name_of(request, '.*')}"
