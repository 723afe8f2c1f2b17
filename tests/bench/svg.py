"""Plots as SVG text, without a library: bars, and lines over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _LEFT, _RIGHT, _TOP, _BAR = 760, 210, 90, 44, 26
_HEIGHT, _BOTTOM = 300, 34
_STYLE = "font-family='sans-serif' font-size='13' fill='#222'"
_COLORS = ("#2563a8", "#b5541c", "#3b7d3b", "#7a4fa3")


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """One bar for each name, with its value at the end."""
    most = max((value for _, value in values), default=1.0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    height = _TOP + _BAR * len(values) + 12
    parts = [_text(12, 24, title, "font-weight='bold'")]
    for number, (name, value) in enumerate(values):
        top = _TOP + number * _BAR
        parts.append(_text(_LEFT - 8, top + 15, name, "text-anchor='end'"))
        parts.append(f"<rect x='{_LEFT}' y='{top + 2}' width='{value * scale:.1f}' height='18' fill='{_COLORS[0]}'/>")
        parts.append(_text(_LEFT + value * scale + 6, top + 15, f"{value:,.0f}"))
    return _framed(height, parts)


def lines(title: str, minutes: Sequence[float], series: Mapping[str, Sequence[float]]) -> str:
    """Each series as a line, scaled to its own greatest value, which its legend tells."""
    parts = [_text(12, 24, title, "font-weight='bold'")]
    span = max(minutes[-1] - minutes[0], 1e-9) if minutes else 1.0
    left, right, low = 20, _WIDTH - 20, _HEIGHT - _BOTTOM
    for number, (name, values) in enumerate(series.items()):
        most, color = max(values, default=0) or 1.0, _COLORS[number % len(_COLORS)]
        points = " ".join(
            f"{left + (at - minutes[0]) / span * (right - left):.1f},{low - value / most * (low - 70):.1f}"
            for at, value in zip(minutes, values, strict=True)
        )
        parts.append(f"<polyline points='{points}' fill='none' stroke='{color}' stroke-width='1.6'/>")
        parts.append(_text(20 + number * 180, 50, f"{name}, most {most:,.1f}", f"style='fill:{color}'"))
    parts.append(f"<line x1='{left}' y1='{low}' x2='{right}' y2='{low}' stroke='#888'/>")
    parts.append(_text(right, _HEIGHT - 12, f"{span:,.0f} minutes", "text-anchor='end'"))
    return _framed(_HEIGHT, parts)


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {_STYLE} {more}>{escape(text)}</text>"


def _framed(height: int, parts: Sequence[str]) -> str:
    size = f"width='{_WIDTH}' height='{height}' viewBox='0 0 {_WIDTH} {height}'"
    inside = "\n".join(["<rect width='100%' height='100%' fill='white'/>", *parts])
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>\n{inside}\n</svg>\n"
