import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.typed import as_typed, clean_for_terminal, excerpt, mend, nearest, read_body, read_handle, read_title

any_text = st.text(st.characters(codec=None, categories=None), max_size=60)
hostile_text = st.lists(
    st.one_of(
        any_text,
        st.sampled_from(
            ["\x1b[31m", "\x1b]0;t\x07", "\x9b1m", "\x1b", "\x9d", "\u202e", "\ud800", "\r\n", "\t", "\x1b\\"]
        ),
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("０９：４０", "09:40"),
        ("10。0。0。1", "10.0.0.1"),
        ("10．5", "10.5"),
        ("2026-10-01。。2026-10-15", "2026-10-01..2026-10-15"),
        ("完成。3 台", "完成。3 台"),
        ("—2h", "-2h"),
        ("2026——10", "2026-10"),
        ("－30m", "-30m"),
        ("−30m", "-30m"),
        ("“核心”", '"核心"'),
        ("‘a’", "'a'"),
        ("\u3000 temp＝41\u200b ", "temp=41"),
        ("\u200e2026\u200e-10", "2026-10"),
    ],
)
def test_what_was_typed_is_mended(text: str, mended: str) -> None:
    assert mend(text) == mended


@given(any_text)
def test_mending_twice_changes_nothing_more(text: str) -> None:
    assert mend(mend(text)) == mend(text)


@pytest.mark.parametrize(
    ("text", "mended", "was_mended"),
    [("09:40", "09:40", False), (" 09:40 ", "09:40", False), ("09：40", "09:40", True)],
    ids=["as it is", "blanks around are not worth a word", "a full-width colon is"],
)
def test_it_is_said_whether_something_was_mended(text: str, mended: str, was_mended: bool) -> None:
    assert as_typed(text) == (mended, was_mended)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("erp login 502", "erp login 502"),
        ("  erp \t login\n502  ", "erp login 502"),
        ("核心交换机：上联（一）故障！", "核心交换机：上联（一）故障！"),
        ("\x1b[31;1mred\x1b[0m alert", "red alert"),
        ("\x1b]0;owned\x07disk full", "disk full"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x9d0;owned\x9cdisk", "disk"),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x1bcreset", "reset"),
        ("\x1b(Bascii", "ascii"),
        ("user \u202etxt.exe\u202c file", "user txt.exe file"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("bad \udcff byte", "bad byte"),
        ("a \x00 b", "a b"),
        ("\ufefferp\u200b-db", "erp-db"),
        ("👩\u200d🔧 on duty", "👩\u200d🔧 on duty"),
    ],
)
def test_a_title_is_one_clean_line(text: str, title: str) -> None:
    assert read_title(text) == title


@pytest.mark.parametrize("text", ["", "   ", "\x1b[31m", "\u202e\x00", "\u200b\u200b"], ids=ascii)
def test_a_title_without_anything_to_see_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        read_title(text)


def test_a_title_may_have_three_hundred_characters_and_not_one_more() -> None:
    assert read_title("机" * 300) == "机" * 300
    with pytest.raises(InvalidInput, match="The text has 301 characters, 300 are allowed"):
        read_title("机" * 301)


def test_blanks_that_go_away_do_not_count_towards_the_limit() -> None:
    assert read_title("a" + " " * 400 + "b", limit=3) == "a b"


def test_a_body_keeps_its_lines_tabs_and_indents() -> None:
    assert read_body("\n first\r\n\tsecond  x \x1b[31m\n\nlast\n\n") == " first\n\tsecond  x\n\nlast"


def test_a_body_has_its_own_limit() -> None:
    assert len(read_body("a" * 20_000)) == 20_000
    with pytest.raises(InvalidInput, match="20001 characters, 20000 are allowed"):
        read_body("a" * 20_001)
    with pytest.raises(InvalidInput, match="empty"):
        read_body(" \n\t\n")


@given(hostile_text)
def test_no_title_can_command_a_terminal(text: str) -> None:
    try:
        title = read_title(text)
    except InvalidInput:
        return
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in title)
    assert not set(title) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert title == " ".join(title.split())
    assert read_title(title) == title


@given(hostile_text, st.booleans())
def test_nothing_shown_can_command_a_terminal(text: str, keep_newlines: bool) -> None:
    shown = clean_for_terminal(text, keep_newlines=keep_newlines)
    kept = {"\n"} if keep_newlines else set()
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in set(shown) - kept)
    assert clean_for_terminal(shown, keep_newlines=keep_newlines) == shown


@pytest.mark.parametrize(
    "text",
    ["", "disk full on app3", "机房\u3000空调", "1\u00a0000", "½ · – ✓"],
    ids=["empty", "plain", "ideographic blank", "no-break blank", "signs"],
)
def test_ordinary_text_is_shown_untouched(text: str) -> None:
    assert clean_for_terminal(text) == text


def test_line_breaks_become_blanks_unless_they_are_kept() -> None:
    assert clean_for_terminal("a\r\nb\rc\td\u2028e") == "a b c d e"
    assert clean_for_terminal("a\r\nb\rc\td\u2028e", keep_newlines=True) == "a\nb\nc d\ne"


def test_many_unfinished_sequences_are_removed_each_by_itself() -> None:
    assert clean_for_terminal("\x9d" * 50_000 + "end") == "end"
    assert clean_for_terminal("\x1b]" * 50_000 + "end") == "end"


@pytest.mark.parametrize(
    ("text", "line"),
    [("short", "short"), ("a\n\x1b[1mb", "a b"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…")],
    ids=["as it is", "cleaned", "just fits", "cut"],
)
def test_an_excerpt_fits_into_a_sentence(text: str, line: str) -> None:
    assert excerpt(text) == line


def test_an_excerpt_of_a_megabyte_is_cut_too() -> None:
    assert excerpt("\x00" * 1_000_000) == "…"
    assert excerpt("y" * 1_000_000) == "y" * 59 + "…"


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("core-sw-1", "core-sw-1"),
        (" ERP_DB ", "erp_db"),
        ("ｅｒｐ", "erp"),
        ("甲公司", "甲公司"),
        ("10。0。0。1", "10.0.0.1"),
        ("Straße", "strasse"),
        ("3com", "3com"),
        ("inc-2026", "inc-2026"),
        ("nas-lab01", "nas-lab01"),
        ("x" * 64, "x" * 64),
    ],
)
def test_a_handle_is_read_in_lower_case(text: str, handle: str) -> None:
    assert read_handle(text) == handle


@pytest.mark.parametrize(
    "text",
    ["", "-a", "_a", ".a", "a b", "a/b", "a\x1b[31mb", "x" * 65, "../etc", "😀", "a:b", "\ud800"],
    ids=ascii,
)
def test_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a handle"):
        read_handle(text)


@pytest.mark.parametrize(
    "text", ["42", "４２", "٤٢", "INC-2026-0042", "inc-2026-0042", "ＲＰＴ-2026-19", "act-2026-12345"]
)
def test_a_handle_that_would_be_taken_for_a_record_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="looks like the reference of a record"):
        read_handle(text)


@given(st.one_of(any_text, st.from_regex(r"[\w.-]{1,70}")))
def test_a_handle_reads_back_as_itself(text: str) -> None:
    try:
        handle = read_handle(text)
    except InvalidInput:
        return
    assert read_handle(handle) == handle
    assert 1 <= len(handle) <= 64


def test_names_that_contain_the_word_come_first_the_shortest_leading() -> None:
    known = ["core-sw-2", "erp-db-standby", "erp-db", "erb-db", "billing"]
    assert nearest("erp-d", known) == ["erp-db", "erp-db-standby", "erb-db"]


def test_names_spelled_alike_are_found_whatever_their_case() -> None:
    assert nearest("Shanhgai", ["Asia/Tokyo", "Shanghai", "UTC"]) == ["Shanghai"]


@pytest.mark.parametrize("word", ["", "  ", "x" * 1_000_000, "zzzz"], ids=["empty", "blank", "huge", "unlike"])
def test_nothing_is_guessed_where_nothing_is_near(word: str) -> None:
    assert nearest(word, ["core-sw-1", "erp-db"]) == []


def test_no_more_names_are_offered_than_asked_for() -> None:
    assert nearest("sw", ["sw-3", "sw-1", "sw-2"], count=2) == ["sw-1", "sw-2"]
