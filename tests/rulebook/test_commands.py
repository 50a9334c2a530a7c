"""`opsctl rulebook`, exactly as it is printed."""

import json
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.rulebook.books import MATRIX, OFFICE, WHOLE, head

UNCERTAIN = (
    "default: calendars.office.holidays: the days off of CN are not known for certain in 2027, 2028."
    " Apply the book again, with a higher version, when they are announced and opsctl knows them.\n"
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "om.toml"
    path.write_text(head() + WHOLE, encoding="utf-8")
    return path


def test_the_default_book_is_applied_by_its_word(run: CommandLine) -> None:
    result = run("rulebook", "apply", "default")
    assert (result.out, result.err, result.code) == (
        "om@2026.2 applied: generation 1 of the rules\n",
        UNCERTAIN,
        0,
    )
    again = run("rulebook", "apply", "default")
    assert again.out == "om@2026.2 is in force with the same text already; nothing changed\n"
    assert again.code == 0
    assert run("ledger", "verify", "--deep").code == 0


def test_a_version_with_another_text_is_a_conflict(run: CommandLine, book: Path) -> None:
    assert run("rulebook", "apply", str(book)).code == 0
    book.write_text(head() + OFFICE, encoding="utf-8")
    result = run("rulebook", "apply", str(book))
    assert (result.out, result.code) == ("", 6)
    assert result.err == (
        "opsctl: There is a version 1 of the book om already, with another text. Raise the version."
        " What differs: opsctl rulebook diff FILE om@1\n"
    )


def test_the_list_says_what_is_in_force_and_since_when(run: CommandLine, book: Path) -> None:
    assert run("rulebook", "list").err == "No rulebook yet. opsctl brings one along: opsctl rulebook apply default\n"
    run("rulebook", "apply", str(book))
    for version, since in (("2", "2026-10-01"), ("3", "2027-01-01")):
        book.write_text(head(version=version) + WHOLE, encoding="utf-8")
        run("rulebook", "apply", str(book), "--since", since)
    assert run("rulebook", "list").out == (
        "rulebook  in force since          state     applied by  generation\n"
        "om@1      always                  ended     lead.li              1\n"
        "om@2      2026-10-01 00:00+08:00  in force  lead.li              2\n"
        "om@3      2027-01-01 00:00+08:00  to come   lead.li              3\n"
    )
    assert run("rulebook", "list", "-q").out == "om@1\nom@2\nom@3\n"


def test_a_book_in_another_encoding_is_refused_with_the_place_and_what_to_do(run: CommandLine, book: Path) -> None:
    book.write_bytes(b'[rulebook]\nname = "' + "运维".encode("gb18030") + b'"\n')
    for verb in ("validate", "apply"):
        result = run("rulebook", verb, str(book))
        # The name's first byte is the 20th, counted from 0 the 19th.
        assert (result.out, result.code) == ("", 2)
        assert result.err == f"opsctl: {book} is not UTF-8: it breaks at byte 19. Save it as UTF-8.\n"


def test_nothing_is_put_before_the_newest_rules_and_the_time_is_the_readers(run: CommandLine, book: Path) -> None:
    run("rulebook", "apply", str(book))
    book.write_text(head(version="2") + WHOLE, encoding="utf-8")
    run("rulebook", "apply", str(book), "--since", "2026-12-01")
    book.write_text(head(version="3") + WHOLE, encoding="utf-8")
    result = run("rulebook", "apply", str(book))
    assert (result.code, result.err) == (
        6,
        "opsctl: om@2 is in force from 2026-12-01 00:00:00+08:00 on; nothing can be put before it."
        " Give a later time with --since.\n",
    )


def test_show_is_what_people_read(run: CommandLine, book: Path) -> None:
    with book.open("a", encoding="utf-8") as file:
        file.write(
            '[calendars.shift]\nhours = { mon-sun = "22:00-06:00" }\nclosed = ["2026-12-31"]\n'
            '[severity_names]\n1 = { zh = "重大突发事件", en = "major" }\n[incidents]\nreopen_window = "7d"\n'
            '[posts]\ngm-office = { zh = "总经理办公室", en = "General manager\'s office" }\n'
            '[targets]\navailability = ">= 99.5 %"\n[[targets.for]]\ncustomer = "acme"\navailability = ">= 99.9 %"\n'
        )
    run("rulebook", "apply", str(book))
    result = run("rulebook", "show")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Rules of om@1, generation 1\n"
        "\n"
        "Severity by impact (rows) and urgency (columns)\n"
        "impact  high  medium  low\n"
        "high       1       2    3\n"
        "medium     2       3    4\n"
        "low        3       4    4\n"
        "\n"
        "Limits\n"
        "severity  name   customer  response       restoration     calendar  counted from  emergency plan"
        "  review within\n"
        "       1  major  all       15 min         4 h             always    opening       yes             3 d\n"
        "       2  –      all       30 min         8 h             always    detection     no              –\n"
        "       3  –      all       –              16 h            office    opening       no              –\n"
        "       4  –      all       1 working day  5 working days  office    opening       no              –\n"
        "\n"
        "Incidents\n"
        "reopened within  7 d\n"
        "\n"
        "Calendars\n"
        "calendar  zone           hours                             days off known to\n"
        "office    Asia/Shanghai  Mon–Fri 08:00–12:00, 14:00–18:00  –\n"
        "shift     Asia/Shanghai  Mon–Sun 22:00–06:00               –\n"
        "\n"
        "Special days to come\n"
        "day         calendar  what\n"
        "2026-12-31  shift     day off\n"
        "\n"
        "Posts\n"
        "post       name\n"
        "gm-office  General manager's office\n"
        "\n"
        "Targets\n"
        "figure        target    for\n"
        "availability  ≥ 99.5 %  all\n"
        "availability  ≥ 99.9 %  acme\n"
        "\n"
        "Reviews\n"
        "approved by           anybody but the author\n"
        "working days of       the calendar of the limits\n"
        "evidence watched for  3 months\n"
        "repeated within       90 d\n"
    )


def test_what_a_book_says_of_reviews_is_shown_and_compared(run: CommandLine, book: Path) -> None:
    posts = '[posts]\nom-head = { zh = "运维部负责人", en = "Head of O&M" }\n'
    with book.open("a", encoding="utf-8") as file:
        file.write(posts + '[reviews]\napprove = ["om-head"]\ncalendar = "office"\nwatch_months = 1\n')
    run("rulebook", "apply", str(book))
    shown = run("rulebook", "show").out
    assert shown.endswith(
        "Reviews\n"
        "approved by           Head of O&M (om-head)\n"
        "working days of       office\n"
        "evidence watched for  1 month\n"
        "repeated within       90 d\n"
    )
    assert json.loads(run("rulebook", "show", "--json").out)["data"]["reviews"] == {
        "approve": ["om-head"], "calendar": "office", "watch_months": 1, "repeat_within": 90 * 86400,
    }  # fmt: skip
    text = book.read_text(encoding="utf-8").replace("watch_months = 1", 'repeat_within = "30d"')
    book.write_text(text.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    differences = json.loads(run("rulebook", "diff", str(book), "--json").out)["data"]["differences"]
    assert {one["key"]: (one["old"], one["new"]) for one in differences} == {
        "reviews.repeat_within": (None, "30 d"),
        "reviews.watch_months": ("1", None),
        "rulebook.version": ("1", "2"),
    }


def test_days_off_that_are_a_guess_say_so(run: CommandLine) -> None:
    run("rulebook", "apply", "default")
    shown = run("rulebook", "show").out
    assert "2027-01-01  office    day off, not certain\n" in shown


def test_show_speaks_the_readers_language(run: CommandLine) -> None:
    run("rulebook", "apply", "default")
    assert "一般性故障" in run("--lang", "zh", "rulebook", "show").out


def test_show_is_an_object_for_programs(run: CommandLine, book: Path) -> None:
    run("rulebook", "apply", str(book))
    data = json.loads(run("rulebook", "show", "--json").out)["data"]
    assert data["severity"]["high"] == {"high": 1, "medium": 2, "low": 3}
    assert data["limits"][3] == {
        "customer": None,
        "severity": 4,
        "response": 28800.0,
        "restore": 144000.0,
        "starts": "opened",
        "calendar": "office",
        "emergency_plan": False,
        "review_within": None,
    }
    assert data["calendars"]["office"]["weekly"]["mon"] == [[480, 720], [840, 1080]]
    assert [one["name"] for one in data["books"]] == ["om"]


def test_show_without_a_book_says_how_to_get_one(run: CommandLine) -> None:
    result = run("rulebook", "show")
    assert (result.out, result.err, result.code) == (
        "No rulebook is in force.\n",
        "Apply the one that opsctl brings along: opsctl rulebook apply default\n",
        0,
    )


def test_the_text_comes_back_as_it_was_given(run: CommandLine, book: Path, tmp_path: Path) -> None:
    run("rulebook", "apply", str(book))
    assert run("rulebook", "show", "--toml").out == head() + WHOLE
    assert run("rulebook", "show", "om@1", "--toml", "-o", str(tmp_path / "back.toml")).out == ""
    assert (tmp_path / "back.toml").read_text(encoding="utf-8") == head() + WHOLE


def test_a_valid_book_ends_with_0_one_with_warnings_with_3_and_one_with_errors_with_2(
    run: CommandLine, book: Path
) -> None:
    fine = run("rulebook", "validate", str(book))
    assert (fine.out, fine.err, fine.code) == ("om.toml is a valid rulebook: om@1\n", "", 0)
    book.write_text(head() + MATRIX, encoding="utf-8")
    assert run("rulebook", "validate", str(book)).code == 3
    book.write_text(head() + MATRIX.replace("high = 1", "high = 0") + "[workflows.x]\n", encoding="utf-8")
    wrong = run("rulebook", "validate", str(book), "--format", "csv")
    assert wrong.code == 2
    assert wrong.out.splitlines() == [
        "level,key,message,hint",
        "error,workflows,om.toml: workflows is not read by this version of opsctl yet.,"
        "Leave it out; the rest can be applied.",
        "error,severity.high.high,om.toml: severity.high.high is 0.,It must be a severity from 1 to 4.",
    ]
    assert wrong.err == "opsctl: om.toml has 2 errors. Mend it; nothing was applied.\n"


def test_a_clash_with_a_book_in_force_is_a_warning_before_it_is_a_conflict(run: CommandLine, book: Path) -> None:
    run("rulebook", "apply", str(book))
    book.write_text(head("other") + OFFICE, encoding="utf-8")
    judged = run("rulebook", "validate", str(book), "--json")
    assert judged.code == 3
    assert json.loads(judged.out)["data"]["warnings"] == [
        {
            "key": "calendars.office",
            "message": "calendars.office stands in the book om too, which is in force.",
            "hint": "Take it out of one of them, or apply this with --replaces om",
        }
    ]
    assert run("rulebook", "apply", str(book)).code == 6


def test_a_book_is_judged_without_a_database_too(run: CommandLine, book: Path) -> None:
    run.database.unlink()
    result = run("rulebook", "validate", str(book))
    assert (result.out, result.err, result.code) == (
        "om.toml is a valid rulebook: om@1\n",
        f"There is no opsctl database at sqlite:///{run.database}. The book was judged alone.\n",
        0,
    )


def test_a_book_comes_through_a_pipe(run: CommandLine) -> None:
    assert run("rulebook", "apply", "-", stdin=head() + WHOLE).out == "om@1 applied: generation 1 of the rules\n"


def test_diff_names_both_sides(run: CommandLine, book: Path) -> None:
    run("rulebook", "apply", str(book))
    same = run("rulebook", "diff", str(book))
    assert (same.out, same.err, same.code) == ("", "om@1 and om.toml say the same.\n", 0)
    book.write_text(head(version="2") + WHOLE.replace('"4h"', '"3h"'), encoding="utf-8")
    assert run("rulebook", "diff", str(book)).out == (
        "key                  om@1  om.toml\nlimits.sev1.restore  4h    3h\nrulebook.version     1     2\n"
    )
    assert run("rulebook", "diff", str(book), "om@1").out.splitlines()[1] == "limits.sev1.restore  3h       4h"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("apply", "nowhere.toml"), 4, "There is no file nowhere.toml.", id="no such file"),
        pytest.param(("apply", "."), 2, ". cannot be read: Is a directory", id="a folder"),
        pytest.param(("show", "omm"), 4, "There is no rulebook 'omm'.", id="no such book"),
        pytest.param(("diff", "om@1"), 4, "There is no rulebook 'om@1'.", id="no such version"),
        pytest.param(("apply", "default", "--replaces", "x"), 4, "No book 'x' is in force.", id="nothing to replace"),
        pytest.param(("apply", "default", "--since", "soon"), 2, "'soon' is not a time.", id="no time"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run("rulebook", *arguments)
    assert (result.out, result.code) == ("", code)
    assert result.err.startswith(f"opsctl: {said}")
    assert result.err.count("\n") == 1


def test_bytes_that_are_no_text_are_refused(run: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    result = run("rulebook", "validate", str(tmp_path / "x.toml"))
    assert result.code == 2
    assert result.err.count("\n") == 1


def test_a_slip_of_the_year_does_not_lock_the_rules_for_a_lifetime(run: CommandLine) -> None:
    refused = run("rulebook", "apply", "default", "--since", "2099-01-01")
    assert (refused.out, refused.code) == ("", 2)
    assert "2099-01-01 00:00:00+08:00 is more than a year ahead" in refused.err
    assert run("rulebook", "apply", "default", "--since", "2027-01-01").code == 0
