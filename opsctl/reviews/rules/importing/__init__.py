"""Reading post-mortems that other tools wrote: what is understood is mapped, all else kept. Pure.

Nothing is guessed: what may mean two things is reported with its line and kept as text. What is kept of front matter,
timelines and actions names persons, so it stands in the internal notes; other sections stay under their own headings.
"""

from datetime import datetime

from opsctl.reviews.rules.importing.reading import read_foreign as _read_foreign
from opsctl.reviews.rules.results import Foreign


def read_foreign(text: str, *, zone: str | None, now: datetime) -> Foreign:
    """The post-mortem `text` as a review's document, with what was not understood, by line.

    Times without a zone are read in `zone`; without one they are reported, and stay text. No time is read that lies
    after `now`. A text that is empty, or longer than `terms.LONGEST`, is a problem, and is not taken. Raise
    InvalidInput where there is no such zone.
    """
    return _read_foreign(text, zone=zone, now=now)
