"""The actions as they are read: recorded ones by their reference, planned ones with what is known of them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from opsctl.actions.terms import Kind
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.reviews.rules.document import Planned
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import one_line
from opsctl.reviews.rules.markdown.escaping import RawLine, unslashed
from opsctl.reviews.rules.markdown.gathering import Gathering, Item, items
from opsctl.reviews.rules.markdown.moments import read_by
from opsctl.reviews.terms import Heading, Section
from opsctl.rulebook.terms import LONGEST_WATCH

_MONTHS = re.compile(r"([0-9]{1,6})\s*(?:months?|个?月)?", re.IGNORECASE)


def read_actions(lines: Sequence[RawLine], found: Gathering) -> None:
    """Take the references of recorded actions, and the planned ones."""
    planned: list[Planned] = []
    references: dict[str, None] = {}
    for item in _whole(items(lines, found)):
        checkbox = names.CHECKBOX.match(item.first)
        content = item.first[checkbox.end() :] if checkbox else item.first
        if checkbox and checkbox[1]:
            found.wrong(
                item.line.number,
                _("An action is not done by a cross in a review."),
                _("Leave [ ] as it is; of a recorded one say: opsctl action done REFERENCE"),
            )
        if reference := names.REFERENCE.match(content):
            _recorded(item, mend(reference[0]).upper(), content[reference.end() :], references, found)
        elif (one := _planned(item, content, found)) is not None:
            found.places[Section.ACTIONS.value, (len(planned),)] = item.line.number
            planned.append(one)
    found.parts |= {"planned": tuple(planned), "actions": tuple(references)}


def _whole(listed: Sequence[Item]) -> list[Item]:
    """The items, with a field that stands beside its action instead of below it put where it belongs."""
    whole: list[Item] = []
    for item in listed:
        if whole and _key(item.line.raw) is not None:
            whole[-1].below += [item.line, *item.below]
        else:
            whole.append(item)
    return whole


def _key(raw: str) -> Heading | None:
    """What of an action the line is about, None where it is a text."""
    said = names.FIELD.fullmatch(raw)
    return names.key_of(said[1]) if said else None


def _recorded(item: Item, reference: str, words: str, references: dict[str, None], found: Gathering) -> None:
    number = item.line.number
    if reference in references:
        found.wrong(number, _("{name} stands here twice.").format(name=reference), _("Remove one of them."))
        return
    references[reference] = None
    found.recorded.append((reference, one_line(words).lstrip(":： "), number))
    for line in item.below:
        if line.raw:
            found.wrong(
                line.number,
                _("{reference} is recorded, and not changed in a review.").format(reference=reference),
                _("Remove the line; see opsctl action assign --help and opsctl action correct --help"),
            )


def _planned(item: Item, content: str, found: Gathering) -> Planned | None:
    words = [unslashed(content, lambda one: names.REFERENCE.match(one) is not None)]
    planned, seen = Planned(""), set[Heading]()
    for line in item.below:
        said = names.FIELD.fullmatch(line.raw)
        key = names.key_of(said[1]) if said else None
        if said and key is not None:
            if key in seen:
                found.wrong(
                    line.number, _("{name} stands here twice.").format(name=names.spoken(key)), _("Remove one of them.")
                )
            seen.add(key)
            planned = _with(planned, key, said[2], line.number, found)
        elif names.BULLET.fullmatch(line.raw):
            _unknown(line, found)
        else:
            words.append(line.raw)
    text = one_line(" ".join(words))
    if not text:
        found.wrong(item.line.number, _("The action says nothing."), _("Say what is to be done, or remove it."))
        return None
    return replace(planned, text=text)


def _with(planned: Planned, key: Heading, value: str, number: int, found: Gathering) -> Planned:
    value = one_line(value)
    if not value or (key in (names.DEADLINE, names.KIND, names.MONTHS) and mend(value) == "-"):
        return planned
    if key is names.OWNER:
        return replace(planned, owner=value)
    if key is names.VERIFY:
        return replace(planned, verify=value)
    if key is names.DEADLINE:
        return replace(planned, deadline=found.moment(number, value, read_by))
    if key is names.KIND:
        return replace(planned, kind=_kind(value, number, found))
    return replace(planned, months=_months(value, number, found))


def _kind(value: str, number: int, found: Gathering) -> Kind | None:
    kind = names.kind_of(value)
    if kind is None:
        found.wrong(
            number,
            _("{word} is no kind of action.").format(word=excerpt(value)),
            _("Use one of {words}.").format(words=names.listed(names.KINDS.values())),
        )
    return kind


def _months(value: str, number: int, found: Gathering) -> int | None:
    said = _MONTHS.fullmatch(mend(value))
    if said and 1 <= int(said[1]) <= LONGEST_WATCH:
        return int(said[1])
    found.wrong(
        number,
        _("{text} is no number of months from 1 to {most}.").format(text=excerpt(value), most=LONGEST_WATCH),
        _("Say for how many months the evidence is watched, such as 6."),
    )
    return None


def _unknown(line: RawLine, found: Gathering) -> None:
    keys = (names.OWNER, names.DEADLINE, names.KIND, names.VERIFY, names.MONTHS)
    found.wrong(
        line.number,
        _("That says nothing of an action that is known: {line}").format(line=excerpt(line.raw)),
        _("Below an action stand {keys}; what belongs to its words stands there without a dash.").format(
            keys=names.listed(keys)
        ),
    )
