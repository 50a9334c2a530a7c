"""Checklists, routes and deadlines of actions: what they mean, and every error by its name."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from opsctl.assets.terms import Classification, Criticality
from opsctl.backups.terms import SUCCEEDED, TEST_PASSED, Level
from opsctl.core.chain import canonical
from opsctl.core.ranges import Range
from opsctl.inspections.terms import COMPLETED
from opsctl.maintenance.terms import LOGGED
from opsctl.reviews.terms import APPROVED
from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.rules.patrols import Challenge, Checklist, Choice, Item, Patrols, Route, patrols_of
from opsctl.rulebook.rules.standing import differences, merged, names_of, rules_of
from opsctl.rulebook.terms import (
    BY_BACKUP,
    BY_RESTORE_TEST,
    CLASSIFICATIONS,
    CRITICALITIES,
    MEETING,
    VERIFY_LEVELS,
    ChecklistKind,
    ItemType,
)
from tests.rulebook.books import errors, judged
from tests.rulebook.patrol_books import CHECKLIST, DUTY, ROUTE, items

FANS = 'id = "fans", type = "state"'
TEXT = 'It must be a text, or both languages: { en = "…", zh = "…" }.'


def patrols(tables: str) -> Patrols:
    book = judged(tables)
    assert (book.errors, book.warnings) == ((), ())
    return patrols_of(rules_of(json.loads(canonical(book.content)), generation=1, since=None))


def test_a_checklist_means_what_it_says() -> None:
    found = patrols("""
[checklists.core]
title = { en = "Core network patrol", zh = "核心网络巡检" }
kind = "maintenance"
takes = "5m"
challenge = [{ ask = { en = "Serial number", zh = "序列号" }, answer = "SW2207" }, { ask = "Seal" }]
items = [
  { id = "temp", title = { en = "Temperature", zh = "温度" }, group = "Air", type = "number", unit = "°C", \
warn = "18:27", critical = "@40:", possible = "-40:125", steady = true },
  { id = "fans", title = "Fans", type = "state" },
  { id = "mode", title = "Mode", type = "choice", choices = [
    { id = "both", title = "both" }, { id = "one", title = { zh = "单机" }, state = "warn" } ] },
  { id = "cpu", title = "CPU", type = "number", filled_by = "machine" },
  { id = "link", title = "Link", type = "state", filled_by = "machine", mandatory = true },
  { id = "note", title = "Note", type = "text", mandatory = false },
  { id = "view", title = "View", type = "photo", mandatory = true },
]
""")
    both = Choice("both", Words("both", "both"))
    one = Choice("one", Words("单机", "单机"), "warn")
    assert dict(found.checklists) == {
        "core": Checklist(
            name="core",
            title=Words("Core network patrol", "核心网络巡检"),
            kind=ChecklistKind.MAINTENANCE,
            items=(
                Item(
                    id="temp",
                    title=Words("Temperature", "温度"),
                    type=ItemType.NUMBER,
                    group=Words("Air", "Air"),
                    unit="°C",
                    warn=Range(Decimal(18), Decimal(27), False, "18:27"),
                    critical=Range(Decimal(40), None, True, "@40:"),
                    possible=Range(Decimal(-40), Decimal(125), False, "-40:125"),
                    steady=True,
                ),
                Item("fans", Words("Fans", "Fans"), ItemType.STATE),
                Item("mode", Words("Mode", "Mode"), ItemType.CHOICE, choices=(both, one)),
                Item("cpu", Words("CPU", "CPU"), ItemType.NUMBER, mandatory=False, machine=True),
                Item("link", Words("Link", "Link"), ItemType.STATE, mandatory=True, machine=True),
                Item("note", Words("Note", "Note"), ItemType.TEXT, mandatory=False),
                Item("view", Words("View", "View"), ItemType.PHOTO),
            ),
            challenges=(Challenge(Words("Serial number", "序列号"), "SW2207"), Challenge(Words("Seal", "Seal"))),
            takes=timedelta(minutes=5),
        )
    }


def test_a_checklist_is_for_inspections_where_it_says_nothing_else() -> None:
    found = patrols(items(FANS)).checklists["x"]
    assert (found.kind, found.challenges, found.takes) == (ChecklistKind.INSPECTION, (), None)


def test_a_route_is_walked_by_its_checklist_in_its_order() -> None:
    assert dict(patrols(CHECKLIST + ROUTE).routes) == {
        "edge": Route("edge", Words("Edge", "边界"), "core-network", ("edge-fw-1", "edge-fw-2"))
    }


def test_deadlines_of_actions_are_three_and_fourteen_days_where_no_book_says_others() -> None:
    day = timedelta(days=1)
    nothing = patrols_of(Rules())
    assert (dict(nothing.checklists), dict(nothing.routes), dict(nothing.duties)) == ({}, {}, {})
    assert (nothing.fail_within, nothing.warn_within) == (3 * day, 14 * day)
    some = patrols('[actions]\nfail = "36h"')
    assert (some.fail_within, some.warn_within) == (1.5 * day, 14 * day)
    assert patrols('[actions]\nwarn = "1w"').warn_within == 7 * day


def test_nothing_is_made_that_is_not_asked_for_and_nothing_twice() -> None:
    rules = rules_of(
        {"checklists": {"good": judged(CHECKLIST).content["checklists"]["core-network"], "broken": {}}},
        generation=1,
        since=None,
    )
    found = patrols_of(rules)
    assert list(found.checklists) == ["good", "broken"]
    assert len(found.checklists) == 2
    assert "broken" in found.checklists
    assert "none" not in found.checklists
    assert found.checklists["good"] is found.checklists["good"]
    with pytest.raises(KeyError):
        found.checklists["broken"]


@pytest.mark.parametrize(
    ("tables", "message", "hint"),
    [
        pytest.param(
            "[checklists]\nx = 1", "checklists.x is 1.", "It must be a table.", id="a checklist that is no table"
        ),
        pytest.param("[[checklists]]", "checklists is [{}].", "It must be a table.", id="a list of checklists"),
        pytest.param(
            f"[checklists.x]\nitems = [{{ title = 'F', {FANS} }}]",
            "checklists.x.title is missing.",
            TEXT,
            id="no title",
        ),
        pytest.param(
            '[checklists.x]\ntitle = "X"',
            "checklists.x.items is missing.",
            "It must be a list of 1 to 300 tables such as"
            ' { id = "fans", title = "Fans", type = "state" }.',
            id="no items",
        ),
        pytest.param(
            '[checklists.x]\ntitle = "X"\nitems = []',
            "checklists.x.items is [].",
            "It must be a list of 1 to 300 tables such as"
            ' { id = "fans", title = "Fans", type = "state" }.',
            id="an empty list of items",
        ),
        pytest.param(
            '[checklists.x]\ntitle = "X"\nitems = ["fans"]',
            "checklists.x.items[1] is 'fans'.",
            "It must be a table.",
            id="an item that is no table",
        ),
        pytest.param(
            items(FANS).replace("[checklists.x]", '[checklists.x]\nkind = "inspektion"'),
            "checklists.x.kind is 'inspektion'.",
            "It must be one of inspection, maintenance, quality-check, security-audit, acceptance, drill."
            " Did you mean inspection?",
            id="a kind mistyped",
        ),
        pytest.param(
            items(FANS) + 'takes = "0m"',
            "checklists.x.takes is '0m'.",
            "It must be more than nothing and at most a day.",
            id="a round in no time",
        ),
        pytest.param(
            items(FANS) + 'takes = "25h"',
            "checklists.x.takes is '25h'.",
            "It must be more than nothing and at most a day.",
            id="a round of more than a day",
        ),
        pytest.param(
            items(FANS) + "takes = 5",
            "checklists.x.takes is 5.",
            "It must be a duration such as 7d or 36h.",
            id="a round without a unit",
        ),
        pytest.param(
            items(FANS) + "challenges = []",
            "checklists.x.challenges is not known.",
            "Did you mean challenge? Allowed: title, kind, items, challenge, takes.",
            id="a key mistyped",
        ),
        pytest.param(
            items('id = "fans"'),
            "checklists.x.items[1].type is missing.",
            "It must be one of state, number, text, choice, photo.",
            id="no type",
        ),
        pytest.param(
            items('title = "F", type = "state"'),
            "checklists.x.items[1].id is missing.",
            'It must be a short name such as "fans".',
            id="no id",
        ),
        pytest.param(
            items('title = "F", type = "state", id = 7'),
            "checklists.x.items[1].id is 7.",
            'It must be a short name such as "fans".',
            id="a number for an id",
        ),
        pytest.param(
            items('id = "17", type = "state"'),
            "checklists.x.items[1].id is '17'.",
            "It must be a short name with a letter in it. Digits alone are the numbers of items in a sheet.",
            id="an id of digits",
        ),
        pytest.param(
            items('id = "1-5", type = "state"'),
            "checklists.x.items[1].id is '1-5'.",
            "It must be a short name with a letter in it. Digits alone are the numbers of items in a sheet.",
            id="an id like a range of items",
        ),
        pytest.param(
            items('id = "fans", type = "stat"'),
            "checklists.x.items[1].type is 'stat'.",
            "It must be one of state, number, text, choice, photo. Did you mean state?",
            id="a type mistyped",
        ),
        pytest.param(
            items(FANS, 'id = "FANS", title = "Other", type = "state"'),
            "checklists.x.items: fans is there twice.",
            "Each name stands there once.",
            id="an id twice",
        ),
        pytest.param(
            items('title = "Fan", id = "one", type = "state"', 'title = "FAN", id = "two", type = "state"'),
            "checklists.x.items: fan is there twice.",
            "Each name stands there once.",
            id="a title twice",
        ),
        pytest.param(
            items(
                'title = { en = "Fan 1", zh = "风扇" }, id = "one", type = "state"',
                'title = { en = "Fan 2", zh = "风扇" }, id = "two", type = "state"',
            ),
            "checklists.x.items: 风扇 is there twice.",
            "Each name stands there once.",
            id="a title twice in one language",
        ),
        pytest.param(
            items(FANS, 'title = "Fans", id = "other", type = "state"'),
            "checklists.x.items: fans is there twice.",
            "Each name stands there once.",
            id="a title that is the id of another",
        ),
        pytest.param(
            items('id = "fans", type = "state", mandatory = "no"'),
            "checklists.x.items[1].mandatory is 'no'.",
            "It must be true or false.",
            id="a word for a flag",
        ),
        pytest.param(
            items('id = "fans", type = "state", filled_by = "me"'),
            "checklists.x.items[1].filled_by is 'me'.",
            "It must be one of machine.",
            id="filled by a person",
        ),
        pytest.param(
            items('id = "fans", type = "state", warn = "3"'),
            "checklists.x.items[1].warn goes with items of the type number only.",
            'Leave it out, or write type = "number".',
            id="a range of a state",
        ),
        pytest.param(
            items('id = "note", type = "text", steady = true'),
            "checklists.x.items[1].steady goes with items of the type number only.",
            'Leave it out, or write type = "number".',
            id="a steady text",
        ),
        pytest.param(
            items('id = "temp", type = "number", warn = "18-27"'),
            "checklists.x.items[1].warn is '18-27'.",
            'It must be a range in quotes: "18:27", "10:" (10 or more) or "~:10" (10 or less).'
            " '18-27' is not a range.",
            id="a range with a dash",
        ),
        pytest.param(
            items('id = "temp", type = "number", critical = 27'),
            "checklists.x.items[1].critical is 27.",
            'It must be a range in quotes: "18:27", "10:" (10 or more) or "~:10" (10 or less).',
            id="a number for a range",
        ),
        pytest.param(
            items('id = "temp", type = "number", possible = "@0:10"'),
            "checklists.x.items[1].possible is '@0:10'.",
            "It must be the range outside of which a reading cannot be, without @.",
            id="possible outside",
        ),
        pytest.param(
            items('id = "temp", type = "number", unit = ""'),
            "checklists.x.items[1].unit is ''.",
            'It must be a unit such as "°C". The text is empty.',
            id="an empty unit",
        ),
        pytest.param(
            items('id = "mode", type = "choice"'),
            "checklists.x.items[1].choices is missing.",
            'It must be a list of 2 to 50 tables such as { id = "high", title = "High", state = "ok" }.',
            id="a choice of nothing",
        ),
        pytest.param(
            items('id = "mode", type = "choice", choices = [{ id = "a", title = "A" }]'),
            "checklists.x.items[1].choices is [{'id': 'a', 'title': 'A'}].",
            'It must be a list of 2 to 50 tables such as { id = "high", title = "High", state = "ok" }.',
            id="a choice of one",
        ),
        pytest.param(
            items('id = "fans", type = "state", choices = []'),
            "checklists.x.items[1].choices goes with items of the type choice only.",
            'Leave it out, or write type = "choice".',
            id="choices of a state",
        ),
        pytest.param(
            items('id = "mode", type = "choice", choices = [{ id = "a", title = "A" }, { id = "b", title = "a" }]'),
            "checklists.x.items[1].choices: a is there twice.",
            "Each name stands there once.",
            id="a choice twice",
        ),
        pytest.param(
            items(
                'id = "m", type = "choice", choices = [{ id = "a", title = "A", state = "no" },'
                ' { id = "b", title = "B" }]'
            ),
            "checklists.x.items[1].choices[1].state is 'no'.",
            "It must be one of ok, warn, fail.",
            id="a choice that says nothing",
        ),
        pytest.param(
            items(FANS) + 'challenge = { ask = "x" }',
            "checklists.x.challenge is {'ask': 'x'}.",
            "It must be a list of 1 to 100 tables such as"
            ' { ask = "Serial number of the UPS", answer = "US2211" }.',
            id="a challenge that is no list",
        ),
        pytest.param(
            items(FANS) + 'challenge = [{ answer = "x" }]',
            "checklists.x.challenge[1].ask is missing.",
            TEXT,
            id="a challenge that asks nothing",
        ),
        pytest.param(
            '[routes.r]\ntitle = "R"\nchecklist = "core"\nassets = ["a"]',
            "routes.r.checklist is 'core'.",
            "It must be one of those in [checklists], and there are none.",
            id="a route without any checklist",
        ),
        pytest.param(
            CHECKLIST + '[routes.r]\ntitle = "R"\nassets = ["a"]',
            "routes.r.checklist is missing.",
            "It must be one of core-network.",
            id="a route that names none",
        ),
        pytest.param(
            CHECKLIST + ROUTE.replace("core-network", "core-netwrk"),
            "routes.edge.checklist is 'core-netwrk'.",
            "It must be one of core-network. Did you mean core-network?",
            id="a route by a checklist that there is not",
        ),
        pytest.param(
            CHECKLIST + ROUTE.replace('["edge-fw-1", "edge-fw-2"]', "[]"),
            "routes.edge.assets is [].",
            'It must be a list of handles such as ["core-sw-1", "core-sw-2"].',
            id="a route to nowhere",
        ),
        pytest.param(
            CHECKLIST + ROUTE.replace("edge-fw-2", "EDGE-FW-1"),
            "routes.edge.assets: edge-fw-1 is there twice.",
            "Each name stands there once.",
            id="an asset twice",
        ),
        pytest.param(
            '[actions]\nfail = "0d"', "actions.fail is '0d'.", "It must be more than nothing.", id="a deadline at once"
        ),
        pytest.param(
            "[actions]\nwarn = 14",
            "actions.warn is 14.",
            "It must be a duration such as 7d or 36h.",
            id="a deadline without a unit",
        ),
        pytest.param(
            '[actions]\nfailed = "3d"',
            "actions.failed is not known.",
            "Did you mean fail? Allowed: fail, warn.",
            id="a deadline of nothing",
        ),
        pytest.param(
            CHECKLIST + CHECKLIST.replace("core-network", "Core-Network"),
            "checklists: core-network is there twice.",
            "Each name stands there once.",
            id="one checklist in two ways",
        ),
    ],
)
def test_an_error_names_the_key_what_was_found_and_what_is_allowed(tables: str, message: str, hint: str) -> None:
    assert errors(tables) == [(message, hint)]


def test_a_checklist_has_three_hundred_items_at_most() -> None:
    lines = [f'id = "item-{number}", type = "state"' for number in range(1, 302)]
    assert errors(items(*lines[:300])) == []
    assert [one.key for one in judged(items(*lines)).errors] == ["checklists.x.items"]


def test_all_errors_of_a_checklist_are_found_in_one_go_and_what_counts_on_it_is_not_wrong() -> None:
    wrong = items('id = "1.5", type = "stat"', 'id = "temp", type = "number", warn = "x", unit = 5')
    route = ROUTE.replace("core-network", "x")
    assert [one.key for one in judged(wrong + route).errors] == [
        "checklists.x.items[1].id",
        "checklists.x.items[1].type",
        "checklists.x.items[2].unit",
        "checklists.x.items[2].warn",
    ]


def test_a_route_may_be_walked_by_a_checklist_of_another_book() -> None:
    others = {"lists": judged(CHECKLIST).content}
    assert judged(ROUTE, others).errors == ()
    assert judged(ROUTE + DUTY, others).errors == ()


def test_the_names_of_a_book_are_its_tables_and_what_stands_in_them() -> None:
    content = judged(CHECKLIST + ROUTE + DUTY + '[actions]\nfail = "2d"').content
    assert names_of(content) == {"checklists.core-network", "routes.edge", "duties.patrol", "actions"}


def test_a_name_in_two_books_is_a_clash() -> None:
    content = judged(CHECKLIST + ROUTE + DUTY + '[actions]\nfail = "2d"').content
    again = CHECKLIST + DUTY + '[actions]\nwarn = "2d"'
    assert judged(again, {"other": content}).clashes == (
        ("actions", "other"),
        ("checklists.core-network", "other"),
        ("duties.patrol", "other"),
    )


def test_several_books_together_say_what_each_of_them_says() -> None:
    one, two = judged(CHECKLIST).content, judged(items(FANS) + '[actions]\nfail = "2d"').content
    both = patrols_of(rules_of(merged([one, two]), generation=1, since=None))
    assert sorted(both.checklists) == ["core-network", "x"]
    assert both.fail_within == timedelta(days=2)
    assert sorted(merged([one])["checklists"]) == ["core-network"]


def test_what_differs_is_named_by_item_and_key() -> None:
    old = judged(CHECKLIST + ROUTE + DUTY + '[actions]\nfail = "2d"').content
    changed = CHECKLIST.replace('warn = "18:27"', 'warn = "18:28"').replace('"Fans"', '"Both fans"')
    changed = changed.replace("items = [", 'takes = "90s"\nitems = [\n{ id = "new", title = "New", type = "state" },')
    route = ROUTE.replace(', "edge-fw-2"', "")
    duty = DUTY.replace("0 9", "30 8") + 'early = "2h"\n'
    new = judged(changed + route + duty).content
    assert [(one.key, one.old, one.new) for one in differences(old, new)] == [
        ("actions.fail", "2 d", None),
        ("checklists.core-network.items", "temp, fans", "new, temp, fans"),
        ("checklists.core-network.items.fans.title.en", "Fans", "Both fans"),
        ("checklists.core-network.items.new.title.en", None, "New"),
        ("checklists.core-network.items.new.title.zh", None, "New"),
        ("checklists.core-network.items.new.type", None, "state"),
        ("checklists.core-network.items.temp.warn", "18:27", "18:28"),
        ("checklists.core-network.takes", None, "1 min 30 s"),
        ("duties.patrol.early", None, "2 h"),
        ("duties.patrol.schedule", "0 9 * * *", "30 8 * * *"),
        ("routes.edge.assets", "edge-fw-1, edge-fw-2", "edge-fw-1"),
    ]


def test_the_words_for_assets_and_records_are_those_of_their_own_rooms() -> None:
    assert tuple(Criticality) == CRITICALITIES
    assert tuple(Classification) == CLASSIFICATIONS
    assert MEETING == (COMPLETED, LOGGED, SUCCEEDED, TEST_PASSED, APPROVED)
    assert (BY_BACKUP, BY_RESTORE_TEST) == (SUCCEEDED, TEST_PASSED)
    assert tuple(Level) == VERIFY_LEVELS
