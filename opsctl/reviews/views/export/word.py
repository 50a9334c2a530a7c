"""An export as a Word file, by python-docx: headings, tables and lists in Word's own styles, nothing from outside."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from io import BytesIO
from typing import TYPE_CHECKING, Any

from opsctl.core.errors import Unavailable
from opsctl.core.texts import _, between, language
from opsctl.reviews.views.export.blocks import (
    Block,
    Course,
    Drawing,
    Export,
    Grid,
    Heading,
    Items,
    Moment,
    Node,
    Notice,
    Pairs,
    Prose,
    Sentence,
    Tree,
    Whys,
)
from opsctl.reviews.views.export.prose import plain, tokens

if TYPE_CHECKING:
    from markdown_it.token import Token

_LATIN, _CHINESE = "Arial", "Microsoft YaHei"
_DEEPEST = 3
"""Word has three styles for lists within lists."""


def draw(export: Export) -> bytes:
    """The file's bytes. Raise Unavailable where python-docx is not installed."""
    try:
        from docx import Document
    except ImportError as error:
        raise Unavailable(
            _("Word files are written by python-docx, which is not installed."),
            _("Install it: pip install 'opsctl[word]'"),
        ) from error
    file = Document()
    _set_up(file, export)
    writer = _Writer(file)
    title = plain(export.title)
    file.add_heading(f"{export.stamp} · {title}" if export.stamp else title, 0)
    for block in export.blocks:
        writer.write(block)
    kept = BytesIO()
    file.save(kept)
    return kept.getvalue()


def _set_up(file: Any, export: Export) -> None:
    """A4 with the stamp above and the foot below each page, fonts for both scripts, and what it says of itself."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    for style in file.styles:
        if style.name == "Normal" or style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") is not None:
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in list(fonts.attrib):
                del fonts.attrib[name]
            for part, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", _CHINESE)):
                fonts.set(qn(f"w:{part}"), font)
            style.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)
    file.styles["Normal"].font.size = Pt(10.5)
    for tag in file.styles.element.iter(qn("w:lang")):
        tag.set(qn("w:val"), "en-US")
        tag.set(qn("w:eastAsia"), "zh-CN")
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    head = " · ".join(part for part in (export.stamp, export.reference) if part)
    section.header.paragraphs[0].add_run(head).bold = True
    section.footer.paragraphs[0].add_run(plain(export.foot)).font.size = Pt(8)
    made = export.made.astimezone(UTC).replace(tzinfo=None)
    core = file.core_properties
    core.title, core.subject, core.identifier = plain(export.title)[:255], export.reference, export.reference
    core.author = core.last_modified_by = "opsctl"
    core.comments, core.language = "", "zh-CN" if language() == "zh_CN" else "en-US"
    core.created = core.modified = made


class _Writer:
    """Writes blocks behind one another into a file of python-docx."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, block: Block) -> None:
        """The block in Word's terms; a drawing is left out, since the list of the timeline says all of it."""
        match block:
            case Heading():
                self.file.add_heading(plain(block.text), block.level - 1)
            case Notice():
                self.file.add_paragraph(style="Intense Quote").add_run(plain(block.text)).bold = True
            case Sentence():
                self.file.add_paragraph(plain(block.text))
            case Pairs():
                self._table([], [[name, value] for name, value in block.pairs])
            case Prose():
                self._prose(block.text, ())
            case Grid():
                self._table(block.titles, block.rows)
            case Items():
                for item in block.items:
                    self._prose(item, (), "List Bullet")
            case Tree():
                self._tree(block.nodes, 1)
            case Whys():
                for number, node in enumerate(block.steps, 1):
                    self._prose(node.text, ((f"{number}. ", True), *_node(node)))
            case Course():
                for moment in block.moments:
                    self._moment(moment)
            case Drawing():
                pass

    def _table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from docx.oxml import OxmlElement

        width = len(rows[0]) if rows else len(titles)
        table = self.file.add_table(rows=0, cols=width, style="Table Grid")
        if titles:
            head = table.add_row()
            head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # again on each page
            for cell, title in zip(head.cells, titles, strict=True):
                cell.paragraphs[0].add_run(plain(title)).bold = True
        for row in rows:
            new = table.add_row()
            new._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for at, (cell, said) in enumerate(zip(new.cells, row, strict=True)):
                cell.paragraphs[0].add_run(plain(said)).bold = at == 0 and not titles
        self.file.add_paragraph()

    def _tree(self, nodes: Sequence[Node], level: int) -> None:
        for node in nodes:
            self._prose(node.text, _node(node), _leveled("List Bullet", level))
            self._tree(node.behind, level + 1)

    def _moment(self, moment: Moment) -> None:
        marks = tuple((f" · {mark}", False) for mark in moment.marks)
        at = (f"{moment.at} ", True)
        if moment.added:
            self._prose(moment.words, (at, *((f"{mark} · ", False) for mark in moment.marks)), "List Bullet")
        else:
            source = ((f" · {moment.source}", False),) if moment.source else ()
            self._runs(self.file.add_paragraph(style="List Bullet"), (at, (moment.words, False), *source, *marks))
        if moment.note:
            self._prose(moment.note, (), "Quote")

    def _runs(self, paragraph: Any, said: Sequence[tuple[str, bool]]) -> None:
        for text, bold in said:
            paragraph.add_run(_xml(text)).bold = bold

    def _prose(self, text: str, before: Sequence[tuple[str, bool]], style: str | None = None) -> None:
        """What people wrote, behind words of ours; its first paragraph has that style."""
        found = tokens(text)
        if before and (not found or found[0].type != "paragraph_open"):
            self._runs(self.file.add_paragraph(style=style), before)
            before, style = (), None
        for paragraph, token in self._paragraphs(found, style):
            self._runs(paragraph, before)
            before = ()
            _inline(paragraph, token)

    def _paragraphs(self, found: "Sequence[Token]", style: str | None) -> "Iterator[tuple[Any, Token]]":
        """A new paragraph for each text of the Markdown, in the style of where it stands."""
        lists: list[str] = []
        heading, quoted, row = False, 0, []
        for token in found:
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    lists.append("List Bullet" if token.type.startswith("bullet") else "List Number")
                case "bullet_list_close" | "ordered_list_close":
                    lists.pop()
                case "blockquote_open" | "blockquote_close":
                    quoted += 1 if token.nesting > 0 else -1
                case "heading_open" | "heading_close":
                    heading = token.nesting > 0
                case "th_open" | "td_open":
                    row.append("")
                case "tr_close":
                    self.file.add_paragraph(" | ".join(row))
                    row = []
                case "fence" | "code_block":
                    self.file.add_paragraph(_xml(token.content.rstrip("\n")), style="Quote")
                case "inline" if row:
                    row[-1] = _words(token)
                case "inline":
                    named = _leveled(lists[-1], len(lists)) if lists else "Quote" if quoted else style
                    paragraph = self.file.add_paragraph(style=named)
                    if heading:
                        paragraph.add_run()
                    style = None
                    yield paragraph, token


def _leveled(style: str, level: int) -> str:
    return style if level == 1 else f"{style} {min(level, _DEEPEST)}"


def _node(node: Node) -> tuple[tuple[str, bool], ...]:
    mark = ((f"◆ {node.mark} · ", True),) if node.mark else ()
    return ((node.kind + between(": "), True), *mark)


def _words(token: "Token") -> str:
    return _xml("".join(child.content or " " * (child.type == "softbreak") for child in token.children or ()))


def _inline(paragraph: Any, token: "Token") -> None:
    """The runs of one paragraph; a link is its words and its address, so that the file leads nowhere by itself."""
    bold = italic = struck = 0
    addresses: list[str] = []
    for child in token.children or ():
        match child.type:
            case "strong_open" | "strong_close":
                bold += child.nesting
            case "em_open" | "em_close":
                italic += child.nesting
            case "s_open" | "s_close":
                struck += child.nesting
            case "softbreak":
                paragraph.add_run(" ")
            case "hardbreak":
                paragraph.add_run().add_break()
            case "link_open":
                addresses.append(str(child.attrs.get("href", "")))
            case "link_close":
                paragraph.add_run(_xml(f" ({addresses.pop()})"))
            case _:
                run = paragraph.add_run(_xml(child.content))
                run.bold, run.italic, run.font.strike = bool(bold), bool(italic), bool(struck)


def _xml(text: str) -> str:
    """The text without what XML cannot hold; Markdown may bring it back by an entity."""
    return "".join(sign for sign in text if sign in "\n\t" or (sign >= " " and sign not in "\ufffe\uffff"))
