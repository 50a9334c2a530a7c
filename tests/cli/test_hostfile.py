"""What a host file may say, and that nobody else could have written it."""

import os
from pathlib import Path

import pytest

from opsctl.cli.hostfile import HostFile, locate, read
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
    assert read(path) == HostFile(database="service=ops", person="李", host_name="h")


def test_no_file_and_an_empty_one_say_nothing(path: Path) -> None:
    path.write_text("", encoding="utf-8")
    assert read(path) == read(None) == HostFile()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param(
            '[profile.default]\ntimezon = "UTC"', "there is no key profile.default.timezon.", "Did you mean timezone?",
            id="slip",
        ),
        pytest.param("[hots]", "there is no key hots.", "Did you mean host?", id="table-slip"),
        pytest.param("zzz = 1", "there is no key zzz.", "Allowed here: profile, host.", id="nothing-near"),
        pytest.param("[profile.work]", "there is no key profile.work.", "Allowed here: default.", id="other-profile"),
        pytest.param(
            "[profile.default]\nperson = 7", "profile.default.person must be text, not 7.",
            "Put it in quotation marks.", id="number",
        ),
        pytest.param(
            '[profile.default]\nperson = " "', "profile.default.person must be text, not ' '.",
            "Put it in quotation marks.", id="blank",
        ),
        pytest.param("profile = 1", "profile must be a table, not 1.", "", id="no-table"),
        pytest.param("host = []", "host must be a table, not [].", "", id="list"),
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
    assert read(link) == HostFile(language="zh")
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
    result = run("asset", "list", "--config", str(path), "--db", str(run.database))
    assert (result.code, result.out) == (0, ""), "what the command does not need from it, it does not ask"
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
