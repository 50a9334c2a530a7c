"""What a closing wants, and what takes a record out of the figures. Pure."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from opsctl.core.errors import MOMENT, Conflict
from opsctl.core.texts import _
from opsctl.core.void import Void
from opsctl.incidents.rules.clocks import limits_of
from opsctl.incidents.rules.life import Case, Incident
from opsctl.rulebook.rules import Rules


class Missing(StrEnum):
    """What a record lacks before it can be closed (OM-3.4a to c)."""

    CAUSE = "cause"
    HANDLING = "handling"
    RESULT = "result"
    TOLD = "told"
    PLAN = "plan"


def missing(case: Case, rules: Rules) -> list[Missing]:
    """What the record lacks: cause, handling and result; that the customer was told, or the emergency plan started.

    The plan where the severity's limits ask for one; else telling the customer, where the incident has one.
    """
    incident = case.incident
    found = [
        word
        for word, text in (
            (Missing.CAUSE, incident.cause),
            (Missing.HANDLING, incident.handling),
            (Missing.RESULT, incident.result),
        )
        if not text
    ]
    if wants_plan(case, rules):
        if incident.plan_started is None and not incident.drill:
            found.append(Missing.PLAN)
    elif incident.customer is not None and incident.told is None and not incident.drill:
        found.append(Missing.TOLD)
    return found


def wants_plan(case: Case, rules: Rules) -> bool:
    """Whether the rules ask for an emergency plan at this severity."""
    limits = limits_of(case, rules)
    return limits is not None and limits.emergency_plan


def check_complete(case: Case, rules: Rules, exemption: str | None) -> Incident:
    """The incident fit to be closed, with the reason why it is closed all the same where something is missing.

    Cause, handling and result are never waived. Raise Conflict, with what is missing and how to give it.
    """
    lacking = missing(case, rules)
    texts = [word for word in lacking if word in (Missing.CAUSE, Missing.HANDLING, Missing.RESULT)]
    if texts or (lacking and exemption is None):
        ways = {
            Missing.CAUSE: "--cause TEXT",
            Missing.HANDLING: "--handling TEXT",
            Missing.RESULT: "--result TEXT",
            Missing.TOLD: "--told [TIME]",
            Missing.PLAN: _("--because REASON (no emergency plan was started)"),
        }
        raise Conflict(
            _("The record of {reference} is not complete.").format(reference=case.reference),
            _("Give: {ways}").format(ways=", ".join(ways[word] for word in lacking)),
        )
    return replace(case.incident, exemption=exemption if lacking else None)


def start_plan(incident: Incident, *, at: datetime, name: str | None) -> Incident:
    """The incident with its emergency plan started. Raise Conflict if one was."""
    if incident.plan_started is not None:
        raise Conflict(
            _("The plan of {reference} was started at {moment} already.").format(
                reference=incident.reference, moment=MOMENT
            ),
            _("Correct it with: opsctl incident correct {reference} plan_started=TIME").format(
                reference=incident.reference
            ),
            moment=incident.plan_started,
        )
    return replace(incident, plan=name, plan_started=at)


def void(case: Case, reason: Void) -> Incident:
    """The incident out of every figure. Raise Conflict if it is, is merged, or others are merged into it."""
    incident = case.incident
    if incident.void is not None:
        raise Conflict(
            _("{reference} is void ({reason}) already.").format(reference=incident.reference, reason=incident.void),
            _("See: opsctl incident show {reference}").format(reference=incident.reference),
        )
    if incident.merged_into is not None or case.members:
        together = incident.merged_into or ", ".join(one.reference for one in case.members)
        raise Conflict(
            _("{reference} is merged with {others}.").format(reference=incident.reference, others=together),
            _("Split them first: opsctl incident split REF"),
        )
    return replace(incident, void=reason)


def unvoid(incident: Incident) -> Incident:
    """The incident in the figures again. Raise Conflict if it is not void."""
    if incident.void is None:
        raise Conflict(
            _("{reference} is not void.").format(reference=incident.reference),
            _("See: opsctl incident show {reference}").format(reference=incident.reference),
        )
    return replace(incident, void=None)
