"""A host file that nobody else could write."""

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "host"
    folder.mkdir(mode=0o700)
    file = folder / "opsctl.toml"
    file.touch(mode=0o600)
    return file
