"""The course of things as a drawing in SVG: an axis of time, bars for what lasted, lines for what happened.

Every label has room of its own, is dark on light, and says in words what a pattern shows.
"""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from opsctl.core.texts import _
from opsctl.core.times import read_zone
from opsctl.reviews.views.export.blocks import Bar, Drawing, Mark, Pattern
from opsctl.reviews.views.export.prose import plain
from opsctl.reviews.views.export.scale import Scale, lanes, scale_of, text_width, ticks

SIZE = 13.0
"""The height of letters."""
WIDTHS = {"broad": 900, "slim": 330}
"""A drawing for a page and one for a telephone, on which the other's letters would be too small."""
_EDGE = 8
_LINE = 18
_BAR = 14
_BAR_LANE = _LINE + _BAR + 8
_TICK_ROOM = {"broad": 90, "slim": 78}
_LEAST_BAR = 4.0
_INK = "#1a1a1a"


def draw(drawing: Drawing, form: str) -> str:
    """The drawing in the form `broad` or `slim`; an empty string where there is nothing to draw."""
    moments = [mark.at for mark in drawing.marks] + [at for bar in drawing.bars for at in (bar.start, bar.end)]
    if not moments:
        return ""
    width = WIDTHS[form]
    scale = scale_of(moments, _EDGE, width - 2 * _EDGE)
    labels, above = _labels(drawing, scale, width)
    axis = above + _LINE
    below, bottom = _bars(drawing, scale, width, axis + 2 * _LINE + 16)
    lines = [
        f'<svg class="{form}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_n(bottom)}" width="{width}"'
        f' height="{_n(bottom)}" role="img" aria-label="{escape(plain(drawing.title))}"'
        f' font-size="{_n(SIZE)}" fill="{_INK}">',
        f"<title>{escape(plain(drawing.title))}</title>",
        f"<desc>{escape(plain(drawing.description))}</desc>",
        _patterns(form),
        *_axis(scale, drawing.zone, axis, form),
        *_pins(drawing, scale, axis, labels),
        *below,
        "</svg>",
    ]
    return "\n".join(lines)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _patterns(form: str) -> str:
    """What bars are filled with: stripes, dots, crosses, plain. Ids differ, since both forms stand in one page."""
    drawn = {
        Pattern.OUTAGE: f'<path d="M0 8 8 0M-2 2 2-2M6 10 10 6" stroke="{_INK}" stroke-width="2.4"/>',
        Pattern.IMPACT: f'<circle cx="4" cy="4" r="1.6" fill="{_INK}"/>',
        Pattern.PAUSE: f'<path d="M4 0V8" stroke="{_INK}" stroke-width="1"/>',
        Pattern.INCIDENT: f'<path d="M0 4H8" stroke="{_INK}" stroke-width="1.6"/>',
    }
    patterns = "".join(
        f'<pattern id="{form}-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="#fff"/>{inside}</pattern>'
        for name, inside in drawn.items()
    )
    return f"<defs>{patterns}</defs>"


def _axis(scale: Scale, zone: str, y: float, form: str) -> Iterator[str]:
    right = scale.left + scale.width
    yield f'<path d="M{_n(scale.left)} {_n(y)}H{_n(right)}" stroke="{_INK}" stroke-width="1.5"/>'
    free = scale.left
    free_day = scale.left
    for tick in ticks(scale, zone, _TICK_ROOM[form]):
        yield f'<path d="M{_n(tick.x)} {_n(y)}v6" stroke="{_INK}"/>'
        left = _within(tick.x - text_width(tick.text, SIZE) / 2, tick.text, scale)
        if left >= free:
            yield _text(left, y + _LINE, tick.text, "tick")
            free = left + text_width(tick.text, SIZE) + 6
        left = _within(tick.x - text_width(tick.text, SIZE) / 2, tick.day, scale)
        if tick.day and left >= free_day:
            yield _text(left, y + 2 * _LINE - 2, tick.day, "day")
            free_day = left + text_width(tick.day, SIZE) + 6


def _within(left: float, text: str, scale: Scale) -> float:
    """Where the text begins so that it stays inside the drawing."""
    return max(scale.left, min(left, scale.left + scale.width - text_width(text, SIZE)))


def _beside(pin: float, text: str, scale: Scale) -> float:
    """Where a label begins: to the right of its pin, or to its left where there is no room."""
    long = text_width(text, SIZE)
    fits = pin + 5 + long <= scale.left + scale.width
    return pin + 5 if fits else _within(pin - 5 - long, text, scale)


def _labels(drawing: Drawing, scale: Scale, width: float) -> tuple[list[tuple[float, float, str]], float]:
    """Each mark's label as left edge, baseline and text, and how high all of them are together."""
    said = [_fitting(_said(mark, drawing), width - 2 * _EDGE - 6) for mark in drawing.marks]
    places = [(_beside(scale.x(mark.at), text, scale), text) for mark, text in zip(drawing.marks, said, strict=True)]
    extents = [(left, left + text_width(text, SIZE)) for left, text in places]
    chosen = lanes(extents, [scale.x(mark.at) for mark in drawing.marks], 8)
    high = (max(chosen, default=-1) + 1) * _LINE
    return [(left, high - lane * _LINE - 2, text) for (left, text), lane in zip(places, chosen, strict=True)], high + 4


def _said(mark: Mark, drawing: Drawing) -> str:
    """What happened and when, with the day where the drawing has several."""
    info = read_zone(drawing.zone)
    days = {one.at.astimezone(info).date() for one in drawing.marks}
    local = mark.at.astimezone(info)
    return f"{format(local, '%m-%d %H:%M:%S' if len(days) > 1 else '%H:%M:%S')} {plain(mark.words)}"


def _pins(drawing: Drawing, scale: Scale, axis: float, labels: list[tuple[float, float, str]]) -> Iterator[str]:
    """A line from each moment up to its label; then the labels, so that none is crossed."""
    for mark, label in zip(drawing.marks, labels, strict=True):
        x, y = scale.x(mark.at), label[1]
        yield f'<path d="M{_n(x)} {_n(axis)}V{_n(y - SIZE + 3)}" stroke="#555" stroke-width="1"/>'
        yield f'<circle cx="{_n(x)}" cy="{_n(axis)}" r="3.5" fill="#fff" stroke="{_INK}" stroke-width="1.5"/>'
    for left, y, text in labels:
        yield _text(left, y, text, "mark")


def _bars(drawing: Drawing, scale: Scale, width: float, top: float) -> tuple[list[str], float]:
    """Each bar in a lane of its own with its words above, and where the drawing ends."""
    lines = []
    y = top
    for bar in drawing.bars:
        room = width - 2 * _EDGE
        whole = _bar_words(bar, drawing.zone)
        text = whole if text_width(whole, SIZE) <= room else _fitting(plain(bar.words), room)
        left, right = scale.x(bar.start), scale.x(bar.end)
        # A short one is still seen; its words say how long it really was.
        long = max(_LEAST_BAR, right - left)
        left = min(left, scale.left + scale.width - long)
        lines.append(_text(_within(left, text, scale), y + SIZE - 2, text, "bar"))
        edge = ' stroke-dasharray="3 2"' if bar.pattern is Pattern.PAUSE else ""
        lines.append(
            f'<rect x="{_n(left)}" y="{_n(y + _LINE)}" width="{_n(long)}" height="{_BAR}"'
            f' fill="url(#{_form(width)}-{bar.pattern})" stroke="{_INK}"{edge}/>'
        )
        if bar.open_ended:
            tip = min(left + long, scale.left + scale.width)
            lines.append(f'<path d="M{_n(tip)} {_n(y + _LINE)}l8 {_BAR / 2:g}-8 {_BAR / 2:g}z" stroke="{_INK}"/>')
        y += _BAR_LANE
    return lines, y + 2


def _form(width: float) -> str:
    return next(name for name, wide in WIDTHS.items() if wide == width)


def _bar_words(bar: Bar, zone: str) -> str:
    info = read_zone(zone)

    def clock(moment: datetime, form: str) -> str:
        return format(moment.astimezone(info), form)

    same = bar.start.astimezone(info).date() == bar.end.astimezone(info).date()
    form = "%H:%M:%S" if same else "%m-%d %H:%M"
    until = _("it lasts") if bar.open_ended else clock(bar.end, form)
    return f"{plain(bar.words)} · {clock(bar.start, form)} – {until}"


def _fitting(text: str, width: float) -> str:
    """The text, cut where it is wider than that; the list below the drawing has it whole."""
    if text_width(text, SIZE) <= width:
        return text
    while text and text_width(text, SIZE) > width - SIZE:
        text = text[:-1]
    return text.rstrip() + "…"


def _text(x: float, y: float, text: str, name: str) -> str:
    # A rim of the paper's colour keeps letters readable where a line passes behind them.
    return (
        f'<text class="{name}" x="{_n(x)}" y="{_n(y)}" paint-order="stroke" stroke="#fff" stroke-width="3"'
        f' stroke-linejoin="round">{escape(text)}</text>'
    )
