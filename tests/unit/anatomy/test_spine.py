# SPDX-License-Identifier: BSD-3-Clause
"""Chains of vertebrae and the discs between them: gaps, curves, no overlap, sound cells at every level."""

import numpy as np
import pytest
from tests.spine_cases import disc_between, endplate

from vertaug.anatomy import Endplate
from vertaug.anatomy.attachments import find_attachments
from vertaug.anatomy.curvature import Curvature, disc_spaces
from vertaug.anatomy.disc_height import disc_height
from vertaug.anatomy.disc_mesh import DiscSize, Plate, mesh_disc
from vertaug.anatomy.facet_joints import facet_joints
from vertaug.anatomy.morphometry import levels
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.spine import build_spine
from vertaug.errors import InputError
from vertaug.mesh.surface import enclosed_volume
from vertaug.solid.cells import shape_gradients
from vertaug.solid.elements import HEX8

CHAIN = ("T12", "L1", "L2")


@pytest.fixture(scope="module")
def spine():
    built = [ParametricVertebra(level).build(1.2) for level in CHAIN]
    return build_spine(built, disc_spaces(CHAIN), 1)


def test_gaps_between_endplates_are_the_discs_heights(spine):
    for index, space in enumerate(spine.discs):
        assert spine.gap(index) == pytest.approx(space.height, rel=1e-9)
    assert spine["L1"].place.origin == pytest.approx(np.zeros(3))
    assert spine["T12"].place.origin[2] > 25.0 > -25.0 > spine["L2"].place.origin[2]


def test_nothing_overlaps(spine):
    for upper, lower in zip(spine.placed, spine.placed[1:], strict=False):
        grid = lower.vertebra.distance
        points = lower.place.to_source(grid.coordinates().reshape(-1, 3))
        both = np.maximum(grid.values.ravel(), upper.distance(points))
        assert both.min() > -0.1


def test_bodies_and_discs_make_up_the_curves():
    chain = tuple(levels())
    spaces = {
        space.above: space for space in disc_spaces((*chain, "S1"), curvature=Curvature(45.0, 30.0))
    }
    built = {level: ParametricVertebra(level).landmarks() for level in chain}

    def wedge(level):
        def angle(plate: Endplate):
            return np.degrees(np.arctan2(plate.normal[1], plate.normal[2]))

        flipped = Endplate(built[level].inferior.centre, -built[level].inferior.normal)
        return angle(built[level].superior) - angle(flipped)

    lumbar = [level for level in chain if level[0] == "L"]
    thoracic = [level for level in chain if level[0] == "T"]
    assert sum(wedge(a) + spaces[a].wedge for a in lumbar) == pytest.approx(45.0, abs=2.0)
    total = sum(wedge(a) for a in thoracic) + sum(spaces[a].wedge for a in thoracic[:-1])
    assert total == pytest.approx(-30.0, abs=2.0)


def test_heights_follow_age_and_sex():
    assert disc_height("L4", 30.0, "male") == pytest.approx(10.76 + 30.0 * 0.06952)
    assert disc_height("L4", 30.0, "female") < disc_height("L4", 70.0, "female")
    whole, worn = (disc_spaces(CHAIN, loss=loss)[0].height for loss in (0.0, 0.3))
    assert worn == pytest.approx(0.7 * whole)
    with pytest.raises(InputError, match="E-ANAT-020"):
        disc_spaces(("T12", "L2"))
    with pytest.raises(InputError, match="E-ANAT-021"):
        disc_spaces(CHAIN, loss=0.9)


@pytest.mark.parametrize("loss", [0.0, 0.4])
def test_discs_of_all_levels_have_sound_cells(loss):
    chain = tuple(levels())
    for upper, space in zip(chain, disc_spaces(chain, loss=loss), strict=False):
        disc = disc_between(upper, chain[chain.index(upper) + 1], space)
        assert disc.volumes().min() > 0.3
        _, volume = shape_gradients(disc.points, disc.cells, HEX8)
        assert volume.min() > 0.0
        nucleus = np.repeat(disc.ring < 0, HEX8.n_points)
        assert enclosed_volume(disc.points, disc.nucleus) == pytest.approx(
            volume[nucleus].sum(), rel=0.02
        )
        assert 0.40 < volume[nucleus].sum() / volume.sum() < 0.60
        way = disc.points[disc.diagonals[:, 1]] - disc.points[disc.diagonals[:, 0]]
        inclined = np.degrees(np.arcsin(np.abs(way[:, 2]) / np.linalg.norm(way, axis=1)))
        if loss == 0.0:
            assert 18.0 < inclined.mean() < 42.0


def test_a_disc_with_no_room_is_refused_and_divisions_are_as_wanted():
    below = endplate("L2", True)
    near = Plate(below.points + np.array([0.0, 0.0, 0.2]), below.facets)
    with pytest.raises(InputError, match="E-ANAT-022"):
        mesh_disc(below, near)
    high = Plate(below.points + np.array([0.0, 0.0, 9.0]), below.facets)
    disc = mesh_disc(below, high, DiscSize(core=2, inner=2, rings=3, layers=2))
    assert len(disc.cells) == 2 * (4 + 5 * 8)
    assert disc.n_rings == 3


def test_ligaments_leave_from_the_bone_and_are_mirrored(spine):
    for placed in spine.placed:
        found = find_attachments(placed.vertebra)
        assert set(found.upper) == set(found.lower) == {"ALL", "PLL", "LF", "ISL", "SSL", "ITL"}
        for ends in (found.upper, found.lower):
            for name, place in ends.items():
                assert np.abs(placed.vertebra.distance.at(place)).max() < 0.05, name
                mirrored = place[::-1] * np.array([-1.0, 1.0, 1.0])
                if name not in ("ISL", "SSL"):
                    np.testing.assert_allclose(mirrored, place, atol=1.25, err_msg=name)
        assert (found.upper["ALL"][:, 1] < 0.0).all()
        assert (found.upper["PLL"][:, 1] > placed.vertebra.landmarks.posterior_wall - 3.0).all()
        assert found.upper["SSL"][0, 1] > found.upper["ISL"][:, 1].max()
        assert found.lower["LF"][0, 2] < found.upper["LF"][0, 2]


def test_facets_are_paired_and_capsules_span_them(spine):
    for upper, lower in zip(spine.placed, spine.placed[1:], strict=False):
        right, left = facet_joints(upper, lower)
        assert right.points.mean(axis=0)[0] < 0.0 < left.points.mean(axis=0)[0]
        assert left.area == pytest.approx(right.area, rel=0.1)
        assert 30.0 < left.area <= 160.0
        mirror = np.array([-1.0, 1.0, 1.0])
        np.testing.assert_allclose(right.normal, left.normal * mirror, atol=0.05)
        for bone, place in ((upper, left.capsule[:, 0]), (lower, left.capsule[:, 1])):
            assert np.abs(bone.distance(place)).max() < 0.1
        assert (np.linalg.norm(left.capsule[:, 0] - left.capsule[:, 1], axis=1) > 5.0).all()
