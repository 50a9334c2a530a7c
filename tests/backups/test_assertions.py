"""What an assertion expects, and whether what was found in a restored copy is that."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.drivers import CannotRestore, Compared, Restored, unmeasured
from opsctl.backups.jobs.asserting import Answers, ask_all
from opsctl.backups.rules.assertions import filled, judge, judge_age, loss_of, moment_of
from opsctl.backups.terms import Level, Verdict
from opsctl.cli.hostfile.jobs import Assertion, Canary
from tests.backups.making import HOUR, MINUTE, NIGHT, run

PASS, DIFFERS, COULD_NOT = Verdict.PASS, Verdict.DIFFERS, Verdict.COULD_NOT_RUN


@pytest.mark.parametrize(
    ("expect", "found", "verdict"),
    [
        (">= 1000", "1000", PASS),
        (">= 1000", "999", DIFFERS),
        (">=1000", "1000.5", PASS),
        ("> 0", "0", DIFFERS),
        ("< 5", "-1", PASS),
        ("<= 5", "5.0000000000000000001", DIFFERS),
        ("== 1", "1.00", PASS),
        ("= 1", "2", DIFFERS),
        ("!= 0", "0.0", DIFFERS),
        ("1", "1.0", PASS),
        ("0.1", "0.1", PASS),
        ("ready", "ready\n", PASS),
        ("ready", "not ready", DIFFERS),
        ("== ready", "ready", PASS),
        ("!= ready", "waiting", PASS),
        (">= 1000", "many", DIFFERS),
        (">= 1000", "NaN", DIFFERS),
        (">= 1000", "", DIFFERS),
        ("!= 0", "none", PASS),
        ("> later", "> later", PASS),
    ],
)
def test_a_range_compares_numbers_exactly_and_a_text_is_compared_as_it_is(
    expect: str, found: str, verdict: Verdict
) -> None:
    assert judge("a", expect, found).verdict is verdict


@given(st.integers(), st.integers())
def test_every_operator_is_that_of_whole_numbers(limit: int, value: int) -> None:
    passed = {sign: judge("a", f"{sign} {limit}", str(value)).verdict is PASS for sign in (">=", "<=", "==", ">", "<")}
    assert passed == {
        ">=": value >= limit, "<=": value <= limit, "==": value == limit, ">": value > limit, "<": value < limit,
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 11, 4, 17, 30, tzinfo=UTC),
        datetime(2026, 11, 4, 17, 30),  # noqa: DTZ001 - as a database without zones gives it
        "2026-11-04 17:30:00",
        "2026-11-05T01:30:00+08:00",
        "2026-11-04T17:30:00Z",
        1793813400,
        Decimal("1793813400"),
        "1793813400",
        b"2026-11-04 17:30:00",
    ],
    ids=repr,
)
def test_a_moment_is_read_however_a_database_writes_it(value: Any) -> None:
    assert moment_of(value) == NIGHT


@pytest.mark.parametrize("value", [None, "", "yesterday", 10**30, True])
def test_what_is_no_moment_is_none(value: Any) -> None:
    assert moment_of(value) is None


def test_a_date_is_its_first_moment() -> None:
    assert moment_of(date(2026, 11, 4)) == datetime(2026, 11, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("newest", "verdict"),
    [
        (NIGHT - 2 * HOUR, PASS),
        (NIGHT - 2 * HOUR - timedelta(seconds=1), DIFFERS),
        (NIGHT + 5 * MINUTE, PASS),
        (NIGHT + 3 * HOUR, DIFFERS),
    ],
    ids=["as old as allowed", "a second older", "written while the backup ran", "from the future"],
)
def test_the_newest_row_is_as_old_as_it_was_when_the_backup_began(newest: datetime, verdict: Verdict) -> None:
    found = judge_age("newest", 2 * HOUR, newest, NIGHT, NIGHT + 10 * MINUTE)
    assert found.verdict is verdict


def test_what_would_be_lost_is_how_long_before_the_backup_the_newest_row_lay() -> None:
    assert loss_of(NIGHT - 90 * MINUTE, NIGHT) == 5400.0
    assert loss_of(NIGHT + MINUTE, NIGHT) == 0.0


def test_words_of_the_copy_are_filled_in_once_and_others_stay_as_they_are() -> None:
    words = {"root": "/x/{port}", "port": "5432"}
    assert filled("--at={root}:{port} {print $1} {unknown}", words) == "--at=/x/{port}:5432 {print $1} {unknown}"
    with pytest.raises(KeyError, match="database"):
        filled("{database}", words)


def copy_at(root: Path, **given: Any) -> Restored:
    plain: dict[str, Any] = {"compare": lambda: Compared("the manifest", 0), "words": {"root": str(root)}}
    return Restored(root, 1, 1, **{**plain, **given})


def asked(root: Path, *asserts: Assertion, canary: Canary | None = None, manifest: Any = None, **given: Any) -> Answers:
    said = None if manifest is None else json.dumps(manifest)
    return ask_all(asserts, canary, run(manifest=said), copy_at(root, **given), unmeasured)


def test_nothing_asserted_and_nothing_compared_proves_only_that_it_could_be_read(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert (found.assertions, found.verdict, found.level) == ([], PASS, Level.L3)


def test_a_comparison_is_an_assertion_of_content(tmp_path: Path) -> None:
    found = asked(tmp_path, compare=lambda: Compared("the manifest", 12))
    assert [(one.what, one.verdict) for one in found.assertions] == [("the manifest", PASS)]
    assert found.level is Level.L5


def test_a_comparison_that_differs_names_the_first_difference(tmp_path: Path) -> None:
    differences = ("a.txt: another SHA-256", "b.txt is missing")
    found = asked(tmp_path, compare=lambda: Compared("the manifest", 12, differences))
    assert found.verdict is DIFFERS
    assert "2 differ, the first: a.txt: another SHA-256" in (found.reason() or "")


def test_files_that_were_to_be_compared_with_nothing_could_not_be(tmp_path: Path) -> None:
    assert asked(tmp_path, Assertion("files", expect="manifest")).verdict is COULD_NOT


FILE = b"conf = 1\n"
DIGEST = hashlib.sha256(FILE).hexdigest()


@pytest.mark.parametrize(
    ("name", "expect", "manifest", "verdict"),
    [
        ("etc/app.conf", None, None, PASS),
        ("etc/gone.conf", None, None, COULD_NOT),
        ("etc/gone.conf", ">= 1", {"sha256": {"etc/app.conf": DIGEST}}, COULD_NOT),
        ("etc/gone.conf", None, {"sha256": {"etc/gone.conf": DIGEST}}, DIFFERS),
        ("etc/broken.conf", None, None, DIFFERS),
        ("etc", None, None, DIFFERS),
        ("etc/app.conf", DIGEST, None, PASS),
        ("etc/app.conf", "0" * 64, None, DIFFERS),
        ("etc/app.conf", "manifest", {"sha256": {"etc/app.conf": DIGEST}}, PASS),
        ("etc/app.conf", "manifest", {"sha256": {"etc/app.conf": "0" * 64}}, DIFFERS),
        ("etc/app.conf", "manifest", None, COULD_NOT),
        ("etc/app.conf", "manifest", {"sha256": []}, COULD_NOT),
        ("etc/app.conf", ">= 9", None, PASS),
        ("etc/app.conf", "> 9", None, DIFFERS),
        ("etc/out.conf", None, None, DIFFERS),
        ("../secret", None, None, DIFFERS),
    ],
    ids=["there", "mistyped", "mistyped, with a size", "missing", "a broken link", "a folder", "digest",
         "another digest", "as written down", "not as written down",
         "nothing written down", "a broken manifest", "large enough", "too small", "a link that leads out", "above"],
)  # fmt: skip
def test_a_file_of_the_copy_is_looked_at_inside_the_copy_alone(
    name: str, expect: str | None, manifest: Any, verdict: Verdict, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/app.conf").write_bytes(FILE)
    (tmp_path / "secret").write_bytes(FILE)
    (root / "etc/out.conf").symlink_to(tmp_path / "secret")
    (root / "etc/broken.conf").symlink_to("nowhere")
    assert asked(root, Assertion("file", ask=name, expect=expect), manifest=manifest).verdict is verdict


def answering(answer: Any) -> Any:
    def ask(_query: str, _within: timedelta = HOUR) -> list[tuple[Any, ...]]:
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    return ask


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ([(1000,)], PASS),
        ([(999,)], DIFFERS),
        ([(None,)], DIFFERS),
        ([], DIFFERS),
        (ValueError("no such table: orders"), DIFFERS),
        (CannotRestore("the server did not answer", COULD_NOT), COULD_NOT),
        (CannotRestore("the table is damaged"), DIFFERS),
    ],
    ids=["enough", "too few", "null", "no row", "no table", "no answer", "damaged"],
)
def test_a_query_is_asked_of_the_copy(answer: Any, verdict: Verdict, tmp_path: Path) -> None:
    found = asked(tmp_path, Assertion("sql", ask="select count(*)", expect=">= 1000"), ask=answering(answer))
    assert found.verdict is verdict
    assert found.level is Level.L5


def test_a_copy_that_is_no_database_cannot_be_asked_in_sql(tmp_path: Path) -> None:
    assert asked(tmp_path, Assertion("sql", ask="select 1", expect="1")).verdict is COULD_NOT


def test_the_newest_row_tells_the_loss_window(tmp_path: Path) -> None:
    answer = answering([("2026-11-04 17:20:00",)])
    found = asked(tmp_path, Assertion("newest", ask="select max(at)", within=HOUR), ask=answer)
    assert (found.verdict, found.newest_at, found.loss_seconds) == (PASS, NIGHT - 10 * MINUTE, 600.0)


def test_the_newest_of_several_rows_counts_and_a_canary_outranks_them(tmp_path: Path) -> None:
    newest = {"one": NIGHT - 3 * HOUR, "two": NIGHT - HOUR, "SELECT max(at) AS at FROM public.canary": NIGHT - MINUTE}

    def ask(query: str, _within: timedelta = HOUR) -> list[tuple[Any, ...]]:
        return [(newest[query],)]

    asserts = [Assertion("newest", ask=name, within=4 * HOUR) for name in ("two", "one")]
    assert asked(tmp_path, *asserts, ask=ask).loss_seconds == 3600.0
    canary = Canary("service=canary", "public.canary")
    assert asked(tmp_path, *asserts, canary=canary, ask=ask).loss_seconds == 60.0


@pytest.mark.parametrize(
    ("command", "expect", "verdict"),
    [
        (("test", "-f", "{root}/there"), None, PASS),
        (("test", "-f", "{root}/gone"), None, DIFFERS),
        (("cat", "{root}/there"), ">= 40", PASS),
        (("cat", "{root}/there"), "41", DIFFERS),
        (("no-such-program-of-anybody",), None, COULD_NOT),
        (("psql", "--port={port}"), None, COULD_NOT),
        (("sleep", "60"), None, COULD_NOT),
    ],
    ids=["ended well", "ended badly", "said enough", "said something else", "is not there", "has no such word", "late"],
)
def test_a_program_asks_the_copy(
    command: tuple[str, ...], expect: str | None, verdict: Verdict, tmp_path: Path
) -> None:
    (tmp_path / "there").write_text("42\n")
    timeout = timedelta(seconds=0.2 if command[0] == "sleep" else 60)
    one = Assertion("command", command=command, expect=expect, timeout=timeout)
    found = asked(tmp_path, one)
    assert found.verdict is verdict
    assert found.level is Level.L6


class Application(BaseHTTPRequestHandler):
    """An application on a restored copy: well, ill, and one that sends people elsewhere."""

    def do_GET(self) -> None:
        elsewhere = {"/moved": "/well", "/away": f"http://localhost:{self.server.server_address[1]}/well"}
        if self.path in elsewhere:
            self.send_response(302)
            self.send_header("Location", elsewhere[self.path])
            self.end_headers()
            return
        self.send_response(200 if self.path == "/well" else 500)
        self.end_headers()
        self.wfile.write(b"1,234 orders")

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def application() -> Iterator[Mapping[str, str]]:
    with HTTPServer(("127.0.0.1", 0), Application) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield {"host": "127.0.0.1", "port": str(server.server_address[1])}
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "expect", "verdict"),
    [
        ("/well", None, PASS),
        ("/well", "1,234 orders", PASS),
        ("/well", "0 orders", DIFFERS),
        ("/ill", None, DIFFERS),
        ("/moved", "1,234", PASS),
        ("/away", None, DIFFERS),
    ],
    ids=["well", "says so", "says something else", "ill", "moved", "sent to another host"],
)
def test_an_application_answers_from_the_copy(
    path: str, expect: str | None, verdict: Verdict, application: Mapping[str, str], tmp_path: Path
) -> None:
    one = Assertion("http", ask=f"http://{{host}}:{{port}}{path}", expect=expect)
    found = asked(tmp_path, one, words=application)
    assert found.verdict is verdict
    assert found.level is Level.L6


def test_an_application_that_does_not_answer_could_not_be_asked(tmp_path: Path) -> None:
    one = Assertion("http", ask="http://{host}:{port}/", timeout=timedelta(seconds=2))
    assert asked(tmp_path, one, words={"host": "127.0.0.1", "port": "1"}).verdict is COULD_NOT
    assert asked(tmp_path, one, words={}).verdict is COULD_NOT


def test_what_differs_outranks_what_could_not_be_asked(tmp_path: Path) -> None:
    (tmp_path / "small").write_text("12", encoding="utf-8")
    unasked, wrong = Assertion("file", ask="gone"), Assertion("file", ask="small", expect="> 2")
    found = asked(tmp_path, unasked, wrong)
    assert found.verdict is DIFFERS
    assert found.reason() == "small: expected > 2, found 2"
