# SPDX-License-Identifier: BSD-3-Clause
"""Cement in the bone, and what left it, by pathway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vertaug.anatomy import Approach
from vertaug.viz import _parts
from vertaug.viz._camera import ANTERIOR, LATERAL, SUPERIOR, window_of
from vertaug.viz._figure import lay_out, legend, panel_pixels, save
from vertaug.viz._render import render
from vertaug.viz._snapshot import CementGrid, Snapshot
from vertaug.viz.pictures import Picture

__all__ = ["scene_cement"]

_VIEWS = (LATERAL, ANTERIOR, SUPERIOR)


def scene_cement(
    folder: Path,
    snapshot: Snapshot,
    grid: CementGrid,
    approaches: Sequence[Approach] = (),
    name: str | None = None,
) -> Picture:
    """Draw the cement in three views, the bone seen through, as ``<stage>_cement.png``.

    Parameters
    ----------
    folder : of the pictures
    snapshot : bone at the end of the injection
    grid : cement in the bone and outside it by pathway
    approaches : cannulas to draw
    name : of the file without suffix, ``<stage>_cement`` unless given
    """
    surfaces = [
        _parts.bone(snapshot, opacity=0.10),
        *_parts.openings(snapshot),
        *_parts.cement(grid),
        *_parts.cannulas(approaches),
    ]
    windows = [window_of(view, [s.points for s in surfaces]) for view in _VIEWS]
    panels = lay_out(_VIEWS, windows, [view.title for view in _VIEWS], footer_in=0.5)
    pixels = panel_pixels(windows)
    for axes, view, window, width in zip(panels.axes, _VIEWS, windows, pixels, strict=True):
        axes.imshow(render(surfaces, view, window, width), extent=window.extent, zorder=1)
    legend(panels.figure, _parts.legend_of_cement(grid))
    path = folder / f"{name or f'{snapshot.stage}_cement'}.png"
    save(panels.figure, path)
    text = "Cement at the end of injection: grey inside the bone, coloured where it left it."
    return Picture(path, text, snapshot.stage, "cement")
