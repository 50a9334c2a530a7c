"""What was restored for good, and how it is done by hand, ready to be shown and printed."""

from collections.abc import Sequence
from typing import Any

from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.results import Needed
from opsctl.backups.rules.wire import to_json
from opsctl.backups.views.tested import step_word
from opsctl.backups.views.words import age_text
from opsctl.core.report import Column, Fields, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.rulebook.rules.policies import Policy


def restored(run: Run, copy: str, into: str, commands: Sequence[str], *, is_database: bool) -> Report:
    """What was done, by which commands, and what is to be checked before anybody relies on it."""
    told = _("{reference} of {policy} is restored into {into}.")
    if is_database:
        told = _("{reference} of {policy} is restored as the new database {into}.")
    checks = _checks(run, is_database=is_database)
    pairs = (
        (_("copy"), copy, Kind.REFERENCE),
        (_("its data is of"), run.started_at, Kind.MOMENT),
        (_("host"), run.host, Kind.TEXT),
    )
    parts: list[Part] = [Text((told.format(reference=run.reference, policy=run.policy, into=into),)), Fields(pairs)]
    if commands:
        parts.append(Text((_("Done by:"), *(f"  $ {line}" for line in commands))))
    parts.append(Text((_("Check before anybody relies on it:"), *(f"  - {line}" for line in checks))))
    return Report(
        kind="backup.restore",
        data={
            "run": run.reference, "policy": run.policy, "copy": copy, "into": into, "is_database": is_database,
            "at": run.started_at, "commands": list(commands), "checks": checks,
        },
        parts=tuple(parts),
        references=(run.reference,),
    )  # fmt: skip


def _checks(run: Run, *, is_database: bool) -> list[str]:
    checks = [_("Nothing live was changed: whatever is to use it has to be pointed there.")]
    if run.files is not None and not is_database:
        told = ngettext("It was made with {count} file.", "It was made with {count} files.", run.files)
        checks.append(told.format(count=run.files))
    if run.reason is not None:
        checks.append(_("Its run said: {reason}").format(reason=run.reason))
    checks.append(_("Owners, rights and the newest records are as you expect them."))
    checks.append(_("What was written after that moment is not in it."))
    return checks


def runbook(policy: Policy, run: Run, test: Test, secrets: Sequence[Needed]) -> Report:
    """The commands of the last restore test that passed, as steps, with where the secrets come from; to be printed."""
    took = age_text(test.seconds)
    pairs = (
        (_("policy"), policy.name, Kind.REFERENCE),
        (_("asset"), policy.asset, Kind.REFERENCE),
        (_("passed on"), test.ended_at, Kind.MOMENT),
        (_("restore test"), test.reference, Kind.REFERENCE),
        (_("host"), test.host, Kind.TEXT),
        (_("run"), f"{run.reference} · {test.copy}", Kind.TEXT),
        (pgettext("of a backup", "point"), _point(run, test.copy), Kind.REFERENCE),
        (_("took"), took, Kind.TEXT),
        (_("RTO"), None if policy.rto is None else age_text(policy.rto.total_seconds()), Kind.TEXT),
    )
    parts: list[Part] = [
        Fields(tuple(pair for pair in pairs if pair[1] is not None)),
        Text(by_hand(test, secrets)),
    ]
    if test.steps:
        columns = (Column("step", _("step")), Column("seconds", _("took"), Kind.DURATION))
        rows = tuple((step_word(one.name), one.seconds) for one in test.steps)
        parts.append(Table(columns, rows, title=_("How long it took in the test")))
    return Report(
        kind="backup.runbook",
        data=_data(policy, run, test, secrets),
        parts=tuple(parts),
        heading=_("How {policy} is restored by hand").format(policy=policy.name),
        references=(test.reference,),
    )


def by_hand(test: Test, secrets: Sequence[Needed]) -> tuple[str, ...]:
    """The commands of a restore test as numbered steps for a person, with where the secrets come from."""
    steps = [_needed(one) for one in secrets]
    steps.append(
        _("Make an empty folder with room enough, and name it: {example}").format(example="SCRATCH=/path/to/it")
    )
    steps += [f"$ {line}" for line in test.commands]
    asked = _("Check: {what}; in the test it was {found}.")
    steps += [asked.format(what=one.what, found=one.found) for one in test.assertions if one.found is not None]
    return tuple(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _needed(one: Needed) -> str:
    if one.variable is None:
        return _("Have at hand {what}: {where}").format(what=one.what, where=one.where)
    told = _("Put {what} into a file that only you can read, and name it: {example} (it comes from: {where})")
    return told.format(what=one.what, where=one.where, example=f"{one.variable}=/path/to/it")


def _point(run: Run, copy: str) -> str | None:
    return next((one.point for one in run.copies if one.name == copy), None)


def _data(policy: Policy, run: Run, test: Test, secrets: Sequence[Needed]) -> dict[str, Any]:
    return {
        "policy": policy.name,
        "asset": policy.asset,
        "test": test.reference,
        "passed_at": test.ended_at,
        "host": test.host,
        "run": run.reference,
        "copy": test.copy,
        "point": _point(run, test.copy),
        "seconds": test.seconds,
        "rto_seconds": None if policy.rto is None else policy.rto.total_seconds(),
        "secrets": [to_json(one) for one in secrets],
        "commands": list(test.commands),
        "checks": [to_json(one) for one in test.assertions],
        "steps": [to_json(one) for one in test.steps],
    }
