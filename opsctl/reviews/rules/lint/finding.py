"""What the language help finds, and what it says of it."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from opsctl.core.texts import _


class LintKind(StrEnum):
    """What a sentence is marked for, the graver first."""

    BLAME = "blame"
    """A person stands there as the culprit."""
    HUMAN_ERROR = "human-error"
    """The error of a person stands there as a cause."""
    HINDSIGHT = "hindsight"
    """It is judged by what is known only now."""
    VAGUE_ACTION = "vague-action"
    """Nobody could say of an action that it was done, or who does it by when."""
    NO_RECORD = "no-record"
    """A line of the timeline names nothing that it can be looked up in."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A phrase that is marked. `words` are as they stand in the text, on one line.

    `line` is the line of the Markdown from 1, None where the text has no place in it; `section` its section's word.
    """

    line: int | None
    section: str
    kind: LintKind
    words: str
    message: str
    suggestion: str


class Advice(Enum):
    """What is wrong with a phrase, and what to write instead."""

    CULPRIT = auto()
    JUDGED = auto()
    PUNISHED = auto()
    ERROR = auto()
    COUNTERFACTUAL = auto()
    SELF_EVIDENT = auto()
    UNSEEN = auto()
    UNRECORDED = auto()


def said_of(advice: Advice) -> tuple[str, str]:
    """The message and the suggestion, in the reader's language."""
    match advice:
        case Advice.CULPRIT:
            return _("A person stands here as the culprit."), _(
                "Write what the person saw and had to go by, and which check, page or safeguard was missing there."
            )
        case Advice.JUDGED:
            return _("This judges a person."), _(
                "Leave the judgement out, and write what made this the sensible thing to do at the time."
            )
        case Advice.PUNISHED:
            return _("This punishes a person, and the system stays as it is."), _(
                "Write what is changed so that the next person who does the same comes to no harm."
            )
        case Advice.ERROR:
            return _("An error of a person is where the questions begin, not a cause."), _(
                "Ask what made the error possible, likely or unnoticed, and write that as the cause."
            )
        case Advice.COUNTERFACTUAL:
            return _("This tells what did not happen, judged by what is known only now."), _(
                "Write what was known and done then, and why; what is to change stands under the actions."
            )
        case Advice.SELF_EVIDENT:
            return _("What is plain now was not so at the time."), _(
                "Leave the word out, or write what showed it, where, and who could see it then."
            )
        case Advice.UNSEEN:
            return _("What was not noticed is known only now."), _(
                "Write where it showed, who was looking at what, and why it did not stand out there."
            )
        case Advice.UNRECORDED:
            return _("This line of the timeline names no record."), _(
                "Name where it is recorded, such as a ticket, a log or who saw it in brackets, "
                "or record it: opsctl incident note REF TEXT --at TIME"
            )
