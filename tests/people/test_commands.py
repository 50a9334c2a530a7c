"""`opsctl person` and `opsctl customer`, exactly as they are printed."""

import json

import pytest

from tests.harness import CommandLine


@pytest.fixture
def team(run: CommandLine) -> CommandLine:
    run("person", "add", "wang", "--name", "王芳", "--login", "lead.li", "--post", "technical-head")
    run("person", "add", "ＬＩ", "--name", " 李  雷", "--superior", "王芳", "--team", "二班", "--phone", "138")
    return run


def test_a_pipe_gets_the_posts_that_are_held_now(team: CommandLine) -> None:
    assert team("person", "list").out == (
        "handle  name   team  posts           superior  phone  state\n"
        "li      李 雷  二班  –               wang      138    active\n"
        "wang    王芳   –     technical-head  –         –      active\n"
    )
    assert team("person", "list", "--post", "technical-head", "-q").out == "wang\n"


def test_show_has_every_field_and_every_post(team: CommandLine) -> None:
    team("person", "edit", "me", "--phone", "139")
    team("person", "edit", "wang", "--end-post", "technical-head", "--at", "2026-10-01")
    team("person", "edit", "wang", "--post", "duty", "--since", "2026-10-01", "--until", "2026-12-31")
    assert team("person", "show", "me").out == (
        "handle      wang\n"
        "name        王芳\n"
        "login       lead.li\n"
        "department  –\n"
        "team        –\n"
        "superior    –\n"
        "phone       –\n"
        "e-mail      –\n"
        "state       active\n"
        "retired     –\n"
        "recorded    2026-11-05 10:00+08:00\n"
        "\n"
        "posts\n"
        "post            since                   until\n"
        "technical-head  –                       2026-10-01 00:00+08:00\n"
        "duty            2026-10-01 00:00+08:00  2027-01-01 00:00+08:00\n"
    )


def test_a_person_for_programs(team: CommandLine) -> None:
    assert json.loads(team("person", "show", "li", "--json").out) == {
        "opsctl": 1,
        "kind": "person",
        "data": {
            "handle": "li",
            "name": "李 雷",
            "login": None,
            "department": None,
            "team": "二班",
            "superior": "wang",
            "phone": "138",
            "email": None,
            "posts": [],
            "retired_at": None,
            "recorded_at": "2026-11-05T02:00:00Z",
        },
    }


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        pytest.param(
            ("add", "li"), "There is a person li already. Change them with: opsctl person edit li", 6, id="taken"
        ),
        pytest.param(
            ("add", "mei", "--superior", "lii"), "There is no person 'lii'. Did you mean li?", 4, id="no-superior"
        ),
        pytest.param(
            ("edit", "wang", "--superior", "li"),
            "The superiors would go in a circle: wang → li → wang. Name another superior, or none with --superior -.",
            6,
            id="circle",
        ),
        pytest.param(
            ("add", "mei", "--login", "LEAD.LI"),
            "The login lead.li means wang already."
            " Choose another; a login can be taken away with: opsctl person edit PERSON --login -",
            6,
            id="login-twice",
        ),
        pytest.param(
            ("edit", "wang", "--login", "-"),
            "You act as lead.li; without it you could write nothing more. Let somebody else change your login.",
            6,
            id="own-login",
        ),
        pytest.param(
            ("edit", "wang", "--post", "technical-head"),
            "wang has the post technical-head in that time already."
            " End it first with: opsctl person edit wang --end-post technical-head",
            6,
            id="post-twice",
        ),
        pytest.param(
            ("edit", "li", "--end-post", "duty"),
            "li does not hold the post duty at that time. They hold none then.",
            6,
            id="post-not-held",
        ),
        pytest.param(
            ("add", "x", "--post", "a", "--since", "2026-10-02", "--until", "2026-09-30"),
            "A post cannot end before it begins. Give --until a later time than --since.",
            2,
            id="post-turned-round",
        ),
        pytest.param(
            ("edit", "li"), "Nothing to change was given. See what can be: opsctl person edit --help", 2, id="nothing"
        ),
        pytest.param(("add", "x", "--name", "\x1b[2J"), "The text is empty. Say it in a few words.", 2, id="no-name"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    team: CommandLine, arguments: tuple[str, ...], said: str, code: int
) -> None:
    result = team("person", *arguments)
    assert (result.out, result.err, result.code) == ("", f"opsctl: {said}\n", code)


def test_a_customer_is_added_changed_listed_and_shown(run: CommandLine) -> None:
    assert run("customer", "list").err == "No customers yet. Add one with: opsctl customer add CODE\n"
    assert run("customer", "add", "ACME", "--name", "Acme Ltd", "--name-zh", "甲公司").out == "acme added: Acme Ltd\n"
    assert run("customer", "edit", "甲公司", "--zone", "Europe/Rome").out == "acme changed: Acme Ltd\n"
    assert run("customer", "list").out == (
        "code  name      Chinese name  zone\nacme  Acme Ltd  甲公司        Europe/Rome\n"
    )
    assert run("customer", "show", "acme").out == (
        "code          acme\n"
        "name          Acme Ltd\n"
        "Chinese name  甲公司\n"
        "zone          Europe/Rome\n"
        "recorded      2026-11-05 10:00+08:00\n"
    )


def test_a_person_a_customer_and_an_asset_may_share_a_handle(team: CommandLine) -> None:
    team("customer", "add", "li")
    team("asset", "add", "li", "--owner", "li", "--customer", "li")
    assert team("ledger", "verify", "--deep").code == 0
    assert team("ledger", "redact", "2", "--reason", "asked for", "--yes").code == 0
    assert json.loads(team("person", "show", "li", "--json").out)["data"]["name"] == "[redacted]"
    assert json.loads(team("asset", "show", "li", "--json").out)["data"]["title"] == "li"
    assert team("ledger", "verify", "--deep").code == 0
