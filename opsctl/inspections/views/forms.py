"""Forms to print: a page of HTML for A4 that needs nothing else, and the data of forms for programs."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import Any

from opsctl.core import texts
from opsctl.core.report import Report
from opsctl.core.texts import _, pgettext
from opsctl.inspections.rules.forms import Form
from opsctl.inspections.rules.sheets import write_sheet
from opsctl.inspections.rules.walking import allowed
from opsctl.inspections.views.walking import range_text
from opsctl.rulebook.rules.patrols import Item
from opsctl.rulebook.terms import ItemType

_STYLE = """
@page { size: A4; margin: 14mm 12mm 16mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0; color: #000; background: #fff; font: 10pt/1.35 "Noto Sans CJK SC", "Noto Sans SC",
  "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", SimSun, "Helvetica Neue", Arial,
  sans-serif; }
@media screen { body { max-width: 190mm; margin: 8mm auto; padding: 0 4mm; } }
section + section { break-before: page; margin-top: 12mm; }
h1 { font-size: 15pt; margin: 0 0 2mm; }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1.5mm 6mm; margin: 0 0 4mm; }
dl div { display: flex; gap: 2mm; border-bottom: 0.3mm solid #777; min-height: 7mm; align-items: end; }
dt { color: #444; white-space: nowrap; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 0.25mm solid #555; padding: 1.2mm 1.5mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
thead th { background: #eee; font-weight: 600; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
tbody th { font-weight: 600; border-top: 0.5mm solid #000; break-after: avoid; }
.number { width: 11mm; text-align: right; white-space: nowrap; }
.item { width: 45mm; }
.range { width: 25mm; }
.answer { width: 66mm; }
td.answer span.choice { display: inline-block; white-space: nowrap; margin-right: 2.2mm; }
.box { display: inline-block; width: 3.4mm; height: 3.4mm; border: 0.3mm solid #000; margin-right: 1mm;
  vertical-align: -0.4mm; }
.line { display: inline-block; min-width: 26mm; border-bottom: 0.3mm solid #000; height: 4.5mm; }
.optional { color: #555; }
.ask { margin: 4mm 0 0; break-inside: avoid; }
.signed { display: grid; grid-template-columns: repeat(2, 1fr); gap: 7mm 10mm; margin-top: 8mm; break-inside: avoid; }
.signed div { border-bottom: 0.3mm solid #000; min-height: 8mm; color: #444; }
@media screen and (max-width: 640px) {
  body { margin: 4mm auto; font-size: 12pt; }
  dl, .signed { grid-template-columns: 1fr; }
  table, tbody { display: block; }
  thead, td.remarks { display: none; }
  tr { display: flex; flex-wrap: wrap; border-bottom: 0.25mm solid #999; padding: 1mm 0; }
  th, td, tbody th { border: 0; width: auto; }
  .item { flex: 1 1 60%; }
  .range { color: #444; white-space: nowrap; }
  .answer { flex: 1 0 100%; padding-left: 12.5mm; }
}
""".strip()


def page(forms: Sequence[Form]) -> str:
    """The forms as one page of HTML, each on sheets of its own; every text in it is escaped."""
    language = "zh-CN" if texts.language() == "zh_CN" else "en"
    title = " · ".join(dict.fromkeys(part for form in forms for part in (_title(form), form.asset or "") if part))
    body = "\n".join(_section(form) for form in forms)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def sheet(forms: Sequence[Form]) -> str:
    """The forms as one sheet to fill in and log: under a heading for each asset where there are several."""
    return "\n".join(
        _heading(form, len(forms)) + write_sheet(form.checklist, {}, language=texts.language()) + _to_read(form)
        for form in forms
    )


def _heading(form: Form, count: int) -> str:
    return f"[{form.asset}]\n" if form.asset is not None and count > 1 else ""


def _to_read(form: Form) -> str:
    """What is to be read on the spot, with the line that a sheet says it in."""
    return "" if form.challenge is None else f"\n# {form.challenge.ask.said}\nchallenge:\n"


def listed(forms: Sequence[Form]) -> Report:
    """The forms for programs."""
    return Report(kind="inspection.sheet", data=[_data(form) for form in forms])


def _data(form: Form) -> dict[str, Any]:
    return {
        "checklist": form.checklist.name,
        "rulebook": form.book,
        "asset": form.asset,
        "items": [
            {
                "number": number,
                "id": item.id,
                "title": {"en": item.title.en, "zh": item.title.zh},
                "type": item.type,
                "unit": item.unit,
                "mandatory": item.mandatory,
                "warn": item.warn and item.warn.written,
                "critical": item.critical and item.critical.written,
                "possible": item.possible and item.possible.written,
                "choices": [one.id for one in item.choices],
            }
            for number, item in enumerate(form.checklist.items, start=1)
        ],
    }


def _title(form: Form) -> str:
    return form.checklist.title.said


def _section(form: Form) -> str:
    asset = " ".join(dict.fromkeys(part for part in (form.asset, form.asset_title) if part))
    heads = [
        (_("Asset"), asset),
        (_("Date"), form.day or ""),
        (_("Person"), form.person or ""),
        (_("Checklist"), form.checklist.name),
        (_("Rulebook"), form.book),
        (_("From – to"), ""),
    ]
    said = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in heads)
    ask = ""
    if form.challenge is not None:
        question = escape(form.challenge.ask.said)
        ask = f'<p class="ask">{escape(_("Read on the spot:"))} {question} <span class="line"></span></p>\n'
    signed = "".join(
        f"<div>{escape(name)}</div>"
        for name in (_("Walked by (signature)"), _("Date, time"), _("Confirmed by (signature)"), _("Date, time"))
    )
    return (
        f"<section>\n<h1>{escape(_title(form))}</h1>\n<dl>{said}</dl>\n{_table(form.checklist.items)}\n"
        f'{ask}<div class="signed">{signed}</div>\n</section>'
    )


def _table(items: Sequence[Item]) -> str:
    columns = (
        ("number", pgettext("on a form", "No.")),
        ("item", _("Item")),
        ("range", _("Unit, range")),
        ("answer", _("Answer")),
        ("remarks", _("Remarks")),
    )
    head = "".join(f'<th class="{name}" scope="col">{escape(title)}</th>' for name, title in columns)
    bodies = []
    numbered = list(enumerate(items, start=1))
    for heading, found in groupby(numbered, key=lambda one: one[1].group):
        top = "" if heading is None else f'<tr><th colspan="5">{escape(heading.said)}</th></tr>\n'
        bodies.append(f"<tbody>\n{top}{_rows(found)}</tbody>")
    return f"<table>\n<thead><tr>{head}</tr></thead>\n" + "\n".join(bodies) + "\n</table>"


def _rows(found: Iterable[tuple[int, Item]]) -> str:
    return "".join(
        f'<tr><td class="number">{number}</td><td class="item">{_named(item)}</td>'
        f'<td class="range">{escape(_range(item))}</td><td class="answer">{_blank(item)}</td>'
        '<td class="remarks"></td></tr>\n'
        for number, item in found
    )


def _named(item: Item) -> str:
    name = escape(item.title.said)
    if item.machine:
        return f'{name} <span class="optional">{escape(_("(by a machine)"))}</span>'
    return name if item.mandatory else f'{name} <span class="optional">{escape(_("(optional)"))}</span>'


def _range(item: Item) -> str:
    bounds = allowed(item)
    return " ".join(part for part in ("" if bounds is None else range_text(bounds), item.unit or "") if part)


def _blank(item: Item) -> str:
    """Boxes to tick, or a line to write on."""
    line = '<span class="line"></span>'
    if item.type is ItemType.STATE:
        return _boxes([_("ok"), _("warn"), _("fail"), _("n/a")])
    if item.type is ItemType.CHOICE:
        return _boxes([choice.title.said for choice in item.choices])
    if item.type is ItemType.PHOTO:
        return _boxes([_("taken")]) + line
    return f"{line} {escape(item.unit)}" if item.unit else line


def _boxes(names: Iterable[str]) -> str:
    return "".join(f'<span class="choice"><span class="box"></span>{escape(name)}</span>' for name in names)
