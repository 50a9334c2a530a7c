"""One page about a restore test that an auditor can read without us."""

from collections.abc import Sequence

from opsctl.backups.rules import Test
from opsctl.backups.rules.evidence import Background
from opsctl.backups.rules.levels import meaning
from opsctl.backups.rules.results import Needed
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Verdict
from opsctl.backups.views import tested
from opsctl.backups.views.restoring import by_hand
from opsctl.backups.views.runs import status_word, verdict_cell
from opsctl.core.report import Fields, Kind, Part, Report, Text
from opsctl.core.texts import _, beside, pgettext


def page(test: Test, background: Background, secrets: Sequence[Needed] = ()) -> Report:
    """The page about a recorded test: what, by which rule, who, when, from what, what was found, what it proves.

    With `secrets`, where they come from, it says as well how the same is done by hand when nothing of ours is left.
    """
    parts: list[Part] = [
        Text((tested.headline(test),)),
        Fields(_about(test, background), title=_("What was tested")),
        Fields(_point(test, background), title=_("The point")),
    ]
    if test.assertions:
        parts.append(tested.assertions(test, whole=True))
    if test.steps:
        parts.append(tested.steps(test))
    parts.append(Fields(_against(test, background), title=_("Measured against the policy")))
    parts.append(Text(tuple(_meaning(test))))
    if test.commands:
        told = _("How it is restored by hand, by the commands of this test:")
        parts.append(Text((told, *by_hand(test, secrets))))
    parts.append(Fields(_anchors(test, background), title=_("How to check this page")))
    return Report(
        kind="backup.restore-test.page",
        data=to_json(test),
        parts=tuple(parts),
        heading=_("Restore test {reference}").format(reference=test.reference),
        references=(test.reference,),
    )


def _about(test: Test, background: Background) -> tuple[tuple[str, object, Kind], ...]:
    title = background.title
    policy = test.policy if title is None else beside(title, test.policy)
    return (
        (_("policy"), policy, Kind.TEXT),
        (_("asset"), test.asset, Kind.REFERENCE),
        (_("customer"), test.customer, Kind.REFERENCE),
        (_("clause"), background.clause, Kind.TEXT),
        (_("rules in force"), test.rules, Kind.COUNT),
        (_("verdict"), verdict_cell(test.verdict), Kind.TEXT),
        (_("reason"), test.reason, Kind.TEXT),
        (_("level"), None if test.level is None else str(test.level), Kind.TEXT),
        (_("tested by"), test.person, Kind.TEXT),
        (_("on the host"), test.host, Kind.TEXT),
        (pgettext("when", "begun"), test.started_at, Kind.INSTANT),
        (pgettext("when", "ended"), test.ended_at, Kind.INSTANT),
        (_("restored with"), background.engine, Kind.TEXT),
        (_("tested with"), f"opsctl {background.version}", Kind.TEXT),
    )


def _point(test: Test, background: Background) -> tuple[tuple[str, object, Kind], ...]:
    run, copy = background.run, background.copy_of(test)
    return (
        (pgettext("of a backup", "run"), run.reference, Kind.REFERENCE),
        (_("status"), status_word(run.status), Kind.TEXT),
        (_("backed up"), run.started_at, Kind.INSTANT),
        (_("on the host"), run.host, Kind.TEXT),
        (_("engine"), run.engine or str(run.driver), Kind.TEXT),
        (_("copy"), copy.name, Kind.REFERENCE),
        (pgettext("of a backup", "point"), copy.point, Kind.REFERENCE),
        (_("size"), size_text(copy.bytes), Kind.TEXT),
        ("SHA-256", copy.sha256, Kind.REFERENCE),
        (_("chosen by"), background.asked, Kind.TEXT),
    )


def _against(test: Test, background: Background) -> tuple[tuple[str, object, Kind], ...]:
    plan = background.plan
    in_time = tested.is_in_time(test, plan)
    return (
        (_("time to recover, measured"), test.seconds, Kind.DURATION),
        (_("time to recover, allowed (RTO)"), plan.rto, Kind.DURATION),
        (_("in time"), in_time, Kind.TEXT),
        (_("newest row found"), test.newest_at, Kind.INSTANT),
        (_("loss window: before the backup began"), test.loss_seconds, Kind.DURATION),
        (_("loss allowed, with the age of the point (RPO)"), plan.rpo, Kind.DURATION),
        (_("level asked for"), plan.level, Kind.TEXT),
    )


def _meaning(test: Test) -> list[str]:
    if test.level is None:
        return [_("It could not run, so it proves nothing and says nothing against the backup.")]
    said = meaning(test.level)
    if test.verdict is not Verdict.PASS:
        return [_("It did not pass at {level}, so it proves nothing.").format(level=test.level)]
    return [
        _("{level} proves: {sentence}").format(level=test.level, sentence=said.proves),
        _("It does not prove: {sentence}").format(sentence=said.leaves_open),
    ]


def _anchors(test: Test, background: Background) -> tuple[tuple[str, object, Kind], ...]:
    reference = test.reference
    return (
        (_("SHA-256 of {name}").format(name=f"{reference}.json"), test.evidence, Kind.REFERENCE),
        (_("computed by"), f"sha256sum {reference}.json", Kind.TEXT),
        (_("the same in the ledger"), f"opsctl ledger list --subject {reference} --json", Kind.TEXT),
        (_("newest entry of the ledger before it"), background.head[0], Kind.COUNT),
        (_("hash of that entry"), background.head[1], Kind.REFERENCE),
    )
