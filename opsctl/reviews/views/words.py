"""The words of reviews in the reader's language."""

from typing import Any

from opsctl.core.texts import _, language, pgettext
from opsctl.core.void import as_void
from opsctl.reviews import terms
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.facts import Returned
from opsctl.reviews.rules.moves import state_word
from opsctl.reviews.terms import FACTORS, HEADINGS, Factor, Heading, Kind, Section


def said(heading: Heading) -> str:
    """A heading in the reader's language."""
    return heading.zh if language() == "zh_CN" else heading.en


def heading(section: Section) -> str:
    """What a section is called."""
    return said(HEADINGS[section])


def factor_word(kind: Factor) -> str:
    """What kind of thing contributed."""
    return said(FACTORS[kind])


def kind_word(kind: Kind) -> str:
    """What a review is about."""
    return {
        Kind.INCIDENT: pgettext("review", "incident"),
        Kind.PERIOD: pgettext("review", "periodic"),
        Kind.MEETING: _("quality analysis meeting"),
    }[kind]


def standing(review: Review) -> str:
    """The state, and that it is void."""
    word = state_word(review.state)
    return word if review.void is None else f"{word} · {as_void(review.void)}"


def event_word(kind: str) -> str:
    """What a row of the ledger tells."""
    return {
        terms.STARTED: pgettext("review", "started"),
        terms.IMPORTED: pgettext("review", "imported"),
        terms.EDITED: pgettext("review", "edited"),
        terms.SUBMITTED: pgettext("review", "submitted"),
        terms.APPROVED: pgettext("review", "approved"),
        terms.RETURNED: pgettext("review", "returned"),
        terms.CLOSED: pgettext("review", "closed"),
        terms.VOIDED: _("made void"),
        terms.HANDED_OVER: pgettext("review", "handed over"),
        "ledger.redacted": _("redacted"),
    }.get(kind, kind)


def returned_data(returned: Returned | None) -> dict[str, Any] | None:
    """At which return a review stands, for programs; None where at none."""
    return None if returned is None else {"by": returned.by, "reason": returned.reason, "at": returned.at}
