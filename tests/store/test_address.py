from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.store.address import Address, Backend, read_address


@pytest.mark.parametrize(
    ("text", "target"),
    [
        pytest.param("sqlite:////srv/ops.db", "/srv/ops.db", id="address"),
        pytest.param("/srv/ops.db", "/srv/ops.db", id="path"),
        pytest.param("/srv/a b/ops.db", "/srv/a b/ops.db", id="blank"),
        pytest.param("sqlite:////srv/a%20b.db", "/srv/a%20b.db", id="per-cent-is-a-letter"),
        pytest.param("/srv/what?mode=ro", "/srv/what?mode=ro", id="question-mark-is-a-letter"),
        pytest.param("/srv/a=b.db", "/srv/a=b.db", id="equals-sign-in-a-path"),
        pytest.param("/srv/运维.db", "/srv/运维.db", id="chinese"),
    ],
)
def test_a_file_is_named_by_its_absolute_path(text: str, target: str) -> None:
    assert read_address(text) == Address(Backend.SQLITE, target)


@pytest.mark.parametrize("text", ["sqlite:///ops.db", "ops.db", "./ops.db"])
def test_a_relative_path_starts_in_the_working_folder(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_address(text).target == str(tmp_path / "ops.db")


@pytest.mark.parametrize("text", ["sqlite:///~/ops.db", "~/ops.db"])
def test_a_tilde_is_the_home_folder(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/li")
    assert read_address(text).target == "/home/li/ops.db"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        pytest.param("postgresql://db/ops", "postgresql://db/ops", id="url"),
        pytest.param("postgres://li@db:5433/ops", "postgresql://li@db:5433/ops", id="short-scheme"),
        pytest.param("postgresql:///ops?host=/run/pg", "postgresql:///ops?host=/run/pg", id="socket"),
        pytest.param("service=opsctl", "service=opsctl", id="service"),
        pytest.param("host=db dbname=ops", "host=db dbname=ops", id="conninfo"),
        pytest.param("host = db dbname= 'my ops'", "host = db dbname= 'my ops'", id="conninfo-with-blanks"),
        pytest.param("host=db passfile=/etc/pass", "host=db passfile=/etc/pass", id="a-file-of-passwords-is-none"),
    ],
)
def test_a_server_is_named_as_libpq_reads_it(text: str, target: str) -> None:
    assert read_address(text) == Address(Backend.POSTGRESQL, target)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("postgresql://li:hunter2@db/ops", id="url"),
        pytest.param("postgres://li:hunter2@db/ops", id="short-scheme"),
        pytest.param("postgresql://li:@db/ops", id="empty"),
        pytest.param("postgresql://li:hun%40ter2@db1,db2/ops", id="several-hosts"),
        pytest.param("postgresql://db/ops?password=hunter2", id="query"),
        pytest.param("postgresql://db/ops?user=li&pass%77ord=hunter2", id="query-in-disguise"),
        pytest.param("postgresql://db/ops?sslpassword=hunter2", id="of-the-key"),
        pytest.param("host=db password=hunter2", id="conninfo"),
        pytest.param("host=db password = hunter2", id="conninfo-with-blanks"),
        pytest.param("host=db password='hunter 2'", id="conninfo-quoted"),
        pytest.param("password=hunter2", id="alone"),
        pytest.param("host=db sslpassword=hunter2", id="conninfo-of-the-key"),
    ],
)
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput, match="must not carry a password") as refused:
        read_address(text)
    assert "pgpass" in refused.value.hint
    assert "hunter" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("  ", id="blank"),
        pytest.param("ops\0.db", id="nul"),
        pytest.param("sqlite:///", id="no-file"),
        pytest.param("/srv/", id="folder"),
        pytest.param("sqlite://ops.db", id="two-slashes"),
        pytest.param("mysql://db/ops", id="unknown-scheme"),
        pytest.param("postgresql://[db/ops", id="broken-url"),
        pytest.param("host=db ops", id="word-without-a-sign"),
        pytest.param("=ops", id="no-name"),
        pytest.param("host=db dbname='ops", id="quote-without-an-end"),
        pytest.param("~nobody-has-this-name/ops.db", id="home-of-nobody"),
        pytest.param("/.", id="root-folder-by-a-dot"),
    ],
)
def test_what_names_no_database_is_refused_with_the_forms_that_do(text: str) -> None:
    with pytest.raises(InvalidInput, match="names no database") as refused:
        read_address(text)
    assert refused.value.hint == "Use sqlite:///path/to/opsctl.db, postgresql://host/name or service=name."


@pytest.mark.parametrize("text", ["mysql://li:hunter2@db/ops", "PostgreSQL://li:hunter2@db/ops"])
def test_a_secret_in_an_unknown_scheme_is_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_address(text)
    assert "hunter2" not in refused.value.message


_PARTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1)


@given(st.lists(_PARTS.filter(lambda part: part not in (".", "..")), min_size=1))
def test_an_address_that_is_printed_names_the_same_file(parts: list[str]) -> None:
    address = read_address("/" + "/".join(parts))
    assert read_address(str(address)) == address
