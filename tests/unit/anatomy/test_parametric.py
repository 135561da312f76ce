# SPDX-License-Identifier: BSD-3-Clause
"""Parametric vertebrae: sizes, heights, fields, and what they hand over."""

import numpy as np
import pytest

from vertaug.anatomy.fracture import GENANT_LOSS, Band, Cleft, Deformity
from vertaug.anatomy.parametric import Heterogeneity, ParametricVertebra
from vertaug.anatomy.parametric._sampling import sample_distance
from vertaug.errors import InputError

PUBLISHED_VOLUME = {
    "T4": 6.8, "T6": 8.7, "T8": 11.1, "T10": 14.6, "T12": 21.1, "L1": 24.1, "L3": 26.5, "L5": 26.0,
}  # fmt: skip
"""Body volumes in mL: ellipse times height times 0.88, derived from the table of means."""


def surface_height(vertebra, y):
    """Endplate to endplate at x = 0 from the sampled distance, mm."""
    z = np.arange(-16.0, 16.0, 0.02)
    heights = []
    for place in np.atleast_1d(y):
        column = np.column_stack([0 * z, 0 * z + place, z])
        heights.append(0.02 * np.count_nonzero(vertebra.distance.at(column) < 0.0))
    return np.array(heights)


@pytest.mark.parametrize("level", PUBLISHED_VOLUME)
def test_body_volume_is_near_that_of_the_means(level):
    body = ParametricVertebra(level).body
    step = 0.7
    axes = [
        np.arange(-27.0, 27.0, step),
        np.arange(-22.0, 22.0, step),
        np.arange(-16.0, 16.0, step),
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    volume = np.count_nonzero(body(points) < 0.0) * step**3 / 1000.0
    assert volume == pytest.approx(PUBLISHED_VOLUME[level], rel=0.1)


@pytest.mark.parametrize("grade", [1, 2, 3])
def test_heights_of_the_built_wedge_are_those_of_its_grade(grade):
    shape = ParametricVertebra("L1", deformity=Deformity("wedge", grade))
    vertebra = shape.build(0.8)
    front, _, back = surface_height(vertebra, shape.body.stations)
    whole = shape.intact_heights
    assert front == pytest.approx((1.0 - GENANT_LOSS[grade]) * whole[0], abs=0.3)
    assert back == pytest.approx(whole[2], abs=0.3)


@pytest.mark.parametrize("kind", ["biconcave", "crush"])
def test_explicit_heights_are_built(kind):
    wanted = (19.0, 13.0, 20.0)
    shape = ParametricVertebra("L2", deformity=Deformity(kind, heights=wanted))
    heights = surface_height(shape.build(0.8), shape.body.stations)
    np.testing.assert_allclose(heights, wanted, atol=0.3)


def test_explicit_dimensions_are_built():
    shape = ParametricVertebra("L1", dimensions={"anterior_height": 27.0, "superior_width": 46.0})
    assert surface_height(shape.build(0.8), shape.body.stations[0])[0] == pytest.approx(27, abs=0.3)
    assert shape.size.superior_width == 46.0


def test_profile_and_reference_tell_the_loss():
    shape = ParametricVertebra("L1", deformity=Deformity("wedge", 2))
    vertebra = shape.build(1.2)
    assert vertebra.reference is not None
    lost = vertebra.reference.superior - vertebra.reference.inferior
    lost = lost - (shape.profile().superior - shape.profile().inferior)
    assert lost[0] == pytest.approx(GENANT_LOSS[2] * shape.intact_heights[0])
    assert lost[-1] == pytest.approx(0.0, abs=1e-9)


def test_values_are_distances():
    vertebra = ParametricVertebra("L1", deformity=Deformity("biconcave", 2)).build(0.8)
    grid = vertebra.distance
    slope = np.linalg.norm(np.stack(np.gradient(grid.values, grid.spacing)), axis=0)
    near = np.abs(grid.values) < 1.5
    assert abs(np.median(slope[near]) - 1.0) < 0.03
    assert np.mean(np.abs(slope[near] - 1.0) < 0.15) > 0.9


def test_shape_is_symmetric():
    values = ParametricVertebra("T10").build(1.0).distance
    points = np.random.default_rng(0).uniform([1, -15, -10], [20, 30, 10], (500, 3))
    mirrored = points * [-1.0, 1.0, 1.0]
    difference = np.abs(values.at(points) - values.at(mirrored))
    assert np.quantile(difference, 0.98) < 0.25


def test_damage_fills_the_band_to_the_front_and_spares_the_rest():
    shape = ParametricVertebra("L1", deformity=Deformity("wedge", 2), band=Band(damage=0.6))
    vertebra = shape.build(1.2)
    middle = 0.5 * (shape.fracture.bottom + shape.fracture.top)
    front = shape.present(np.array([[0.0, shape.body.stations[0] - 1.5, middle]]))
    assert abs(vertebra.distance.at(front)[0]) < 3.0
    assert 0.55 < vertebra.damage(front)[0] <= 0.6
    far = shape.present(np.array([[0.0, 0.0, shape.fracture.bottom - 1.0], [0.0, 30.0, 0.0]]))
    np.testing.assert_array_equal(vertebra.damage(far), 0.0)


def test_compaction_keeps_bone_mass():
    shape = ParametricVertebra("L1", deformity=Deformity("wedge", 3))
    z = np.linspace(-10.0, 9.5, 4001)
    column = np.column_stack([0 * z, 0 * z - 8.0, z])
    present = shape.present(column)
    mass = np.trapezoid(shape.density_at(present), present[:, 2])
    assert mass == pytest.approx(shape.density * (z[-1] - z[0]), rel=1e-3)


def test_posterior_elements_are_denser_than_the_body():
    shape = ParametricVertebra("L1", density=80.0)
    assert shape.density_at(np.zeros((1, 3)))[0] == pytest.approx(80.0)
    assert 300.0 <= shape.density_at(np.array([[0.0, 40.0, 0.0]]))[0] <= 400.0


def test_heterogeneity_repeats_with_its_seed_and_has_its_amplitude():
    points = np.random.default_rng(5).uniform(-200.0, 200.0, (4000, 3))
    factor = Heterogeneity(0.2, seed=3).factor(points)
    assert np.std(np.log(factor)) == pytest.approx(0.2, rel=0.25)
    np.testing.assert_array_equal(factor, Heterogeneity(0.2, seed=3).factor(points))
    assert not np.allclose(factor, Heterogeneity(0.2, seed=4).factor(points))


def test_cleft_is_a_region_within_the_band():
    shape = ParametricVertebra("L1", deformity=Deformity("wedge", 1), cleft=Cleft())
    ((name, region),) = shape.build(1.0).regions
    assert name == "cleft"
    volume = np.count_nonzero(region.values < 0.0) * region.spacing**3
    assert volume == pytest.approx(np.pi / 6.0 * 14.0 * 8.0 * 3.0, rel=0.08)


def test_landmarks_lie_on_the_bone():
    shape = ParametricVertebra("L3")
    vertebra = shape.build(0.8)
    marks = vertebra.landmarks
    wall = np.array([[0, marks.anterior_wall, 0], [0, marks.posterior_wall, 0]], dtype=float)
    np.testing.assert_allclose(vertebra.distance.at(wall), 0.0, atol=0.5)
    assert vertebra.distance.at(marks.canal[None])[0] > 5.0
    for pedicle in (marks.pedicle_left, marks.pedicle_right):
        assert -vertebra.distance.at(pedicle.isthmus[None])[0] == pytest.approx(
            pedicle.radius, abs=0.8
        )
        assert vertebra.distance.at(pedicle.entry[None])[0] == pytest.approx(0.0, abs=0.3)
    assert marks.superior.normal[2] > 0.9
    assert marks.inferior.normal[2] < -0.9


@pytest.mark.parametrize(
    ("dimensions", "code"), [({"girth": 1.0}, "E-ANAT-002"), ({"canal_width": -1.0}, "E-ANAT-003")]
)
def test_wrong_dimensions_are_input_errors(dimensions, code):
    with pytest.raises(InputError, match=code):
        _ = ParametricVertebra("L1", dimensions=dimensions).size


def test_cleft_outside_the_body_is_an_input_error():
    with pytest.raises(InputError, match="E-ANAT-004"):
        ParametricVertebra("L1", cleft=Cleft(centre=(0.0, -30.0, 0.0))).build(1.5)


def test_sampled_sphere_is_a_distance_whatever_its_level_set():
    centre = np.array([0.3, 0.2, 0.1])
    sampled = sample_distance(
        lambda points: 3.0 * (np.linalg.norm(points - centre, axis=1) - 10.0),
        np.full(3, -15.0),
        np.full(3, 15.0),
        0.8,
    )
    points = np.random.default_rng(0).uniform(-13.0, 13.0, (2000, 3))
    error = sampled.at(points) - (np.linalg.norm(points - centre, axis=1) - 10.0)
    assert np.abs(error).max() < 0.3
    assert np.abs(error).mean() < 0.08


def test_one_shape_is_sampled_once_whatever_its_density():
    wedge = Deformity("wedge", 1)
    one = ParametricVertebra("T12", deformity=wedge, density=60.0).build(2.0)
    again = ParametricVertebra("T12", deformity=wedge, density=120.0).build(2.0)
    assert again.distance is one.distance
    place = np.zeros((1, 3))
    assert again.density(place) == pytest.approx(2.0 * one.density(place))
    for other in (ParametricVertebra("T12"), ParametricVertebra("T12", 1.1, deformity=wedge)):
        assert not np.array_equal(other.build(2.0).distance.origin, one.distance.origin)
