"""The fields that the incidents room gives to the kit, and files made of real bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opsctl.exchange.documents import Document
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.readers import read_records

LEVELS = frozenset({"low", "medium", "high"})
MOMENTS = (
    "impact_start", "detected", "opened", "acknowledged", "mitigated", "restored", "resolved", "closed", "entered_at",
)  # fmt: skip


@pytest.fixture(scope="session")
def fields() -> dict[str, Field]:
    known = [
        Field("title", FieldType.TEXT),
        Field("asset", FieldType.TEXT),
        Field("customer", FieldType.TEXT),
        Field("category", FieldType.CHOICE, frozenset({"fault", "security", "emergency"})),
        Field("impact", FieldType.CHOICE, LEVELS),
        Field("urgency", FieldType.CHOICE, LEVELS),
        Field("severity", FieldType.CHOICE, frozenset("1234")),
        Field("outage", FieldType.FLAG),
        *(Field(name, FieldType.MOMENT) for name in MOMENTS),
        *(Field(name, FieldType.BODY) for name in ("cause", "handling", "result")),
        Field("assignee", FieldType.TEXT),
    ]
    return {field.name: field for field in known}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Document]:
    """Reads a file of these bytes, or of this text in UTF-8."""

    def read_content(content: bytes | str, *, key: str = "") -> Document:
        path = tmp_path / "input"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_records(path, name="input", key=key)

    return read_content
