"""Evidence queries: which record verifies an action. Pure.

`restore-test POLICY` waits for a restore test of the policy that passes, `inspect CHECKLIST/ITEM [ASSET]` for a round
in which the item is ok, of that asset or of any. A query is kept as `spelled` spells it, and a record names the queries
that it answers: whoever records asks by equality.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from opsctl.actions.terms import LONGEST_WATCH, Proof
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend, nearest, read_handle

_WORDS = {
    "restore-test": Proof.RESTORE_TEST,
    "restore_test": Proof.RESTORE_TEST,
    "restore test": Proof.RESTORE_TEST,
    "恢复测试": Proof.RESTORE_TEST,
    "恢复演练": Proof.RESTORE_TEST,
    "inspect": Proof.INSPECT,
    "inspection": Proof.INSPECT,
    "巡检": Proof.INSPECT,
}
_LONGEST = 250
_FORM = r"(?P<word>{words})(?:\s*:\s*|\s+)(?P<rest>.+)"
_ITEM = r"(?P<checklist>[^/\s@]+)\s*/\s*(?P<item>[^/\s@]+)(?:(?:\s+|\s*@\s*)(?P<asset>[^/\s@]+))?"


@dataclass(frozen=True, slots=True)
class Query:
    """What an action waits for. `topic` is a policy, or `checklist/item`; `about` an asset, None for any."""

    kind: Proof
    topic: str
    about: str | None = None

    @property
    def checklist(self) -> str:
        """The checklist of a query about an item."""
        return self.topic.partition("/")[0]

    @property
    def item(self) -> str:
        """The item of a query about one."""
        return self.topic.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a record says that a query may wait for; a record that says neither yes nor no is none.

    `source` is the reference of the record, `at` the moment that it is about, `reason` what was wrong, in words.
    """

    kind: Proof
    topic: str
    about: str | None
    passed: bool
    source: str
    at: datetime
    reason: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """The queries that it answers, as they are kept: of any asset, and of its own."""
        any_asset = spelled(Query(self.kind, self.topic))
        if self.about is None or self.kind is Proof.RESTORE_TEST:
            # A policy is about one asset: nobody names it.
            return (any_asset,)
        return any_asset, spelled(Query(self.kind, self.topic, self.about))


def read_query(text: str) -> Query:
    """The query that was typed: `restore-test erp-db`, `restore-test:erp-db`, `巡检 core-network/uplink core-sw-1`.

    Raise InvalidInput, with the forms and what was perhaps meant, for anything else.
    """
    plain = " ".join(mend(text).casefold().split()) if len(text) <= _LONGEST else ""
    found = re.fullmatch(_FORM.format(words="|".join(_WORDS)), plain)
    if found is None:
        raise _no_query(text, _nearest_word(plain))
    kind = _WORDS[found["word"]]
    if kind is Proof.RESTORE_TEST:
        return Query(kind, _name(found["rest"], text))
    parts = re.fullmatch(_ITEM, found["rest"])
    if parts is None:
        raise _no_query(text)
    checklist, item = _name(parts["checklist"], text), _name(parts["item"], text)
    asset = parts["asset"]
    return Query(kind, f"{checklist}/{item}", None if asset is None else _name(asset, text))


def spelled(query: Query) -> str:
    """The query as it is kept and shown; `read_query` reads it back."""
    return " ".join(part for part in (query.kind.value, query.topic, query.about) if part is not None)


def awaited(query: Query) -> str:
    """Which record an action with that query waits for, and the command that makes one."""
    said = {"checklist": query.checklist, "item": query.item, "asset": query.about, "policy": query.topic}
    if query.kind is Proof.RESTORE_TEST:
        told = _("It is verified by the next restore test of {policy} that passes: opsctl backup restore-test {policy}")
    elif query.about is None:
        told = _(
            "It is verified by the next round of {checklist}, of whatever asset, in which {item} is ok:"
            " opsctl inspect log {checklist}"
        )
    else:
        told = _(
            "It is verified by the next round of {checklist} of {asset} in which {item} is ok:"
            " opsctl inspect log {checklist} --asset {asset}"
        )
    return told.format(**said)


def check_months(months: int | None, verify: str | None) -> None:
    """Raise InvalidInput for months that no evidence is watched for: without a query, none at all, or too many."""
    if months is None:
        return
    if verify is None:
        raise InvalidInput(
            _("Only evidence is watched for months, and none is named."),
            _('Name it: --verify "restore-test POLICY", or with action correct: verify="restore-test POLICY"'),
        )
    if not 1 <= months <= LONGEST_WATCH:
        raise InvalidInput(
            _("Evidence is watched for 1 to {most} months, not for {months}.").format(
                most=LONGEST_WATCH, months=months
            ),
            _("Say how many months, like 6."),
        )


def _name(word: str, text: str) -> str:
    try:
        return read_handle(word)
    except InvalidInput:
        raise _no_query(text) from None


def _nearest_word(plain: str) -> str | None:
    """The first word of a query that was perhaps meant; None where one stands there, or none is like it."""
    first = re.split(r"[\s:]", plain, maxsplit=1)[0]
    if first in _WORDS:
        return None
    found = nearest(first, _WORDS, count=1)
    return _WORDS[found[0]].value if found else None


def _no_query(text: str, near: str | None = None) -> InvalidInput:
    hint = _("Say restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET].")
    if near is not None:
        hint = f"{_('Did you mean {words}?').format(words=near)} {hint}"
    return InvalidInput(_("{text!r} names no record that could verify an action.").format(text=excerpt(text)), hint)
