# SPDX-License-Identifier: BSD-3-Clause
"""Conversion between measures of density, along a tree of published lines.

    phosphate — ash — apparent — fraction
                 |
           hydroxyapatite

Every edge is a line fitted in one paper, so any two measures are joined by one line, and back is the
inverse of forth. Densities are in mg/cm³, the bone volume fraction is a number from 0 to 1. The
lines with an intercept (both phantoms) give ash to bone that the scanner reads as zero: marrow fat
lowers the reading. Bone below 10 mg/cm³ is therefore overrated in any measure but the scanner's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.density import les_1994, schileo_2008, tissue_density
from vertaug.materials.density.law import MEASURES, Measure

__all__ = ["Line", "conversion_warnings", "convert", "line"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """``target`` = slope · ``source`` + intercept, fitted for ``source`` from `low` to `high`."""

    source: Measure
    target: Measure
    slope: float
    intercept: float
    low: float
    high: float

    def __call__(self, density: Float) -> Float:
        """Density (n,) in the target's measure; not checked."""
        return np.asarray(self.slope * density + self.intercept, dtype=np.float64)

    def inverse(self) -> Line:
        """The same line read backwards."""
        low, high = (self.slope * x + self.intercept for x in (self.low, self.high))
        return Line(
            self.target, self.source, 1.0 / self.slope, -self.intercept / self.slope, low, high
        )

    def then(self, other: Line) -> Line:
        """Return the line that leads on along ``other``; fitted where both are."""
        back = self.inverse()
        low, high = (back.slope * x + back.intercept for x in (other.low, other.high))
        return Line(
            self.source, other.target, self.slope * other.slope,
            other.slope * self.intercept + other.intercept,
            max(self.low, low), min(self.high, high),
        )  # fmt: skip


EDGES = (
    Line("phosphate", "ash", les_1994.SLOPE, les_1994.INTERCEPT, *les_1994.RANGE),
    Line("hydroxyapatite", "ash", schileo_2008.SLOPE, schileo_2008.INTERCEPT, *schileo_2008.RANGE),
    Line("ash", "apparent", 1.0 / schileo_2008.ASH_SHARE, 0.0, 0.0, MEASURES["ash"][2]),
    Line("fraction", "apparent", tissue_density.TISSUE, 0.0, 0.0, 1.0),
)


def _known(measure: str) -> None:
    """Refuse a measure that is none."""
    if measure not in MEASURES:
        raise InputError(
            "density", "measure", repr(measure), "one of " + ", ".join(MEASURES),
            "name the measure in which the density is given", "E-DENSITY-001",
        )  # fmt: skip


def line(source: Measure, target: Measure) -> Line:
    """Return the one line from ``source`` to ``target`` that the tree of published lines gives."""
    _known(source)
    _known(target)
    steps = [step for edge in EDGES for step in (edge, edge.inverse())]
    identity = Line(source, source, 1.0, 0.0, -np.inf, np.inf)
    reached: dict[Measure, Line] = {source: identity}
    while target not in reached:
        for step in steps:
            if step.source in reached and step.target not in reached:
                reached[step.target] = reached[step.source].then(step)
    return reached[target]


def convert(density: Float, source: Measure, target: Measure) -> Float:
    """Density (n,) in ``target``'s measure of ``density`` (n,) in ``source``'s.

    Raises
    ------
    InputError
        A measure is unknown, a density is no number, or no bone has such a density in either measure.
    """
    joined = line(source, target)
    values = np.asarray(density, dtype=np.float64)
    _check(values, source, "as given")
    found = joined(values)
    _check(found, target, f"converted from {source}")
    return found


def conversion_warnings(density: Float, source: Measure, target: Measure) -> tuple[str, ...]:
    """What to know of a conversion outside the range in which its lines were fitted."""
    joined = line(source, target)
    outside = (density < joined.low) | (density > joined.high)
    if not np.any(outside):
        return ()
    unit = MEASURES[source][1]
    return (
        f"{100.0 * float(np.mean(outside)):.1f} % of the densities, which reach from"
        f" {np.min(density):.4g} to {np.max(density):.4g} {unit} ({source}), lie outside"
        f" {joined.low:.4g} to {joined.high:.4g} {unit}, where the conversion to {target} was fitted",
    )


def _check(values: Float, measure: Measure, how: str) -> None:
    """Refuse values that bone cannot have in ``measure``."""
    meaning, unit, largest = MEASURES[measure]
    slack = 1e-9 * largest
    bad = ~((values >= -slack) & (values <= largest + slack))
    if np.any(bad):
        first = float(values[bad].ravel()[0])
        raise InputError(
            "density", measure, f"{first:.6g} {unit} {how}", f"0 to {largest:g} {unit} ({meaning})",
            "check unit and measure; a reading below the marrow's has no ash or volume to convert",
            "E-DENSITY-002",
        )  # fmt: skip
