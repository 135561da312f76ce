# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a run, made without a display."""

from vertaug.viz._palette import opening_colour
from vertaug.viz._snapshot import CementGrid, Snapshot
from vertaug.viz.cement import scene_cement
from vertaug.viz.density import scene_density_section
from vertaug.viz.pictures import Picture, read_index, write_index
from vertaug.viz.run import draw_run
from vertaug.viz.set_cement import scene_set_cement
from vertaug.viz.vertebra import scene_before_after, scene_vertebra

__all__ = [
    "CementGrid",
    "Picture",
    "Snapshot",
    "draw_run",
    "opening_colour",
    "read_index",
    "scene_before_after",
    "scene_cement",
    "scene_density_section",
    "scene_set_cement",
    "scene_vertebra",
    "write_index",
]
