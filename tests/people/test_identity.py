"""Who acts: nobody needs a name until the first person is recorded, then every write does."""

import pytest

from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.people.rules import PersonView
from opsctl.people.service import persons
from opsctl.people.service.identity import identify
from tests.harness import CommandLine, Perform, Read


def test_any_name_passes_while_nobody_is_recorded(read: Read) -> None:
    assert read(identify, name="Lead Li") == "Lead Li"


@pytest.mark.parametrize("name", ["wang", "WANG", " ｗａｎｇ ", "zhang@corp", "Zhang@Corp"])
def test_a_handle_and_a_login_say_who_acts(wang: PersonView, perform: Perform, read: Read, name: str) -> None:
    perform(persons.add, as_="wang", handle="zhang", texts={"login": "Zhang@Corp"})
    assert read(identify, name=name) == ("wang" if "w" in name.casefold() or "ｗ" in name else "zhang")


def test_a_stranger_may_write_nothing(wang: PersonView, read: Read) -> None:
    with pytest.raises(NotAllowed, match="Nobody here has the login or handle 'bob'") as refused:
        read(identify, name="bob")
    assert refused.value.hint == "Act as a person with --as, or let one type: opsctl person add HANDLE --login bob"


def test_a_name_is_no_login(wang: PersonView, read: Read) -> None:
    with pytest.raises(NotAllowed):
        read(identify, name="王芳")


def test_the_first_person_must_be_the_one_who_acts(acting: str, perform: Perform, read: Read) -> None:
    with pytest.raises(
        InvalidInput, match=f"The first person must be you, {acting}: nobody else could write"
    ) as refused:
        perform(persons.add, handle="zhang")
    assert refused.value.hint == f"Type: opsctl person add zhang --login {acting}"
    assert read(persons.everybody) == []


@pytest.mark.parametrize("login", ["other", None])
def test_nobody_takes_away_the_login_they_act_under(
    wang: PersonView, perform: Perform, read: Read, acting: str, login: str | None
) -> None:
    with pytest.raises(Conflict, match="without it you could write nothing more"):
        perform(persons.edit, person="wang", texts={"login": login})
    assert read(persons.find, word="wang").login == acting


def test_a_stranger_is_told_what_to_do_and_may_still_read(run: CommandLine) -> None:
    assert run("person", "add", "li", "--name", "李", "--login", "Lead.Li").code == 0
    assert run("asset", "add", "erp").code == 0
    refused = run("--as", "bob", "asset", "add", "mail")
    assert (refused.code, refused.out) == (5, "")
    assert refused.err == (
        "opsctl: Nobody here has the login or handle 'bob'."
        " Act as a person with --as, or let one type: opsctl person add HANDLE --login bob\n"
    )
    assert run("--as", "bob", "asset", "list", "-q").out == "erp\n"
    assert run("--as", "ＬＩ", "asset", "add", "mail").code == 0


def test_a_retired_person_writes_nothing_more(run: CommandLine) -> None:
    run("person", "add", "li", "--login", "lead.li")
    run("person", "add", "zhang")
    assert run("person", "retire", "zhang").code == 0
    refused = run("--as", "zhang", "asset", "add", "erp")
    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("opsctl: zhang is retired and writes nothing more.")
