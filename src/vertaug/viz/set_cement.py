# SPDX-License-Identifier: BSD-3-Clause
"""Sections of a body with set cement: cells of cement, cement in the pores, free cavities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vertaug.state import CEMENT as REGION
from vertaug.viz._camera import AXIAL, LATERAL, View, window_of
from vertaug.viz._figure import lay_out, save
from vertaug.viz._palette import BONE, INK
from vertaug.viz._section import cut_cells, cut_facets
from vertaug.viz._snapshot import Snapshot
from vertaug.viz.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

__all__ = ["scene_set_cement"]

Float = NDArray[np.float64]

_FULL = "#3b6ea5"
_ALONE = "#22344d"


def scene_set_cement(folder: Path, snapshot: Snapshot, name: str | None = None) -> Picture:
    """Draw a sagittal and an axial section through set cement.

    Both pass through the middle of the cement on the side that holds more of it.

    Parameters
    ----------
    folder : of the pictures
    snapshot : bone with its `filling` at the end of a stage
    name : of the file without suffix, ``<stage>_set_cement`` unless given
    """
    filling = snapshot.filling
    if filling is None:
        message = f"no cement has set at the end of stage {snapshot.stage}"
        raise ValueError(message)
    sagittal, axial = _levels(snapshot, filling)
    views = (LATERAL, AXIAL)
    windows = [window_of(view, [snapshot.body_points], margin=8.0) for view in views]
    titles = [f"Sagittal section, x = {sagittal:+.1f} mm", f"Axial section, z = {axial:+.1f} mm"]
    panels = lay_out(views, windows, titles, footer_in=0.68)
    colours = _scale()
    for axes, view, (axis, level) in zip(
        panels.axes, views, ((0, sagittal), (2, axial)), strict=True
    ):
        _section(axes, snapshot, filling, view, (axis, level), colours)
    _colour_bar(panels.figure, colours)
    path = folder / f"{name or f'{snapshot.stage}_set_cement'}.png"
    save(panels.figure, path)
    text = (
        f"Cement that has set, at the end of stage {snapshot.stage}: share of the pores that it fills in the bone, "
        "and nearly black where it fills a cavity alone. White is what stayed free."
    )
    return Picture(path, text, snapshot.stage, "set_cement")


def _levels(snapshot: Snapshot, filling: Float) -> tuple[float, float]:
    """Planes x and z (mm) through the middle of the cement on one side."""
    mesh = snapshot.mesh
    centres, weight = mesh.centroids(), filling * mesh.volumes()
    left = centres[:, 0] >= 0.0
    side = left if weight[left].sum() >= weight[~left].sum() else ~left
    held = np.maximum(weight[side], 1e-12)
    middle = held @ centres[side] / held.sum()
    return float(middle[0]), float(middle[2])


def _scale() -> Colormap:
    """From bone without cement to full pores."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("filling", [BONE, "#a9bcc9", _FULL])


def _section(
    axes: Axes,
    snapshot: Snapshot,
    filling: Float,
    view: View,
    plane: tuple[int, float],
    colours: Colormap,
) -> None:
    """One section: cells by filling with their edges, surfaces as lines."""
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.colors import to_rgba

    mesh = snapshot.mesh
    polygons, owner = cut_cells(mesh.points, mesh.cells, *plane)
    flat = view.project(polygons.reshape(-1, 3))[:, :2].reshape(-1, 4, 2)
    shade = colours(filling[owner])
    alone = np.zeros(mesh.n_cells, dtype=np.bool_)
    alone[mesh.cells_of(REGION)] = True
    shade[alone[owner]] = to_rgba(_ALONE)
    axes.add_collection(
        PolyCollection(list(flat), facecolors=shade, edgecolors="#ffffff60", linewidths=0.25),
        autolim=False,
    )
    segments = cut_facets(mesh.points, mesh.facets, *plane)
    outline = view.project(segments.reshape(-1, 3))[:, :2].reshape(-1, 2, 2)
    axes.add_collection(LineCollection(list(outline), colors=INK, linewidths=1.0), autolim=False)


def _colour_bar(figure: Figure, colours: Colormap) -> None:
    """Colour bar at the foot of the figure."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    height = float(figure.get_figheight())
    axes = figure.add_axes((0.24, 0.42 / height, 0.52, 0.13 / height))
    bar = figure.colorbar(
        ScalarMappable(Normalize(0.0, 1.0), colours), cax=axes, orientation="horizontal"
    )
    bar.ax.tick_params(labelsize=8, length=2.5, color=INK, labelcolor=INK)
    bar.outline.set_linewidth(0.5)
    bar.set_label("Share of the pores that is cement", fontsize=8, color=INK)
