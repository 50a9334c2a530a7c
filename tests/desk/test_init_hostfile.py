"""Writing a new host file: readable by its owner alone, read back as it was meant, and never over another."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsctl.cli import hostfile
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.desk.rules.beginning import Answers, is_address, next_commands, profile_of


@given(some.text(some.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_whatever_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("host") / "opsctl" / "opsctl.toml"
    with hostfile.written(path, hostfile.text_of({"database": text, "person": text, "language": "zh"})):
        pass
    said = hostfile.read(path)
    assert (said.database, said.person, said.language) == (text, text, "zh")


def test_it_is_its_owners_alone_and_so_is_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "config" / "opsctl" / "opsctl.toml"
    before = os.umask(0)
    try:
        with hostfile.written(path, "[host]\n"):
            pass
    finally:
        os.umask(before)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_one_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "opsctl.toml"
    path.write_text("[host]\n")
    with pytest.raises(Conflict), hostfile.written(path, "[profile.default]\n"):
        pytest.fail("it must not come so far")
    assert path.read_text() == "[host]\n"


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt(), Conflict("taken")])
def test_it_is_taken_back_where_what_is_done_with_it_fails(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "config" / "opsctl" / "opsctl.toml"
    with pytest.raises(type(error)) as raised, hostfile.written(path, "[host]\n"):
        raise error
    assert raised.value is error
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written_is_told_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotAllowed, match="Not a directory"):
        hostfile.check_writable(tmp_path / "file" / "opsctl.toml")
    with pytest.raises(NotAllowed, match="cannot be written"), hostfile.written(tmp_path / "file" / "x.toml", ""):
        pytest.fail("it must not come so far")
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    with pytest.raises(NotAllowed, match="can be written by others"):
        hostfile.check_writable(open_folder / "opsctl.toml")
    hostfile.check_writable(tmp_path / "new" / "opsctl" / "opsctl.toml")
    assert not (tmp_path / "new").exists()


def test_bytes_that_are_no_letters_cannot_stand_in_it() -> None:
    with pytest.raises(InvalidInput, match="not UTF-8"):
        hostfile.text_of({"database": "/data/\udcff.db"})


@pytest.mark.parametrize(
    "text", ["sqlite:///x", "postgresql://h/n", "service=ops", "/x/y.db", "~/y.db", "./y", "ｓervice＝x"]
)
def test_what_is_meant_for_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["", "ok", "yes", "2", "postgres", "opsctl.db"])
def test_what_is_a_slip(text: str) -> None:
    assert not is_address(text)


def test_on_a_server_nobody_is_named() -> None:
    answers = Answers("zh_CN", "service=ops", "UTC", None, "li")
    assert profile_of(answers, is_server=True) == {"database": "service=ops", "language": "zh"}
    assert profile_of(answers, is_server=False)["person"] == "li"


def test_an_upgrade_comes_first() -> None:
    found, older, new = (
        next_commands("o", is_new=is_new, is_older=is_older)
        for is_new, is_older in ((False, False), (False, True), (True, False))
    )
    assert [len(one) for one in (found, older, new)] == [3, 3, 3]
    assert (found[0], older[0]) == ("o doctor", "o db upgrade")
