"""Applying books of patrols and reading what is in force, on both databases."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.rulebook import service
from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.rules.book import Book, read_book
from opsctl.rulebook.rules.patrols import Patrols, patrols_of
from opsctl.rulebook.rules.standing import Difference
from opsctl.rulebook.service import applying, looking
from opsctl.rulebook.service.applying import default_text
from opsctl.rulebook.terms import ChecklistKind, ItemType
from tests.harness import Perform, Read
from tests.rulebook.books import WHOLE, make_book
from tests.rulebook.patrol_books import CHECKLIST, DUTY, ROUTE

SAMPLE = Path(__file__).parents[2] / "sample-data" / "rulebooks" / "patrols.toml"
ROUTE_DUTY = """
[duties.edge]
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { route = "edge" }
evidence = { kind = "inspection.completed" }
"""
DAY = timedelta(days=1)


def in_force(read: Read, at: datetime) -> Patrols:
    rules: Rules = read(service.in_force, at=at)
    return patrols_of(rules)


def sample(**others: Any) -> Book:
    return read_book(SAMPLE.read_text(encoding="utf-8"), file=SAMPLE.name, year=2026, others=others)


def test_a_book_of_patrols_is_in_force_beside_another(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, WHOLE)
    make_book(perform, CHECKLIST + ROUTE + DUTY + '[actions]\nfail = "2d"', name="patrols")
    found = in_force(read, now)
    assert [item.title for item in found.checklists["core-network"].items] == [
        Words("Inlet temperature", "进风温度"),
        Words("Fans", "风扇"),
    ]
    assert found.routes["edge"].assets == ("edge-fw-1", "edge-fw-2")
    assert (found.duties["patrol"].topic, found.duties["patrol"].zone) == ("core-network", "Asia/Shanghai")
    assert (found.fail_within, found.warn_within) == (2 * DAY, 14 * DAY)
    rules = read(service.in_force, at=now)
    assert rules.severity_of("high", "high") == 1


def test_a_round_can_be_judged_by_the_checklist_of_its_time(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, CHECKLIST)
    make_book(perform, CHECKLIST.replace("18:27", "18:30"), version="2", since=now + DAY)
    for at, written in ((now, "18:27"), (now + DAY, "18:30")):
        warn = in_force(read, at).checklists["core-network"].items[0].warn
        assert warn is not None
        assert warn.written == written
    old = patrols_of(read(service.of_generation, generation=1)).checklists["core-network"].items[0].warn
    assert old is not None
    assert old.written == "18:27"


@pytest.mark.parametrize(
    ("counting", "kept", "told"),
    [
        pytest.param(ROUTE, "", "routes.edge of the book other counts on the checklist core-network.", id="a route"),
        pytest.param(DUTY, "", "duties.patrol of the book other counts on the checklist core-network.", id="a duty"),
        pytest.param(
            ROUTE_DUTY, CHECKLIST, "duties.edge of the book other counts on the route edge.", id="a duty on a route"
        ),
    ],
)
def test_a_book_keeps_what_another_book_counts_on(perform: Perform, counting: str, kept: str, told: str) -> None:
    whole = CHECKLIST + ROUTE if kept else CHECKLIST
    make_book(perform, whole, name="lists")
    make_book(perform, counting, name="other")
    for given in ({"name": "lists", "version": "2"}, {"name": "new", "replaces": "lists"}):
        with pytest.raises(Conflict) as refused:
            make_book(perform, kept or '[posts]\nx = "X"\n', **given)
        assert refused.value.message == told
    wanted = "routes.edge" if kept else "checklists.core-network"
    assert refused.value.hint == f"Keep {wanted} in om.toml, or apply a new version of other first."
    make_book(perform, whole + '[posts]\nx = "X"\n', name="lists", version="2")


def test_a_route_keeps_the_checklist_that_a_duty_of_another_book_names(perform: Perform) -> None:
    both = CHECKLIST + CHECKLIST.replace("core-network", "other")
    make_book(perform, both + ROUTE, name="lists")
    make_book(perform, DUTY + 'assets = { route = "edge" }', name="duties")
    with pytest.raises(Conflict) as refused:
        make_book(perform, both + ROUTE.replace("core-network", "other"), name="lists", version="2")
    assert refused.value.message == (
        "duties.patrol of the book duties names another checklist than its route, which is by other."
    )
    assert refused.value.hint == "Change one of them in om.toml, or apply a new version of duties first."


def test_a_book_may_end_the_one_that_its_routes_counted_on_by_having_the_checklist_itself(
    perform: Perform, read: Read, now: datetime
) -> None:
    make_book(perform, CHECKLIST, name="lists")
    make_book(perform, CHECKLIST + ROUTE, name="all", replaces="lists")
    assert list(in_force(read, now).routes) == ["edge"]


def test_a_duty_by_a_checklist_that_no_book_in_force_has_is_refused(perform: Perform) -> None:
    with pytest.raises(InvalidInput, match=r"duties\.patrol\.evidence\.checklist is 'core-network'\."):
        make_book(perform, DUTY)


def test_two_versions_of_a_checklist_are_compared_by_item(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, CHECKLIST)
    make_book(perform, CHECKLIST.replace("18:27", "18:30"), version="2")
    assert read(looking.diff, now=now, first="om@1", second="om@2")[2] == [
        Difference("checklists.core-network.items.temp.warn", "18:27", "18:30"),
        Difference("rulebook.version", "1", "2"),
    ]


def test_the_example_book_is_without_a_fault_alone_and_beside_the_default_one() -> None:
    default = read_book(default_text("Asia/Shanghai"), file="default", year=2026, others={})
    for book in (sample(), sample(om=default.content)):
        assert (book.errors, book.warnings, book.clashes) == ((), (), ())


def test_the_example_book_shows_each_kind_of_item_checklist_and_schedule(
    perform: Perform, read: Read, now: datetime
) -> None:
    perform(applying.apply, text=default_text("Asia/Shanghai"), file="default")
    perform(applying.apply, text=SAMPLE.read_text(encoding="utf-8"), file=SAMPLE.name)
    found = in_force(read, now)
    room = found.checklists["server-room"]
    assert len(room.items) == 30
    assert {item.type for item in room.items} == set(ItemType)
    assert [item.id for item in room.items if not item.mandatory] == ["noticed", "picture"]
    assert all(item.group is not None and item.title.en != item.title.zh for item in room.items)
    assert {one.kind for one in found.checklists.values()} >= {
        ChecklistKind.INSPECTION,
        ChecklistKind.MAINTENANCE,
        ChecklistKind.QUALITY_CHECK,
        ChecklistKind.DRILL,
    }
    assert [item.id for item in found.checklists["core-network"].items if item.machine] == ["cpu"]
    assert len(found.routes["network-edge"].assets) == 3
    assert {name: one.schedule for name, one in found.duties.items()} == {
        "server-room-patrol": "0 9,21 * * *",
        "core-network-patrol": "0 9 * * *",
        "edge-patrol": "FREQ=WEEKLY;BYDAY=MO",
        "device-maintenance": "FREQ=MONTHLY;BYMONTHDAY=-1",
        "server-dusting": None,
        "records-check": "0 15 * * 5",
        "power-drill": "0 14 15 6,12 *",
    }
    assert found.duties["edge-patrol"].topic == "core-network"
