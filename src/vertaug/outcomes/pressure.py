# SPDX-License-Identifier: BSD-3-Clause
"""Numbers from a balloon's pressure–volume curve, and the units in which clinics state them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MM3_PER_ML",
    "MPA_PER_PSI",
    "BalloonPressure",
    "balloon_pressure",
    "peak_pressure",
    "plateau_pressure",
    "to_mL",
    "to_psi",
]

Float = NDArray[np.float64]

MPA_PER_PSI = 6.894757293168361e-3
"""One pound-force per square inch in MPa (exact inch, pound and standard gravity)."""

MM3_PER_ML = 1000.0
"""One millilitre in mm³."""


@dataclass(frozen=True)
class BalloonPressure:
    """One balloon in the clinic's units.

    `volume_mL` and `pressure_psi` at the end of inflation, `plateau_psi`, `peak_psi` over it.
    """

    volume_mL: float
    pressure_psi: float
    plateau_psi: float
    peak_psi: float


def to_psi(pressure: float) -> float:
    """Convert MPa to psi; 2.758 MPa is 400 psi."""
    return float(pressure) / MPA_PER_PSI


def to_mL(volume: float) -> float:
    """Convert mm³ to mL."""
    return float(volume) / MM3_PER_ML


def _inflation(volume: Float, pressure: Float) -> tuple[Float, Float]:
    """Keep the rising branch, up to the largest volume; needs two points with volume between."""
    volume = np.asarray(volume, dtype=np.float64)
    pressure = np.asarray(pressure, dtype=np.float64)
    if volume.ndim != 1 or volume.shape != pressure.shape or len(volume) < 2:
        message = f"a curve needs two equal rows of points, got {volume.shape} and {pressure.shape}"
        raise ValueError(message)
    if not (np.isfinite(volume).all() and np.isfinite(pressure).all()):
        message = "a pressure-volume curve must be finite"
        raise ValueError(message)
    last = int(np.argmax(volume)) + 1
    # A step that was cut back may repeat a volume: the curve is read as monotone in volume.
    rising = np.maximum.accumulate(volume[:last])
    return rising, pressure[:last]


def plateau_pressure(volume: Float, pressure: Float) -> float:
    """Mean pressure over the last half of the inflated volume.

    The mean is over volume, ``∫ p dV / ΔV`` from half of the final volume to the final volume
    (trapezoidal rule), so it is the work done on the bone per volume won there: it does not depend
    on how steps were spaced, and the yield peak at the start does not enter. Points after the
    largest volume (deflation) are left out.

    Parameters
    ----------
    volume : (n,) cavity volume, mm³ (or any unit)
    pressure : (n,) balloon pressure, MPa (or any unit)

    Returns
    -------
    float
        Plateau pressure in the unit of ``pressure``.

    Raises
    ------
    ValueError
        Where the curve has fewer than two points, is not finite or never grows.
    """
    rising, value = _inflation(volume, pressure)
    half = 0.5 * rising[-1]
    if rising[-1] <= max(half, rising[0]):
        message = "the volume never grows, so the curve has no plateau"
        raise ValueError(message)
    start = max(half, float(rising[0]))
    inside = rising > start
    at = np.concatenate([[start], rising[inside]])
    level = np.concatenate([[np.interp(start, rising, value)], value[inside]])
    return float(np.trapezoid(level, at) / (at[-1] - at[0]))


def peak_pressure(volume: Float, pressure: Float) -> float:
    """Largest pressure on the way to the largest volume, in the unit of ``pressure``."""
    return float(_inflation(volume, pressure)[1].max())


def balloon_pressure(volume: Float, pressure: Float) -> BalloonPressure:
    """Summarise a curve of volume (n,) in mm³ and pressure (n,) in MPa in mL and psi."""
    rising, value = _inflation(volume, pressure)
    return BalloonPressure(
        volume_mL=to_mL(rising[-1]),
        pressure_psi=to_psi(value[-1]),
        plateau_psi=to_psi(plateau_pressure(volume, pressure)),
        peak_psi=to_psi(peak_pressure(volume, pressure)),
    )
