# SPDX-License-Identifier: BSD-3-Clause
"""Sections of bone density: the rim that the balloon compacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vertaug.viz._camera import AXIAL, LATERAL, View, window_of
from vertaug.viz._figure import lay_out, save
from vertaug.viz._palette import INK
from vertaug.viz._section import cut_cells, cut_facets
from vertaug.viz._snapshot import Snapshot
from vertaug.viz.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, LogNorm
    from matplotlib.figure import Figure

__all__ = ["scene_density_section"]

Float = NDArray[np.float64]

_HIGHEST = 8.0
_TICKS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


def scene_density_section(folder: Path, snapshot: Snapshot, name: str | None = None) -> Picture:
    """Draw a sagittal and an axial section of density relative to the start.

    The sagittal section passes through the centre of the first cavity (the mid-sagittal plane where
    there is none), the axial one through the centre of all cavities.

    Parameters
    ----------
    folder : of the pictures
    snapshot : bone and J at the end of a stage
    name : of the file without suffix, ``<stage>_density`` unless given
    """
    sagittal, axial = _levels(snapshot)
    views = (LATERAL, AXIAL)
    windows = [window_of(view, [snapshot.body_points], margin=8.0) for view in views]
    where = "Mid-sagittal" if sagittal == 0.0 else "Sagittal"
    titles = [f"{where} section, x = {sagittal:+.1f} mm", f"Axial section, z = {axial:+.1f} mm"]
    panels = lay_out(views, windows, titles, footer_in=0.68)
    colours, norm = _scale()
    for axes, view, (axis, level) in zip(
        panels.axes, views, ((0, sagittal), (2, axial)), strict=True
    ):
        _section(axes, snapshot, view, axis, level, colours, norm)
    _colour_bar(panels.figure, colours, norm)
    path = folder / f"{name or f'{snapshot.stage}_density'}.png"
    save(panels.figure, path)
    text = (
        f"Bone density at the end of stage {snapshot.stage}, as a multiple of the density before "
        "the procedure. The dark rim is bone compacted by the balloon; white is the cavity."
    )
    return Picture(path, text, snapshot.stage, "density")


def _levels(snapshot: Snapshot) -> tuple[float, float]:
    """Planes x and z (mm) of the sections: through the first cavity, through the mean of all."""
    mesh = snapshot.mesh
    if not snapshot.cavities:
        return 0.0, 0.0
    centres = [
        mesh.points[np.unique(mesh.facets[mesh.facets_of(name)])].mean(axis=0)
        for name in snapshot.cavities
    ]
    return float(centres[0][0]), float(np.mean([centre[2] for centre in centres]))


def _scale() -> tuple[Colormap, LogNorm]:
    """Pale for untouched bone to dark for compacted, even steps of ratio; loosened bone is blue."""
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    base = colormaps["magma_r"](np.linspace(0.02, 0.92, 256))
    colours = LinearSegmentedColormap.from_list("compaction", base)
    return colours.with_extremes(under="#c5dbee"), LogNorm(0.95, _HIGHEST)


def _section(
    axes: Axes,
    snapshot: Snapshot,
    view: View,
    axis: int,
    level: float,
    colours: Colormap,
    norm: LogNorm,
) -> None:
    """One section: cells by density, the surface of the bone as a line."""
    from matplotlib.collections import LineCollection, PolyCollection

    mesh = snapshot.mesh
    polygons, owner = cut_cells(mesh.points, mesh.cells, axis, level)
    flat = view.project(polygons.reshape(-1, 3))[:, :2].reshape(-1, 4, 2)
    shade = colours(norm(snapshot.relative_density[owner]))
    # Edges in the colour of their face close the hair lines between neighbours.
    axes.add_collection(
        PolyCollection(list(flat), facecolors=shade, edgecolors=shade, linewidths=0.3),
        autolim=False,
    )
    segments = cut_facets(mesh.points, mesh.facets, axis, level)
    outline = view.project(segments.reshape(-1, 3))[:, :2].reshape(-1, 2, 2)
    axes.add_collection(LineCollection(list(outline), colors=INK, linewidths=1.0), autolim=False)


def _colour_bar(figure: Figure, colours: Colormap, norm: LogNorm) -> None:
    """Colour bar at the foot of the figure."""
    from matplotlib.cm import ScalarMappable

    height = float(figure.get_figheight())
    axes = figure.add_axes((0.24, 0.42 / height, 0.52, 0.13 / height))
    bar = figure.colorbar(
        ScalarMappable(norm, colours), cax=axes, orientation="horizontal", extend="both"
    )
    bar.set_ticks(_TICKS, labels=[f"{tick:g}×" for tick in _TICKS], minor=False)
    bar.ax.minorticks_off()
    bar.ax.tick_params(labelsize=8, length=2.5, color=INK, labelcolor=INK)
    bar.outline.set_linewidth(0.5)
    bar.set_label("Bone density relative to the start (1/J); blue: loosened", fontsize=8, color=INK)
