"""Plots as SVG text, without a library: bars, and lines over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _LEFT, _RIGHT, _TOP, _BAR = 760, 210, 90, 44, 26
_PANEL, _GAP = 64, 14
_STYLE = "font-family='sans-serif' font-size='13' fill='#222'"
_COLOR = "#2563a8"


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """One bar for each name, with its value at the end."""
    most = max((value for _, value in values), default=1.0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    height = _TOP + _BAR * len(values) + 12
    parts = [_text(12, 24, title, "font-weight='bold'")]
    for number, (name, value) in enumerate(values):
        top = _TOP + number * _BAR
        parts.append(_text(_LEFT - 8, top + 15, name, "text-anchor='end'"))
        parts.append(f"<rect x='{_LEFT}' y='{top + 2}' width='{value * scale:.1f}' height='18' fill='{_COLOR}'/>")
        parts.append(_text(_LEFT + value * scale + 6, top + 15, f"{value:,.0f}"))
    return _framed(height, parts)


def lines(title: str, minutes: Sequence[float], series: Mapping[str, Sequence[float]]) -> str:
    """A panel for each series, one below the other, from zero to its greatest value."""
    parts = [_text(12, 24, title, "font-weight='bold'")]
    span = max(minutes[-1] - minutes[0], 1e-9) if minutes else 1.0
    across = [(at - minutes[0]) / span for at in minutes]
    for number, (name, values) in enumerate(series.items()):
        parts += _panel(_TOP + number * (_PANEL + _GAP), name, across, values)
    height = _TOP + len(series) * (_PANEL + _GAP) + 20
    parts.append(_text(_WIDTH - _RIGHT, height - 10, f"{span:,.0f} minutes", "text-anchor='end'"))
    return _framed(height, parts)


def _panel(top: int, name: str, across: Sequence[float], values: Sequence[float]) -> list[str]:
    most, low, right = max(values, default=0) or 1.0, top + _PANEL, _WIDTH - _RIGHT
    points = " ".join(
        f"{_LEFT + x * (right - _LEFT):.1f},{low - value / most * _PANEL:.1f}"
        for x, value in zip(across, values, strict=True)
    )
    return [
        _text(_LEFT - 8, top + _PANEL / 2 + 5, name, "text-anchor='end'"),
        f"<polyline points='{points}' fill='none' stroke='{_COLOR}' stroke-width='1.4'/>",
        f"<line x1='{_LEFT}' y1='{low}' x2='{right}' y2='{low}' stroke='#888'/>",
        _text(right + 6, top + 10, f"{most:,.1f}"),
        _text(right + 6, low + 4, "0"),
    ]


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {_STYLE} {more}>{escape(text)}</text>"


def _framed(height: int, parts: Sequence[str]) -> str:
    size = f"width='{_WIDTH}' height='{height}' viewBox='0 0 {_WIDTH} {height}'"
    inside = "\n".join(["<rect width='100%' height='100%' fill='white'/>", *parts])
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>\n{inside}\n</svg>\n"
