"""What people write into a review, and its JSON."""

import json

from hypothesis import given

from opsctl.core import chain
from opsctl.reviews.rules.document import Document, Factor, Planned, from_json, path_to_root, to_json
from opsctl.reviews.terms import Factor as FactorKind
from tests.reviews.making import DOCUMENTS, NOW, WRITTEN


@given(DOCUMENTS)
def test_a_document_is_what_its_json_says(document: Document) -> None:
    text = chain.canonical(to_json(document))
    assert from_json(json.loads(text), title=document.title, held_on=document.held_on) == document


def test_the_json_of_an_empty_document_is_empty() -> None:
    assert to_json(Document(title="x", held_on=NOW)) == {}


def test_the_whys_lead_from_the_outermost_factor_to_the_root_cause() -> None:
    assert [one.text for one in path_to_root(WRITTEN.factors)] == [
        "app3 had no memory left",
        "no alert looks at its memory",
    ]


def test_without_a_root_cause_there_is_no_path() -> None:
    beside = Factor(FactorKind.PEOPLE, "nobody was on call", behind=(Factor(FactorKind.PROCESS, "no plan"),))
    assert path_to_root((beside,)) == ()
    assert path_to_root((beside, *WRITTEN.factors))[0].text == "app3 had no memory left"


def test_an_action_is_whole_with_an_owner_a_deadline_and_a_kind() -> None:
    from opsctl.actions.terms import Kind

    whole = Planned("add an alert", owner="wang", deadline=NOW, kind=Kind.DETECT)
    assert whole.is_whole
    assert not Planned("add an alert", owner="wang", deadline=NOW).is_whole
    assert not Planned("add an alert", owner="wang", kind=Kind.DETECT).is_whole
    assert not Planned("add an alert", deadline=NOW, kind=Kind.DETECT).is_whole
