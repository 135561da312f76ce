# SPDX-License-Identifier: BSD-3-Clause
"""Torn area of the cortex on a block whose membranes are given their history by hand."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.balloon.cortex import ruptured_area
from vertaug.mesh.surface import facet_areas
from vertaug.solid.model import ENDPLATES

pytestmark = pytest.mark.usefixtures("one_thread")


def stretched(state, thickness, growth, plastic):
    """State whose membranes have areas ``growth`` times the first ones and a plastic strain."""
    area = facet_areas(state.mesh.points, state.shell.facets)
    volume = np.full(len(area), thickness) * area / growth
    shell = replace(state.shell, volume=volume, plastic=np.full(len(area), plastic))
    return replace(state, shell=shell)


def side_area(state):
    """Area of the sound walls beside the endplates."""
    mesh = state.mesh
    ends = {
        tuple(sorted(f)) for name in ENDPLATES for f in mesh.facets[mesh.facets_of(name)].tolist()
    }
    ends |= {tuple(sorted(f)) for f in state.fibre.facets.tolist()}
    own = [tuple(sorted(f)) not in ends for f in state.shell.facets.tolist()]
    return float(facet_areas(mesh.points, state.shell.facets[np.array(own)]).sum())


def test_only_walls_that_grew_and_yielded_are_torn(loaded):
    _, state = loaded
    whole = side_area(state)
    assert whole > 0.0
    assert ruptured_area(stretched(state, 0.35, 1.1, 0.05), 0.35, 0.02) == pytest.approx(whole)
    assert ruptured_area(stretched(state, 0.35, 1.1, 0.01), 0.35, 0.02) == 0.0
    assert ruptured_area(stretched(state, 0.35, 0.9, 0.05), 0.35, 0.02) == 0.0


def test_the_order_of_a_facet_s_corners_does_not_matter(loaded):
    _, state = loaded
    torn = stretched(state, 0.35, 1.1, 0.05)
    turned = replace(torn, shell=replace(torn.shell, facets=np.roll(torn.shell.facets, 1, axis=1)))
    assert ruptured_area(turned, 0.35, 0.02) == pytest.approx(ruptured_area(torn, 0.35, 0.02))
