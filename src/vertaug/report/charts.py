# SPDX-License-Identifier: BSD-3-Clause
"""Curves of a run as inline SVG that follows the page's colours, light or dark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from vertaug.report._rows import THIRDS, title
from vertaug.viz import opening_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["height_chart", "inflation_chart", "injection_chart"]

Rows = Sequence[Mapping[str, str]]

# Stand-ins that become the page's variables in the SVG.
_INK, _RULE = "#010203", "#040506"
_SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7b5ba6")
_CONFIG: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "vertaug",
    "font.size": 10,
    "axes.edgecolor": _RULE,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _RULE,
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def inflation_chart(
    rows: Rows,
    balloons: Sequence[Mapping[str, Any]] = (),
    limits: Mapping[str, Mapping[str, float]] | None = None,
    free: Rows = (),
) -> str:
    """Pressure against volume of each balloon, its plateau dashed, free in air thin, the pressure limit dotted.

    Parameters
    ----------
    rows : of ``curves/inflation.csv``
    balloons : of the summary, for the plateaus
    limits : ``pressure_psi`` by balloon; the smallest is drawn
    free : of ``curves/free_inflation.csv``; drawn up to the largest volume of ``rows``
    """

    def draw(axes: Axes) -> None:
        plateaus = {b["name"]: b.get("plateau_psi") for b in balloons}
        for colour, name in zip(_SERIES, _names(rows), strict=False):
            own = [row for row in rows if row["balloon"] == name]
            volume, pressure = _column(own, "volume_mL"), _column(own, "pressure_psi")
            plateau = plateaus.get(name)
            note = "" if plateau is None else f", plateau {plateau:.0f} psi"
            axes.plot(volume, pressure, color=colour, lw=1.8, label=title(name) + note)
            if plateau is not None:
                half = [0.5 * max(volume), max(volume)]
                axes.plot(half, [plateau] * 2, color=colour, ls=(0, (4, 2)), lw=1.2)
        _free(axes, free, max(_column(rows, "volume_mL"), default=0.0))
        _limit(axes, [v["pressure_psi"] for v in (limits or {}).values() if "pressure_psi" in v])
        axes.set(xlabel="Volume, mL", ylabel="Pressure, psi")
        axes.set_xlim(left=0.0)
        axes.set_ylim(bottom=0.0)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    return _svg("inflation", draw, (6.4, 3.6))


def _free(axes: Axes, rows: Rows, largest: float) -> None:
    """Thin curves of the balloons free in air, up to the ``largest`` volume; equal ones once."""
    curves: dict[tuple[float, ...], tuple[str, list[float]]] = {}
    for name in _names(rows):
        own = [r for r in rows if r["balloon"] == name and float(r["volume_mL"]) <= largest]
        pressure = _column(own, "pressure_psi")
        curves.setdefault(tuple(pressure), (name, _column(own, "volume_mL")))
    for shape, (name, volume) in curves.items():
        label = "Free in air" if len(curves) == 1 else f"{title(name)}, free in air"
        axes.plot(volume, shape, color=_INK, lw=0.9, label=label)


def _limit(axes: Axes, limits: Sequence[float]) -> None:
    """Dotted line at the smallest pressure limit."""
    if limits:
        axes.axhline(min(limits), color=_INK, ls=(0, (1, 2)), lw=1.2)
        axes.annotate(f"pressure limit {min(limits):.0f} psi", (0.0, min(limits)), xytext=(4, 3),
                      textcoords="offset points", fontsize=8.5)  # fmt: skip


def injection_chart(rows: Rows) -> str:
    """Syringe and tip pressure above, leaked volume by pathway below, against time."""

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.1, 1.0))
        time = _column(rows, "t_s")
        for colour, key, label in (
            (_SERIES[0], "syringe_pressure_MPa", "Syringe"),
            (_SERIES[5], "tip_pressure_MPa", "Cannula tip"),
        ):
            upper.plot(time, _column(rows, key), color=colour, lw=1.8, label=label)
        upper.set_ylabel("Pressure, MPa")
        for key in _leaks(rows):
            pathway = key.removeprefix("leaked_").removesuffix("_mL")
            style = {"color": opening_colour(pathway), "lw": 1.8, "label": title(pathway)}
            lower.plot(time, _column(rows, key), **style)
        lower.set(xlabel="Time from the start of injection, s", ylabel="Leaked, mL")
        for axes in (upper, lower):
            _plain(axes)
            axes.set_xlim(left=0.0)
            axes.set_ylim(bottom=0.0)
            if axes.lines:
                axes.legend(loc="upper left")

    return _svg_figure("injection", draw, (6.4, 4.8))


def height_chart(
    stages: Sequence[Mapping[str, Any]], reference: Mapping[str, Any] | None = None
) -> str:
    """Heights by stage, the intact height of each place dashed."""

    def draw(axes: Axes) -> None:
        names = [title(stage["name"]) for stage in stages]
        markers = ("o", "s", "^")
        for colour, marker, third in zip(_SERIES, markers, THIRDS, strict=False):
            values = [stage["heights_mm"][third] for stage in stages]
            axes.plot(names, values, color=colour, marker=marker, lw=1.6, ms=6, label=title(third))
            if reference:
                intact = reference["heights_mm"][third]
                axes.axhline(intact, color=colour, ls=(0, (4, 2)), lw=1.0, alpha=0.8)
        if reference:
            axes.plot([], [], color=_INK, ls=(0, (4, 2)), lw=1.0, label="Intact")
        axes.set_ylabel("Height, mm")
        axes.margins(x=0.08, y=0.14)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=4)

    return _svg("heights", draw, (6.4, 3.6))


def _names(rows: Rows) -> list[str]:
    """Balloons in the order in which they occur."""
    return list(dict.fromkeys(row["balloon"] for row in rows))


def _leaks(rows: Rows) -> list[str]:
    """Columns of leaked volume."""
    return [key for key in rows[0] if key.startswith("leaked_")] if rows else []


def _column(rows: Rows, key: str) -> list[float]:
    """A column as numbers."""
    return [float(row[key]) for row in rows]


def _plain(axes: Axes) -> None:
    """Two spines and a light grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, lw=0.5, alpha=0.7)
    axes.tick_params(length=0)


def _svg(name: str, draw: Any, size: tuple[float, float]) -> str:
    """SVG of one pair of axes that ``draw`` fills."""

    def whole(figure: Figure) -> None:
        axes = figure.subplots()
        draw(axes)
        _plain(axes)

    return _svg_figure(name, whole, size)


def _svg_figure(name: str, draw: Any, size: tuple[float, float]) -> str:
    """SVG of a figure that ``draw`` fills, ready to stand in a page."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context(_CONFIG):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        text = StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return _inline(name, text.getvalue())


def _inline(name: str, svg: str) -> str:
    """Drop what only a file needs; prefix identifiers, so that charts do not share them."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r'\sid="', f' id="{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = re.sub(r'(xlink:)?href="#', f'href="#{name}-', svg)
    svg = re.sub(r'^<svg[^>]*viewBox="([^"]*)"[^>]*>',
                 rf'<svg viewBox="\1" role="img" aria-label="{name} chart">', svg)  # fmt: skip
    return svg.replace(_INK, "var(--ink)").replace(_RULE, "var(--rule)")
