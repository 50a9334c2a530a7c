"""`opsctl asset`, exactly as it is printed."""

import json

import pytest

from tests.harness import CommandLine


def test_add_echoes_handle_and_title(run: CommandLine) -> None:
    result = run("asset", "add", "ERP", "--title", "  ERP   登录：入口 ", "--kind", "service")
    assert (result.out, result.err, result.code) == ("erp added: ERP 登录：入口\n", "", 0)


def test_edit_and_retire_echo_what_was_done(run: CommandLine) -> None:
    run("asset", "add", "erp", "--title", "ERP login")
    assert run("asset", "edit", "erp", "--title", "ERP portal").out == "erp changed: ERP portal\n"
    assert run("asset", "retire", "erp", "--at", "2026-09-30").out == "erp retired: ERP portal\n"
    shown = run("asset", "show", "erp")
    assert shown.out == (
        "handle           erp\n"
        "title            ERP portal\n"
        "Chinese title    –\n"
        "kind             –\n"
        "customer         –\n"
        "owner            –\n"
        "criticality      –\n"
        "classification   –\n"
        "service hours    –\n"
        "in service from  –\n"
        "state            retired\n"
        "retired          2026-09-30 00:00+08:00\n"
        "recorded         2026-11-05 10:00+08:00\n"
    )


@pytest.fixture
def two(run: CommandLine) -> CommandLine:
    run("asset", "add", "erp", "--title", "ERP login", "--title-zh", "ERP 登录", "--kind", "service")
    run("asset", "add", "core-sw-1", "--title", "Core, switch 1")
    return run


def test_a_pipe_gets_aligned_text(two: CommandLine) -> None:
    assert two("asset", "list").out == (
        "handle     title                 kind     state\n"
        "core-sw-1  Core, switch 1        –        in service\n"
        "erp        ERP login / ERP 登录  service  in service\n"
    )


def test_quiet_prints_handles_alone(two: CommandLine) -> None:
    assert two("asset", "list", "-q").out == "core-sw-1\nerp\n"
    assert two("asset", "add", "hr", "--quiet").out == "hr\n"


def test_csv_quotes_what_needs_it_and_leaves_absence_empty(two: CommandLine) -> None:
    assert two("asset", "list", "--format", "csv").out.splitlines() == [
        "handle,title,kind,customer,owner,criticality,state",
        'core-sw-1,"Core, switch 1",,,,,in service',
        "erp,ERP login / ERP 登录,service,,,,in service",
    ]


def test_the_table_shows_customer_owner_and_criticality_once_an_asset_has_them(two: CommandLine) -> None:
    assert two("asset", "edit", "erp", "--criticality", "Ｋｅｙ").code == 0
    assert two("asset", "list").out == (
        "handle     title                 kind     criticality  state\n"
        "core-sw-1  Core, switch 1        –        –            in service\n"
        "erp        ERP login / ERP 登录  service  key          in service\n"
    )


def test_json_is_one_envelope(two: CommandLine) -> None:
    result = two("asset", "show", "erp", "--json")
    assert json.loads(result.out) == {
        "opsctl": 1,
        "kind": "asset",
        "data": {
            "handle": "erp",
            "title": "ERP login",
            "title_zh": "ERP 登录",
            "kind": "service",
            "customer": None,
            "owner": None,
            "criticality": None,
            "classification": None,
            "service_hours": None,
            "in_service_from": None,
            "state": "in-service",
            "retired_at": None,
            "recorded_at": "2026-11-05T02:00:00Z",
        },
    }


def test_an_empty_list_says_so_beside_the_result(run: CommandLine) -> None:
    result = run("asset", "list")
    assert (result.out, result.err, result.code) == (
        "",
        "No assets yet. Add one with: opsctl asset add HANDLE\n",
        0,
    )
    assert json.loads(run("asset", "list", "--json").out) == {"opsctl": 1, "kind": "asset.list", "data": []}


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        pytest.param(
            ("add", "erp"),
            "There is an asset erp already. Change it with: opsctl asset edit erp",
            6,
            id="handle-taken",
        ),
        pytest.param(
            ("edit", "erp"),
            "Nothing to change was given. See what can be: opsctl asset edit --help",
            2,
            id="nothing-given",
        ),
        pytest.param(("show", "epr"), "There is no asset 'epr'. Did you mean erp?", 4, id="slip"),
        pytest.param(
            ("add", "42"),
            "The handle '42' looks like the reference of a record. Put a word into it, such as host-42.",
            2,
            id="number-as-handle",
        ),
        pytest.param(
            ("add", "a b"),
            "'a b' is not a handle."
            " A handle begins with a letter or digit and holds letters, digits, . _ - only, 64 at most.",
            2,
            id="no-handle",
        ),
        pytest.param(("add", "x", "--title", "\u200b "), "The text is empty. Say it in a few words.", 2, id="no-title"),
        pytest.param(
            ("retire", "erp", "--at", "2026-11-06"),
            "An asset cannot be retired in the future. Give a time that has passed, or none.",
            2,
            id="future",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    two: CommandLine, arguments: tuple[str, ...], said: str, code: int
) -> None:
    result = two("asset", *arguments)
    assert (result.out, result.err, result.code) == ("", f"opsctl: {said}\n", code)


def test_a_title_cannot_steer_the_terminal(run: CommandLine) -> None:
    run("asset", "add", "erp", "--title", "ERP\x1b[2J\x1b]0;x\x07\u202e\nlogin")
    assert run("asset", "list", "--format", "csv").out.splitlines()[1] == "erp,ERP login,,,,,in service"


@pytest.mark.parametrize("lang", ["zh", "zh_CN.UTF-8"])
def test_chinese_readers_are_spoken_to_in_chinese(two: CommandLine, lang: str) -> None:
    result = two("--lang", lang, "asset", "show", "epr")
    assert (result.out, result.code) == ("", 4)
    assert "There is no" not in result.err
    assert "erp" in result.err
