"""Whatever stands in the tables of patrols, reading them ends with findings and never with a fault."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.chain import canonical
from opsctl.rulebook.rules.findings import Findings
from opsctl.rulebook.rules.patrols import patrols_of
from opsctl.rulebook.rules.policies import policies_of
from opsctl.rulebook.rules.reading_patrols import read_patrols
from opsctl.rulebook.rules.references import dangling, disagreeing
from opsctl.rulebook.rules.standing import fields_of, names_of, rules_of
from opsctl.rulebook.views import patrols as views

KEYS = (
    "title", "kind", "items", "challenge", "takes", "id", "type", "group", "mandatory", "filled_by", "unit", "warn",
    "critical", "possible", "steady", "choices", "state", "ask", "answer", "checklist", "assets", "schedule", "at",
    "every", "zone", "start", "owner", "evidence", "early", "grace", "route", "handles", "policy", "topic", "fail",
    "asset", "locations", "retention", "rpo", "rto", "verify", "level", "expires", "restore_test", "rule", "encryption",
    "name", "medium", "site", "daily", "min_good", "classification", "method",
)  # fmt: skip
WORDS = (
    "x", "y", "inspection", "state", "number", "choice", "10:20", "@5", "ok", "machine", "2h", "0d",
    "inspection.completed", "maintenance.completed", "0 9 * * *", "0 9 31 * *", "FREQ=MONTHLY", "FREQ=DAILY;COUNT=3",
    "UNTIL=1;=", "@daily", "@", "02:00", "Asia/Shanghai", "asset-owner", "role:x", "2026-12-01", "key", "", "secret",
    "full", "L5", "90d", "tape",
)  # fmt: skip
leaves = st.sampled_from(WORDS) | st.text(max_size=8) | st.booleans() | st.integers(-9, 9) | st.floats()
values = st.recursive(
    leaves,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS), below, max_size=6),
    max_leaves=30,
)
tables = st.dictionaries(st.sampled_from(("x", "y", "Y")) | st.text(max_size=3), values, max_size=3)
item = st.fixed_dictionaries(
    {"id": st.sampled_from(("a", "b")), "title": st.sampled_from(("A", "B")), "type": st.just("state")},
    optional=dict.fromkeys(("group", "mandatory", "warn", "choices", "filled_by"), values),
)
checklist = st.fixed_dictionaries(
    {"title": st.just("X"), "items": st.lists(item, max_size=3)}, optional={"takes": values, "challenge": values}
)
duty = st.fixed_dictionaries(
    {"owner": st.just("role:x"), "evidence": st.just({"kind": "inspection.completed", "checklist": "x"})},
    optional=dict.fromkeys(("schedule", "every", "at", "start", "assets", "zone", "grace"), values),
)

policy = st.fixed_dictionaries(
    {
        "asset": st.just("erp"),
        "owner": st.just("role:x"),
        "schedule": st.sampled_from(("0 9 * * *", "FREQ=MONTHLY;BYDAY=1SA", "x")),
        "locations": st.just([{"name": "a", "medium": "disk"}]) | values,
        "retention": st.just({"daily": 7}) | values,
        "rpo": st.sampled_from(("26h", "60d")) | values,
    },
    optional=dict.fromkeys(
        ("title", "at", "start", "zone", "rto", "verify", "classification", "early", "grace"), values
    )
    | {"encryption": st.booleans(), "restore_test": st.just({"rule": "FREQ=MONTHLY;BYDAY=1SA", "at": "02:00"})},
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "checklists": tables | st.dictionaries(st.just("x"), checklist) | values,
            "routes": tables | values,
            "duties": tables | st.dictionaries(st.just("d"), duty) | values,
            "backups": tables | st.dictionaries(st.just("b"), policy) | values,
            "actions": values,
            "posts": values,
        },
    )
)
def test_anything_is_read_or_refused_and_what_is_without_errors_is_understood(said: dict[str, Any]) -> None:
    findings = Findings("om.toml")
    content = read_patrols(said, zone="Asia/Shanghai", year=2026, beside={}, findings=findings)
    assert all(one.key and one.message.startswith("om.toml: ") for one in (*findings.errors, *findings.warnings))
    if findings.errors:
        return
    content = json.loads(canonical(content))
    rules = rules_of(content, generation=1, since=None)
    found = patrols_of(rules)
    assert set(found.checklists) == {name.partition(".")[2] for name in names_of(content) if name.startswith("check")}
    assert [found.checklists[name].name for name in found.checklists] == list(found.checklists)
    assert [found.duties[name].name for name in found.duties] == list(found.duties)
    policies = policies_of(rules)
    assert [policies[name].name for name in policies] == list(content["backups"])
    assert {f"backup:{name}" for name in policies} == {name for name in found.duties if name.startswith("backup:")}
    assert all(isinstance(text, str) for text in fields_of(content).values())
    assert list(dangling({"om": content})) == list(disagreeing({"om": content})) == []
    assert set(views.describe(rules)["routes"]) == set(found.routes)
