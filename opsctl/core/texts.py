"""Translation. Every string that a person reads passes through `_` or `ngettext`.

`en` is the language of the source; `zh_CN` comes from `opsctl/locale`. The language is chosen once, by
`use_language`, before any module of commands is loaded, since their help texts are translated on import.
"""

import gettext
from collections.abc import Iterable, Mapping
from pathlib import Path

from opsctl.core.errors import InvalidInput, OpsctlError

LANGUAGES = ("en", "zh_CN")
_LOCALE_FOLDER = Path(__file__).parent.parent / "locale"
_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def _(message: str) -> str:
    """The message in the reader's language."""
    return _current.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a message that fits `count`; the caller fills in the number."""
    return _current.ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """The message in the reader's language, where one English word has two meanings."""
    return _current.pgettext(context, message)


def language() -> str:
    """The language in use, one of `LANGUAGES`."""
    return _language


def use_language(name: str) -> None:
    """Speak `name`, one of `LANGUAGES`, from now on."""
    global _current, _language
    _language = name
    if name == "en":
        _current = gettext.NullTranslations()
    else:
        _current = gettext.translation("opsctl", _LOCALE_FOLDER, languages=[name])


def read_language(word: str) -> str:
    """The language that `word` (`en`, `zh`, `zh_CN.UTF-8` …) names. Raise InvalidInput if it is none of ours."""
    start = word.replace("-", "_").split(".")[0].split("_")[0].lower()
    if start == "zh":
        return "zh_CN"
    if start == "en":
        return "en"
    raise InvalidInput(_("No language {word!r}.").format(word=word[:40]), _("Use en or zh."))


def environment_language(environment: Mapping[str, str]) -> str:
    """The language that LC_ALL, LC_MESSAGES or LANG ask for; `en` where they ask for one we do not speak."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        word = environment.get(name, "")
        if word:
            return "zh_CN" if word.lower().startswith("zh") else "en"
    return "en"


def between(sign: str) -> str:
    """What stands between two parts of a sentence, `; `, `, ` or `: `, as the language writes it."""
    return {"; ": "；", ", ": "，", ": ": "："}[sign] if language() == "zh_CN" else sign


def beside(text: str, aside: str) -> str:
    """The text with an aside behind it, in brackets as the language writes them."""
    return f"{text}（{aside}）" if language() == "zh_CN" else f"{text} ({aside})"


def series(names: Iterable[object]) -> str:
    """Names, references or words one after another, as the language lists them; not for what is to be pasted."""
    return ("、" if language() == "zh_CN" else ", ").join(map(str, names))


def ended(sentence: str) -> str:
    """The sentence with a full stop, as the language writes it: the reason that a system gives often has none."""
    if sentence[-1:] in ".?!。？！":
        return sentence
    return sentence + ("。" if language() == "zh_CN" else ".")


def sentences(first: str, second: str) -> str:
    """Two sentences in a row, either of them perhaps empty. A full stop of Chinese brings its own room."""
    between_them = "" if first[-1:] in "。？！" else " "
    return f"{first}{between_them}{second}".strip()


def with_hint(error: OpsctlError) -> str:
    """What an error says, with the next step where there is one: for records, which have one line for both."""
    return sentences(ended(error.message), error.hint) if error.hint else error.message
