"""Drawing a report: from `opsctl.core.report.Report` to the text that is written out.

`write.render` is the door; it takes a report, a `formats.Format` and the reader's `Style`, and returns text.
`table` is for a terminal (`terminal.py`: bold headings, folding, one block per record on narrow screens).
`plain` is for pipes (`text.py`: no colour, nothing cut); `md` is for tickets and wikis (`markdown.py`).
`csv` is for spreadsheets (`tabular.py`: nothing in it can run); `json` is for programs (`envelope.py`).
`cells.py` turns one raw value into words, a CSV cell or JSON; it alone knows the kinds of a value.
`width.py` measures and wraps by columns of the screen, of which a Chinese character takes two.
What others typed is never obeyed here: no escape sequence, markup, emoji code, formula or HTML passes.
No module here asks the terminal, the environment or the clock, and none prints.
"""
