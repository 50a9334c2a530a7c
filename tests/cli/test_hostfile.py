"""What a host file may say, and that nobody else could have written it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.cli.hostfile import Check, HostFile, locate, read
from opsctl.core.errors import InvalidInput, NotAllowed, NotFound
from tests.harness import CommandLine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "host"
    folder.mkdir(mode=0o700)
    file = folder / "opsctl.toml"
    file.write_text('[profile.default]\nlanguage = "zh"\n', encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_file_that_is_mine_is_read(path: Path) -> None:
    path.write_text(
        '[profile.default]\ndatabase = "service=ops"\nperson = "李"\n[host]\nname = "h"\n', encoding="utf-8"
    )
    assert read(path) == HostFile(
        database="service=ops", person="李", host_name="h", host={"name": "h"}, path=path
    )


def test_no_file_and_an_empty_one_say_nothing(path: Path) -> None:
    path.write_text("", encoding="utf-8")
    assert read(path) == HostFile(path=path)
    assert read(None) == HostFile()


TABLE = "Write the table's name in square brackets."


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param(
            '[profile.default]\ntimezon = "UTC"', "there is no key profile.default.timezon.", "Did you mean timezone?",
            id="slip",
        ),
        pytest.param("[hots]", "there is no key hots.", "Did you mean host?", id="table-slip"),
        pytest.param(
            "zzz = 1", "there is no key zzz.", "Allowed here: profile, host, checks, backups, demo.", id="nothing-near"
        ),
        pytest.param("[profile.work]", "there is no key profile.work.", "Allowed here: default.", id="other-profile"),
        pytest.param(
            "[profile.default]\nperson = 7", "profile.default.person must be text, not 7.",
            "Put it in quotation marks.", id="number",
        ),
        pytest.param(
            '[profile.default]\nperson = " "', "profile.default.person must be text, not ' '.",
            "Put it in quotation marks.", id="blank",
        ),
        pytest.param(
            '[demo]\nclock_start = 2026-11-16T08:40:00+08:00', "demo.made must be a time with its offset, not None.",
            "Take [demo] out; `opsctl demo` writes it into a host file of its own.", id="half-a-clock",
        ),
        pytest.param(
            "[demo]\nclock_start = 2026-11-16T08:40:00", "demo.clock_start must be a time with its offset,"
            " not datetime.datetime(2026, 11, 16, 8, 40).",
            "Take [demo] out; `opsctl demo` writes it into a host file of its own.", id="clock-without-offset",
        ),
        pytest.param("profile = 1", "profile must be a table, not 1.", TABLE, id="no-table"),
        pytest.param("host = []", "host must be a table, not [].", TABLE, id="list"),
    ],
)  # fmt: skip
def test_what_is_not_as_agreed_is_said(path: Path, text: str, message: str, hint: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as wrong:
        read(path)
    assert (wrong.value.message, wrong.value.hint) == (f"{path}: {message}", hint)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[profile", id="broken"),
        pytest.param(b'[host]\nname = "a"\nname = "b"', id="key-twice"),
        pytest.param('[host]\nname = "主机"'.encode("gb18030"), id="no-utf-8"),
        pytest.param(b"\x00", id="nul"),
        pytest.param(b"a = " + b"[" * 3000, id="bottomless"),
    ],
)
def test_what_is_no_toml_is_said(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(InvalidInput, match="is not valid TOML") as wrong:
        read(path)
    assert wrong.value.hint == "Mend it, or use --config."


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666], ids=oct)
def test_a_file_that_others_may_write_is_not_trusted(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(NotAllowed, match="can be written by others") as unsafe:
        read(path)
    assert unsafe.value.hint == f"Close it with: chmod go-w {path}"


@pytest.mark.parametrize("mode", [0o770, 0o703, 0o1777], ids=oct)
def test_a_folder_that_others_may_write_is_not_trusted(path: Path, mode: int) -> None:
    path.parent.chmod(mode)
    with pytest.raises(NotAllowed, match="can be written by others") as unsafe:
        read(path)
    assert unsafe.value.hint == f"Close it with: chmod go-w {path.parent}"


def test_a_link_is_judged_by_where_it_leads(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    assert read(link) == HostFile(language="zh", path=link)
    path.parent.chmod(0o777)
    with pytest.raises(NotAllowed, match=str(path.parent)):
        read(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_belongs_to_somebody_else_is_not_trusted(path: Path, what: str) -> None:
    place = path if what == "file" else path.parent
    os.chown(place, 65534, 65534)
    with pytest.raises(NotAllowed, match=f"{place} belongs to another user"):
        read(path)


def test_an_unsafe_file_ends_with_5_and_spares_the_help(run: CommandLine, path: Path) -> None:
    path.chmod(0o666)
    assert run("asset", "list", "--config", str(path), "--db", str(run.database)).code == 5, "it may set the clock"
    result = run("asset", "list", "--config", str(path))
    assert (result.code, result.out) == (5, "")
    assert result.err == f"opsctl: {path} can be written by others. Close it with: chmod go-w {path}\n"
    assert run("asset", "--help", "--config", str(path)).code == 0


def test_the_chosen_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no host file"):
        locate(str(tmp_path / "none.toml"), {})


def test_the_chosen_file_wins_over_the_variable_and_that_over_the_users(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "config"
    own = home / "opsctl/opsctl.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    named = tmp_path / "named.toml"
    named.touch()
    environment = {"XDG_CONFIG_HOME": str(home)}
    assert locate(None, environment) == own
    assert locate(None, {**environment, "OPSCTL_CONFIG": str(named)}) == named
    assert locate(str(path), {**environment, "OPSCTL_CONFIG": str(named)}) == path


def test_a_home_that_nobody_lets_us_look_into_has_no_host_file(run: CommandLine) -> None:
    elsewhere = {"XDG_CONFIG_HOME": "/" + "x" * 5000}
    assert locate(None, elsewhere) == locate(None, {"XDG_CONFIG_HOME": "/nowhere"})
    assert run("--version", env=elsewhere).code == 0


def test_a_login_without_a_home_is_told_to_name_a_database(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    homeless = {"XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
    assert run("--help", env=homeless).code == 0
    result = run("asset", "list", env=homeless)
    assert (result.err, result.code) == ("opsctl: This login has no home folder. Name the database with --db URL.\n", 2)


def test_checks_are_programs_with_what_they_are_about(path: Path) -> None:
    path.write_text(
        """
        [checks.root-disk]
        type = "command"
        command = ["/usr/lib/nagios/plugins/check_disk", "-w", "10 %", ""]
        asset = "DB1"
        every = "*/10 * * * *"
        fills = "server-room/disk"
        timeout = "5m"

        [checks."网络"]
        type = "command"
        command = ["check_ping"]
        asset = "core-sw-1"
        """,
        encoding="utf-8",
    )
    command = ("/usr/lib/nagios/plugins/check_disk", "-w", "10 %", "")
    assert read(path).checks == (
        Check("root-disk", command, "db1", ("server-room", "disk"), timedelta(minutes=5)),
        Check("网络", ("check_ping",), "core-sw-1", None, timedelta(seconds=10)),
    )


CHECK = {"type": '"command"', "command": '["check_disk"]', "asset": '"db1"', "fills": '"room/disk"'}
MISSING = "A check has a type, a command and an asset."
LIST = 'Like: command = ["/usr/lib/nagios/plugins/check_load", "-r"]'
HANDLE = "A handle begins with a letter or digit and holds letters, digits, . _ - only, 64 at most."
COMMAND = 'Write type = "command".'
BETWEEN = "Use a duration between them, such as 5m."
DURATION = "Use a duration such as 90s, 15m, 4h, 1h30m or 2d."


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        pytest.param({"type": None}, "checks.d.type is missing.", MISSING, id="no-type"),
        pytest.param({"command": None}, "checks.d.command is missing.", MISSING, id="no-command"),
        pytest.param({"asset": None}, "checks.d.asset is missing.", MISSING, id="no-asset"),
        pytest.param(
            {"type": '"http"', "url": '"https://erp.example"'},
            "checks.d.type is 'http', which this version does not have yet.",
            'Write type = "command" and name a program that asks the address.', id="http",
        ),
        pytest.param({"type": '"sql"'}, "checks.d.type must be 'command', not 'sql'.", COMMAND, id="other-type"),
        pytest.param({"type": "7"}, "checks.d.type must be 'command', not 7.", COMMAND, id="type-is-a-number"),
        pytest.param(
            {"comand": "[]"}, "there is no key checks.d.comand.", "Did you mean command?", id="slip",
        ),
        pytest.param(
            {"command": '"check_disk -w 10"'},
            "checks.d.command must be a list of texts, the program first, not 'check_disk -w 10'.", LIST, id="a-line",
        ),
        pytest.param(
            {"command": "[]"}, "checks.d.command must be a list of texts, the program first, not [].", LIST, id="empty",
        ),
        pytest.param(
            {"command": '[" "]'}, "checks.d.command must be a list of texts, the program first, not [' '].", LIST,
            id="blank-program",
        ),
        pytest.param(
            {"command": '["check_disk", 10]'},
            "checks.d.command must be a list of texts, the program first, not ['check_disk', 10].", LIST, id="number",
        ),
        pytest.param(
            {"command": '["check_disk", "\\u0000"]'},
            "checks.d.command must be a list of texts, the program first, not ['check_disk', '\\x00'].", LIST, id="nul",
        ),
        pytest.param(
            {"command": '["plugins/check_disk"]'},
            "checks.d.command names 'plugins/check_disk', which depends on the folder.",
            "Write the whole path, or a name that is found in PATH.", id="half-a-path",
        ),
        pytest.param({"asset": '"d b"'}, "checks.d.asset: 'd b' is not a handle.", HANDLE, id="asset"),
        pytest.param(
            {"asset": "1"}, "checks.d.asset must be text, not 1.", "Put it in quotation marks.", id="asset-number",
        ),
        pytest.param(
            {"fills": '"disk"'}, "checks.d.fills must name a checklist and an item, not 'disk'.",
            'Like: fills = "server-room/disk"', id="no-item",
        ),
        pytest.param(
            {"fills": '"a/b/c"'}, "checks.d.fills must name a checklist and an item, not 'a/b/c'.",
            'Like: fills = "server-room/disk"', id="three-parts",
        ),
        pytest.param({"fills": '"room/"'}, "checks.d.fills must be text, not ''.", "Put it in quotation marks.",
                     id="empty-item"),
        pytest.param({"timeout": '"soon"'}, "checks.d.timeout: 'soon' is not a duration.", DURATION, id="no-duration"),
        pytest.param({"timeout": "10"}, "checks.d.timeout must be text, not 10.", "Put it in quotation marks.",
                     id="seconds"),
        pytest.param(
            {"timeout": '"301s"'}, "checks.d.timeout must be more than nothing and at most 5m, not '301s'.", BETWEEN,
            id="too-long",
        ),
        pytest.param(
            {"timeout": '"0s"'}, "checks.d.timeout must be more than nothing and at most 5m, not '0s'.", BETWEEN,
            id="none",
        ),
        pytest.param({"every": "5"}, "checks.d.every must be text, not 5.", "Put it in quotation marks.", id="every"),
    ],
)  # fmt: skip
def test_a_check_that_is_not_as_agreed_is_said(
    path: Path, said: dict[str, str | None], message: str, hint: str
) -> None:
    given = {**CHECK, **said}
    lines = [f"{key} = {value}" for key, value in given.items() if value is not None]
    path.write_text("\n".join(["[checks.d]", *lines]), encoding="utf-8")
    with pytest.raises(InvalidInput) as wrong:
        read(path)
    assert (wrong.value.message, wrong.value.hint) == (f"{path}: {message}", hint)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param('"a b"', "checks.a b: 'a b' is not a handle.", id="blank"),
        pytest.param("Disk", "'Disk' is no name of a check.", id="capital"),
        pytest.param('""', "checks. must be text, not ''.", id="empty"),
    ],
)
def test_a_check_has_a_name_that_can_be_said(path: Path, name: str, message: str) -> None:
    path.write_text(f"[checks.{name}]\ntype = 'command'\ncommand = ['x']\nasset = 'a'\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as wrong:
        read(path)
    assert wrong.value.message == f"{path}: {message}"


def test_no_two_checks_fill_one_item(path: Path) -> None:
    check = "type = 'command'\ncommand = ['x']\nasset = 'a'\nfills = 'room/disk'\n"
    path.write_text(f"[checks.one]\n{check}[checks.two]\n{check}", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"checks.two fills the same item of a as checks.one\.") as wrong:
        read(path)
    assert wrong.value.hint == "Leave one of them."


def test_checks_without_an_item_may_be_about_one_asset(path: Path) -> None:
    check = "type = 'command'\ncommand = ['x']\nasset = 'a'\n"
    path.write_text(f"[checks.one]\n{check}[checks.two]\n{check}", encoding="utf-8")
    assert [one.name for one in read(path).checks] == ["one", "two"]


def test_a_check_is_a_table(path: Path) -> None:
    path.write_text("[checks]\ndisk = 7\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"checks.disk must be a table, not 7\."):
        read(path)
