# SPDX-License-Identifier: BSD-3-Clause
"""Surfaces of meshes that do not match, tied: uniform stress passes, tangents are exact, rigid motions are free."""

import numpy as np
import pytest
from tests.solid_cases import difference_tangent, rotation, tangent_times

from vertaug.errors import InputError
from vertaug.materials.hencky import Hencky
from vertaug.solid.cells import SolidItem
from vertaug.solid.controls import LoadControl
from vertaug.solid.load import traction_load
from vertaug.solid.stepping import PathOptions, follow
from vertaug.solid.surface_overlap import overlaps
from vertaug.solid.surface_tie import tie_surfaces
from vertaug.verification.meshes import box
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

UP = np.array([0.0, 0.0, 1.0])


def stacked(cubes=(3, 3), tets=(4, 5), bulge=0.0, exact=True):
    """Hexahedra below, tetrahedra above, tied at z = 10; edges of 10 mm."""
    low, high = box("hex8", (*cubes, 2)), box("tet4", (*tets, 2))
    points = 10.0 * np.vstack([low.points, high.points + UP])
    count = len(low.points)
    up = 10.0 + bulge * np.sin(points[:, 0] / 4.0) * np.cos(points[:, 1] / 3.0)
    at = np.abs(points[:, 2] - 10.0) < 1e-9
    points[at, 2] = up[at]
    faces, triangles = low.facets["z1"], high.facets["z0"] + np.int32(count)
    return low, high, points, count, tie_surfaces(points, faces, triangles, UP, exact=exact)


def test_pieces_fill_the_surface_that_both_share():
    low, high, points, count, tie = stacked()
    assert tie.area.sum() == pytest.approx(100.0, rel=1e-12)
    assert len(stacked(exact=False)[-1].area) < len(tie.area)
    np.testing.assert_allclose(tie.distance, 0.0, atol=1e-12)
    half = points[low.facets["z1"]][:, :, :2] * np.array([0.5, 1.0])
    shared = overlaps(half, points[high.facets["z0"] + count][:, ::-1, :2])
    corner = points[high.facets["z0"] + count][:, ::-1]
    area = 0.5 * np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    assert (shared.share * area[shared.triangle]).sum() == pytest.approx(50.0, rel=1e-12)


@pytest.mark.parametrize(("exact", "error"), [(True, 1e-3), (False, 1.5e-2)])
def test_a_uniform_stress_passes_between_meshes_that_do_not_match(exact, error):
    low, high, points, count, tie = stacked(exact=exact)
    row = Hencky(1000.0, 0.0).row()
    bodies = [
        SolidItem.at_rest(points, low.cells, laws.HENCKY, row),
        SolidItem.at_rest(points, high.cells + np.int32(count), laws.HENCKY, row),
    ]
    top = high.facets["z1"] + np.int32(count)
    fixed = np.zeros(points.shape, dtype=np.bool_)
    fixed[points[:, 2] == 0.0] = True
    load = LoadControl(lambda t: (traction_load(points, top, np.array([0.0, 0.0, -t])),))
    run = follow(points, [*bodies, tie], load, [1.0], fixed, PathOptions(1.0, 0.5, 1.0))
    stress = np.concatenate([body.history(run.points).stress for body in bodies])
    wanted = np.zeros((3, 3))
    wanted[2, 2] = -1.0
    np.testing.assert_allclose(stress, np.broadcast_to(wanted, stress.shape), atol=error)
    np.testing.assert_allclose(tie.normal_tractions(run.points), -1.0, atol=2.0 * error)
    assert tie.resultant(run.points)[2] == pytest.approx(100.0, rel=1e-6)


def test_the_tangent_of_a_curved_tie_is_exact_and_a_rigid_motion_is_free():
    *_, points, _, tie = stacked(bulge=0.6, exact=False)
    assert np.abs(tie.distance).max() > 0.05
    turn = rotation(3)
    assert tie.energy(points) == pytest.approx(0.0, abs=1e-20)
    assert tie.energy(points @ turn.T + 5.0) == pytest.approx(0.0, abs=1e-12)
    random = np.random.default_rng(2)
    moved = points + 0.3 * random.normal(size=points.shape)
    along = random.normal(size=points.shape)
    found = tangent_times(tie, moved, along)
    expected = difference_tangent(tie, moved, along, 1e-5)
    np.testing.assert_allclose(found, expected, atol=1e-7 * np.abs(expected).max())
    energies = [tie.energy(moved + s * along) for s in (1e-5, -1e-5)]
    force = tie.evaluate(moved, with_matrix=False).forces
    slope = float((force * along[tie.connectivity]).sum())
    assert slope == pytest.approx((energies[0] - energies[1]) / 2e-5, rel=1e-6)


def test_surfaces_that_lie_apart_are_refused():
    low, high, points, count, _ = stacked()
    far = points.copy()
    far[count:, 0] += 4.0
    with pytest.raises(InputError, match="E-SOLID-050"):
        tie_surfaces(far, low.facets["z1"], high.facets["z0"] + np.int32(count), UP)
