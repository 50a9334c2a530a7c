"""Global options anywhere, their precedence, and what is said about wrong usage."""

import json
from pathlib import Path

import pytest

from tests.harness import CommandLine


@pytest.fixture
def line(run: CommandLine) -> CommandLine:
    run("asset", "add", "erp", "--title", "ERP login")
    return run


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--json", "asset", "show", "erp"), id="before-the-noun"),
        pytest.param(("asset", "--json", "show", "erp"), id="before-the-verb"),
        pytest.param(("asset", "show", "--json", "erp"), id="behind-the-verb"),
        pytest.param(("asset", "show", "erp", "--json"), id="at-the-end"),
        pytest.param(("asset", "show", "erp", "--format", "json"), id="as-a-format"),
        pytest.param(("asset", "show", "erp", "--format=JSON"), id="in-capitals"),
    ],
)
def test_a_global_option_stands_anywhere(line: CommandLine, arguments: tuple[str, ...]) -> None:
    result = line(*arguments)
    assert (json.loads(result.out)["data"]["handle"], result.err, result.code) == ("erp", "", 0)


def test_the_last_of_two_wins(line: CommandLine) -> None:
    assert line("--tz", "Europe/Rome", "asset", "show", "erp", "--tz", "UTC").out.endswith("02:00+00:00\n")


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        pytest.param(("--lang", "zh", "asset", "show", "nope"), {}, id="before"),
        pytest.param(("asset", "show", "nope", "--lang", "zh"), {}, id="behind"),
        pytest.param(("asset", "show", "nope", "--lang=zh_CN"), {}, id="with-a-sign"),
        pytest.param(("asset", "show", "nope"), {"OPSCTL_LANG": "zh"}, id="environment"),
        pytest.param(("asset", "show", "nope"), {"LANG": "zh_CN.UTF-8"}, id="locale"),
        pytest.param(("asset", "show", "nope"), {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, id="lc-all"),
    ],
)
def test_the_language_is_chosen_anywhere(line: CommandLine, arguments: tuple[str, ...], env: dict[str, str]) -> None:
    english = line("asset", "show", "nope").err
    assert "There is no asset" in english
    result = line(*arguments, env=env)
    assert ("There is no asset" in result.err, result.code) == (False, 4)


def test_english_is_chosen_against_a_chinese_locale(line: CommandLine) -> None:
    assert "There is no asset" in line("asset", "show", "nope", "--lang", "en", env={"LANG": "zh_CN.UTF-8"}).err


def test_a_language_that_is_not_spoken_is_said(line: CommandLine) -> None:
    result = line("asset", "list", "--lang", "it")
    assert (result.err, result.code) == ("opsctl: No language 'it'. Use en or zh.\n", 2)


def _host_file(line: CommandLine, text: str) -> Path:
    path = line.home / "config/opsctl/opsctl.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    path.parent.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("flag", "environment", "clock"),
    [
        pytest.param(("--tz", "Asia/Tokyo"), {"OPSCTL_TZ": "Europe/Rome"}, "11:00+09:00", id="flag-first"),
        pytest.param((), {"OPSCTL_TZ": "Europe/Rome"}, "03:00+01:00", id="then-the-environment"),
        pytest.param((), {}, "02:00+00:00", id="then-the-host-file"),
        pytest.param((), {"OPSCTL_TZ": ""}, "02:00+00:00", id="an-empty-variable-is-none"),
        pytest.param(("--utc",), {"OPSCTL_TZ": "Europe/Rome"}, "02:00+00:00", id="utc"),
    ],
)
def test_a_flag_wins_over_the_environment_and_that_over_the_host_file(
    line: CommandLine, flag: tuple[str, ...], environment: dict[str, str], clock: str
) -> None:
    _host_file(line, '[profile.default]\ntimezone = "UTC"\n')
    assert line("asset", "show", "erp", *flag, env=environment).out.endswith(f"2026-11-05 {clock}\n")


def test_the_host_file_names_the_database_language_and_person(line: CommandLine, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    line("init", "--zone", "Europe/Rome", "--db", str(other))
    _host_file(
        line,
        f'[profile.default]\ndatabase = "sqlite:///{other}"\nlanguage = "zh"\nperson = "wang"\n[host]\nname = "h7"\n',
    )
    assert line("asset", "add", "hr").code == 0
    assert "There is no" not in line("asset", "show", "nope").err
    # The first two rows are those of init.
    row = json.loads(line("ledger", "show", "3", "--json").out)["data"]
    assert (row["actor"], row["host"], row["subject"]) == ("wang", "h7", "hr")
    by_flag = json.loads(line("ledger", "show", "1", "--json", "--db", str(line.database)).out)["data"]
    assert by_flag["subject"] == "erp"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("asst", "list"), "There is no command 'asst'. Did you mean asset?", id="noun"),
        pytest.param(("asset", "lst"), "There is no command 'lst'. Did you mean list?", id="verb"),
        pytest.param(
            ("close", "1"),
            "There is no command 'close'. Did you mean incident close, review close?",
            id="verb-of-a-noun",
        ),
        pytest.param(
            ("show", "1"),
            "There is no command 'show'. Did you mean incident show, asset show, customer show?",
            id="verb-of-several-nouns",
        ),
        pytest.param(("zzzzzz",), "There is no command 'zzzzzz'. See: opsctl --help", id="nothing-near"),
        pytest.param(("资产",), "There is no command '资产'. See: opsctl --help", id="chinese"),
        pytest.param(
            ("asset", "add", "x", "--titel", "y"),
            "There is no option --titel. Did you mean --title?",
            id="option",
        ),
        pytest.param(
            ("asset", "retire", "erp", "--from", "x"),
            "There is no option --from. See: opsctl asset retire --help",
            id="option-that-is-like-none",
        ),
        pytest.param(
            ("asset", "edit", "erp", "--from", "x"),
            "There is no option --from. Did you mean --in-service-from, --retired-from?",
            id="option-by-one-of-its-words",
        ),
        pytest.param(
            ("asset", "list", "--crit", "key"),
            "There is no option --crit. Did you mean --criticality?",
            id="option-begun",
        ),
        pytest.param(
            ("action", "assign", "1", "wang"),
            "--to is missing. Like: opsctl action assign 42 --to wang",
            id="missing-option",
        ),
        pytest.param(("asset", "add"), "HANDLE is missing. See: opsctl asset add --help", id="missing-word"),
        pytest.param(
            ("asset", "show", "a", "b"), "This is one word too many: b. See: opsctl asset show --help", id="extra-word"
        ),
        pytest.param(
            ("asset", "add", "x", "--title"), "--title needs a value. See: opsctl --help", id="no-value"
        ),
        pytest.param(
            ("asset", "list", "--all=yes"), "--all takes no value. See: opsctl --help", id="flag-with-value"
        ),
        pytest.param(("asset", "list", "--format", "jsn"), "There is no format 'jsn'. Did you mean json?", id="format"),
        pytest.param(
            ("asset", "list", "--format", "qq"),
            "There is no format 'qq'. Use one of: table, plain, md, csv, json.",
            id="format-unknown",
        ),
        pytest.param(
            ("ledger", "show", "one"), "ROW wants a whole number, not 'one'. Like: 3", id="number"
        ),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_in_one_line_with_the_next_step(
    line: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    result = line(*arguments)
    assert (result.out, result.err, result.code) == ("", f"opsctl: {said}\n", 2)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("asset", "show", "a", "x" * 5000), id="extra-word"),
        pytest.param(("asset", "x" * 5000), id="command"),
        pytest.param(("asset", "list", "--" + "x" * 5000), id="option"),
        pytest.param(("inspect", "log", "core", "-F", "x" * 5000), id="path-that-no-system-takes"),
        pytest.param(("inspect", "log", "core", "-F", "x/" * 1500), id="path"),
    ],
)
def test_what_was_typed_at_length_is_cut(line: CommandLine, arguments: tuple[str, ...]) -> None:
    result = line(*arguments)
    assert result.code in (2, 4)
    assert "…" in result.err
    assert len(result.err) < 300


@pytest.mark.parametrize("dashes", ["－－", "——", "--", "––", "—", "−−"])
def test_the_dashes_of_a_chinese_keyboard_make_an_option(line: CommandLine, dashes: str) -> None:
    assert line("asset", "edit", "erp", f"{dashes}title", "ERP portal").out == "erp changed: ERP portal\n"
    assert line("asset", "edit", "erp", f"{dashes}title=ERP 2").out == "erp changed: ERP 2\n"


def test_dashes_in_a_title_stay_as_they_were_typed(line: CommandLine) -> None:
    assert line("asset", "edit", "erp", "--title", "——核心——").out == "erp changed: ——核心——\n"
    assert line("asset", "add", "--title", "x", "--", "hr").out == "hr added: x\n"


def test_an_error_is_json_on_stderr_for_programs(line: CommandLine) -> None:
    result = line("asset", "show", "epr", "--json")
    assert (result.out, result.code, result.err.count("\n")) == ("", 4, 1)
    assert json.loads(result.err) == {
        "opsctl": 1,
        "kind": "error",
        "data": {"code": 4, "message": "There is no asset 'epr'.", "hint": "Did you mean erp?"},
    }


def test_wrong_usage_is_json_too(line: CommandLine) -> None:
    assert json.loads(line("--json", "asset", "lst").err)["data"]["code"] == 2


def test_a_zone_that_is_none_is_wrong_usage(line: CommandLine) -> None:
    result = line("asset", "show", "erp", "--tz", "Asia/Shangai")
    assert (result.out, result.code) == ("", 2)
    assert "Asia/Shanghai" in result.err


def test_a_noun_alone_shows_its_verbs(line: CommandLine) -> None:
    result = line("asset")
    assert (result.out.splitlines()[0], result.err, result.code) == ("Usage: opsctl asset COMMAND …", "", 0)


def test_the_version_is_printed(line: CommandLine) -> None:
    assert line("--version").out == "opsctl 0.1.0\n"
