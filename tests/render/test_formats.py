import pytest

from opsctl.core.errors import InvalidInput
from opsctl.render.formats import Format, format_of_ending


def test_the_formats_are_listed_in_their_order() -> None:
    assert [str(format) for format in Format] == ["table", "plain", "md", "csv", "json"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("october.md", Format.MARKDOWN),
        ("october.csv", Format.CSV),
        ("/srv/报表/十月.JSON", Format.JSON),
        ("kpi.2026-10.txt", Format.PLAIN),
    ],
)
def test_the_ending_of_a_file_names_its_format(path: str, expected: Format) -> None:
    assert format_of_ending(path) is expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("october.pdf", "No format has the ending '.pdf'."),
        ("october", "The file name 'october' has no ending."),
        (".csv", "The file name '.csv' has no ending."),
    ],
)
def test_another_ending_is_refused_with_the_endings_that_are_known(path: str, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        format_of_ending(path)
    assert refused.value.message == message
    assert refused.value.hint == "Use a name that ends in .md, .csv, .json, .txt."
