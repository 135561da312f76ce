# SPDX-License-Identifier: BSD-3-Clause
"""The vertebra seen through: balloons, cannulas, openings and the landmarks found on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Approach, Landmarks, PedicleAxis
from vertaug.viz import _parts
from vertaug.viz._camera import ANTERIOR, LATERAL, SUPERIOR, View, Window, window_of
from vertaug.viz._figure import lay_out, legend, panel_pixels, save
from vertaug.viz._palette import CANNULA
from vertaug.viz._render import render
from vertaug.viz._section import cut_facets
from vertaug.viz._snapshot import Snapshot
from vertaug.viz.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["scene_before_after", "scene_vertebra"]

Float = NDArray[np.float64]

_VIEWS = (LATERAL, ANTERIOR, SUPERIOR)
_ENDPLATE = "#2b8c5a"
_SAGITTAL = "#b2182b"
_PEDICLE = "#7b3294"


def scene_vertebra(
    folder: Path,
    snapshot: Snapshot,
    landmarks: Landmarks | None = None,
    approaches: Sequence[Approach] = (),
    name: str = "landmarks",
) -> Picture:
    """Draw lateral, anterior and superior views into ``folder/<name>.png``.

    Parameters
    ----------
    folder : of the pictures
    snapshot : bone, drawn see-through, with its cavities and openings
    landmarks : endplate planes, mid-sagittal outline and pedicle axes to draw; None for none
    approaches : cannulas to draw
    name : of the file, without suffix
    """
    surfaces = [
        _parts.bone(snapshot),
        *_parts.balloons(snapshot),
        *_parts.openings(snapshot),
        *_parts.cannulas(approaches),
    ]
    clouds = [surface.points for surface in surfaces]
    windows = [window_of(view, clouds, margin=6.0) for view in _VIEWS]
    panels = lay_out(_VIEWS, windows, [view.title for view in _VIEWS], footer_in=0.5)
    pixels = panel_pixels(windows)
    for axes, view, window, width in zip(panels.axes, _VIEWS, windows, pixels, strict=True):
        _draw(axes, surfaces, view, window, width)
        if landmarks is not None:
            _mark(axes, snapshot, landmarks, view)
    entries = _parts.legend_of_balloons(snapshot) + _parts.legend_of_openings(snapshot)
    if approaches:
        entries.append(("Cannulas", _parts.swatch(CANNULA)))
    legend(panels.figure, entries + (_legend_of_marks(landmarks) if landmarks else []))
    save(panels.figure, folder / f"{name}.png")
    marks = ", with the endplate planes, the mid-sagittal outline and the pedicle axes found on it"
    ways = ", with the cannulas on the shape they were planned for" if approaches else ""
    text = f"The vertebra, seen through{marks if landmarks else ways}."
    return Picture(folder / f"{name}.png", text, snapshot.stage, "landmarks")


def scene_before_after(
    folder: Path, before: Snapshot, after: Snapshot, view: View = LATERAL
) -> Picture:
    """Draw the body before and after a stage with one camera, as ``<stage>_before_after.png``.

    The outline of the bone before, in the mid-sagittal plane, is dashed over the picture after.
    """
    scenes = [[_parts.bone(s), *_parts.balloons(s), *_parts.openings(s)] for s in (before, after)]
    window = window_of(view, [before.body_points, after.body_points], margin=8.0)
    titles = [f"Before: {before.stage}", f"After: {after.stage}"]
    panels = lay_out((view, view), (window, window), titles, footer_in=0.5)
    pixels = panel_pixels((window, window))
    for axes, scene, width in zip(panels.axes, scenes, pixels, strict=True):
        _draw(axes, scene, view, window, width)
    entries = _parts.legend_of_balloons(after) + _parts.legend_of_openings(after)
    if view.right[0] == 1:
        _outline(panels.axes[0], before, view, style="-")
        _outline(panels.axes[1], before, view, style=(0, (3, 2)))
        _outline(panels.axes[1], after, view, style="-")
        entries += _legend_of_outlines()
    legend(panels.figure, entries)
    path = folder / f"{after.stage}_before_after.png"
    save(panels.figure, path)
    text = f"The vertebral body before and after stage {after.stage}, {view.title.lower()}, same scale."
    return Picture(path, text, after.stage, "before_after")


def _draw(axes: Axes, surfaces: Sequence[Any], view: View, window: Window, width: int) -> None:
    """Put a rendering on axes that are in mm."""
    image = render(surfaces, view, window, width)
    axes.imshow(image, extent=window.extent, interpolation="antialiased", zorder=1)


def _line(axes: Axes, view: View, points: Float, **style: Any) -> None:
    """Draw a polyline (n, 3) in mm."""
    flat = view.project(points)
    axes.plot(flat[:, 0], flat[:, 1], scalex=False, scaley=False, zorder=5, **style)


def _outline(axes: Axes, snapshot: Snapshot, view: View, style: Any) -> None:
    """Outline of the bone in the mid-sagittal plane x = 0."""
    from matplotlib.collections import LineCollection

    mesh = snapshot.mesh
    solid = [mesh.facets_of(n) for n in mesh.facet_names if n not in snapshot.cavities]
    segments = cut_facets(mesh.points, mesh.facets[np.concatenate(solid)], axis=0, level=0.0)
    chains = [view.project(chain)[:, :2] for chain in _chains(segments)]
    lines = LineCollection(chains, colors=_SAGITTAL, linewidths=1.3, linestyles=[style], zorder=5)
    axes.add_collection(lines, autolim=False)


def _chains(segments: Float) -> list[Float]:
    """Join segments (n, 2, 3) that share end points into polylines, so that they can be dashed."""
    ends, index = np.unique(np.round(segments.reshape(-1, 3), 6), axis=0, return_inverse=True)
    links: dict[int, list[int]] = {}
    for a, b in index.reshape(-1, 2).tolist():
        if a != b:
            links.setdefault(a, []).append(b)
            links.setdefault(b, []).append(a)
    chains = []
    while links:
        at = next(iter(links))
        chain = [at]
        while links.get(at):
            step = links[at].pop()
            links[step].remove(at)
            chain.append(step)
            at = step
        links = {point: others for point, others in links.items() if others}
        if len(chain) > 1:
            chains.append(ends[chain])
    return chains


def _mark(axes: Axes, snapshot: Snapshot, landmarks: Landmarks, view: View) -> None:
    """Draw the landmarks that can be told in a view."""
    if view.up[0] == 2:
        for plate in (landmarks.superior, landmarks.inferior):
            _line(axes, view, _endplate_line(plate.centre, plate.normal, view, landmarks),
                  color=_ENDPLATE, lw=1.4)  # fmt: skip
    if view.right[0] == 1:
        _outline(axes, snapshot, view, "-")
    else:
        _sagittal_line(axes, snapshot, view)
    for pedicle in (landmarks.pedicle_left, landmarks.pedicle_right):
        if pedicle is not None:
            _pedicle(axes, view, pedicle)


def _sagittal_line(axes: Axes, snapshot: Snapshot, view: View) -> None:
    """The mid-sagittal plane seen edge-on."""
    low, high = snapshot.mesh.points.min(axis=0), snapshot.mesh.points.max(axis=0)
    ends = np.array([[0.0, low[1] - 2, low[2] - 2], [0.0, high[1] + 2, high[2] + 2]])
    _line(axes, view, ends, color=_SAGITTAL, lw=1.0, ls=(0, (6, 2, 1, 2)))


def _endplate_line(centre: Float, normal: Float, view: View, landmarks: Landmarks) -> Float:
    """The endplate's plane seen edge-on, as wide as the body: two points (2, 3)."""
    axis = view.right[0]
    half = 0.5 * (landmarks.depth if axis == 1 else landmarks.width) + 3.0
    along = np.zeros(3)
    along[axis] = 1.0
    along[2] = -normal[axis] / normal[2]
    return np.asarray(centre + np.array([[-half], [half]]) * along, dtype=np.float64)


def _pedicle(axes: Axes, view: View, pedicle: PedicleAxis) -> None:
    """Axis of a pedicle from behind its entry into the body, its isthmus as a ring."""
    start = pedicle.entry - 4.0 * pedicle.direction
    end = pedicle.isthmus + 22.0 * pedicle.direction
    _line(axes, view, np.stack([start, end]), color=_PEDICLE, lw=1.2, ls=(0, (4, 2)))
    _line(axes, view, pedicle.isthmus[None], color=_PEDICLE, marker="o", ms=5, mfc="white")


def _legend_of_marks(landmarks: Landmarks) -> list[tuple[str, Any]]:
    """Legend entries of the landmarks."""
    from matplotlib.lines import Line2D

    entries: list[tuple[str, Any]] = [
        ("Endplate planes", Line2D([], [], color=_ENDPLATE, lw=1.4)),
        ("Mid-sagittal plane", Line2D([], [], color=_SAGITTAL, lw=1.2)),
    ]
    if landmarks.pedicle_left is not None or landmarks.pedicle_right is not None:
        style: dict[str, Any] = {"color": _PEDICLE, "lw": 1.2, "ls": (0, (4, 2))}
        entries.append(
            ("Pedicle axis and isthmus", Line2D([], [], marker="o", ms=5, mfc="white", **style))
        )
    return entries


def _legend_of_outlines() -> list[tuple[str, Any]]:
    """Legend entries of the outlines before and after."""
    from matplotlib.lines import Line2D

    return [
        ("Mid-sagittal outline", Line2D([], [], color=_SAGITTAL, lw=1.3)),
        ("the same before", Line2D([], [], color=_SAGITTAL, lw=1.3, ls=(0, (3, 2)))),
    ]
