"""How policies stand, ready to be shown."""

from typing import Any

from opsctl.backups.rules.standing import Breach, Finding, Held, Overview, Point, Proof, Standing
from opsctl.backups.views.words import age_text, breach_word, finding_text, length_cell, names_text
from opsctl.core.report import Cell, Column, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, between, ngettext, pgettext

_NAMED = 10
"""So many assets without a policy are named."""
_LOST = frozenset({Breach.NEVER_BACKED_UP, Breach.TOO_OLD})
_NOT_YET = frozenset({Breach.NEVER_PROVEN, Breach.NEVER_MEASURED})
"""What a new policy is until its first restore test: a breach all the same, and nothing is lost."""
_UNPROVEN = frozenset({Breach.NEVER_PROVEN, Breach.PROOF_EXPIRED, Breach.PROOF_LOST, Breach.TEST_DIFFERED})


def status(found: Overview) -> Report:
    """What would be lost, how long it would take and when that was last proven, and every breach in a line."""
    whole = Table(_columns(), tuple(map(_row, found.standings)), empty=_("The rules in force ask for no backups."))
    hidden = ("asset", "next", "failed", "test", "breaches")
    parts: list[Part] = [whole.without(*hidden)]
    lines = tuple(
        f"{one.policy.name}{between(': ')}{finding_text(finding)}"
        for one in found.standings
        for finding in one.findings
    )
    lines += tuple(_unseen(one) for one in found.standings if one.unseen)
    if lines:
        parts.append(Text(lines))
    if found.uncovered:
        parts.append(Text((_uncovered(found),)))
    return Report(
        kind="backup.status",
        data={
            "policies": [data(one) for one in found.standings],
            "assets_in_service": found.operated,
            "assets_without_policy": None if found.operated is None else list(found.uncovered),
        },
        parts=tuple(parts),
        references=tuple(one.policy.name for one in found.standings),
        sheet=whole,
        attention=any(one.is_in_breach for one in found.standings),
    )


def _unseen(one: Standing) -> str:
    """That something was adopted which counts for nothing yet, and what is typed to look at the newest of it."""
    count = len(one.unseen)
    told = ngettext(
        "{policy}: {count} point is adopted, not looked at, and does not count yet: opsctl backup verify {reference}",
        "{policy}: {count} points are adopted, not looked at, and do not count yet: opsctl backup verify {reference}",
        count,
    )
    return told.format(policy=one.policy.name, count=count, reference=one.unseen[0].reference)


def data(one: Standing) -> dict[str, Any]:
    """A standing for programs; lengths in seconds."""
    policy = one.policy
    return {
        "policy": policy.name,
        "asset": policy.asset,
        "at": one.at,
        "newest": _said(one.newest),
        "age_seconds": None if one.newest is None else one.newest.age,
        "rpo_seconds": policy.rpo.total_seconds(),
        "rpo_met": one.rpo_met,
        "measured_seconds": None if one.measured is None else one.measured.seconds,
        "measured_by": None if one.measured is None else one.measured.reference,
        "rto_seconds": None if policy.rto is None else policy.rto.total_seconds(),
        "rto_met": one.rto_met,
        "level_asked": policy.level,
        "proof_expires_after_seconds": policy.expires.total_seconds(),
        "is_proven": one.is_proven,
        "proof": _said(one.last_proof),
        "unproven_since": one.unproven_since,
        "locations": [_place(place, one) for place in one.places],
        "last_test": None if one.test is None else _test(one),
        "failed_since": [{"run": run.reference, "status": run.status, "reason": run.reason} for run in one.failed],
        "adopted_unseen": [run.reference for run in one.unseen],
        "next_slot": one.next_slot,
        "is_in_breach": one.is_in_breach,
        "breaches": [_finding(finding) for finding in one.findings],
    }


def _said(one: Point | Proof | None) -> dict[str, Any] | None:
    return None if one is None else {name: getattr(one, name) for name in one.__dataclass_fields__}


def _place(held: Held, one: Standing) -> dict[str, Any]:
    return {
        "location": held.location.name,
        "medium": held.location.medium,
        "site": held.location.site,
        "newest": _said(held.newest),
        "rpo_met": held.newest is not None and held.newest.age <= one.policy.rpo.total_seconds(),
        "proof": _said(held.proof),
    }


def _test(one: Standing) -> dict[str, Any] | None:
    test = one.test
    if test is None:
        return None
    return {
        "reference": test.reference, "run": test.run, "copy": test.copy, "verdict": test.verdict, "level": test.level,
        "ended_at": test.ended_at, "seconds": test.seconds, "loss_seconds": test.loss_seconds, "reason": test.reason,
    }  # fmt: skip


def _finding(found: Finding) -> dict[str, Any]:
    return {"breach": found.breach, "about": found.about, "seconds": found.seconds, "limit_seconds": found.limit}


def _columns() -> tuple[Column, ...]:
    return (
        Column("policy", _("policy"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("age", pgettext("backup", "would be lost")),
        Column("rpo", _("RPO")),
        Column("measured", pgettext("backup", "would take")),
        Column("rto", _("RTO")),
        Column("proven", pgettext("backup", "last proven")),
        Column("level", _("level")),
        Column("failed", pgettext("how many", "failed since"), Kind.COUNT),
        Column("test", _("last restore test"), Kind.REFERENCE),
        Column("next", pgettext("backup", "next run"), Kind.MOMENT),
        Column("breaches", _("breaches")),
    )


def _row(one: Standing) -> tuple[Any, ...]:
    breaches = [finding.breach for finding in one.findings]
    age = None if one.newest is None else one.newest.age
    measured = None if one.measured is None else one.measured.seconds
    rto = None if one.policy.rto is None else one.policy.rto.total_seconds()
    return (
        one.policy.name,
        one.policy.asset,
        state_cell(one),
        _judged(age, pgettext("backup", "everything"), is_bad=not _LOST.isdisjoint(breaches)),
        length_cell(one.policy.rpo.total_seconds()),
        None if measured is None and rto is None else _judged(measured, _("unknown"), is_bad=one.rto_met is False),
        None if rto is None else length_cell(rto),
        _proven(one),
        None if one.last_proof is None else str(one.last_proof.level),
        len(one.failed),
        None if one.test is None else one.test.reference,
        one.next_slot,
        " ".join(breaches),
    )


def state_cell(one: Standing) -> Cell:
    """Whether what the policy asks for is so, as a verdict."""
    if one.is_in_breach and {finding.breach for finding in one.findings} <= _NOT_YET:
        return Cell(pgettext("backup", "unproven"), Kind.DOUBTFUL, plain="unproven")
    if one.is_in_breach:
        return Cell(pgettext("backup", "breach"), Kind.BAD, plain="breach")
    if one.failed:
        return Cell(pgettext("backup", "kept, but failing"), Kind.DOUBTFUL, plain="failing")
    return Cell(pgettext("backup", "kept"), Kind.GOOD, plain="kept")


def _judged(seconds: float | None, without: str, *, is_bad: bool) -> Cell:
    """A length as a verdict; what stands for it where there is none."""
    kind = Kind.BAD if is_bad else Kind.GOOD
    plain = None if seconds is None else f"{seconds:g}"
    return Cell(age_text(seconds) or without, kind, plain=plain or "")


def _proven(one: Standing) -> Cell:
    breaches = {finding.breach for finding in one.findings}
    if one.last_proof is None:
        return Cell(breach_word(Breach.PROOF_LOST if Breach.PROOF_LOST in breaches else Breach.NEVER_PROVEN), Kind.BAD)
    length = age_text((one.at - one.last_proof.checked_at).total_seconds())
    told = _("{length} ago").format(length=length)
    if not one.is_proven:
        told = _("{length} ago, expired").format(length=length)
    kind = Kind.GOOD if _UNPROVEN.isdisjoint(breaches) else Kind.BAD
    return Cell(told, kind, plain=one.last_proof.checked_at.isoformat())


def _uncovered(found: Overview) -> str:
    count = len(found.uncovered)
    told = ngettext(
        "{count} of {all} assets in service has no policy: {names}",
        "{count} of {all} assets in service have no policy: {names}",
        count,
    )
    return told.format(count=count, all=found.operated, names=names_text(found.uncovered, _NAMED))
