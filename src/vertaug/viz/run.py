# SPDX-License-Identifier: BSD-3-Clause
"""All pictures of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from vertaug.anatomy import Approach, Landmarks
from vertaug.viz._snapshot import CementGrid, Snapshot
from vertaug.viz.cement import scene_cement
from vertaug.viz.density import scene_density_section
from vertaug.viz.pictures import Picture, write_index
from vertaug.viz.set_cement import scene_set_cement
from vertaug.viz.vertebra import scene_before_after, scene_vertebra

__all__ = ["draw_run"]


def draw_run(
    folder: Path,
    snapshots: Sequence[Snapshot],
    landmarks: Landmarks | None = None,
    approaches: Sequence[Approach] = (),
    cement: Mapping[str, CementGrid] | None = None,
) -> tuple[Picture, ...]:
    """Draw a run into ``folder`` and write its ``index.json``.

    Parameters
    ----------
    folder : of the pictures
    snapshots : the bone at the start and at the end of each stage, in order
    landmarks, approaches : drawn on the first snapshot
    cement : by the stage whose snapshot it is drawn on; None where nothing was injected
    """
    if not snapshots:
        message = "a run has at least one snapshot to draw"
        raise ValueError(message)
    cut = next((s for s in snapshots if s.cavities), snapshots[0])
    early = cut is snapshots[0]
    pictures = [scene_vertebra(folder, snapshots[0], landmarks, approaches if early else ())]
    if approaches and not early:  # on the shape that the channels were planned for
        pictures.append(scene_vertebra(folder, cut, None, approaches, "approach"))
    for before, after in pairwise(snapshots):
        moved = _moved(before, after)
        if not moved and after.filling is before.filling is None:
            continue  # an injection moves no bone
        if moved:
            pictures.append(scene_before_after(folder, before, after))
        if after.filling is not None:
            pictures.append(scene_set_cement(folder, after))
        elif after.cavities:
            pictures.append(scene_density_section(folder, after))
    injected = cement or {}
    pictures += [
        scene_cement(folder, snapshot, injected[snapshot.stage], approaches)
        for snapshot in snapshots
        if snapshot.stage in injected
    ]
    write_index(folder, pictures)
    return tuple(pictures)


def _moved(before: Snapshot, after: Snapshot) -> bool:
    """Whether the body's surface has moved; cement that sets adds cells within it and nothing more."""
    old, new = (
        np.unique(s.mesh.points[s.mesh.facets[s.mesh.facets_of("cortex")]].reshape(-1, 3), axis=0)
        for s in (before, after)
    )
    return old.shape != new.shape or not np.array_equal(old, new)
