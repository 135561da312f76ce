# SPDX-License-Identifier: BSD-3-Clause
"""Hounsfield units to mineral density, mg/cm³ K2HPO4-equivalent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.imaging._volume import Volume, image_error
from vertaug.materials.density import generic_120kvp, line

__all__ = ["DENSITY_FLOOR", "Calibration", "calibrate", "generic_calibration"]

DENSITY_FLOOR = 10.0
"""Least density, mg/cm³: fatty marrow in large pores reads below zero, bone laws do not (assumed)."""


@dataclass(frozen=True)
class Calibration:
    """Line from Hounsfield units to density.

    Parameters
    ----------
    slope : mg/cm³ per HU
    intercept : mg/cm³ at 0 HU
    phantom : what the line gives: ``K2HPO4`` or ``HA``; ``calibrated`` for an image that holds
        mg/cm³ K2HPO4-equivalent already, which slope and intercept leave alone
    warnings : what the reader of results must know
    """

    slope: float = 1.0
    intercept: float = 0.0
    phantom: Literal["K2HPO4", "HA", "calibrated"] = "K2HPO4"
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.phantom not in ("K2HPO4", "HA", "calibrated"):
            raise image_error(
                "plan", "anatomy.calibration.phantom", repr(self.phantom),
                "K2HPO4, HA or calibrated", "name what the phantom was made of", 60,
            )  # fmt: skip
        if not (np.isfinite(self.slope) and self.slope > 0.0 and np.isfinite(self.intercept)):
            raise image_error(
                "plan", "anatomy.calibration.slope", f"{self.slope:g} mg/cm³ per HU",
                "a slope above zero", "take slope and intercept from the phantom's record", 61,
            )  # fmt: skip

    def density(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Density, mg/cm³ K2HPO4-equivalent, of image ``values``; any shape."""
        if self.phantom == "calibrated":
            return np.asarray(values, dtype=np.float64)
        reading = np.asarray(self.slope * values + self.intercept, dtype=np.float64)
        if self.phantom == "K2HPO4":
            return reading
        return line("hydroxyapatite", "phosphate")(reading)


def generic_calibration() -> Calibration:
    """The rule of thumb for 120 kVp, with its warning."""
    text = (
        "no calibration was given: density is 0.85 mg/cm³ per HU, a recalled rule of thumb that is"
        " off by 10 % and 10 mg/cm³ or more between scanners; strength follows it directly"
    )
    law = generic_120kvp
    return Calibration(law.SLOPE, law.INTERCEPT, "K2HPO4", (text,))


def calibrate(
    image: Volume,
    calibration: Calibration,
    mask: NDArray[np.bool_] | None = None,
    floor: float = DENSITY_FLOOR,
) -> Volume:
    """Density image, mg/cm³ K2HPO4-equivalent, not below ``floor``.

    Parameters
    ----------
    image : CT in HU, or in mg/cm³ where the calibration says so
    calibration : line to density
    mask : (nx, ny, nz) voxels of bone that the share of clamped values is counted in; all if None
    floor : least density, mg/cm³

    Raises
    ------
    InputError
        The image is constant, or holds no value below zero and so is not in HU.
    """
    warnings = image.warnings + calibration.warnings + _check_scale(image, calibration)
    density = calibration.density(image.values)
    low = density < floor
    share = float(low.mean() if mask is None else low[mask].mean())
    if share > 0.0:
        warnings += (f"{100 * share:.1f} % of the bone's voxels were raised to {floor:g} mg/cm³",)
    values = np.maximum(density, floor).astype(np.float32)
    return replace(image, values=values, warnings=warnings)


def _check_scale(image: Volume, calibration: Calibration) -> tuple[str, ...]:
    low, high = float(image.values.min()), float(image.values.max())
    if high - low < 50.0:
        raise image_error(
            image.source, "voxels", f"values from {low:g} to {high:g}", "a CT with bone in it",
            "check that this is the image and not the segmentation or a normalised copy", 62,
        )  # fmt: skip
    if calibration.phantom == "calibrated":
        if low < -600.0:
            return (f"the image is said to hold mg/cm³ but reaches {low:g}, as HU of air do",)
        return ()
    if low >= 0.0:
        raise image_error(
            image.source, "voxels", f"no value below zero (from {low:g} to {high:g})",
            "Hounsfield units: fat near -100, air near -1000",
            "apply rescale slope and intercept of the scanner, or say that the image is calibrated",
            63,
        )  # fmt: skip
    return ()
