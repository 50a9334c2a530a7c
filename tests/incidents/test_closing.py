"""What a closing wants, plans, and what takes a record out of the figures."""

from datetime import timedelta
from typing import Any

import pytest

from opsctl.core.errors import Conflict
from opsctl.core.void import Void
from opsctl.incidents.rules import closing
from opsctl.incidents.rules.closing import Missing
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts
from tests.incidents.records import changed, clock, opened, resolve


def limits(severity: int, *, plan: bool) -> Limits:
    return Limits(severity, timedelta(hours=1), None, Starts.OPENED, "always", plan, None)


RULES = Rules(
    generation=1,
    limits={1: limits(1, plan=True), 2: limits(2, plan=False)},
    customer_limits={("quiet", 1): limits(1, plan=False)},
)
TEXTS = {"cause": "certificate", "handling": "renewed", "result": "works"}
RESOLVED = resolve(opened(), clock(11))


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        pytest.param({}, [Missing.CAUSE, Missing.HANDLING, Missing.RESULT], id="nothing is said"),
        pytest.param({**TEXTS, "handling": ""}, [Missing.HANDLING], id="an empty text is none"),
        pytest.param(TEXTS, [], id="no customer, no limits"),
        pytest.param({**TEXTS, "customer": "甲公司"}, [Missing.TOLD], id="a customer who was not told"),
        pytest.param({**TEXTS, "customer": "甲公司", "severity": 2}, [Missing.TOLD], id="limits without a plan"),
        pytest.param({**TEXTS, "customer": "甲公司", "told": clock(11)}, [], id="a customer who was told"),
        pytest.param({**TEXTS, "severity": 1}, [Missing.PLAN], id="a severity that wants a plan"),
        pytest.param({**TEXTS, "severity": 1, "plan_started": clock(10)}, [], id="whose plan was started"),
        pytest.param(
            {**TEXTS, "severity": 1, "customer": "甲公司"}, [Missing.PLAN], id="the plan is instead of telling"
        ),
        pytest.param({**TEXTS, "severity": 1, "customer": "quiet"}, [Missing.TOLD], id="the customer's own limits"),
        pytest.param({**TEXTS, "severity": 1, "customer": "甲公司", "drill": True}, [], id="a drill"),
        pytest.param({**TEXTS, "severity": 3}, [], id="a severity without limits"),
    ],
)
def test_what_a_record_lacks_to_be_closed(given: dict[str, Any], missing: list[Missing]) -> None:
    assert closing.missing(changed(RESOLVED, **given), RULES) == missing


def test_an_incomplete_record_is_not_closed_and_each_way_out_is_named() -> None:
    with pytest.raises(Conflict) as caught:
        closing.check_complete(changed(RESOLVED, cause="certificate", customer="甲公司"), RULES, None)
    assert caught.value.message == "The record of INC-2026-0007 is not complete."
    assert caught.value.hint == "Give: --handling TEXT, --result TEXT, --told [TIME]"
    with pytest.raises(Conflict) as caught:
        closing.check_complete(changed(RESOLVED, **TEXTS, severity=1), RULES, None)
    assert caught.value.hint == "Give: --because REASON (no emergency plan was started)"


def test_a_reason_stands_for_the_customer_or_the_plan_never_for_the_texts() -> None:
    untold = changed(RESOLVED, **TEXTS, customer="甲公司")
    assert closing.check_complete(untold, RULES, "customer is away").exemption == "customer is away"
    with pytest.raises(Conflict):
        closing.check_complete(changed(untold, result=None), RULES, "customer is away")


def test_a_reason_is_kept_only_where_something_is_missing() -> None:
    complete = changed(RESOLVED, **TEXTS)
    assert closing.check_complete(complete, RULES, "just so").exemption is None
    # Closed without telling, reopened, told, closed again: nothing is missing any more.
    told = changed(complete, customer="甲公司", told=clock(11), exemption="customer is away")
    assert closing.check_complete(told, RULES, None).exemption is None


def test_a_plan_is_started_once() -> None:
    started = closing.start_plan(opened().incident, at=clock(10, 5), name="site failover")
    assert (started.plan, started.plan_started) == ("site failover", clock(10, 5))
    with pytest.raises(Conflict) as caught:
        closing.start_plan(started, at=clock(10, 6), name=None)
    assert caught.value.message == "The plan of INC-2026-0007 was started at {moment} already."
    assert caught.value.moment == clock(10, 5)


@pytest.mark.parametrize("reason", Void)
def test_void_takes_it_out_and_undoing_brings_exactly_it_back(reason: Void) -> None:
    case = changed(RESOLVED, **TEXTS)
    gone = closing.void(case, reason)
    assert (gone.void, gone.counts, case.incident.counts) == (reason, False, True)
    assert closing.unvoid(gone) == case.incident


def test_void_twice_and_undoing_nothing_are_refused() -> None:
    with pytest.raises(Conflict) as caught:
        closing.void(changed(opened(), void=Void.TEST), Void.MISTAKE)
    assert caught.value.message == "INC-2026-0007 is void (test) already."
    with pytest.raises(Conflict) as caught:
        closing.unvoid(opened().incident)
    assert caught.value.message == "INC-2026-0007 is not void."


def test_a_drill_counts_nowhere_void_or_not() -> None:
    drill = opened(drill=True)
    assert not drill.incident.counts
    assert not closing.unvoid(closing.void(drill, Void.TEST)).counts
