"""What a run would do: the programs with their arguments, and why it could not begin. Nothing is run."""

from dataclasses import dataclass

from opsctl.backups.drivers import Request
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs.running import Asked, limits_of, refused_of, with_hint
from opsctl.backups.jobs.shell import typed


@dataclass(frozen=True, slots=True)
class Told:
    """The lines as one would type them, secrets left out, and why a run would be refused now; None where it is not."""

    commands: tuple[str, ...]
    refused: str | None


def would_run(asked: Asked) -> Told:
    """What a run of that job would do now: hooks, engines for each place, hooks."""
    driver = driver_of(asked.job)
    now = asked.clock()
    request = Request(asked.request, asked.plan.policy, asked.host, now, limits_of(asked, now))
    commands = [hook.command for hook in asked.job.before]
    for place in asked.job.places:
        if driver.takes_one_artefact and place is not asked.job.places[0]:
            commands.append(("cp", asked.job.places[0].to, place.to))
        else:
            commands += driver.plan(request, place)
    commands += [hook.command for hook in asked.job.after]
    refused = refused_of(asked)
    return Told(tuple(typed(asked.job, words) for words in commands), None if refused is None else with_hint(refused))
