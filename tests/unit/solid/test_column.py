# SPDX-License-Identifier: BSD-3-Clause
"""A lumbar column of rigid vertebrae: a follower load bends no segment, moments bend it as published models."""

import pytest
from tests.spine_cases import endplate

from vertaug.anatomy.curvature import disc_spaces
from vertaug.anatomy.disc_mesh import DiscSize, Plate, mesh_disc
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.spine import build_spine
from vertaug.errors import InputError
from vertaug.solid.column import build_column

pytestmark = pytest.mark.usefixtures("one_thread")


def column(*chain):
    built = [ParametricVertebra(level).build(1.2) for level in chain]
    spine = build_spine(built, disc_spaces(chain), len(chain) - 1)
    discs = []
    for over, under in zip(spine.placed, spine.placed[1:], strict=False):
        plates = [
            Plate(place.place.to_source(part.points), part.facets)
            for place, part in (
                (under, endplate(under.vertebra.name, True)), (over, endplate(over.vertebra.name, False)),
            )
        ]  # fmt: skip
        discs.append(mesh_disc(*plates, DiscSize(core=2, rings=3)))
    return spine, discs, build_column(spine, discs)


def test_one_segment_bends_more_forwards_than_backwards_where_facets_stop_it():
    spine, discs, pair = column("L4", "L5")
    forwards, backwards = (
        pair.loaded(0.0, (m, 0.0, 0.0), steps=3).between[0, 0] for m in (7500.0, -7500.0)
    )
    assert 3.0 < forwards < 9.0
    assert -5.0 < backwards < -1.5
    pressed = pair.loaded(500.0, steps=3)
    assert 0.40 < pressed.pressures[0] < 0.60
    with pytest.raises(InputError, match="E-SOLID-053"):
        build_column(spine, [*discs, *discs])


@pytest.mark.slow
def test_l1_to_l5_bends_as_far_as_published_models_and_a_follower_load_bends_no_segment():
    lumbar = column("L1", "L2", "L3", "L4", "L5")[2]
    pressed = lumbar.loaded(500.0, steps=3)
    assert abs(pressed.between[:, 0]).max() < 2.0
    forwards, backwards = (
        lumbar.loaded(0.0, (m, 0.0, 0.0), steps=6).turns[0, 0] for m in (7500.0, -7500.0)
    )
    # eight models of Dreischarf 2014: 24 to 41 degrees, in vitro about 34
    assert 24.0 < forwards - backwards < 41.0
