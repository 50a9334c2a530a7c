"""What `opsctl init` was told, the host file that says so, and what is to be typed next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.core.typed import mend
from opsctl.desk.terms import FIRST_STEPS, LOOK_AROUND


@dataclass(frozen=True)
class Person:
    """Somebody, as `init` records or finds them."""

    handle: str
    name: str
    login: str | None = None


@dataclass(frozen=True)
class Answers:
    """What was answered. `first` is to be recorded, `person` is who the host file acts as; None for nobody yet."""

    language: str = "en"
    database: str = ""
    zone: str = ""
    first: Person | None = None
    person: str | None = None


def is_address(text: str, *, mended: bool = True) -> bool:
    """Whether it is meant for the address of a database, and no slip: any word could be the name of a file.

    `mended` says that it may be typed with full-width signs.
    """
    word = mend(text) if mended else text
    return "://" in word or "=" in word or word.startswith(("/", "~", "./", "../"))


def profile_of(answers: Answers, *, is_server: bool) -> dict[str, str]:
    """What a host file has to say of this. On a server the login says who acts, whatever a file names."""
    said = {"database": answers.database, "language": answers.language.partition("_")[0]}
    if answers.person is not None and not is_server:
        said["person"] = answers.person
    return said


def next_commands(opsctl: str, *, is_new: bool, is_older: bool) -> Sequence[str]:
    """Three commands to type next, one after another; `opsctl` is how it is called here."""
    steps = FIRST_STEPS if is_new else LOOK_AROUND
    if is_older:
        steps = ("db upgrade", *steps[:-1])
    return tuple(f"{opsctl} {step}" for step in steps)
