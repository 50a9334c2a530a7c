"""The quick call behind a TAB: which names, in which order, from both databases; and silence where there is nothing."""

import os
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from opsctl.cli.completions.offers import _counted_down
from opsctl.store.engine import Store
from tests.harness import PROGRAM, CommandLine, clean_environment

Offers = Callable[..., list[str]]


def ask(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the quick call as a process of its own."""
    command = [PROGRAM, "completions", "--of", *arguments]
    return subprocess.run(command, env={**clean_environment(home), **environment}, capture_output=True, text=True)


@pytest.fixture
def offers(store: Store, tmp_path: Path) -> Offers:
    """The lines that complete a beginning, from the store of the test."""

    def offered(of: str, beginning: str = "", **environment: str) -> list[str]:
        asked = ask(tmp_path, of, "--", beginning, OPSCTL_DB=str(store.address), **environment)
        assert (asked.stderr, asked.returncode) == ("", 0)
        return asked.stdout.splitlines()

    return offered


@pytest.fixture
def incidents(run_on_store: CommandLine) -> CommandLine:
    """Five incidents: two open, one acknowledged, one resolved, one void."""
    for handle, title, title_zh in (
        ("erp", "ERP", "ERP 系统"),
        ("mail", "Mail", "邮件"),
        ("网关-1", "Gateway", "网关"),
    ):
        assert run_on_store("asset", "add", handle, "--title", title, "--title-zh", title_zh).code == 0
    for words in (
        ["erp", "one"],
        ["mail", "two", "--unowned"],
        ["erp", "three", "--unowned"],
        ["mail", "four"],
        ["erp", "five"],
    ):
        assert run_on_store("open", *words).code == 0
    assert run_on_store("resolve", "4", "--cause", "x", "--handling", "y", "--result", "z").code == 0
    assert run_on_store("incident", "void", "5", "--because", "test", "--reason", "a test").code in (0, 3)
    return run_on_store


def test_unresolved_incidents_come_before_the_newest_of_all(incidents: CommandLine, offers: Offers) -> None:
    first = offers("incident.INC")
    assert sorted(first[:3]) == ["INC-2026-0001\tone", "INC-2026-0002\ttwo", "INC-2026-0003\tthree"]
    assert first[3:] == ["INC-2026-0005\tfive", "INC-2026-0004\tfour"]


def test_a_verb_is_offered_what_it_can_move(incidents: CommandLine, offers: Offers) -> None:
    numbers = {"ack": [2, 3], "mitigate": [1, 2, 3], "resolve": [1, 2, 3], "close": [4], "reopen": [4], "split": []}
    offered = {verb: sorted(line.partition("\t")[0] for line in offers(f"incident.INC/{verb}")) for verb in numbers}
    assert offered == {verb: [f"INC-2026-{number:04d}" for number in some] for verb, some in numbers.items()}


def test_only_what_begins_as_typed_is_offered(incidents: CommandLine, offers: Offers) -> None:
    counts = {
        "I": 5, "inc-": 5, "INC-2026-000": 5, "INC-2026-0002": 1, "INC-2026-00021": 0, "INC-2025": 0, "ACT": 0, "2": 0,
        "%": 0, "INC_2026": 0, "'": 0, "INC-2026-0002' OR '1'='1": 0, "INC-²": 0,
    }  # fmt: skip
    assert {beginning: len(offers("incident.INC", beginning)) for beginning in counts} == counts


def test_handles_are_offered_with_their_titles_in_the_readers_language(incidents: CommandLine, offers: Offers) -> None:
    assert offers("asset.ASSET") == ["erp\tERP", "mail\tMail", "网关-1\tGateway"]
    assert offers("asset.ASSET", "E", LANG="zh_CN.UTF-8") == ["erp\tERP 系统"]
    assert offers("asset.ASSET", "网", OPSCTL_LANG="zh") == ["网关-1\t网关"]


def test_who_and_what_is_retired_comes_last_and_cannot_be_retired_again(incidents: CommandLine, offers: Offers) -> None:
    assert incidents("asset", "retire", "erp", "--no-input", "--yes").code in (0, 3)
    assert offers("asset.ASSET") == ["mail\tMail", "网关-1\tGateway", "erp\tERP"]
    assert offers("asset.ASSET/retire") == ["mail\tMail", "网关-1\tGateway"]


def test_me_is_a_person_too(run_on_store: CommandLine, store: Store, offers: Offers) -> None:
    with store.write_engine.begin() as connection:
        connection.execute(
            text("INSERT INTO person (handle, name, recorded_at) VALUES ('wang.wei', '王伟', '2026-01-01')")
        )
    assert offers("person.PERSON") == ["me\t", "wang.wei\t王伟"]
    assert offers("person.PERSON", "w") == ["wang.wei\t王伟"]


def test_what_stands_in_a_rulebook_in_force_is_offered(
    run_on_store: CommandLine, tmp_path: Path, offers: Offers
) -> None:
    book = tmp_path / "om.toml"
    words = 'title = "{title}"\nitems = [{{ id = "fans", title = "Fans", type = "state" }}]\n'
    for name, version, checklist in (("om", "1", "old"), ("om", "2+b", "room"), ("lab", "1", "bench")):
        head = f'[rulebook]\nname = "{name}"\nversion = "{version}"\nzone = "Asia/Shanghai"\n'
        book.write_text(f"{head}[checklists.{checklist}]\n{words.format(title=checklist.title())}", encoding="utf-8")
        assert run_on_store("rulebook", "apply", str(book)).code in (0, 3)
    assert offers("rulebook.CHECKLIST") == ["bench\tBench", "room\tRoom"]
    assert offers("rulebook.CHECKLIST", "R") == ["room\tRoom"]
    assert offers("rulebook.BOOK") == ["lab\t", "om\t"]
    assert offers("rulebook.BOOK@VERSION", "om") == ["om@2+b\t", "om@1\t"]


def test_several_kinds_share_what_is_shown(incidents: CommandLine, offers: Offers) -> None:
    offered = offers("incident.INC,maintenance.MNT,work.WRK")
    assert [line[:3] for line in offered] == ["INC"] * 5


def test_at_most_fifty_records_are_offered_the_newest_of_each_year(store: Store, offers: Offers) -> None:
    state = {2025: "closed", 2026: "closed"}
    with store.write_engine.begin() as connection:
        for year, last in ((2025, 30), (2026, 10_030)):
            connection.execute(text(f"INSERT INTO reference_counter VALUES ('INC', {year}, {last})"))
            for number in range(max(1, last - 34), last + 1):
                connection.execute(
                    text(
                        "INSERT INTO incident (reference, title, impact, urgency, state, category, drill, opened,"
                        f" recorded_at) VALUES ('INC-{year}-{number:04d}', 'n{number}', 'low', 'low', '{state[year]}',"
                        " 'fault', :drill, '2026-01-01', '2026-01-01')"
                    ),
                    {"drill": False},
                )
    offered = [line.partition("\t")[0] for line in offers("incident.INC")]
    assert offered == [f"INC-2026-{number:04d}" for number in range(10_030, 9_995, -1)]
    assert offers("incident.INC", "INC-2026-1002")[0] == "INC-2026-10029\tn10029"
    assert [line.partition("\t")[0] for line in offers("incident.INC", "INC-2025-000")] == [
        f"INC-2025-{number:04d}" for number in range(9, 0, -1)
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "", "IN", "INC-20", "INC-2026-", "INC-2026-1", "INC-2026-12", "INC-2026-0", "INC-2026-00", "INC-2026-12345",
        "INC-2026-123456", "INC-2025-09", "INC-2027", "INC-2026-x",
    ],
)  # fmt: skip
def test_counting_down_gives_what_a_search_through_all_would_give(typed: str) -> None:
    counted = [(2026, 12_345), (2025, 1_000)]
    every = [f"INC-{year}-{number:04d}" for year, last in counted for number in range(last, 0, -1)]
    assert list(_counted_down("INC", counted, typed)) == [one for one in every if one.startswith(typed)]


HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "a;b",
    "a b",
    "two\nlines",
    "esc\x1b[31m",
    "-rf",
    "a'b",
    'a"b',
    "a\\b",
    "",
]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_handle_that_no_command_would_take_is_not_offered(store: Store, offers: Offers) -> None:
    with store.write_engine.begin() as connection:
        for handle in [*HOSTILE, "good"]:
            connection.execute(
                text("INSERT INTO asset (handle, title, recorded_at) VALUES (:handle, 't', '2026-01-01')"),
                {"handle": handle},
            )
    assert offers("asset.ASSET") == ["good\tt"]


def test_a_title_is_one_clean_short_line(store: Store, offers: Offers) -> None:
    with store.write_engine.begin() as connection:
        connection.execute(
            text("INSERT INTO asset (handle, title, recorded_at) VALUES ('erp', :title, '2026-01-01')"),
            {"title": "a\tb\nINC-1\tc\x1b]0;owned\x07\x1b[2J$(x) " + "long " * 99},
        )
    (line,) = offers("asset.ASSET")
    name, title = line.split("\t")
    assert (name, title[:17], len(title) <= 60, title.isprintable()) == ("erp", "a b INC-1 c$(x) l", True, True)


def listing(folder: Path) -> dict[str, int]:
    """Every file of a folder with its size."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("incident.INC",), id="no-mark"),
        pytest.param(("incident.INC", "--"), id="no-beginning"),
        pytest.param(("nothing.INC", "--", ""), id="no-noun"),
        pytest.param(("incident.NO", "--", ""), id="no-word"),
        pytest.param(("kpi.FIGURE", "--", ""), id="words-that-stand-in-the-script"),
        pytest.param(("db.INC", "--", ""), id="a-noun-without-names"),
        pytest.param(("incident.INC", "--db", "postgresql://user:secret@host/x", "--", ""), id="a-password"),
        pytest.param(("incident.INC", "--db", "nonsense://", "--", ""), id="no-address"),
        pytest.param(("incident.INC", "--db", "missing.db", "--", ""), id="no-file"),
        pytest.param(("incident.INC", "--db", "/", "--", ""), id="a-folder"),
        pytest.param(("incident.INC", "--config", "missing.toml", "--", ""), id="no-host-file"),
        pytest.param(("incident.INC", "--", "\udcff"), id="no-text"),
    ],
)
def test_where_nothing_can_be_offered_nothing_is_said_and_no_file_is_made(
    run: CommandLine, arguments: tuple[str, ...]
) -> None:
    before = listing(run.home)
    command = [PROGRAM, "completions", "--of", *(os.fsencode(word) for word in arguments)]
    asked = subprocess.run(command, env=clean_environment(run.home), cwd=run.home, capture_output=True)
    assert (asked.stdout, asked.stderr, asked.returncode) == (b"", b"", 0)
    assert listing(run.home) == before


@pytest.mark.parametrize(
    "content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4096], ids=["empty", "text", "torn"]
)
def test_a_file_that_is_no_database_offers_nothing_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.db").write_bytes(content)
    asked = ask(tmp_path, "incident.INC", "--", "", OPSCTL_DB=str(tmp_path / "some.db"))
    assert (asked.stdout, asked.stderr, asked.returncode) == ("", "", 0)
    assert listing(tmp_path) == {"some.db": len(content)}


def test_a_database_of_another_program_offers_nothing(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "some.db") as connection:
        connection.execute("CREATE TABLE incident (id INTEGER)")
    asked = ask(tmp_path, "incident.INC", "--", "", OPSCTL_DB=str(tmp_path / "some.db"))
    assert (asked.stdout, asked.stderr, asked.returncode) == ("", "", 0)


def test_a_tab_leaves_no_file_beside_the_database(run: CommandLine) -> None:
    assert run("asset", "add", "erp").code == 0
    before = listing(run.home)
    assert ask(run.home, "asset.ASSET", "--", "").stdout == "erp\terp\n"
    assert listing(run.home) == before


def test_what_a_running_writer_has_saved_is_offered_and_what_it_has_not_is_not(run: CommandLine) -> None:
    row = "INSERT INTO asset (handle, title, recorded_at) VALUES (?, 't', '2026-01-01')"
    writer = sqlite3.connect(run.database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute(row, ["saved"])
    writer.execute("COMMIT")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute(row, ["unsaved"])
    assert ask(run.home, "asset.ASSET", "--", "").stdout == "saved\tt\n"
    writer.close()


def test_a_locked_database_offers_nothing(run: CommandLine) -> None:
    locker = sqlite3.connect(run.database, isolation_level=None)
    locker.execute("PRAGMA locking_mode=EXCLUSIVE")
    locker.execute("BEGIN IMMEDIATE")
    locker.execute("INSERT INTO asset (handle, title, recorded_at) VALUES ('erp', 't', '2026-01-01')")
    asked = ask(run.home, "asset.ASSET", "--", "")
    assert (asked.stdout, asked.stderr, asked.returncode) == ("", "", 0)
    locker.close()


def test_a_server_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        asked = ask(tmp_path, "incident.INC", "--", "", OPSCTL_DB=f"postgresql://127.0.0.1:{port}/opsctl")
    assert (asked.stdout, asked.stderr, asked.returncode) == ("", "", 0)


def test_the_database_is_the_one_that_the_line_names_then_the_environments_then_the_host_files(
    run: CommandLine, sqlite_template: Path
) -> None:
    for name in ("line", "environment", "host", "chosen"):
        database = run.home / f"{name}.db"
        database.write_bytes(sqlite_template.read_bytes())
        assert run("--db", str(database), "asset", "add", name).code == 0
    for file, name in ((run.home / "config/opsctl/opsctl.toml", "host"), (run.home / "chosen.toml", "chosen")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'[profile.default]\ndatabase = "{run.home / name}.db"\n')
    environment = {"OPSCTL_DB": str(run.home / "environment.db")}
    line = ("--db", str(run.home / "line.db"))
    chosen = ("--config", str(run.home / "chosen.toml"))
    assert ask(run.home, "asset.ASSET", *line, "--", "", **environment).stdout == "line\tline\n"
    assert ask(run.home, "asset.ASSET", *chosen, *line, "--", "", **environment).stdout == "line\tline\n"
    assert ask(run.home, "asset.ASSET", "--", "", **environment).stdout == "environment\tenvironment\n"
    assert ask(run.home, "asset.ASSET", *chosen, "--", "").stdout == "chosen\tchosen\n"
    assert ask(run.home, "asset.ASSET", "--", "").stdout == "host\thost\n"
