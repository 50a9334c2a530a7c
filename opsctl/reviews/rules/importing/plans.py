"""The actions of a post-mortem: who does what by when, from lists and tables; what is done already stays text. Pure.

What is understood of an action's own line is taken out of it, all else stays in its text as written.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opsctl.actions.terms import Kind
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.document import Planned
from opsctl.reviews.rules.importing import vocabulary
from opsctl.reviews.rules.importing.context import Context, Remarks, read_deadline
from opsctl.reviews.rules.importing.source import Block, Lines, Numbered, Shape, blocks, joined
from opsctl.reviews.rules.importing.tables import Row, Table, read_table
from opsctl.reviews.rules.importing.vocabulary import DONE, NOT_BEGUN, NOTHING, Column, is_one_of
from opsctl.reviews.rules.markdown.domain import one_line

_HANDLE = r"[^\W_][\w.-]{0,63}"
_CHECKBOX = re.compile(r"\[(?P<mark>[ xX✓✔])\]\s+")
_OWNER_IN_FRONT = re.compile(
    rf"(?P<bold>\*\*|\[)?@(?P<owner>{_HANDLE})(?P<inside>[:：])?(?(bold)(?:\*\*|\]))(?(inside)|[:：])\s*"
)
_KIND_IN_FRONT = re.compile(r"[\[【](?P<kind>[^\[\]【】\n]{1,20})[\]】]\s*(?P<text>\S)")
_GROUP_BEHIND = re.compile(r"\s*[(（\[](?P<inside>[^()（）\[\]\n]{1,200})[)）\]]\s*[.。]?$")
_BOLD_BEHIND = re.compile(r"\*\*(?P<word>[^*\n]{1,20})\*\*\s*$")
_BY_BEHIND = re.compile(r"[\s\S]*(?P<end>\s+(?P<piece>(?:due|by|due\s+(?:by|on))\s+[^;,|\n]{4,40}))$", re.IGNORECASE)
_PIECE_BEHIND = re.compile(
    r"[\s\S]*(?P<end>(?:\s+(?:--|–|—|\||·|-)\s+|\s*[;；]\s*|\s*[,，]\s*)(?P<piece>[^;；,，|·\n]{1,80}))$"
)
_LONGEST_PIECE = 100
_LABELLED = re.compile(
    r"\s*(?:\*\*|_)?(?P<label>[^\s:：*@][^:：*@\n]{0,24}?)(?:\*\*|_)?\s*[:：](?:\*\*|_)?\s*(?P<value>\S[^\n]*?)\s*"
)
_BY = re.compile(
    r"\s*(?:due(?:\s+(?:by|on))?|by|until|截止|截至)\s+(?P<value>[^\n]+?)\s*|\s*(?P<until>[^\n]+?)\s*(?:前|之前)完成\s*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Found:
    """The actions in a section, what is done already, and what is neither."""

    planned: list[Planned] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    rest: str = ""


@dataclass(slots=True)
class _Draft:
    """What is understood of one action so far."""

    number: int
    owners: list[str] = field(default_factory=list)
    deadline: str | None = None
    kind: Kind | None = None
    done: bool = False


@dataclass(slots=True)
class _Reader:
    context: Context
    remarks: Remarks
    found: Found = field(default_factory=Found)
    taken: set[int] = field(default_factory=set)
    kind: Kind | None = None
    done: bool = False
    first_done: int | None = None


def read_plans(body: Lines, context: Context, remarks: Remarks) -> Found:
    """The actions in the section, those that are done, and the rest of it as it is written."""
    reader = _Reader(context, remarks)
    for block in blocks(body):
        match block.shape:
            case Shape.HEADING:
                _read_heading(reader, block)
            case Shape.PARAGRAPH if len(block.lines) == 1 and block.lines[0].text.strip().startswith(("**", "__")):
                _read_heading(reader, replace(block, text=block.lines[0].text.strip()))
            case Shape.LIST:
                for item in block.items:
                    _read_item(reader, item, block)
            case Shape.TABLE:
                _read_rows(reader, read_table(block.lines), block.lines)
            case _:
                pass
    rest = [line for line in body if line.number not in reader.taken]
    reader.found.rest = joined(rest)
    if reader.found.rest:
        remarks.add(
            next(line.number for line in rest if line.text.strip()),
            _("What is no list and no table of actions is kept as text."),
            _("Write each action as an item: - What to do (owner: @wang, due: 2026-11-01, type: prevent)."),
        )
    if reader.first_done is not None:
        remarks.add(
            reader.first_done,
            _("Actions that are done there are not planned again; they are kept as text."),
            _("Record them with action add if somebody has to verify them."),
        )
    return reader.found


def _read_heading(reader: _Reader, block: Block) -> None:
    """Take a heading that names a kind of action, or says that those below are done."""
    reader.kind = vocabulary.kind(block.text)
    reader.done = is_one_of(vocabulary.plain(block.text), DONE)
    if reader.kind is not None or reader.done:
        reader.taken |= {line.number for line in block.lines}


def _read_item(reader: _Reader, item: Lines, block: Block) -> None:
    if is_one_of(joined(item), NOTHING):
        return
    draft = _Draft(item[0].number, kind=reader.kind, done=reader.done)
    first, nested = item[0].text.strip(), list(item[1:])
    if box := _CHECKBOX.match(first):
        draft.done = draft.done or box["mark"] != " "
        first = first[box.end() :]
    draft.done = draft.done or _says_done(first)
    first = _take_front(draft, first)
    first = _take_behind(reader, draft, first)
    kept = [line for line in nested if not _take_below(reader, draft, line)]
    numbers = {line.number for line in item}
    if draft.done:
        _keep_done(reader, draft.number, [line for line in block.lines if line.number in numbers])
    else:
        reader.found.planned.append(_planned(reader, draft, _in_one_line(first, kept) or one_line(joined(item))))
    reader.taken |= numbers


def _in_one_line(first: str, below: Sequence[Numbered]) -> str:
    """An action's text is one line: items below it stand behind it."""
    said = one_line(first)
    for line in below:
        found = re.match(r"\s*(?P<marker>(?:[-*+]|[0-9]{1,9}[.)])\s+)?(?P<words>.*)", line.text)
        words = one_line(found["words"]) if found else ""
        if words:
            said += ("; " if found and found["marker"] and said else " ") + words
    return said.strip()


def _says_done(text: str) -> bool:
    """Whether the text ends in `**DONE**`."""
    found = _BOLD_BEHIND.search(text)
    return found is not None and is_one_of(found["word"], DONE)


def _keep_done(reader: _Reader, number: int, lines: Sequence[Numbered]) -> None:
    reader.found.done.append("\n".join(line.text.rstrip() for line in lines).rstrip())
    reader.first_done = reader.first_done or number


def _take_front(draft: _Draft, text: str) -> str:
    """The text without `@wang:` and `[prevent]` in front."""
    if (found := _KIND_IN_FRONT.match(text)) and (kind := vocabulary.kind(found["kind"])):
        draft.kind = kind
        text = text[found.start("text") :]
    if (found := _OWNER_IN_FRONT.match(text)) and text[found.end() :].strip():
        draft.owners.append(found["owner"])
        text = text[found.end() :]
    return text


def _take_behind(reader: _Reader, draft: _Draft, text: str) -> str:
    """The text without what is understood at its end: `(owner: @wang, due: 2026-11-01)`, ` — @wang — by 2026-11-01`."""
    behind = ""
    while (found := _end(reader, draft, text)) is not None:
        start, left = found
        text, behind = text[:start].rstrip(), left + behind
    return text + behind


def _end(reader: _Reader, draft: _Draft, text: str) -> tuple[int, str] | None:
    """Where the last thing begins that a text says of the action, and what of it was not understood; None: nowhere."""
    if (group := _GROUP_BEHIND.search(text)) and text[: group.start()].strip():
        pieces = [piece.strip() for piece in re.split(r"[,;，；|]", group["inside"]) if piece.strip()]
        left = [piece for piece in pieces if not _take(reader, draft, piece)]
        if len(left) == len(pieces):
            return None
        return group.start(), f" ({', '.join(left)})" if left else ""
    both = (shape.match(text, max(0, len(text) - _LONGEST_PIECE)) for shape in (_PIECE_BEHIND, _BY_BEHIND))
    ends = [one for one in both if one is not None and text[: one.start("end")].strip()]
    for one in ends:
        if _take(reader, draft, one["piece"]):
            return one.start("end"), ""
    return next(((one.start("end"), one["end"]) for one in ends if _is_entry(one["piece"])), None)


def _is_entry(piece: str) -> bool:
    """Whether a piece was meant to say something of the action, so that what stands before it may do so, too."""
    words = piece.strip().strip("*_").strip()
    found = _LABELLED.fullmatch(words)
    known = found is not None and vocabulary.column(found["label"]) in _TAKEN
    return known or (_BY.fullmatch(words) is not None and re.search("[0-9]", words) is not None)


def _take_below(reader: _Reader, draft: _Draft, line: Numbered) -> bool:
    """Take a nested item that says one thing of the action, such as `- Owner: @wang`."""
    found = re.fullmatch(r"\s*(?:[-*+]\s+)?(?P<piece>\S.*)", line.text)
    if found is None or _LABELLED.fullmatch(found["piece"]) is None:
        return False
    return _take(reader, draft, found["piece"])


def _take(reader: _Reader, draft: _Draft, piece: str) -> bool:
    """Take what a piece says of the action; False where it says nothing that is understood."""
    piece = piece.strip().strip("*_").strip()
    if found := re.fullmatch(rf"@({_HANDLE})", piece):
        return _take_owner(draft, found[1])
    if (kind := vocabulary.kind(piece)) is not None and draft.kind in (None, reader.kind):
        draft.kind = kind
        return True
    if is_one_of(piece, DONE) and piece not in "xX":
        draft.done = True
        return True
    if found := _BY.fullmatch(piece):
        return _take_deadline(reader, draft, found["value"] or found["until"], labelled=False)
    found = _LABELLED.fullmatch(piece)
    if found is None:
        return False
    column = vocabulary.column(found["label"])
    return column is not None and column in _TAKEN and _TAKEN[column](reader, draft, found["value"])


def _take_owner(draft: _Draft, handle: str) -> bool:
    if draft.owners:
        return handle in draft.owners
    draft.owners.append(handle)
    return True


def _take_named_owner(reader: _Reader, draft: _Draft, value: str) -> bool:
    if is_one_of(value, NOTHING):
        return True
    found = re.fullmatch(rf"[@`]?({_HANDLE})`?", value.strip())
    if found is None or (draft.owners and found[1] not in draft.owners):
        reader.remarks.add(
            draft.number,
            _("“{value}” is not the handle of one person; it stays in the action's text.").format(value=excerpt(value)),
            _("An action has one owner: write the handle, such as @wang."),
        )
        return False
    return _take_owner(draft, found[1])


def _take_kind(reader: _Reader, draft: _Draft, value: str) -> bool:
    if is_one_of(value, NOTHING):
        return True
    kind = vocabulary.kind(value)
    if kind is None:
        reader.remarks.add(
            draft.number,
            _("“{value}” is no kind of action; it stays in the action's text.").format(value=excerpt(value)),
            _("Use prevent, detect, mitigate or process."),
        )
        return False
    draft.kind = kind
    return True


def _take_status(_reader: _Reader, draft: _Draft, value: str) -> bool:
    if is_one_of(value, DONE):
        draft.done = True
        return True
    return is_one_of(value, NOT_BEGUN) or is_one_of(value, NOTHING)


def _take_deadline(reader: _Reader, draft: _Draft, value: str, *, labelled: bool = True) -> bool:
    """Take a deadline; one that is none is reported, where its label says that it is one."""
    if is_one_of(value, NOTHING):
        return True
    try:
        read_deadline(value, reader.context)
    except InvalidInput as error:
        if labelled or re.search("[0-9]", value):
            reader.remarks.refuse(draft.number, error)
        return False
    draft.deadline = value
    return True


def _planned(reader: _Reader, draft: _Draft, text: str) -> Planned:
    deadline = None if draft.deadline is None else read_deadline(draft.deadline, reader.context)
    return Planned(one_line(text), owner=draft.owners[0] if draft.owners else None, deadline=deadline, kind=draft.kind)


def _read_rows(reader: _Reader, table: Table, lines: Lines) -> None:
    text = table.place(Column.TEXT)
    if text is None:
        reader.remarks.add(
            lines[0].number,
            _("The table has no column that is known for its actions; it is kept as text."),
            _("Call it Action, or 措施."),
        )
        return
    done: list[Numbered] = []
    left = False
    for row, line in zip(table.rows, lines[2:], strict=True):
        if not row.fits or not row.cells[text]:
            left = True
            reader.remarks.add(
                row.number,
                _("The row does not fit the header of the table; it is kept as text."),
                _("Write | inside a cell as \\|."),
            )
            continue
        draft = _Draft(row.number, kind=reader.kind, done=reader.done)
        draft.done = draft.done or any(map(_says_done, row.cells))
        words = table.words(row, set(_understood(reader, draft, table, row)))
        if draft.done:
            done.append(line)
            reader.first_done = reader.first_done or row.number
        else:
            reader.found.planned.append(_planned(reader, draft, words))
        reader.taken.add(row.number)
    if done:
        reader.found.done.append("\n".join(line.text.strip() for line in (*lines[:2], *done)))
    if not left:
        reader.taken |= set(table.numbers)


def _understood(reader: _Reader, draft: _Draft, table: Table, row: Row) -> Iterator[int]:
    """The cells that are understood, and need not stand in the action's text."""
    for wanted, take in _TAKEN.items():
        place = table.place(wanted)
        if place is not None and (not row.cells[place] or take(reader, draft, row.cells[place])):
            yield place


_TAKEN: Mapping[Column, Callable[[_Reader, _Draft, str], bool]] = {
    Column.OWNER: _take_named_owner,
    Column.DEADLINE: _take_deadline,
    Column.KIND: _take_kind,
    Column.STATUS: _take_status,
}
