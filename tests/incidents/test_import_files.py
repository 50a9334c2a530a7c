"""opsctl incident import: files of every sort, rejects, dry runs, and histories longer than one transaction."""

import csv
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.errors import ExitCode
from opsctl.store.engine import Store
from tests.harness import CommandLine, Result

MAP = """
source = "old-tickets"
key = "No"
timezone = "Asia/Shanghai"
date_format = ["%d/%m/%Y %H:%M"]

[columns]
title = "Summary"
opened = "Opened"
resolved = "Solved"

[defaults]
asset = "erp"
"""
HEADER = "No,Summary,Opened,Solved"


@pytest.fixture
def import_file(run: CommandLine, tmp_path: Path) -> Callable[..., Result]:
    """Imports a file of that content, with the asset erp there; more words go behind the command."""
    assert run("asset", "add", "erp").code == 0
    return importing_with(run, tmp_path)


def importing_with(run: CommandLine, folder: Path) -> Callable[..., Result]:
    (folder / "map.toml").write_text(MAP)

    def import_content(content: str | bytes, *words: str, name: str = "tickets.csv") -> Result:
        file = folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return run("incident", "import", str(file), "--map", str(folder / "map.toml"), *words)

    return import_content


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def data(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.out)["data"]
    return found


def rejects(folder: Path, name: str = "tickets.csv") -> list[list[str]]:
    """The rows of the file of rejects beside the file of that name, without the byte order mark."""
    with (folder / f"{name}.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def titles(run: CommandLine) -> list[str]:
    found = json.loads(run("incident", "list", "--sort", "reference", "--limit", "0", "--json").out)
    return [one["title"] for one in found["data"]["incidents"]]


def test_an_import_says_what_it_did(import_file: Callable[..., Result], run: CommandLine) -> None:
    done = import_file(table("A-1,login slow,04/11/2026 09:00,04/11/2026 10:00", "A-2,mail down,2026-11-04T09:30,"))
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "new                          2\nof these never acknowledged  2\nof these reopened            0\n"
        "of these unresolved          1\nupdated                      0\nof both incomplete           0\n"
        "unchanged                    0\nrejected                     0\n"
    )
    shown = json.loads(run("incident", "show", "1", "--json").out)["data"]
    assert (shown["opened"], shown["resolved"]) == ("2026-11-04T01:00:00Z", "2026-11-04T02:00:00Z")


def test_an_import_for_programs_has_every_count(import_file: Callable[..., Result], tmp_path: Path) -> None:
    rows = ["A-1,login slow,04/11/2026 09:00,", "A-1,login slow,04/11/2026 09:00,", "A-2,,04/11/2026 09:00,"]
    done = import_file(table(*rows, "A-3,x,someday,"), "--json")
    reason = "opened: 'someday' is not a time; what is read: ISO 8601, %d/%m/%Y %H:%M."
    assert done.code == ExitCode.ATTENTION == 3
    assert json.loads(done.out) == {
        "opsctl": 1,
        "kind": "incident.import",
        "data": {
            "dry_run": False,
            "new": 2,
            "never_acknowledged": 2,
            "reopened": 0,
            "unresolved": 2,
            "updated": 0,
            "unchanged": 1,
            "incomplete": 1,
            "rejected": [{"line": 5, "key": "A-3", "reason": reason}],
            "rejects_file": str(tmp_path / "tickets.csv.rejected.csv"),
        },
    }


def test_rejected_rows_are_written_beside_the_file_and_the_rest_is_taken(
    import_file: Callable[..., Result], run: CommandLine, tmp_path: Path
) -> None:
    done = import_file(
        table(
            "A-1,good,04/11/2026 09:00,",
            "A-2,still to come,06/11/2026 09:00,",
            ",no key,04/11/2026 09:00,",
            "A-4,=1+1,04/11/2026 09:00,04/11/2026 08:00",
            "A-5,too,04/11/2026 09:00,,many",
        )
    )
    assert done.code == 3
    assert titles(run) == ["good"]
    # Byte for byte what spreadsheets get: the formula is defused, the columns are those of the file.
    assert rejects(tmp_path) == [
        ["line", "key", "reason", "No", "Summary", "Opened", "Solved", "raw"],
        [
            "3", "A-2", "opened is in the future: 2026-11-06T01:00:00.000000Z",
            "A-2", "still to come", "06/11/2026 09:00", "", "",
        ],
        ["4", "", "The key is missing: No is empty.", "", "no key", "04/11/2026 09:00", "", ""],
        [
            "5", "A-4", "resolved 2026-11-04T00:00:00.000000Z is before the impact began",
            "A-4", "'=1+1", "04/11/2026 09:00", "04/11/2026 08:00", "",
        ],
        ["6", "", "The row has 5 cells, the header 4.", "", "", "", "", "A-5,too,04/11/2026 09:00,,many"],
    ]  # fmt: skip
    assert "All rejected records, with their reasons: " in done.err
    assert len([line for line in done.out.splitlines() if "A-" in line]) == 2


def test_mended_rejects_can_be_imported_again(import_file: Callable[..., Result], run: CommandLine) -> None:
    assert import_file(table("A-1,one,04/11/2026 09:00,", "A-2,two,someday,")).code == 3
    done = import_file(table("A-1,one,04/11/2026 09:00,", "A-2,two,04/11/2026 09:00,"), "--json")
    assert (done.code, data(done)["new"], data(done)["unchanged"]) == (0, 1, 1)
    assert titles(run) == ["one", "two"]


def test_records_on_one_line_of_json_are_rejected_each_with_its_own_content(
    import_file: Callable[..., Result], tmp_path: Path
) -> None:
    records = [
        {"No": 1, "Summary": "a", "Opened": "2026-12-01", "Solved": None},
        {"No": 2, "Summary": "b", "Opened": "2026-11-04T09:00", "Solved": None},
        {"No": 3, "Summary": "c", "Opened": "2026-12-02", "Solved": None},
    ]
    assert import_file(json.dumps(records), name="t.json").code == 3
    assert [(row[0], row[1], json.loads(row[3])["Summary"]) for row in rejects(tmp_path, "t.json")[1:]] == [
        ("1", "1", "a"),
        ("1", "3", "c"),
    ]


def test_a_dry_run_shows_what_would_be_stored_and_writes_nothing(
    import_file: Callable[..., Result], run: CommandLine, tmp_path: Path
) -> None:
    before = run("ledger", "list", "--quiet").out
    done = import_file(table("A-1,login slow,04/11/2026 09:00,", "A-2,x,someday,"), "--dry-run")
    assert done.code == 3
    assert "Nothing was written: this was a dry run." in done.err
    assert [line.split() for line in done.out.splitlines() if line.startswith("A-1")] == [
        ["A-1", "open", "erp", "2026-11-04", "09:00+08:00", "–", "–", "login", "slow"]
    ]
    assert run("ledger", "list", "--quiet").out == before
    assert titles(run) == []
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["tickets.csv"]


def test_a_dry_run_shows_ten_records_at_most(import_file: Callable[..., Result]) -> None:
    done = import_file(table(*(f"A-{number},x,04/11/2026 09:00," for number in range(12))), "--dry-run")
    assert done.code == 0
    assert len([line for line in done.out.splitlines() if line.startswith("A-")]) == 10
    assert done.out.splitlines()[0].split() == ["new", "12"]


def test_a_map_with_a_column_that_no_record_has_is_refused(import_file: Callable[..., Result], tmp_path: Path) -> None:
    done = import_file("No,Sumary,Opened,Solved\nA-1,x,04/11/2026 09:00,\n")
    assert done.code == 2
    assert done.err == (
        f"opsctl: {tmp_path}/map.toml: columns.title: no record has the column 'Summary'."
        " The columns are: Sumary, No, Opened, Solved.\n"
    )


@pytest.mark.parametrize("missing", ["tickets.csv", "map.toml"])
def test_a_file_that_is_not_there_is_not_found(run: CommandLine, tmp_path: Path, missing: str) -> None:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "tickets.csv").write_text(table("A-1,x,04/11/2026 09:00,"))
    (tmp_path / missing).unlink()
    done = run("incident", "import", str(tmp_path / "tickets.csv"), "--map", str(tmp_path / "map.toml"))
    assert (done.code, done.err) == (4, f"opsctl: There is no file {tmp_path / missing}. Check the path.\n")


def test_one_broken_line_among_eight_thousand_is_rejected_alone(
    import_file: Callable[..., Result], tmp_path: Path
) -> None:
    lines = [
        json.dumps({"No": f"A-{number}", "Summary": f"n {number}", "Opened": "2026-11-04T09:00", "Solved": None})
        for number in range(1, 8001)
    ]
    lines[6999] = lines[6999][:-10]
    done = import_file("\n".join(lines) + "\n", "--json", name="t.jsonl")
    assert done.code == 3
    assert data(done)["new"] == 7999
    ((line, key, reason, raw),) = rejects(tmp_path, "t.jsonl")[1:]
    assert (line, key, raw) == ("7000", "", lines[6999])
    assert reason.startswith("The JSON breaks at column ")


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_chinese_files_of_every_encoding_are_read(
    import_file: Callable[..., Result], run: CommandLine, encoding: str
) -> None:
    done = import_file(table("A-1,邮件系统宕机,04/11/2026 09:00,").encode(encoding))
    assert done.code == 0
    assert titles(run) == ["邮件系统宕机"]
    assert ("GB18030" in done.err) == (encoding == "gb18030")


def test_a_title_of_a_megabyte_is_rejected_in_a_short_sentence(
    import_file: Callable[..., Result], tmp_path: Path, run: CommandLine
) -> None:
    done = import_file(table(f"A-1,{'x' * 1_000_000},04/11/2026 09:00,", "A-2,short,04/11/2026 09:00,"), "--json")
    assert done.code == 3
    assert data(done)["rejected"] == [
        {
            "line": 2,
            "key": "A-1",
            "reason": "title: The text has 1000000 characters, 300 are allowed."
            " Shorten it; what is longer belongs into a note or an attached file.",
        }
    ]
    assert f"A-1,{'x' * 1_000_000},04/11" in (tmp_path / "tickets.csv.rejected.csv").read_text()
    assert titles(run) == ["short"]


def test_a_formula_is_kept_as_typed_and_defused_where_a_spreadsheet_reads_it(
    import_file: Callable[..., Result], run: CommandLine
) -> None:
    assert import_file(table('A-1,"=HYPERLINK(""x"")",04/11/2026 09:00,')).code == 0
    assert titles(run) == ['=HYPERLINK("x")']
    listed = run("incident", "list", "--format", "csv", "--columns", "title")
    assert listed.out == 'title\n"\'=HYPERLINK(""x"")"\n'


def test_a_place_for_rejects_that_cannot_be_written_is_refused_before_anything_is_imported(
    import_file: Callable[..., Result], run: CommandLine, tmp_path: Path
) -> None:
    rows = table("A-1,good,04/11/2026 09:00,", "A-2,x,someday,")
    done = import_file(rows, "--rejects", str(tmp_path / "none" / "r.csv"))
    assert (done.code, done.out) == (2, "")
    assert "cannot be written to" in done.err
    assert titles(run) == []
    assert import_file(rows, "--rejects", str(tmp_path / "r.csv")).code == 3
    assert (tmp_path / "r.csv").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_read_only_folder_for_rejects_is_refused(run: CommandLine, tmp_path: Path) -> None:
    assert run("asset", "add", "erp").code == 0
    folder = tmp_path / "read-only"
    folder.mkdir()
    import_content = importing_with(run, folder)
    (folder / "tickets.csv").touch()
    folder.chmod(0o500)
    try:
        done = import_content(table("A-1,x,someday,"))
    finally:
        folder.chmod(0o700)
    assert done.code == 2


LONG = [f"A-{number},ticket {number},04/11/2026 09:00," for number in range(1, 9)]


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch, run_on_store: CommandLine, tmp_path: Path) -> Callable[..., Result]:
    """Imports in blocks of three what has more than four records."""
    # By its dotted name: in the package that name stands for its set of verbs.
    importing = import_module("opsctl.incidents.commands.importing")
    monkeypatch.setattr(importing, "BLOCK", 3)
    monkeypatch.setattr(importing, "ONE_TRANSACTION", {"sqlite": 4, "postgresql": 4})
    assert run_on_store("asset", "add", "erp").code == 0
    return importing_with(run_on_store, tmp_path)


def ledger_kinds(run: CommandLine) -> list[str]:
    """The kinds of all rows behind that of the asset, in order."""
    rows = json.loads(run("ledger", "list", "--limit", "0", "--json").out)["data"]
    return [row["kind"] for row in reversed(rows)][1:]


def test_a_history_of_one_transaction_has_no_brackets(
    in_blocks: Callable[..., Result], run_on_store: CommandLine
) -> None:
    assert in_blocks(table(*LONG[:4])).code == 0
    assert ledger_kinds(run_on_store) == ["incident.imported"] * 4


def test_a_longer_history_goes_in_blocks_between_two_rows_of_the_ledger(
    in_blocks: Callable[..., Result], run_on_store: CommandLine
) -> None:
    done = in_blocks(table(*LONG), "--json")
    assert (done.code, data(done)["new"]) == (0, 8)
    assert ledger_kinds(run_on_store) == ["import.started", *["incident.imported"] * 8, "import.finished"]
    rows = json.loads(run_on_store("ledger", "list", "--limit", "0", "--json").out)["data"]
    started, finished = (json.loads(rows[place]["facts"]) for place in (8 + 1, 0))
    assert started["records"] == 8
    assert finished == {**started, "new": 8, "updated": 0, "unchanged": 0, "refused": 0}
    assert {rows[0]["subject"], rows[9]["subject"]} == {"import:old-tickets"}
    # Three blocks and two brackets are five requests.
    assert len({row["request"] for row in rows[:10]}) == 5
    assert run_on_store("ledger", "verify", "--deep").code == 0


def test_an_import_interrupted_between_blocks_goes_on_without_doubles(
    in_blocks: Callable[..., Result], run_on_store: CommandLine, store: Store
) -> None:
    poison, cure = POISON[store.address.backend]
    for statement in poison:
        execute(store, statement)
    broken = in_blocks(table(*LONG))
    assert (broken.code, broken.err.endswith(" 6 records stand already; run it again to go on.\n")) == (
        POISONED[store.address.backend],
        True,
    )
    # Two blocks of three stand; of the third, which fails at its first record, nothing does.
    assert titles(run_on_store) == [f"ticket {number}" for number in range(1, 7)]
    assert ledger_kinds(run_on_store) == ["import.started", *["incident.imported"] * 6]
    for statement in cure:
        execute(store, statement)
    done = in_blocks(table(*LONG), "--json")
    assert (done.code, data(done)["new"], data(done)["unchanged"]) == (0, 2, 6)
    assert titles(run_on_store) == [f"ticket {number}" for number in range(1, 9)]
    shown = json.loads(run_on_store("incident", "list", "--sort", "reference", "--json").out)["data"]["incidents"]
    assert [one["reference"] for one in shown] == [f"INC-2026-000{number}" for number in range(1, 9)]
    assert ledger_kinds(run_on_store)[7:] == ["import.started", *["incident.imported"] * 2, "import.finished"]
    assert run_on_store("ledger", "verify", "--deep").code == 0


POISONED = {"sqlite": 6, "postgresql": 7}
# A database that refuses the record A-7, as a full disk would, and what makes it well again.
POISON = {
    "sqlite": (
        [
            "CREATE TRIGGER poison BEFORE INSERT ON incident WHEN NEW.source_key = 'A-7'"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        ],
        ["DROP TRIGGER poison"],
    ),
    "postgresql": (
        [
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = 'disk_full'; END $$",
            "CREATE TRIGGER poison BEFORE INSERT ON incident FOR EACH ROW WHEN (NEW.source_key = 'A-7')"
            " EXECUTE FUNCTION poison()",
        ],
        ["DROP TRIGGER poison ON incident", "DROP FUNCTION poison"],
    ),
}


def execute(store: Store, statement: str) -> None:
    with store.write_engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_rejects_of_every_block_stand_in_one_file_in_the_order_of_lines(
    in_blocks: Callable[..., Result], tmp_path: Path, now: datetime
) -> None:
    later = (now + timedelta(days=2)).strftime("%d/%m/%Y %H:%M")
    rows = [line.replace("04/11/2026 09:00", later) if place in (1, 5, 7) else line for place, line in enumerate(LONG)]
    rows[3] = "A-4,ticket 4,someday,"
    done = in_blocks(table(*rows))
    assert done.code == 3
    assert [(row[0], row[1]) for row in rejects(tmp_path)[1:]] == [
        ("3", "A-2"),
        ("5", "A-4"),
        ("7", "A-6"),
        ("9", "A-8"),
    ]


def test_standard_input_is_read_and_a_progress_bar_only_on_a_terminal(
    run: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("asset", "add", "erp").code == 0
    (tmp_path / "map.toml").write_text(MAP)
    monkeypatch.chdir(tmp_path)
    done = run("incident", "import", "-", "--map", "map.toml", stdin=table(LONG[0], "A-2,x,someday,"))
    assert done.code == 3
    assert rejects(tmp_path, "stdin")[1][:2] == ["3", "A-2"]
    assert "importing" not in done.err


def test_full_width_digits_are_mended_where_a_person_types_and_not_in_a_file(
    import_file: Callable[..., Result], tmp_path: Path
) -> None:
    assert import_file(table("A-1,x,０４/１１/２０２６ ０９:００,")).code == 3
    assert rejects(tmp_path)[1][2] == (
        "opened: '０４/１１/２０２６ ０９:００' is not a time; what is read: ISO 8601, %d/%m/%Y %H:%M."
    )


@pytest.mark.parametrize("read", ["tickets.csv", "map.toml"])
def test_rejects_never_overwrite_what_is_read(import_file: Callable[..., Result], tmp_path: Path, read: str) -> None:
    content = table("A-1,no time,,")
    result = import_file(content, "--rejects", str(tmp_path / "." / read))
    assert (result.code, result.out) == (ExitCode.INVALID, "")
    assert result.err.startswith(f"opsctl: The rejected rows would overwrite {tmp_path / read}, which is read.")
    assert (tmp_path / "tickets.csv").read_text() == content
    assert (tmp_path / "map.toml").read_text() == MAP
