"""An export as one page of HTML that needs nothing else: no script, no network; it opens from disk and prints on A4."""

from collections.abc import Sequence
from html import escape

from opsctl.core import texts
from opsctl.core.texts import _
from opsctl.reviews.views.export import drawing
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
from opsctl.reviews.views.export.prose import as_html, as_html_line, plain
from opsctl.reviews.views.export.scale import text_width
from opsctl.reviews.views.export.style import STYLE, pages

_NOTHING_FROM_OUTSIDE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_SHORT = 9.0
"""A cell is not broken where it is narrower than so many times the height of its letters."""
_FEW, _MANY = 5, 7
"""So few facts stand in one column; a table of more columns than that is drawn smaller."""

_PAPER, _PAPER_SMALL = 48.0, 60.0
"""How wide a table on paper is, in heights of its letters; a word that is wider than its share is broken."""


def draw(export: Export) -> str:
    """The whole page; every text in it is escaped or was drawn as safe HTML."""
    language = "zh-CN" if texts.language() == "zh_CN" else "en"
    title = plain(export.title)
    stamp = f'<span class="stamp">{escape(export.stamp)}</span>' if export.stamp else ""
    every = f'<div class="every-page" aria-hidden="true">{escape(export.stamp)}</div>\n' if export.stamp else ""
    body = "\n".join(_block(block) for block in export.blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_OUTSIDE}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>\n{pages(export.stamp, plain(export.foot))}\n{STYLE}\n</style>\n</head>\n<body>\n{every}<header>\n"
        f'<p class="reference">{escape(export.reference)}</p>\n<h1>{stamp}{escape(title)}</h1>\n</header>\n'
        f"<main>\n{body}\n</main>\n<footer>{escape(plain(export.foot))}</footer>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(plain(block.text))}</h{block.level}>"
        case Notice():
            return f'<p class="notice">{escape(plain(block.text))}</p>'
        case Sentence():
            return f"<p>{escape(plain(block.text))}</p>"
        case Pairs():
            return _pairs(block)
        case Prose():
            return as_html(block.text)
        case Grid():
            return _grid(block)
        case Items():
            return "<ul>\n" + "\n".join(f"<li>{as_html_line(item)}</li>" for item in block.items) + "\n</ul>"
        case Tree():
            return _tree(block.nodes, ' class="tree"')
        case Whys():
            return "<ol>\n" + "\n".join(f"<li>{_node(node)}</li>" for node in block.steps) + "\n</ol>"
        case Course():
            return '<ol class="course">\n' + "\n".join(_moment(moment) for moment in block.moments) + "\n</ol>"
        case Drawing():
            return _figure(block)


def _pairs(block: Pairs) -> str:
    pairs = "\n".join(
        f"<div><dt>{escape(plain(name))}</dt><dd>{escape(plain(value))}</dd></div>" for name, value in block.pairs
    )
    few = " few" if len(block.pairs) < _FEW else ""
    return f'<dl class="facts{few}">\n{pairs}\n</dl>'


def _grid(grid: Grid) -> str:
    titles = [escape(plain(title)) for title in grid.titles]
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    rows = "\n".join(f"<tr>{_cells(row, titles)}</tr>" for row in grid.rows)
    many = " many" if len(titles) > _MANY else ""
    return f'<table class="grid{many}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>'


def _cells(row: Sequence[str], titles: Sequence[str]) -> str:
    """The cells with their titles, which stand beside them on a telephone; what is short is not broken."""
    said = []
    room = (_PAPER if len(titles) <= _MANY else _PAPER_SMALL) / len(titles)
    for at, (cell, title) in enumerate(zip(map(plain, row), titles, strict=True)):
        traits = {
            "first": at == 0,
            "short": text_width(cell, 1) <= _SHORT and (at == 0 or len(titles) <= _MANY),
            "words": all(text_width(word, 1) <= room for word in cell.split()),
        }
        names = " ".join(name for name, has in traits.items() if has)
        named = f' class="{names}"' if names else ""
        said.append(f'<td{named} data-title="{title}">{escape(cell)}</td>')
    return "".join(said)


def _tree(nodes: Sequence[Node], name: str = "") -> str:
    inside = "\n".join(f"<li>{_node(node)}{_tree(node.behind) if node.behind else ''}</li>" for node in nodes)
    return f"<ul{name}>\n{inside}\n</ul>"


def _node(node: Node) -> str:
    mark = f'<span class="root">◆ {escape(node.mark)}</span>' if node.mark else ""
    return f'<span class="kind">{escape(node.kind)}</span>{mark}{as_html_line(node.text)}'


def _moment(moment: Moment) -> str:
    words = as_html_line(moment.words) if moment.added else escape(plain(moment.words))
    marks = "".join(f' <span class="mark">{escape(plain(mark))}</span>' for mark in moment.marks)
    source = f' <span class="source">{escape(plain(moment.source))}</span>' if moment.source else ""
    note = f'\n<div class="note">{as_html(moment.note)}</div>' if moment.note else ""
    name = ' class="added"' if moment.added else ""
    return f'<li{name}><span class="at">{escape(moment.at)}</span> {words}{source}{marks}{note}</li>'


def _figure(block: Drawing) -> str:
    drawn = [drawing.draw(block, form) for form in drawing.WIDTHS]
    if not any(drawn):
        return ""
    zone = _("{title}; times in {zone}").format(title=block.title, zone=block.zone)
    return f"<figure>\n<figcaption>{escape(plain(zone))}</figcaption>\n" + "\n".join(drawn) + "\n</figure>"
