# SPDX-License-Identifier: BSD-3-Clause
"""Frame and landmarks of shapes whose truth is known."""

import numpy as np
import pytest

from vertaug.anatomy import Frame
from vertaug.anatomy.frame import find_frame, in_frame
from vertaug.anatomy.landmarks import find_landmarks, landmark_warnings
from vertaug.anatomy.orientation import frame_guess, to_lps
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance


@pytest.fixture(scope="module")
def vertebra():
    return ParametricVertebra("L1").build()


def turned(vertebra, angles):
    """The vertebra in other coordinates: turned about x, y, z by degrees, and moved."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(angles)):
        c, s = np.cos(angle), np.sin(angle)
        turn = np.eye(3)
        i, j = [k for k in range(3) if k != axis]
        turn[i, i] = turn[j, j] = c
        turn[i, j], turn[j, i] = -s, s
        matrix = turn @ matrix
    frame = Frame(matrix @ np.array([100.0, -50.0, 20.0]), matrix)
    return in_frame(vertebra.distance, frame_inverse(frame), 1.2), frame


def frame_inverse(frame):
    return Frame(-frame.axes @ frame.origin, frame.axes.T)


@pytest.mark.parametrize(
    ("angles", "hint"), [((25.0, 10.0, -15.0), np.eye(3)), ((100.0, 40.0, 200.0), None)]
)
def test_frame_is_found(vertebra, angles, hint):
    distance, truth = turned(vertebra, angles)
    frame = find_frame(distance, hint)
    cosines = np.sum(frame.axes * truth.axes, axis=1)
    assert np.degrees(np.arccos(np.clip(cosines, -1, 1))).max() < 4.0
    assert np.linalg.norm(frame.origin - truth.origin) < 2.0


def test_landmarks_of_a_parametric_vertebra(vertebra):
    found, truth = find_landmarks(vertebra.distance), vertebra.landmarks
    assert found.anterior_wall == pytest.approx(truth.anterior_wall, abs=1.0)
    assert found.posterior_wall == pytest.approx(truth.posterior_wall, abs=1.0)
    assert found.width == pytest.approx(truth.width, abs=2.0)
    assert found.superior.normal @ truth.superior.normal > np.cos(np.radians(4.0))
    assert found.inferior.normal @ truth.inferior.normal > np.cos(np.radians(4.0))
    np.testing.assert_allclose(found.canal, truth.canal, atol=3.0)
    for side, sign in (("pedicle_left", 1.0), ("pedicle_right", -1.0)):
        pedicle, known = getattr(found, side), getattr(truth, side)
        assert sign * pedicle.isthmus[0] == pytest.approx(sign * known.isthmus[0], abs=2.0)
        assert pedicle.isthmus[2] == pytest.approx(known.isthmus[2], abs=2.0)
        assert pedicle.radius == pytest.approx(known.radius, abs=1.0)
        assert pedicle.direction @ known.direction > np.cos(np.radians(15.0))
        assert abs(vertebra.distance.at(pedicle.entry[None])[0]) < 0.5
    assert landmark_warnings(found, 40e3) == ()


def body_only():
    grid = SignedDistance(np.full(3, -30.0), 1.0, np.zeros((61, 61, 61), np.float32))
    place = grid.coordinates()
    radial = np.hypot(place[..., 0] / 20.0, place[..., 1] / 15.0)
    values = np.maximum(15.0 * (radial - 1.0), np.abs(place[..., 2]) - 12.0)
    return SignedDistance(grid.origin, 1.0, values.astype(np.float32))


def test_body_without_arch_needs_axes():
    with pytest.raises(InputError, match="E-SHAPE-001"):
        find_frame(body_only())
    frame = find_frame(body_only(), axes=np.eye(3))
    np.testing.assert_allclose(frame.origin, 0.0, atol=1.0)
    found = find_landmarks(body_only())
    assert found.pedicle_left is None
    assert found.pedicle_right is None
    assert found.width == pytest.approx(40.0, abs=2.0)
    assert len(landmark_warnings(found, 28e3)) == 2


def test_letters_of_axes():
    np.testing.assert_array_equal(to_lps("RAS", "file"), np.diag([-1.0, -1.0, 1.0]))
    np.testing.assert_array_equal(to_lps("auto", "file"), np.eye(3))
    with pytest.raises(InputError, match="E-SHAPE-004"):
        to_lps("LLS", "file")
    with pytest.raises(InputError, match="E-SHAPE-005"):
        frame_guess(np.diag([-1.0, 1.0, 1.0]), "file")
