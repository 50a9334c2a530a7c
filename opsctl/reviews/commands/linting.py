"""What a review should not say, of what is saved or of a file that is not saved yet."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def report(context: "Context", word: str, file: str | None) -> "Report":
    """The findings with their lines; those of a saved review are the lines of `review edit --print`."""
    from opsctl.reviews.commands.editing import taken
    from opsctl.reviews.commands.writing import text_of
    from opsctl.reviews.rules.lint import lint
    from opsctl.reviews.service import read
    from opsctl.reviews.views import linting, source

    known = context.read(read.known, word=word, now=context.now)
    text = source.written(known, zone=context.zone) if file is None else text_of(context, file)
    found = taken(context, known, text)
    findings = lint(found.document, found.places, people=known.facts.people)
    return linting.report(known.review, findings)
