"""Whatever stands at a key of a backup, it is read or refused in a sentence, never otherwise."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.cli.hostfile import HostFile
from opsctl.cli.hostfile.backups import host_of
from opsctl.cli.hostfile.driven import _COMMON, _KEYS
from opsctl.core.errors import InvalidInput

WORDS = st.sampled_from(
    ["name", "to", "command", "timeout", "required", "sql", "newest", "file", "http", "expect", "within", "age", "gpg",
     "connection", "table", "0", "", "\x1b[31m", "path", "min_free", "user", "days", "proven"]
)  # fmt: skip
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["/", "/a", "/a/../b", "file:/a", "command:'", "env:A", "1h", "5GB", "00:00-06:00", ">= 1 KB", "service=x", "a@b:c"]
)
VALUES = st.recursive(
    TEXTS | st.integers() | st.floats() | st.booleans() | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    driver = draw(st.sampled_from(sorted(_KEYS)))
    keys = st.sampled_from(sorted({*_COMMON, *_KEYS[driver]} - {"driver"}))
    return {"driver": driver, **draw(st.dictionaries(keys, VALUES, max_size=6))}


@settings(max_examples=300)
@given(job=tables(), host=st.dictionaries(st.sampled_from(["scratch", "keep_at_least", "max_runs_per_day"]), VALUES))
def test_any_value_is_read_or_refused_with_a_next_step(job: dict[str, Any], host: dict[str, Any]) -> None:
    said = HostFile(host=host, backups={"erp": job}, path=Path("/etc/opsctl/opsctl.toml"))
    try:
        found = host_of(said)
    except InvalidInput as wrong:
        assert wrong.message.startswith("/etc/opsctl/opsctl.toml: ")
        assert wrong.hint
        assert "\x1b" not in wrong.message + wrong.hint
    else:
        assert found.jobs["erp"].places
