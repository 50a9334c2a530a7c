"""How restore tests ended, ready to be shown: the verdict in one line, then assertions, then steps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsctl.backups.rules import Test, rank
from opsctl.backups.rules.levels import meaning
from opsctl.backups.rules.plans import Plan
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Level, Verdict
from opsctl.backups.views.runs import verdict_cell
from opsctl.core.report import Column, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, between, pgettext
from opsctl.core.times import show_duration

if TYPE_CHECKING:
    from opsctl.actions.rules import Action

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Told:
    """A restore test with its plan, the action from it, and where its evidence is; without a reference it waits.

    `proven` are the actions that it verified, or opened again.
    """

    test: Test
    plan: Plan
    folder: str
    action: str | None = None
    proven: "tuple[Action, ...]" = ()


def tested(done: Sequence[Told]) -> Report:
    """Restore tests, one after another; attention where one differs."""
    parts: list[Part] = []
    for told in done:
        parts += _parts(told)
    differing = [told for told in done if told.test.verdict is Verdict.DIFFERS]
    return Report(
        kind="backup.restore-test",
        data=[data(told) for told in done],
        parts=tuple(parts),
        remarks=() if done else (_("No restore test was run."),),
        references=tuple(told.test.reference for told in done if told.test.reference),
        following=None if not differing else f"opsctl backup show {differing[0].test.run}",
        sheet=_sheet(done),
    )


def data(told: Told) -> dict[str, Any]:
    """A restore test for programs."""
    return {
        **to_json(told.test),
        "rto_seconds": told.plan.rto,
        "rto_met": is_in_time(told.test, told.plan),
        "evidence_folder": told.folder,
        "action": told.action,
        "proven": [{"reference": one.reference, "state": one.state} for one in told.proven],
        "stored": "shared" if told.test.reference else "here",
    }


def is_in_time(test: Test, plan: Plan) -> bool | None:
    """Whether it took no longer than the policy allows; None where nothing was measured, or nothing is asked."""
    if plan.rto is None or test.seconds is None:
        return None
    return test.seconds <= plan.rto


def _parts(told: Told) -> list[Part]:
    test = told.test
    parts: list[Part] = [Text((headline(test),))]
    if test.assertions:
        parts.append(assertions(test))
    if test.steps:
        parts.append(steps(test))
    parts.append(Text(tuple(_foot(told))))
    return parts


def headline(test: Test) -> str:
    """The verdict in one line."""
    said = {
        Verdict.PASS: _("PASS: {run}, copy {copy}, was restored; proven at {level}"),
        Verdict.DIFFERS: _("DIFFERS: {run}, copy {copy}, cannot be relied on: {reason}"),
        Verdict.COULD_NOT_RUN: _("COULD NOT RUN: {run}, copy {copy}, was not tested: {reason}"),
    }[test.verdict].format(run=test.run, copy=test.copy, level=test.level, reason=test.reason or "–")
    named = f"{test.reference}  {test.policy}" if test.reference else test.policy
    return f"{named}{between(': ')}{said}"


def assertions(test: Test, *, whole: bool = False) -> Table:
    """What was asserted, what was expected, and what was found; digests whole, or their beginning."""
    columns = (
        Column("verdict", _("verdict")),
        Column("what", _("assertion")),
        Column("expected", _("expected")),
        Column("found", _("found")),
    )
    shown = (lambda text: text) if whole else _shortened
    rows = tuple(
        (verdict_cell(one.verdict), one.what, shown(one.expected), shown(one.found)) for one in test.assertions
    )
    return Table(columns, rows, title=_("Assertions"), lead="what")


def _shortened(text: str | None) -> str | None:
    """A digest is told from another by its beginning; the page of the evidence has all of it."""
    return f"{text[:12]}…" if text is not None and _DIGEST.fullmatch(text) else text


def steps(test: Test) -> Table:
    """The steps, and how long each of them took."""
    columns = (Column("step", _("step")), Column("took", _("took"), Kind.DURATION))
    rows = [(step_word(one.name), one.seconds) for one in test.steps]
    if test.seconds is not None:
        rows.append((_("in all: the measured time to recover"), test.seconds))
    return Table(columns, tuple(rows), title=_("Steps"))


def step_word(name: str) -> str:
    """A step in the reader's language; what is asserted is named by itself."""
    words = {
        "list": _("read the list of files"),
        "checksum": _("compare its SHA-256"),
        "fetch": _("fetch and decrypt"),
        "restore": _("restore"),
        "start a server": _("start a server"),
        "compare": _("compare with what was written down"),
        "canary": _("look for the canary"),
    }
    return words.get(name, name)


def time_line(test: Test, plan: Plan) -> str | None:
    """The measured time to recover beside the one allowed; None where nothing was measured."""
    if test.seconds is None:
        return None
    took = show_duration(test.seconds)
    if plan.rto is None:
        return _("Time to recover: {took}; the policy allows any.").format(took=took)
    allowed = show_duration(plan.rto)
    if is_in_time(test, plan):
        return _("Time to recover: {took}, of {allowed} allowed.").format(took=took, allowed=allowed)
    return _("Time to recover: {took}, LONGER than the {allowed} allowed.").format(took=took, allowed=allowed)


def loss_line(test: Test, plan: Plan) -> str | None:
    """What would be lost beyond the age of the point; None where nothing in the copy told."""
    if test.loss_seconds is None:
        return None
    said = _("Loss window: the newest row lay {loss} before the backup began; that adds to its age, of {rpo} allowed.")
    return said.format(loss=show_duration(int(test.loss_seconds)), rpo=show_duration(plan.rpo))


def level_lines(test: Test, plan: Plan) -> list[str]:
    """What it proves, what it does not, and where the policy asks for more; nothing of a test that did not pass."""
    if test.verdict is not Verdict.PASS or test.level is None:
        return []
    said = meaning(test.level)
    lines = [
        _("{level} proves: {sentence}").format(level=test.level, sentence=said.proves),
        _("It does not prove: {sentence}").format(sentence=said.leaves_open),
    ]
    if rank(test.level) < rank(Level(plan.level)):
        asked = _("The policy asks for {asked}, and this proves {level}: assert something of the content.")
        lines.append(asked.format(asked=plan.level, level=test.level))
    return lines


def _foot(told: Told) -> list[str]:
    test, plan = told.test, told.plan
    lines = [line for line in (time_line(test, plan), loss_line(test, plan)) if line is not None]
    lines += level_lines(test, plan)
    if test.verdict is Verdict.COULD_NOT_RUN:
        lines.append(_("Nothing is said of the backup; mend what kept it from running, and test again."))
    if told.action is not None:
        lines.append(_("Action: {reference}").format(reference=told.action))
    if told.proven:
        from opsctl.actions.views.told import proven

        lines += proven(told.proven)
    if not test.reference:
        lines.append(_("It waits on this host until the database is there."))
    lines.append(_("Evidence: {path}").format(path=told.folder))
    return lines


def _sheet(done: Sequence[Told]) -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("policy", _("policy"), Kind.REFERENCE),
        Column("run", pgettext("of a backup", "run"), Kind.REFERENCE),
        Column("copy", _("copy"), Kind.REFERENCE),
        Column("verdict", _("verdict")),
        Column("level", _("level")),
        Column("seconds", _("took"), Kind.DURATION),
        Column("loss", _("loss window"), Kind.DURATION),
        Column("reason", _("reason")),
    )
    rows = tuple(
        (
            one.test.reference or None, one.test.policy, one.test.run, one.test.copy, verdict_cell(one.test.verdict),
            one.test.level, one.test.seconds, one.test.loss_seconds, one.test.reason,
        )
        for one in done
    )  # fmt: skip
    return Table(columns, rows)
