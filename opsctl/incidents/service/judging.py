"""Who has an incident, how it is judged, and what is set right afterwards."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.assets.service import assets, handles
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.times import local_day
from opsctl.core.typed import excerpt, mend
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.incidents.rules import closing, corrections, merging, pauses
from opsctl.incidents.rules.clocks import stamped
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.rules.results import Corrected
from opsctl.incidents.rules.words import check_instant
from opsctl.incidents.service.cases import case_of, check_apart, check_in_hand, hold, person_of, save, targets_of, write
from opsctl.incidents.service.read import owned
from opsctl.incidents.service.rows import of_references
from opsctl.incidents.terms import (
    ASSIGNED,
    CORRECTED,
    COUNTERSIGNED,
    ESCALATED,
    MERGED,
    PAUSE_APPROVED,
    PAUSE_REFUSED,
    PAUSED,
    PLAN_STARTED,
    RECLASSIFIED,
    RESUMED,
    SPLIT,
    UNVOIDED,
    VOIDED,
    Category,
    Level,
)  # fmt: skip
from opsctl.people.service import identity, persons
from opsctl.rulebook import service as rulebook
from opsctl.store.settings import zone_of


@use_case(needs=Permission.RECORD, offline=True)
def assign(session: Session, *, now: datetime, actor: str, named: list[str], to: str) -> list[Case]:
    """Give these incidents to that person; `me` is the actor. Raise NotFound for an unknown person."""
    handle = person_of(session, to, actor)
    done = []
    for held in hold(session, named, now):
        check_apart(held.case, "assign")
        before = held.case.incident.assignee
        after = replace(held.case, incident=replace(held.case.incident, assignee=handle))
        facts = {"to": handle, "from": before}
        done.append(save(session, held, after, kind=ASSIGNED, facts=facts, happened_at=now))
    return done


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Give every unresolved incident of one person to another, and return their references; part of retiring them."""
    references = [reference for reference, _title in owned(session, person=person)]
    if references:
        assign(session, now=now, actor=actor, named=references, to=to)
    return references


@use_case(needs=Permission.RECORD, offline=True)
def escalate(
    session: Session, *, now: datetime, actor: str, named: list[str], to: str | None = None, reason: str | None = None
) -> list[Case]:
    """Bring somebody higher in: `to`, else the superior of whoever has it. Who has it stays the same.

    Raise InvalidInput where nobody is named and no superior is known.
    """
    done = []
    for held in hold(session, named, now, mine=actor):
        check_in_hand(held.case, "escalate")
        handle = person_of(session, to, actor) if to is not None else None
        if handle is None:
            of = held.case.incident.assignee or actor
            superior = persons.superior_of(session, of)
            if superior is None:
                raise InvalidInput(
                    _("No superior of {person} is known.").format(person=of), _("Name somebody with --to PERSON.")
                )
            handle = superior
        after = replace(held.case, incident=replace(held.case.incident, escalated_to=handle))
        facts = {"to": handle, "reason": reason}
        done.append(save(session, held, after, kind=ESCALATED, facts=facts, happened_at=now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def reclassify(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    impact: Level | None = None,
    urgency: Level | None = None,
    severity: int | None = None,
    category: Category | None = None,
    reason: str | None = None,
) -> list[Case]:
    """Judge these incidents anew, by the rules that are in force now; their clocks run from the same start.

    A `severity` beats what follows from impact and urgency, and stays where it was chosen so before. Raise InvalidInput
    for one that the rules do not know.
    """
    done = []
    for held in hold(session, named, now):
        before = held.case.incident
        check_apart(held.case, "reclassify")
        rules = rulebook.in_force(session, at=now)
        if severity is not None and rules.severity_names and severity not in rules.severity_names:
            raise InvalidInput(
                _("There is no severity {severity}.").format(severity=severity),
                _("Use one of: {words}.").format(words=series(str(one) for one in sorted(rules.severity_names))),
            )
        after = replace(before, impact=impact or before.impact, urgency=urgency or before.urgency)
        same_levels = (after.impact, after.urgency) == (before.impact, before.urgency)
        chosen = same_levels and before.severity != held.rules.severity_of(before.impact, before.urgency)
        judged = rules.severity_of(after.impact, after.urgency) or before.severity
        after = replace(
            after,
            severity=severity or (before.severity if chosen else None) or judged,
            category=category or before.category,
            rules=rules.generation or None,
        )
        changed = ("impact", "urgency", "severity", "category", "rules")
        facts: dict[str, Any] = {
            name: [getattr(before, name), getattr(after, name)]
            for name in changed
            if getattr(before, name) != getattr(after, name)
        }
        case = replace(held.case, incident=after)
        done.append(save(session, held, case, kind=RECLASSIFIED, facts={**facts, "reason": reason}, happened_at=now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def pause(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    reason: str,
    ask: str | None = None,
    at: datetime | None = None,
) -> list[Case]:
    """Pause the clocks, once somebody else approves it; `ask` is who is asked to."""
    asked = None if ask is None else person_of(session, ask, actor)
    facts = {"at": at or now, "reason": reason, "asked": asked}
    done = []
    for held in hold(session, named, now, mine=actor):
        after = pauses.pause(held.case, at=at or now, now=now, by=actor, reason=reason, asked=asked)
        done.append(save(session, held, after, kind=PAUSED, facts=facts, happened_at=at or now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def resume(
    session: Session, *, now: datetime, actor: str, named: list[str], at: datetime | None = None
) -> list[Case]:
    """End the pause that runs. Raise Conflict if none does."""
    done = []
    for held in hold(session, named, now, mine=actor):
        after = pauses.resume(held.case, at=at or now, now=now)
        done.append(save(session, held, after, kind=RESUMED, facts={"at": at or now}, happened_at=at or now))
    return done


@use_case(needs=Permission.RECORD, offline=False)
def approve(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    approved: bool = True,
    reason: str | None = None,
) -> list[Case]:
    """Decide pauses, named as 42/1, or countersign late acknowledgements, named as 42.

    Raise NotAllowed for one's own, Conflict where that was done already.
    """
    also = identity.names_of_one(session, actor)
    done = []
    for word in named:
        reference, _sign, number = mend(word).partition("/")
        held = hold(session, [reference], now)[0]
        if number:
            if not number.isascii() or not number.isdigit():
                raise InvalidInput(
                    _("{word!r} names no pause.").format(word=excerpt(word)),
                    _("Name it as {reference}/1.").format(reference=held.case.reference),
                )
            wanted = int(number[:6])
            after = pauses.decide(held.case, number=wanted, by=actor, now=now, approved=approved, also=also)
            kind = PAUSE_APPROVED if approved else PAUSE_REFUSED
            facts = {"pause": wanted, "reason": reason}
        else:
            if not approved:
                raise InvalidInput(_("Only a pause can be refused."), _("Name it as 42/1."))
            after = pauses.countersign(held.case, by=actor, now=now, also=also)
            kind, facts = COUNTERSIGNED, {"reason": reason}
        done.append(save(session, held, after, kind=kind, facts=facts, happened_at=now))
    return done


@use_case(needs=Permission.RECORD, offline=False)
def merge(session: Session, *, now: datetime, actor: str, named: list[str], into: str) -> list[Case]:
    """Merge these incidents into that one, all or none, and return that one. Its own name among them is passed over."""
    found = hold(session, [into, *named], now)
    target = found[0].case
    sources = found[1:]
    if not sources:  # the same one twice is held once
        merging.merge(target, target, now=now)
    for held in sources:
        after = merging.merge(held.case, target, now=now)
        write(session, held.case.incident, after, kind=MERGED, facts={"into": target.reference}, happened_at=now)
    joined = [held.case.reference for held in sources]
    return [_judged_anew(session, target.reference, kind=MERGED, facts={"with": joined}, now=now)]


@use_case(needs=Permission.RECORD, offline=False)
def split(session: Session, *, now: datetime, actor: str, named: list[str]) -> list[Case]:
    """Take the merging of these incidents back, and return them."""
    done = []
    for word in named:
        reference = hold(session, [word], now)[0].case.reference
        # What it was merged into may have been merged on: the case at the end reads them all.
        (root,) = targets_of(session, {reference})
        held = hold(session, [reference, root], now)[0]
        after = merging.split(held.case.incident)
        facts = {"from": held.case.incident.merged_into}
        done.append(
            save(session, held, replace(held.case, incident=after), kind=SPLIT, facts=facts, happened_at=now)
        )
        _judged_anew(session, root, kind=SPLIT, facts={"with": [reference]}, now=now)
    return done


def _judged_anew(session: Session, target: str, *, kind: str, facts: dict[str, Any], now: datetime) -> Case:
    """The target after its group changed, its dues computed anew; its timeline says what came to it or left it."""
    incident = of_references(session, [target])[0]
    case = case_of(session, incident)
    after = stamped(case, rulebook.of_generation(session, generation=incident.rules))
    write(session, incident, after, kind=kind, facts=facts, happened_at=now)
    return replace(case, incident=after)


@use_case(needs=Permission.RECORD, offline=False)
def correct(
    session: Session, *, now: datetime, actor: str, named: list[str], given: dict[str, Any], reason: str
) -> Corrected:
    """Set these fields right; the ledger keeps the old values. Raise NotFound for an unknown asset or customer."""
    if "asset" in given:
        given = {**given, "asset": assets.known_handle(session, word=given["asset"])}
    if given.get("customer") is not None:
        from opsctl.people.service import customers

        given = {**given, "customer": customers.known_code(session, word=given["customer"])}
    if given.get("assignee") is not None:
        given = {**given, "assignee": person_of(session, given["assignee"], actor)}
    done, unchanged, months = [], set(), set()
    for held in hold(session, named, now):
        wanted = dict(given)
        if "asset" in given and "customer" not in given:
            wanted["customer"] = handles.customer_of(session, handle=given["asset"]) or held.case.incident.customer
        before = held.case.incident
        after, changes = corrections.correct(before, wanted, now=now, by=actor)
        after = _with_severity(session, before, after)
        case = replace(held.case, incident=after)
        if changes:
            facts: dict[str, Any] = {"reason": reason, **{one.field: [one.old, one.new] for one in changes}}
            if after.severity != before.severity:
                facts["severity"] = [before.severity, after.severity]
            case = save(session, held, case, kind=CORRECTED, facts=facts, happened_at=now)
            if before.counts and not {one.field for one in changes} <= _IN_NO_FIGURE:
                months |= _past_months(session, (before, after), now)
        else:
            unchanged.add(before.reference)
        done.append(case)
    return Corrected(tuple(done), frozenset(unchanged), tuple(sorted(months)))


_IN_NO_FIGURE = {"title", "assignee", *corrections.TEXTS}


def _past_months(session: Session, versions: tuple[Incident, ...], now: datetime) -> set[str]:
    """The months that are over in which one of these versions of an incident began, lasted or ended."""
    first = min(min(one.clock_start, one.opened) for one in versions)
    ended = [moment for one in versions for moment in (one.resolved, one.restored, one.closed) if moment is not None]
    lasting = any(one.resolved is None and one.closed is None for one in versions)
    last = now if lasting else max(ended, default=first)
    zone = zone_of(session)
    day, end, today = local_day(first, zone), local_day(last, zone), local_day(now, zone)
    months = range(day.year * 12 + day.month - 1, min(end.year * 12 + end.month, today.year * 12 + today.month - 1))
    return {f"{month // 12}-{month % 12 + 1:02d}" for month in months}


def _with_severity(session: Session, before: Incident, after: Incident) -> Incident:
    """A corrected impact or urgency leads to another severity, by the rules that the record was judged by."""
    if (before.impact, before.urgency) == (after.impact, after.urgency):
        return after
    rules = rulebook.of_generation(session, generation=after.rules)
    return replace(after, severity=rules.severity_of(after.impact, after.urgency) or after.severity)


@use_case(needs=Permission.RECORD, offline=False)
def void(
    session: Session, *, now: datetime, actor: str, named: list[str], because: Void | None, reason: str | None = None
) -> list[Case]:
    """Take these incidents out of every figure for that reason, or back into them where none is given."""
    done = []
    for held in hold(session, named, now):
        incident = held.case.incident
        after = closing.unvoid(incident) if because is None else closing.void(held.case, because)
        kind = UNVOIDED if because is None else VOIDED
        facts = {"because": because, "reason": reason}
        done.append(save(session, held, replace(held.case, incident=after), kind=kind, facts=facts, happened_at=now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def plan(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    name: str | None = None,
    at: datetime | None = None,
) -> list[Case]:
    """Say that the emergency plan was started. Raise Conflict if it was before, or the incident is not in hand."""
    done = []
    for held in hold(session, named, now, mine=actor):
        check_in_hand(held.case, "plan")
        check_instant(held.case.reference, at or now, now, held.case.clock_start, held.case.opened)
        incident = closing.start_plan(held.case.incident, at=at or now, name=name)
        facts = {"at": at or now, "plan": name}
        after = replace(held.case, incident=incident)
        done.append(save(session, held, after, kind=PLAN_STARTED, facts=facts, happened_at=at or now))
    return done
