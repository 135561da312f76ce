# SPDX-License-Identifier: BSD-3-Clause
"""Panels in millimetres side by side, with scale bar, orientation letters and legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vertaug.viz._camera import View, Window
from vertaug.viz._palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Panels", "lay_out", "legend", "panel_pixels", "save"]

_DPI = 150
_WIDTH_IN = 8.0
_GAP = 0.022
_TITLE_IN = 0.34
_FONT: dict[str, Any] = {"family": "DejaVu Sans", "color": INK}


@dataclass(frozen=True)
class Panels:
    """A figure and one axes a panel, in the order asked for."""

    figure: Figure
    axes: tuple[Axes, ...]


def panel_pixels(windows: Sequence[Window]) -> list[int]:
    """Width in pixels of each panel when all share one scale and fill the figure's width."""
    free = _DPI * _WIDTH_IN * (1.0 - _GAP * (len(windows) + 1))
    total = sum(window.width for window in windows)
    return [int(free * window.width / total) for window in windows]


def lay_out(
    views: Sequence[View],
    windows: Sequence[Window],
    titles: Sequence[str],
    footer_in: float = 0.42,
) -> Panels:
    """Make a figure whose panels share one scale; ``footer_in`` inches stay free for a legend."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    scale = _WIDTH_IN * (1.0 - _GAP * (len(windows) + 1)) / sum(w.width for w in windows)
    tallest = max(window.height for window in windows) * scale
    height = tallest + footer_in + _TITLE_IN
    figure = Figure(figsize=(_WIDTH_IN, height), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes, left = [], _GAP
    for view, window, title in zip(views, windows, titles, strict=True):
        inches = window.height * scale
        bottom = (footer_in + 0.5 * (tallest - inches)) / height
        box = (left, bottom, window.width * scale / _WIDTH_IN, inches / height)
        axes.append(_panel(figure, box, view, window))
        middle = left + 0.5 * box[2]
        figure.text(middle, 1 - 0.5 * _TITLE_IN / height, title, ha="center", va="center",
                    fontsize=9.5, fontweight="bold", **_FONT)  # fmt: skip
        left += box[2] + _GAP
    _scale_bar(axes[0], windows[0])
    return Panels(figure, tuple(axes))


def _panel(
    figure: Figure, box: tuple[float, float, float, float], view: View, window: Window
) -> Axes:
    """One axes in mm without frame, with orientation letters at its edges."""
    axes = figure.add_axes(box)
    axes.set_axis_off()
    axes.set_xlim(window.left, window.right)
    axes.set_ylim(window.bottom, window.top)
    at = [(0.015, 0.5), (0.985, 0.5), (0.5, 0.025), (0.5, 0.975)]
    for letter, (x, y) in zip(view.letters, at, strict=True):
        axes.text(x, y, letter, transform=axes.transAxes, ha="center", va="center",
                  fontsize=9, fontweight="bold", family="DejaVu Sans", color="#6b7480",
                  zorder=9)  # fmt: skip
    return axes


def _scale_bar(axes: Axes, window: Window) -> None:
    """A bar of 10 mm at the lower left."""
    x, y = window.left + 0.03 * window.width + 1.0, window.bottom + 1.6
    axes.plot([x, x + 10.0], [y, y], color=INK, lw=2.5, solid_capstyle="butt", zorder=9)
    axes.text(x + 5.0, y + 0.8, "10 mm", ha="center", va="bottom", fontsize=7.5, zorder=9, **_FONT)


def legend(figure: Figure, entries: Sequence[tuple[str, Any]]) -> None:
    """Legend in one or two rows at the foot: (label, handle) each."""
    if not entries:
        return
    columns = min(len(entries), 5)
    figure.legend(
        [handle for _, handle in entries], [label for label, _ in entries],
        loc="lower center", ncols=columns, frameon=False, fontsize=8, labelcolor=INK,
        handlelength=1.2, handleheight=0.9, columnspacing=1.6, borderaxespad=0.2,
    )  # fmt: skip


def save(figure: Figure, path: Path) -> None:
    """Write a PNG, whole or not at all."""
    from PIL import Image

    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI, facecolor="white")
    with Image.open(buffer) as picture:
        plain = picture.convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    plain.save(partial, format="PNG", optimize=True)
    partial.replace(path)
