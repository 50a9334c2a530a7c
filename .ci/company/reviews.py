"""The reviews: begun, written, submitted, approved and closed, and what becomes of the actions that they decide."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from analyses_autumn import AUTUMN
from analyses_spring import SPRING
from gatherings import CATCHING_UP, MEETINGS, PERIODS
from life import ZONE, Life, local, minutes, wall
from sqlmodel import Session
from written import Todo, Written

from opsctl.core.periods import read_period
from opsctl.core.times import utc_text
from opsctl.incidents.service import read as incidents
from opsctl.incidents.terms import State
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import to_json
from opsctl.reviews.service import coverage


class Reviews:
    """Lives every review to where it stands at the end."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.actions: dict[str, list[str]] = {}
        """By what a review is about, the actions that it decided."""

    def begin(self) -> None:
        """Arrange all of them."""
        for table, start in (
            ((*SPRING, *AUTUMN), self._of_incidents),
            (CATCHING_UP, self._of_the_tool_before),
            (PERIODS, self._of_a_period),
            (MEETINGS, self._of_a_meeting),
        ):
            for one in table:
                self.life.at(local(one.started), partial(self._live, one, start))

    def _live(self, one: Written, start: Any) -> None:
        """Begin it, and arrange what comes after."""
        standing = _Standing(self.life, one, start(one))
        self.actions[one.about[0]] = standing.actions
        standing.arrange()

    def _of_incidents(self, one: Written) -> Review:
        named = [reference for about in one.about for reference in self._incidents(about)]
        return self._started(one, "start", named=named)

    def _of_the_tool_before(self, one: Written) -> Review:
        since, until = (read_period(f"{day}..{day}", zone=ZONE, now=self.life.now).start for day in one.about)
        found = self.life.read(coverage.uncovered, now=self.life.now, since=since, until=until)
        return self._started(one, "start", named=[each.incident.reference for each in found if each.due is not None])

    def _of_a_period(self, one: Written) -> Review:
        period = read_period(one.about[0], zone=ZONE, now=self.life.now)
        given = {"name": period.name, "since": wall(period.start), "until": wall(period.end)}
        return self._started(one, "start-period", **given)

    def _of_a_meeting(self, one: Written) -> Review:
        named: list[str] = []
        for about in one.about:
            whose, sign, number = about.partition("/")
            named += [self.actions[whose][int(number) - 1]] if sign else self._incidents(whose)
        return self._started(one, "start-meeting", named=named)

    def _started(self, one: Written, verb: str, **given: Any) -> Review:
        found: Review = self.life.do(one.by, f"review.{verb}", title=one.title, **given)
        return found

    def _incidents(self, about: str) -> list[str]:
        """The incidents of an asset that were opened on a day: `his 04-09`."""
        asset, day = about.split()
        start = local(f"{day} 00:00")
        found = self.life.read(incidents.list_incidents, now=self.life.now, asset=asset, sort="opened")
        return [
            case.incident.reference
            for case, _clocks in found.cases
            if start <= case.opened < start + timedelta(days=1) and case.incident.state is not State.MERGED
        ]


class _Standing:
    """One review as it stands, and its way to the end."""

    def __init__(self, life: Life, told: Written, review: Review) -> None:
        self.life = life
        self.told = told
        self.review = review
        self.actions: list[str] = []

    def arrange(self) -> None:
        """What comes after its beginning."""
        told, at = self.told, self.life.at
        if told.first is not None:
            at(local(told.started) + minutes(25), partial(self._edit, told.by, told.first))
        if told.text:
            entered = local(told.entered) if told.entered else local(told.held) + minutes(75)
            at(entered, self._write)
            if told.submitted:
                at(entered + minutes(5), partial(self._do, told.by, "submit"))
        if told.approved is not None:
            clock, by = told.approved
            at(local(clock), partial(self._do, by, "approve"))
        for clock, by, verb, said in told.more:
            happen = partial(self._edit, by, said) if verb == "edit" else partial(self._do, by, verb, **said)
            at(local(clock), happen)
        if told.closed:
            at(local(told.closed), partial(self._do, told.by, "close", without_actions=told.without_actions))

    def _do(self, by: str, verb: str, **said: Any) -> None:
        self.review = self.life.do(by, f"review.{verb}", reference=self.review.reference, **said)

    def _edit(self, by: str, text: Mapping[str, Any], held: str = "") -> list[str]:
        """Save the text over what stands there; give the actions that were recorded with it."""
        held_on = wall(local(held)) if held else None
        if held_on is None and self.review.held_on is not None:
            held_on = wall(self.review.held_on)
        arguments = {
            "reference": self.review.reference,
            "version": self.review.version,
            "content": to_json(self.review.document) | dict(text),
            "title": self.told.title,
            "held_on": held_on,
        }
        saved = self.life.exactly(by, "review.edit", arguments)
        self.review = saved.review
        return [action.reference for action in saved.raised]

    def _write(self) -> None:
        """The text of the meeting, with who took part and what was decided."""
        told = self.told
        text = {**told.text, "facilitator": told.facilitator, "participants": list(told.participants)}
        if told.todo:
            text["planned"] = [_planned(one) for one in told.todo]
        if told.notes or told.hidden:
            text |= self._of_its_rows()
        self.actions += self._edit(told.by, text, told.held)
        for one, reference in zip(told.todo, self.actions, strict=True):
            self._follow(one, reference)

    def _of_its_rows(self) -> dict[str, Any]:
        rows = self.life.read(_rows_of, subjects=self.review.subjects)
        first = {row.kind: row.seq for row in reversed(rows)}
        return {
            "notes": sorted([first[kind], text] for kind, text in self.told.notes),
            "hidden": sorted(first[kind] for kind in self.told.hidden),
        }

    def _follow(self, one: Todo, reference: str) -> None:
        """What becomes of an action."""
        moves = list(one.again)
        if one.done is not None:
            moves.append((one.done[0], one.owner, "done", {"result": one.done[1]}))
        if one.checked is not None:
            moves.append((one.checked[0], one.checked[1], "verify", {}))
        for clock, by, verb, said in moves:
            self.life.at(local(clock), partial(self.life.do, by, f"action.{verb}", named=[reference], **said))


def _planned(one: Todo) -> dict[str, Any]:
    said = {"text": one.text, "owner": one.owner, "kind": one.kind, "deadline": utc_text(local(one.deadline))}
    optional = {"verify": one.verify, "months": one.months}
    return said | {name: value for name, value in optional.items() if value is not None}


def _rows_of(session: Session, *, subjects: Sequence[str]) -> list[Row]:
    return list(ledger.rows(session, Search(subjects=subjects)))
