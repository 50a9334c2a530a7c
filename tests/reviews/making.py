"""Reviews and documents made by hand, and any document that there can be."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from opsctl.actions.terms import Kind as ActionKind
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.terms import Kind, State

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, as in the databases of the tests."""
HELD = NOW - timedelta(days=1)
WRITTEN = Document(
    title="erp login 502",
    held_on=HELD,
    facilitator="li",
    participants=("li", "wang"),
    summary="Nobody could log in for half an hour.",
    factors=(
        Factor(
            FactorKind.TECHNICAL,
            "app3 had no memory left",
            behind=(Factor(FactorKind.PROCESS, "no alert looks at its memory", root=True),),
        ),
    ),
    root_cause="Nothing watches the memory of the application servers.",
    actions=("ACT-2026-0001",),
)
"""What wants nothing any more but that its action is verified."""


def review(state: State = State.DRAFT, **given: Any) -> Review:
    """A review in that state: started by wang an hour ago, submitted by wang, approved by li."""
    values: dict[str, Any] = {
        "reference": "REV-2026-0001", "kind": Kind.INCIDENT, "state": state, "document": WRITTEN,
        "subjects": ("INC-2026-0001",), "author": "wang", "recorded_at": NOW - timedelta(hours=1),
    }  # fmt: skip
    if state is not State.DRAFT:
        values |= {"submitted_by": "wang", "submitted_at": NOW}
    if state in (State.APPROVED, State.CLOSED):
        values |= {"approved_by": "li", "approved_at": NOW, "approved_post": "om-head", "approved_seq": 7}
    if state is State.CLOSED:
        values |= {"closed_by": "li", "closed_at": NOW}
    return Review(**{**values, **given})


_WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20).map(
    str.strip
).filter(bool)
_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(microsecond=0, tzinfo=UTC)
)
_FACTORS = st.recursive(
    st.builds(Factor, st.sampled_from(FactorKind), _WORDS, st.booleans()),
    lambda deeper: st.builds(
        Factor, st.sampled_from(FactorKind), _WORDS, st.booleans(), st.lists(deeper, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
DOCUMENTS = st.builds(
    Document,
    title=_WORDS,
    held_on=st.none() | _MOMENTS,
    facilitator=st.none() | _WORDS,
    participants=st.lists(_WORDS, max_size=3).map(tuple),
    summary=st.just("") | _WORDS,
    added=st.lists(st.builds(Line, _MOMENTS, _WORDS, st.booleans()), max_size=3).map(tuple),
    hidden=st.lists(st.integers(1, 99), max_size=3, unique=True).map(sorted).map(tuple),
    notes=st.lists(st.tuples(st.integers(1, 99), _WORDS), max_size=3).map(tuple),
    factors=st.lists(_FACTORS, max_size=3).map(tuple),
    root_cause=st.just("") | _WORDS,
    undetermined=st.booleans(),
    lessons=st.lists(_WORDS, max_size=3).map(tuple),
    planned=st.lists(
        st.builds(
            Planned,
            _WORDS,
            st.none() | _WORDS,
            st.none() | _MOMENTS,
            st.none() | st.sampled_from(ActionKind),
            st.none() | _WORDS,
            st.none() | st.integers(1, 36),
        ),
        max_size=3,
    ).map(tuple),
    actions=st.lists(st.sampled_from(["ACT-2026-0001", "ACT-2026-0002"]), unique=True).map(tuple),
    own=st.lists(st.builds(Own, _WORDS, _WORDS), max_size=2).map(tuple),
)
"""Documents with something in every part; the texts of Markdown's own making are elsewhere."""
