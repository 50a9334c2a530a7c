"""Posts, superiors and logins. Pure."""

from datetime import UTC, datetime

import pytest

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.people import rules
from opsctl.people.rules import PersonView, PostHeld

EARLY, DAY, LATE = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 12))


def person(*posts: PostHeld) -> PersonView:
    return PersonView("wang", "王芳", EARLY, posts=posts)


@pytest.mark.parametrize(
    ("held", "at", "is_held"),
    [
        pytest.param(PostHeld("duty"), EARLY, True, id="for-as-long-as-anybody-knows"),
        pytest.param(PostHeld("duty", since=DAY), EARLY, False, id="before"),
        pytest.param(PostHeld("duty", since=DAY), DAY, True, id="at-its-beginning"),
        pytest.param(PostHeld("duty", until=DAY), DAY, False, id="at-its-end"),
        pytest.param(PostHeld("duty", DAY, DAY), DAY, False, id="of-no-length"),
    ],
)
def test_a_post_is_held_from_its_beginning_and_not_at_its_end(held: PostHeld, at: datetime, is_held: bool) -> None:
    assert held.is_held(at) is is_held


def test_a_post_begins_beside_the_ones_before_it() -> None:
    before = person(PostHeld("duty", until=DAY))
    assert rules.begin_post(before, "duty", DAY, None).posts == (PostHeld("duty", until=DAY), PostHeld("duty", DAY))


@pytest.mark.parametrize(
    ("held", "since", "until"),
    [
        pytest.param(PostHeld("duty"), DAY, None, id="still-held"),
        pytest.param(PostHeld("duty", until=LATE), DAY, None, id="held-until-later"),
        pytest.param(PostHeld("duty", since=DAY), EARLY, None, id="to-begin-later"),
        pytest.param(PostHeld("duty", DAY, LATE), None, None, id="always"),
    ],
)
def test_a_post_is_not_held_twice_at_a_time(held: PostHeld, since: datetime | None, until: datetime | None) -> None:
    with pytest.raises(Conflict, match="wang has the post duty in that time already"):
        rules.begin_post(person(held), "duty", since, until)


def test_a_post_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidInput, match="A post cannot end before it begins"):
        rules.begin_post(person(), "duty", DAY, EARLY)


def test_ending_a_post_keeps_it_in_the_record() -> None:
    held = person(PostHeld("lead", EARLY), PostHeld("duty", EARLY))
    assert rules.end_post(held, "duty", DAY).posts == (PostHeld("lead", EARLY), PostHeld("duty", EARLY, DAY))


def test_a_post_that_is_not_held_cannot_end() -> None:
    with pytest.raises(Conflict, match="wang does not hold the post duty at that time") as refused:
        rules.end_post(person(PostHeld("lead")), "duty", DAY)
    assert refused.value.hint == "Posts held then: lead."


def test_whoever_leaves_holds_no_post_afterwards() -> None:
    before = person(PostHeld("a"), PostHeld("b", EARLY, LATE), PostHeld("c", LATE), PostHeld("d", None, EARLY))
    after = rules.end_all_posts(before, DAY)
    assert after.posts == (
        PostHeld("a", None, DAY),
        PostHeld("b", EARLY, DAY),
        PostHeld("c", LATE, LATE),
        PostHeld("d", None, EARLY),
    )
    assert after.posts_at(DAY) == after.posts_at(LATE) == ()


def test_a_list_of_posts_begins_ends_and_keeps() -> None:
    before = person(PostHeld("stays", EARLY), PostHeld("goes"), PostHeld("comes", LATE))
    after = rules.with_posts(before, ["stays", "comes", "new"], since=DAY, now=DAY)
    assert after.posts == (
        PostHeld("stays", EARLY),
        PostHeld("goes", None, DAY),
        PostHeld("comes", LATE),
        PostHeld("new", DAY),
    )
    assert rules.with_posts(after, ["new", "comes", "stays"], since=DAY, now=DAY) == after


@pytest.mark.parametrize(
    ("superiors", "chain"),
    [
        pytest.param({"a": None}, [], id="nobody-above"),
        pytest.param({"a": "b", "b": None}, [], id="one-above"),
        pytest.param({"a": "b", "b": "a"}, ["a", "b", "a"], id="each-other"),
        pytest.param({"a": "b", "b": "c", "c": "a"}, ["a", "b", "c", "a"], id="three"),
        pytest.param({"a": "b", "b": "c", "c": "b"}, [], id="a-circle-above-that-is-others"),
        pytest.param({"a": "a"}, ["a", "a"], id="oneself"),
    ],
)
def test_a_chain_of_superiors_that_comes_back_is_seen(superiors: dict[str, str | None], chain: list[str]) -> None:
    assert rules.circle("a", superiors) == chain


@pytest.mark.parametrize(
    ("handle", "login", "said"),
    [
        pytest.param("new", "free", "", id="free"),
        pytest.param("new", None, "", id="none"),
        pytest.param("wang", "root", "", id="their-own"),
        pytest.param("new", "root", "The login root means wang already.", id="login-of-another"),
        pytest.param("new", "li", "The login li means li already.", id="handle-of-another"),
        pytest.param("root", None, "The handle root is the login of wang.", id="handle-that-is-a-login"),
    ],
)
def test_a_name_that_acts_means_one_person(handle: str, login: str | None, said: str) -> None:
    assert rules.login_taken(handle, login, rules.meanings({"wang": "root", "li": None})) == said


@pytest.mark.parametrize(
    ("typed", "posts"),
    [
        pytest.param("technical-head", ["technical-head"], id="one"),
        pytest.param("lead; duty,QA、站长；ｏｐｓ", ["lead", "duty", "qa", "站长", "ops"], id="every-separator"),
    ],
)
def test_a_cell_lists_posts_as_people_write_lists(typed: str, posts: list[str]) -> None:
    assert rules.read_posts(typed) == posts


@pytest.mark.parametrize("login", ["a b", "x" * 101, "  "])
def test_a_login_is_one_short_word(login: str) -> None:
    with pytest.raises(InvalidInput, match="is not a login"):
        rules.read_login(login)


def test_what_is_not_known_of_a_person_is_not_in_their_digest() -> None:
    assert rules.person_fields(person(PostHeld("duty", EARLY))) == {
        "handle": "wang",
        "name": "王芳",
        "recorded_at": "2026-01-01T00:00:00.000000Z",
        "posts": [{"post": "duty", "since": "2026-01-01T00:00:00.000000Z"}],
    }
