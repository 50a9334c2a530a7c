"""opsctl person import and customer import: the whole file first, then one transaction, and what is rejected why."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.people.service import imports, persons
from tests.harness import CommandLine, Perform, Read, Result

HEADER = "handle,name,login,superior,posts,phone"


@pytest.fixture
def team(run: CommandLine) -> CommandLine:
    """Wang, who acts."""
    assert run("person", "add", "wang", "--name", "王芳", "--login", "lead.li").code == 0
    return run


@pytest.fixture
def take(run: CommandLine, tmp_path: Path) -> Callable[..., Result]:
    """Imports a file of that content; the noun and more words go with it."""

    def import_content(content: str | bytes, *words: str, noun: str = "person", name: str = "p.csv") -> Result:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return run(noun, "import", str(tmp_path / name), *words)

    return import_content


def data(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.out)["data"]
    return found


def reasons(result: Result) -> list[tuple[int, str]]:
    return [(one["line"], one["reason"]) for one in data(result)["rejected"]]


def kinds(run: CommandLine) -> list[str]:
    rows = json.loads(run("ledger", "list", "--limit", "0", "--json").out)["data"]
    rows = rows["rows"] if isinstance(rows, dict) else rows
    return [row["kind"] for row in sorted(rows, key=lambda row: row["seq"])]


def test_a_superior_may_stand_later_in_the_file_and_be_named_by_name(
    team: CommandLine, take: Callable[..., Result]
) -> None:
    rows = ["zhang,张华,zhang,李梅,technical-head; duty,139", "mei,李梅,,wang,,"]
    done = take("\n".join([HEADER, *rows]), "--json")
    assert (done.code, data(done)["new"], data(done)["rejected"]) == (0, ["zhang", "mei"], [])
    shown = json.loads(team("person", "show", "zhang", "--json").out)["data"]
    assert (shown["superior"], shown["login"], shown["phone"]) == ("mei", "zhang", "139")
    assert [held["post"] for held in shown["posts"]] == ["technical-head", "duty"]
    assert team("ledger", "verify", "--deep").code == 0


def test_the_same_file_again_changes_nothing_and_a_changed_row_is_one_row_of_the_ledger(
    team: CommandLine, take: Callable[..., Result]
) -> None:
    take(f"{HEADER}\nzhang,张华,zhang,wang,duty,139\nmei,李梅,,,,\n")
    again = take(f"{HEADER}\nzhang,张华,zhang,wang,duty,139\nmei,李梅,,,,\n", "--json")
    assert (data(again)["new"], data(again)["updated"], data(again)["unchanged"]) == ([], [], 2)
    changed = take(f"{HEADER}\nzhang,张华,,-,head,-\nmei,李梅,,,,\n", "--json")
    assert (data(changed)["updated"], data(changed)["unchanged"]) == (["zhang"], 1)
    assert kinds(team) == ["person.added"] * 3 + ["person.edited"]
    shown = json.loads(team("person", "show", "zhang", "--json").out)["data"]
    # An empty cell leaves the login; a dash takes superior and phone away; posts are all that are held from now on.
    assert (shown["login"], shown["superior"], shown["phone"]) == ("zhang", None, None)
    assert shown["posts"] == [
        {"post": "duty", "since": None, "until": "2026-11-05T02:00:00Z"},
        {"post": "head", "since": "2026-11-05T02:00:00Z", "until": None},
    ]
    assert team("ledger", "verify", "--deep").code == 0


def test_what_contradicts_itself_or_the_records_is_rejected_with_the_reason(
    team: CommandLine, take: Callable[..., Result]
) -> None:
    rows = [
        "a,a,,nobody,,",
        "b,b,same,,,",
        "c,c,same,,,",
        "d,d,,e,,",
        "e,e,,d,,",
        "f,f,,a,,",
        "g,g,lead.li,,,",
        "a b,x,,,,",
        "ＯＫ,fine,,wang,,",
        "ok,fine,,wang,duty,",
        "me,x,,,,",
        "h,h,two words,,,",
    ]
    done = take("\n".join([HEADER, *rows]), "--json")
    assert (done.code, data(done)["new"]) == (3, ["ok"])
    assert reasons(done) == [
        (2, "there is no person 'nobody'"),
        (3, "The login same means c already."),
        (4, "The login same means b already."),
        (5, "the superiors would go in a circle: d → e → d"),
        (6, "the superiors would go in a circle: e → d → e"),
        (7, "the row of the superior 'a' is rejected, too"),
        (8, "The login lead.li means wang already."),
        (
            9,
            "'a b' is not a handle."
            " A handle begins with a letter or digit and holds letters, digits, . _ - only, 64 at most.",
        ),
        (11, "An earlier row is ok already."),
        (12, "me stands for whoever asks. Choose another handle."),
        (
            13,
            "'two words' is not a login."
            " It is one word, the name under which a person logs in, 100 characters at most.",
        ),
    ]


def test_rejects_stand_beside_the_file_and_are_imported_once_they_are_mended(
    team: CommandLine, take: Callable[..., Result], tmp_path: Path
) -> None:
    assert take(f"{HEADER}\na,=1+1,,nobody,,\nb,b,,,,\n").code == 3
    path = tmp_path / "p.csv.rejected.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "key", "reason", *HEADER.split(","), "raw"],
            ["2", "a", "there is no person 'nobody'", "a", "'=1+1", "", "nobody", "", "", ""],
        ]
    assert path.stat().st_mode & 0o777 == 0o600
    mended = path.read_text(encoding="utf-8-sig").replace("nobody", "wang").replace("'=1+1", "A")
    assert data(take(mended, "--json", name="mended.csv"))["new"] == ["a"]


def test_a_dry_run_says_what_would_be_and_writes_nothing(
    team: CommandLine, take: Callable[..., Result], tmp_path: Path
) -> None:
    done = take(f"{HEADER}\nwang,王方,,,,\nmei,李梅,,,,\nx,x,,nobody,,\n", "--dry-run")
    assert done.code == 3
    assert done.out.splitlines()[:8] == [
        "new        1",
        "updated    1",
        "unchanged  0",
        "rejected   1",
        "",
        "key   name  would be",
        "mei   李梅  new",
        "wang  王方  updated",
    ]
    assert "Nothing was written: this was a dry run." in done.err
    assert kinds(team) == ["person.added"]
    assert not (tmp_path / "p.csv.rejected.csv").exists()


def test_the_first_file_must_hold_the_one_who_acts(run: CommandLine, take: Callable[..., Result]) -> None:
    refused = take(f"{HEADER}\nzhang,张华,,,,\nmei,李梅,,,,\n")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "opsctl: The first person must be you, lead.li: nobody else could write afterwards."
        " Type: opsctl person add HANDLE --login lead.li\n"
    )
    assert run("person", "list", "-q").out == ""
    assert take(f"{HEADER}\nzhang,张华,Lead.Li,,,\nmei,李梅,,,,\n").code == 0


def test_a_file_does_not_change_the_login_of_the_one_who_acts(team: CommandLine, take: Callable[..., Result]) -> None:
    done = take(f"{HEADER}\nwang,王芳,other,,,\n", "--json")
    assert reasons(done) == [(2, "your own login is changed by hand: opsctl person edit wang --login LOGIN")]


def test_two_may_exchange_their_logins(perform: Perform, read: Read, acting: str, wang: object) -> None:
    perform(persons.add, handle="a", texts={"login": "one"})
    perform(persons.add, handle="b", texts={"login": "two"})
    records = [
        {"line": 2, "key": "a", "digest": "", "values": {"login": "two"}},
        {"line": 3, "key": "b", "digest": "", "values": {"login": "one"}},
    ]
    done = perform(imports.import_persons, records=records)
    assert [handle for handle, _name in done.updated] == ["a", "b"]
    assert [one.login for one in read(persons.everybody)] == ["two", "one", acting]


def test_a_refused_row_takes_those_who_report_to_it_along(perform: Perform, read: Read, wang: object) -> None:
    records = [
        {"line": 2, "key": "a", "digest": "", "values": {"superior": "b"}},
        {"line": 3, "key": "b", "digest": "", "values": {"superior": "c"}},
        {"line": 4, "key": "c", "digest": "", "values": {"login": "wang"}},
        {"line": 5, "key": "d", "digest": "", "values": {"superior": "wang"}},
    ]
    done = perform(imports.import_persons, records=records)
    assert [(one.key, one.reason) for one in done.refused] == [
        ("a", "the row of the superior 'b' is rejected, too"),
        ("b", "the row of the superior 'c' is rejected, too"),
        ("c", "The login wang means wang already."),
    ]
    assert [one.handle for one in read(persons.everybody)] == ["d", "wang"]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        pytest.param("", 2, "p.csv is empty.", id="empty"),
        pytest.param(
            "name,login\nx,y\n", 2, "the column 'handle' is missing. Say what the columns mean with", id="no-handle"
        ),
        pytest.param("handle,nmae\nx,y\n", 2, "the column 'nmae' is none of our fields. Did you mean name?", id="slip"),
        pytest.param("handle,Name,ＮＡＭＥ\nx,y,z\n", 2, "the column 'ＮＡＭＥ' stands there twice.", id="two-cases"),
        pytest.param("handle,name,name\nx,y,z\n", 0, "has more than one column name; the first of them", id="doubled"),
    ],
)
def test_a_file_that_is_not_plain_is_said(
    team: CommandLine, take: Callable[..., Result], content: str, code: int, said: str
) -> None:
    done = take(content)
    assert done.code == code
    assert said in done.err


def test_a_name_cannot_steer_the_terminal(team: CommandLine, take: Callable[..., Result]) -> None:
    assert take('handle,name\nx,"A\x1b[2J\x1b]0;x\x07\u202e\nB"\n').code == 0
    assert json.loads(team("person", "show", "x", "--json").out)["data"]["name"] == "A B"


def test_a_map_names_the_columns_of_another_tool(
    team: CommandLine, take: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "hr.toml").write_text(
        'source = "hr"\nkey = "工号"\n[columns]\nname = "姓名"\nsuperior = "上级"\n[defaults]\nteam = "二班"\n',
        encoding="utf-8",
    )
    done = take("工号,姓名,上级,备注\nop-7,李雷,王芳,x\n".encode("gb18030"), "--map", str(tmp_path / "hr.toml"))
    assert (done.code, "GB18030" in done.err) == (0, True)
    shown = json.loads(team("person", "show", "op-7", "--json").out)["data"]
    assert (shown["name"], shown["superior"], shown["team"]) == ("李雷", "wang", "二班")


def test_customers_are_imported_alike(run: CommandLine, take: Callable[..., Result]) -> None:
    content = "code,name,name-zh,Zone\nacme,Acme,甲公司,Asia/Shanghai\nb,B,,Mars\n"
    done = take(content, "--json", noun="customer")
    assert (done.code, data(done)["new"]) == (3, ["acme"])
    assert reasons(done) == [(3, "There is no time zone 'Mars'. Use a name such as Asia/Shanghai.")]
    again = take("code,name,zone\nacme,-,\n", "--json", noun="customer")
    assert reasons(again) == [(2, "A customer needs a name. Give another one.")]
    changed = take("code,zone\nacme,-\n", "--json", noun="customer")
    assert data(changed)["updated"] == ["acme"]
    assert json.loads(run("customer", "show", "甲公司", "--json").out)["data"]["zone"] is None
    assert run("ledger", "verify", "--deep").code == 0
