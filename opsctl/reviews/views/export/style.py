"""How the page looks on a screen, on a telephone and on paper."""

STYLE = """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1.25rem 3rem; color: #1a1a1a; background: #fff;
  font: 1rem/1.55 "Helvetica Neue", Arial, "Noto Sans", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
  "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", SimSun, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid #bbb; }
h3, h4, h5, h6 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
p, ul, ol, dl, pre, table, blockquote { margin: 0 0 .8rem; }
ul, ol { padding-left: 1.4rem; }
li > p { margin: 0 0 .3rem; }
a { color: #0b4a8f; }
.reference { color: #555; margin: 0 0 .25rem; font-size: .9rem; letter-spacing: .02em; }
.stamp { display: inline-block; border: 2px solid #1a1a1a; padding: 0 .5rem; margin-right: .6rem; font-weight: 700;
  letter-spacing: .06em; color: #1a1a1a; }
.notice { border-left: 4px solid #1a1a1a; background: #f3f3f3; padding: .5rem .8rem; font-weight: 600; }
dl.facts { columns: 2; column-gap: 2rem; background: #f7f7f7; border: 1px solid #d5d5d5; padding: .8rem 1rem; }
dl.facts.few { columns: 1; }
dl.facts div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .8rem; padding: .1rem 0;
  break-inside: avoid; }
dl.facts dt { color: #555; }
dl.facts dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { border-bottom: 1px solid #ccc; padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #555; font-weight: 600; }
table.many { font-size: .82rem; }
td.first { font-weight: 600; }
.short { white-space: nowrap; }
th, .words { overflow-wrap: break-word; }
.wide { overflow-x: auto; }
.wide table.own { width: auto; min-width: 40%; }
pre { white-space: pre-wrap; background: #f3f3f3; padding: .6rem .8rem; }
code { font-family: Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; font-size: .92em; }
blockquote { border-left: 3px solid #bbb; padding-left: .8rem; color: #333; }
figure { margin: 0 0 1rem; border: 1px solid #d5d5d5; padding: .6rem; }
figcaption { font-size: .85rem; color: #555; margin-bottom: .4rem; }
svg { display: block; max-width: 100%; height: auto; font-family: inherit; }
svg.slim { display: none; }
ol.course { list-style: none; padding: 0; border-left: 2px solid #999; margin-left: .3rem; }
ol.course > li { padding: 0 0 .55rem 1rem; position: relative; }
ol.course > li::before { content: ""; position: absolute; left: -6px; top: .5em; width: 10px; height: 10px;
  background: #1a1a1a; border-radius: 50%; }
ol.course > li.added::before { background: #fff; border: 2px solid #1a1a1a; border-radius: 0; }
.at { font-weight: 600; font-variant-numeric: tabular-nums; margin-right: .25rem;
  white-space: nowrap; }
.source { white-space: nowrap; }
.source, .mark { font-size: .85rem; color: #555; }
.mark { border: 1px solid #777; padding: 0 .35rem; color: #1a1a1a; display: inline-block; }
.note { margin: .25rem 0 0; border-left: 3px solid #bbb; padding-left: .8rem; }
.note > p:last-child { margin: 0; }
ul.tree, ul.tree ul { list-style: none; padding-left: 1.1rem; border-left: 1px solid #999; margin-bottom: .3rem; }
ul.tree { padding-left: .8rem; }
ul.tree li { padding-top: .2rem; }
.kind { border: 1px solid #777; border-radius: .2rem; padding: 0 .35rem; font-size: .82rem; margin-right: .4rem; }
.root { font-weight: 700; margin-right: .4rem; }
footer { margin-top: 2.5rem; padding-top: .6rem; border-top: 1px solid #bbb; font-size: .8rem; color: #444; }
.every-page { display: none; }
@media screen and (max-width: 767px) {
  body { padding: 1rem .9rem 2rem; }
  h1 { font-size: 1.4rem; }
  dl.facts { columns: 1; }
  dl.facts div { grid-template-columns: 7rem minmax(0, 1fr); }
  table.grid, table.grid tbody, table.grid tr, table.grid td { display: block; width: auto; }
  table.grid thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.grid tr { border: 1px solid #ccc; padding: .4rem .6rem; margin-bottom: .6rem; }
  table.grid td { border: 0; padding: .1rem 0; white-space: normal; }
  table.grid td::before { content: attr(data-title) " "; color: #555; font-weight: 400; margin-right: .3rem; }
  svg.broad { display: none; }
  svg.slim { display: block; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; line-height: 1.4; }
  h1 { font-size: 16pt; }
  h2 { font-size: 12pt; margin-top: 6mm; break-after: avoid; }
  h3, h4, h5, h6, figcaption { break-after: avoid; }
  thead { display: table-header-group; }
  tr, figure, ol.course > li, .notice { break-inside: avoid; }
  .wide { overflow: visible; }
  .wide table.own { width: 100%; }
  dl.facts div { grid-template-columns: 27mm minmax(0, 1fr); }
  a { color: inherit; }
  .notice, dl.facts, pre { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .every-page { display: block; position: fixed; top: 45%; left: 0; right: 0; text-align: center; font-size: 64pt;
    font-weight: 700; color: rgba(0, 0, 0, .07); transform: rotate(-35deg); -webkit-print-color-adjust: exact;
    print-color-adjust: exact; }
}
""".strip()
"""The whole style but for the margins of pages, which hold words of the review."""


def pages(stamp: str, foot: str) -> str:
    """The style of A4 pages: the stamp and the foot on each, with its number."""
    left = " · ".join(part for part in (stamp, foot) if part)
    small = 'font: 7.5pt "Helvetica Neue", Arial, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #333;'
    return (
        "@page { size: A4; margin: 15mm 14mm 20mm 16mm;\n"
        f"  @bottom-left {{ content: {quoted(left)}; width: 85%; text-align: left; {small} }}\n"
        f'  @bottom-right {{ content: counter(page) " / " counter(pages); {small} }}\n}}'
    )


def quoted(text: str) -> str:
    """The text as a string of CSS that nothing in it can end: whatever is no letter, digit or blank is escaped."""
    signs = (sign if sign.isalnum() or sign == " " else f"\\{ord(sign):06x} " for sign in text)
    return '"' + "".join(signs) + '"'
