# SPDX-License-Identifier: BSD-3-Clause
"""Label masks: volume, clean-up, names."""

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.imaging import Volume, label_of, require_labels, shape_of_labels
from vertaug.mesh.redistance import distance_from_level, shift_to_volume, volume_inside

SPACING = np.array([1.0, 1.0, 2.0])


def ball(radius=11.0, label=20):
    axes = [h * np.arange(n) for h, n in zip(SPACING, (40, 42, 22), strict=True)]
    place = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1) - [20.0, 20.0, 20.0]
    values = np.where(np.linalg.norm(place, axis=-1) < radius, label, 0).astype(np.float32)
    return Volume(values, np.diag([*SPACING, 1.0]), "seg")


def test_ball_keeps_volume_and_radius():
    volume = ball()
    mask = volume.values == 20
    shape = shape_of_labels(volume, mask, "label 20")
    turn = np.radians(30.0)
    axes = np.array(
        [[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]]
    )
    distance = shape.distance(0.7, np.array([20.0, 20.0, 20.0]), axes)
    assert volume_inside(distance.values, 0.7) == pytest.approx(2.0 * mask.sum(), rel=0.01)
    directions = np.random.default_rng(2).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    assert np.abs(distance.at(11.0 * directions)).max() < 0.5
    np.testing.assert_allclose(distance.at(np.array([[0.0, 0.0, 6.0]])), -5.0, atol=0.5)
    assert not shape.warnings
    assert not shape.touches_border


def test_pieces_holes_and_border_are_reported():
    volume = ball()
    mask = volume.values == 20
    mask[20, 20, 10] = False
    mask[1:3, 1:3, 1:3] = True
    shape = shape_of_labels(volume, mask, "label 20")
    text = " ".join(shape.warnings)
    assert "1 separate pieces (16 mm³)" in text
    assert "1 enclosed empty voxels" in text
    mask[:, 20, 10] = True
    assert shape_of_labels(volume, mask, "label 20").touches_border


def test_missing_label_lists_what_is_there():
    volume = ball(label=31)
    with pytest.raises(InputError) as caught:
        require_labels(volume, (20,))
    count = int((volume.values == 31).sum())
    assert f"31 (L1 in totalsegmentator): {count} voxels" in caught.value.expected


def test_image_is_no_label_map():
    volume = ball()
    with pytest.raises(InputError, match="E-IMAGE-032"):
        require_labels(Volume(volume.values + 0.4, volume.affine, "ct"), (20,))


@pytest.mark.parametrize(
    ("level", "scheme", "label"),
    [
        ("T1", "verse", 8),
        ("T12", "verse", 19),
        ("L5", "verse", 24),
        ("L5", "totalsegmentator", 27),
        ("T12", "totalsegmentator", 32),
        ("T1", "totalsegmentator", 43),
    ],
)
def test_labels_of_levels(level, scheme, label):
    assert label_of(level, scheme) == label


def test_level_that_does_not_exist():
    with pytest.raises(InputError, match="E-IMAGE-031"):
        label_of("L7", "verse")


def test_distance_from_any_level_function():
    axis = 0.5 * np.arange(-30, 31)
    radius = np.sqrt(axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2)
    level = (radius**3 - 10.0**3) / 100.0
    distance = distance_from_level(level, 0.5)
    close = np.abs(radius - 10.0) < 0.35
    assert np.abs(distance - (radius - 10.0))[close].max() < 0.05
    assert np.abs(distance - (radius - 10.0)).max() < 0.3
    shifted = shift_to_volume(distance, 0.5, 4200.0)
    assert volume_inside(shifted, 0.5) == pytest.approx(4200.0, rel=1e-3)
