"""What the books in force count on in each other. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from opsctl.rulebook.rules.standing import Content, merged
from opsctl.rulebook.terms import ALWAYS_NAME, BY_BACKUP, BY_CHECKLIST, BY_RESTORE_TEST


@dataclass(frozen=True, slots=True)
class Reference:
    """A key of a book that counts on a name in a table: `duties.patrol` on `core` in `checklists`."""

    book: str
    key: str
    table: str
    name: str


def dangling(contents: Mapping[str, Content]) -> Iterator[Reference]:
    """Every reference in these books, by their names, to what is in none of them."""
    together = merged(contents.values())
    for reference in references(contents):
        always = (reference.table, reference.name) == ("calendars", ALWAYS_NAME)
        if not always and reference.name not in together.get(reference.table, {}):
            yield reference


def references(contents: Mapping[str, Content]) -> Iterator[Reference]:
    """Every reference of these books to a calendar, a checklist, a route, a policy of backups or a post of reviews."""
    for book, content in contents.items():
        for limits in (content.get("limits", {}), *content.get("customer_limits", {}).values()):
            for severity, said in limits.items():
                yield Reference(book, f"limits.sev{severity}", "calendars", said["calendar"])
        reviews = content.get("reviews", {})
        if "calendar" in reviews:
            yield Reference(book, "reviews.calendar", "calendars", reviews["calendar"])
        for post in reviews.get("approve", ()):
            yield Reference(book, "reviews.approve", "posts", post)
        for name, route in content.get("routes", {}).items():
            yield Reference(book, f"routes.{name}", "checklists", route["checklist"])
        for name, duty in content.get("duties", {}).items():
            if "checklist" in duty["evidence"]:
                yield Reference(book, f"duties.{name}", "checklists", duty["evidence"]["checklist"])
            if "policy" in duty["evidence"] and duty["evidence"]["kind"] in (BY_BACKUP, BY_RESTORE_TEST):
                yield Reference(book, f"duties.{name}", "backups", duty["evidence"]["policy"])
            if "route" in duty.get("assets", {}):
                yield Reference(book, f"duties.{name}", "routes", duty["assets"]["route"])


def disagreeing(contents: Mapping[str, Content]) -> Iterator[tuple[str, str, str]]:
    """Every duty whose rounds are by another checklist than its route: its book and key, and the route's checklist."""
    routes = merged(contents.values())["routes"]
    for book, content in contents.items():
        for name, duty in content.get("duties", {}).items():
            walked = routes.get(duty.get("assets", {}).get("route"), {}).get("checklist")
            said = duty["evidence"].get("checklist")
            if duty["evidence"]["kind"] == BY_CHECKLIST and None not in (walked, said) and walked != said:
                yield book, f"duties.{name}", walked
