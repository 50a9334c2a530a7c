"""The words of rounds, as people read them."""

from opsctl.core.texts import _, pgettext, series
from opsctl.core.times import show_duration
from opsctl.core.void import as_void
from opsctl.inspections.rules import Flagged, Reading, Round
from opsctl.inspections.terms import Flag, Grade, Mark, Source, State
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ChecklistKind, ItemType


def name_of(one: Round, checklist: Checklist | None) -> str:
    """The title of the round's checklist; its name where the rules do not have it."""
    return one.checklist if checklist is None else checklist.title.said


def mark(value: Mark) -> str:
    """What an answer says, as a word."""
    return {
        Mark.OK: pgettext("reading", "ok"),
        Mark.WARN: pgettext("reading", "warning"),
        Mark.FAIL: pgettext("reading", "failed"),
        Mark.NOT_APPLICABLE: pgettext("reading", "n/a"),
    }[value]


def state(one: Round) -> str:
    """Where a round stands, as a word."""
    if one.void is not None:
        return as_void(one.void)
    return {State.OPEN: pgettext("round", "open"), State.DONE: pgettext("round", "done")}[one.state]



def grade(value: Grade) -> str:
    """How good evidence is, as a word."""
    return {
        Grade.MACHINE: pgettext("evidence", "machine"),
        Grade.PHOTO: pgettext("evidence", "photo or file"),
        Grade.COUNTERSIGNED: pgettext("evidence", "countersigned"),
        Grade.SELF_DECLARED: pgettext("evidence", "self-declared"),
    }[value]


def source(value: Source) -> str | None:
    """How an answer came about, where it is worth saying."""
    return {Source.EXCEPTION: _("by exception"), Source.MACHINE: _("by a machine")}.get(value)


def flag(one: Flagged) -> str:
    """A flag with what it is about."""
    about = series(one.about)
    if one.flag is Flag.LATE_ENTRY:
        about = series(show_duration(int(minutes) * 60) for minutes in one.about)
    return {
        Flag.PACE: _("faster than anybody can walk it"),
        Flag.COPIED: _("every number is that of the last round"),
        Flag.NO_VARIANCE: _("unchanged for many rounds: {about}"),
        Flag.LATE_ENTRY: _("entered {about} after it was walked"),
        Flag.OVERLAP: _("overlaps with {about}"),
        Flag.CHALLENGE: _("what was to be read on the spot is missing or wrong"),
    }[one.flag].format(about=about)


def flag_word(one: Flag) -> str:
    """A flag alone, short enough for a list."""
    return {
        Flag.PACE: pgettext("flag", "pace"),
        Flag.COPIED: pgettext("flag", "copied"),
        Flag.NO_VARIANCE: pgettext("flag", "no variance"),
        Flag.LATE_ENTRY: pgettext("flag", "entered late"),
        Flag.OVERLAP: pgettext("flag", "overlap"),
        Flag.CHALLENGE: pgettext("flag", "challenge"),
    }[one]


def kind(one: ChecklistKind) -> str:
    """What a checklist is for, as a word."""
    return {
        ChecklistKind.INSPECTION: pgettext("checklist", "inspection"),
        ChecklistKind.MAINTENANCE: pgettext("checklist", "maintenance"),
        ChecklistKind.QUALITY_CHECK: pgettext("checklist", "quality check"),
        ChecklistKind.SECURITY_AUDIT: pgettext("checklist", "security audit"),
        ChecklistKind.ACCEPTANCE: pgettext("checklist", "acceptance"),
        ChecklistKind.DRILL: pgettext("checklist", "drill"),
    }[one]


def item_type(one: ItemType) -> str:
    """What kind of answer an item wants, as a word."""
    return {
        ItemType.STATE: pgettext("item", "state"),
        ItemType.NUMBER: pgettext("item", "number"),
        ItemType.TEXT: pgettext("item", "text"),
        ItemType.CHOICE: pgettext("item", "choice"),
        ItemType.PHOTO: pgettext("item", "photo or file"),
    }[one]


def value(reading: Reading | None, item: Item) -> str | None:
    """What was read, with its unit or the title of the choice."""
    if reading is None or reading.value is None:
        return None
    choice = next((one for one in item.choices if one.id == reading.value), None)
    if choice is not None:
        return choice.title.said
    return f"{reading.value} {item.unit}" if item.unit and reading.number is not None else reading.value
