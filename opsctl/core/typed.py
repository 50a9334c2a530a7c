"""What people type and paste: mended where the meaning is plain, cleaned of what a terminal would obey."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _

_MENDED = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−─", "-"),
        **dict.fromkeys("“”„‟「」『』", '"'),
        **dict.fromkeys("‘’‚‛", "'"),
        # Invisible marks that copying from chats and property windows brings along.
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", None),
    }
)
# Compiled by `re` when they are first used: every command loads this module, and its help page uses none of them.
_STOP_BETWEEN_DIGITS = r"(?<=[0-9])。+(?=[0-9])"

# A string (OSC, DCS, SOS, PM, APC) ends in BEL or ST. One without an end loses only its introducer: the words
# after it may be all the person wrote. Its class leaves out every introducer, so that a scan stays linear.
_ESCAPE_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\n\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_BREAK = r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]"
# Besides controls, what cannot be seen and would make two equal titles differ. U+200D stays: emoji are joined by it.
_UNSHOWABLE = (
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff]"
)
_HANDLE = r"[^\W_][\w.-]{0,63}"
_RECORD_REFERENCE = r"[a-z]{3}-[0-9]{4}-[0-9]+"
_LONGEST_GUESSED = 100
LONGEST_PATH = 200
"""So many characters of a path stand in a sentence."""


def mend(text: str) -> str:
    """The text as it was meant: NFKC, `。` between digits as `.`, ASCII dashes and quotes, no surrounding blanks.

    For values, times, names of options; never for titles and notes, whose full-width signs stay.
    """
    # A Chinese dash is drawn with two signs and means one.
    plain = unicodedata.normalize("NFKC", text).replace("——", "-").translate(_MENDED)
    # Taking marks away can leave characters side by side that compose.
    plain = unicodedata.normalize("NFKC", plain)
    return re.sub(_STOP_BETWEEN_DIGITS, lambda found: "." * len(found[0]), plain).strip()


def as_typed(text: str) -> tuple[str, bool]:
    """The mended text, and whether mending changed more than surrounding blanks (so that it is said)."""
    mended = mend(text)
    return mended, mended != text.strip()


def clean_for_terminal(text: str, *, keep_newlines: bool = False) -> str:
    """The text without control characters, escape sequences, bidirectional controls and lone surrogates.

    Tabs become a blank, line breaks of every kind a blank or, with `keep_newlines`, a newline. Ordinary text
    comes back unchanged.
    """
    if text.isprintable():
        return text
    text = _without_sequences(text)
    return re.sub(_LINE_BREAK, "\n" if keep_newlines else " ", text).replace("\t", " ")


def excerpt(text: str, limit: int = 60) -> str:
    """What somebody typed, fit to stand in a sentence: one clean line of at most `limit` characters."""
    line = " ".join(clean_for_terminal(text[: limit * 4]).split())
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"


def read_title(text: str, *, limit: int = 300) -> str:
    """One line of words, cleaned, with single blanks. Full-width punctuation stays as it is.

    Raise InvalidInput if nothing visible is left, or more than `limit` characters.
    """
    return _read_words(" ".join(_without_sequences(text).split()), limit)


def read_body(text: str, *, limit: int = 20_000) -> str:
    """Lines of words, cleaned; newlines, tabs and blanks inside a line stay, blanks at line ends go.

    Raise InvalidInput if nothing visible is left, or more than `limit` characters.
    """
    lines = re.split(_LINE_BREAK, _without_sequences(text))
    return _read_words("\n".join(line.rstrip() for line in lines).strip("\n"), limit)


def read_given(given: Mapping[str, str | None]) -> dict[str, str | None]:
    """Those of several one-line values that were given, cleaned; None where `-` takes the value away.

    Raise InvalidInput as `read_title` does.
    """
    said = {name: text for name, text in given.items() if text is not None}
    return {name: None if mend(text) == "-" else read_title(text) for name, text in said.items()}


def read_handle(text: str) -> str:
    """The handle, mended and in lower case: a letter or digit, then letters, digits, `.`, `_` or `-`, 64 at most.

    Raise InvalidInput for anything else, and for what would be taken for a record: a bare number, `inc-2026-0042`.
    """
    handle = unicodedata.normalize("NFKC", mend(text).casefold())
    if not re.fullmatch(_HANDLE, handle):
        raise InvalidInput(
            _("{handle!r} is not a handle.").format(handle=excerpt(text)),
            _("A handle begins with a letter or digit and holds letters, digits, . _ - only, 64 at most."),
        )
    if handle.isdigit() or re.fullmatch(_RECORD_REFERENCE, handle):
        raise InvalidInput(
            _("The handle {handle!r} looks like the reference of a record.").format(handle=handle),
            _("Put a word into it, such as host-{handle}.").format(handle=handle),
        )
    return handle


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """At most `count` of the known names that `word` may have meant, the likeliest first.

    Names that contain the word come first, the shortest of them leading; then those spelled alike.
    """
    folded = mend(word).casefold() if len(word) <= _LONGEST_GUESSED else ""
    if not folded:
        return []
    names = {name.casefold(): name for name in known}
    containing = sorted((name for name in names if folded in name), key=lambda name: (len(name), name))
    alike = get_close_matches(folded, sorted(names), n=count)
    return [names[name] for name in dict.fromkeys([*containing, *alike])][:count]


def _without_sequences(text: str) -> str:
    return re.sub(_UNSHOWABLE, "", re.sub(_ESCAPE_SEQUENCE, "", text))


def _read_words(words: str, limit: int) -> str:
    if not any(character.isprintable() and not character.isspace() for character in words):
        raise InvalidInput(_("The text is empty."), _("Say it in a few words."))
    if len(words) > limit:
        raise InvalidInput(
            _("The text has {length} characters, {limit} are allowed.").format(length=len(words), limit=limit),
            _("Shorten it; what is longer belongs into a note or an attached file."),
        )
    return words
