"""A review to give away: as Markdown, as a page of HTML, as a Word file, as data. Pure; nothing is read or written.

What is said is put together once (`contents`), in blocks; each format draws them its own way.
"""

from typing import Any

from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience


def as_markdown(known: Known, *, zone: str, audience: Audience) -> str:
    """The review as Markdown in the reader's language, moments in `zone`.

    Raise InvalidInput where a review for a customer is about several.
    """
    from opsctl.reviews.views.export import markdown
    from opsctl.reviews.views.export.contents import contents

    return markdown.draw(contents(known, zone=zone, audience=audience))


def as_page(known: Known, *, zone: str, audience: Audience) -> str:
    """The review as a page of HTML that needs nothing from outside. Raise as `as_markdown`."""
    from opsctl.reviews.views.export import page
    from opsctl.reviews.views.export.contents import contents

    return page.draw(contents(known, zone=zone, audience=audience))


def as_word(known: Known, *, zone: str, audience: Audience) -> bytes:
    """The review as the bytes of a Word file. Raise as `as_markdown`, and Unavailable without python-docx."""
    from opsctl.reviews.views.export import word
    from opsctl.reviews.views.export.contents import contents

    return word.draw(contents(known, zone=zone, audience=audience))


def as_data(known: Known, *, audience: Audience) -> dict[str, Any]:
    """The review for programs: raw values, for `{"opsctl": 1, …}` or a file of JSON. Raise as `as_markdown`."""
    from opsctl.reviews.views.export.data import as_data as data

    return data(known, audience=audience)
