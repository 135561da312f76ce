# SPDX-License-Identifier: BSD-3-Clause
"""Hounsfield units to density."""

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.imaging import Calibration, Volume, calibrate, generic_calibration
from vertaug.materials.density import line


def image(values):
    grid = np.asarray(values, dtype=np.float32).reshape(-1, 1, 1)
    return Volume(grid, np.eye(4), "ct")


def test_line_and_floor():
    density = calibrate(image([-1000.0, -100.0, 100.0, 200.0]), Calibration(0.8, 5.0))
    np.testing.assert_allclose(density.values.ravel(), [10.0, 10.0, 85.0, 165.0])
    assert "50.0 %" in density.warnings[-1]


def test_share_is_counted_in_the_bone_alone():
    mask = np.array([False, False, True, True]).reshape(-1, 1, 1)
    density = calibrate(image([-1000.0, -100.0, 100.0, 200.0]), Calibration(0.8, 5.0), mask)
    assert density.warnings == ()


def test_hydroxyapatite_goes_through_ash():
    # 0.877 * 100 + 78.9 = 166.6 mg/cm³ of ash; (166.6 - 52.3) / 1.22 = 93.69 mg/cm³.
    np.testing.assert_allclose(line("hydroxyapatite", "ash")(np.array([100.0])), 166.6)
    np.testing.assert_allclose(line("phosphate", "ash")(np.array([93.6885])), 166.6, rtol=1e-5)
    scan = Calibration(1.0, 0.0, "HA")
    np.testing.assert_allclose(scan.density(np.array([100.0])), 93.6885, rtol=1e-5)


def test_calibrated_image_is_left_alone():
    values = [-200.0, 60.0, 400.0]
    density = calibrate(image(values), Calibration(3.0, 7.0, "calibrated"), floor=-500.0)
    np.testing.assert_allclose(density.values.ravel(), values)
    assert density.warnings == ()
    suspicious = calibrate(image([-1000.0, 60.0]), Calibration(phantom="calibrated"))
    assert "as HU of air do" in suspicious.warnings[0]


def test_generic_line_warns():
    density = calibrate(image([-1000.0, 100.0]), generic_calibration())
    assert density.values[1, 0, 0] == pytest.approx(85.0)
    assert "rule of thumb" in density.warnings[0]


def test_unscaled_image_is_refused():
    with pytest.raises(InputError, match="E-IMAGE-063"):
        calibrate(image([0.0, 1100.0, 2000.0]), Calibration())
    with pytest.raises(InputError, match="E-IMAGE-062"):
        calibrate(image([0.0, 1.0]), Calibration())


@pytest.mark.parametrize("slope", [0.0, -1.0, np.nan])
def test_slope_above_zero(slope):
    with pytest.raises(InputError, match="E-IMAGE-061"):
        Calibration(slope)
