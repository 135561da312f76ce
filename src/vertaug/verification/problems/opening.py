# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark z.opening: bone that is torn open, closed and crushed, at a point and in a turned body."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from vertaug.materials.crushable_closing import CrushableClosing
from vertaug.solid.cells import FINITE
from vertaug.verification.check import Check
from vertaug.verification.meshes import box
from vertaug.verification.problem import Bounds, Poisson, Positive, benchmark
from vertaug.verification.problems.invariants import TURN
from vertaug.verification.solids import made_of
from vertaug_kernels import laws

Float = NDArray[np.float64]
EXACT = "a return map of one point has no other error than round-off"
FOUND = "sides found to 1e-15 of strain"


class _Point:
    """A material point that keeps its history while it is strained."""

    def __init__(self, row: Float) -> None:
        self.row, self.strain, self.held, self.energy = row, np.zeros(3), np.zeros(3), 0.0

    def _at(self, strain: Float) -> tuple[float, Float, Float]:
        """Energy, stress and strain kept at a principal ``strain`` (3,) from the start."""
        stress, tangent, kept = np.zeros(3), np.zeros((3, 3)), np.zeros(3)
        trial = self.held + strain - self.strain
        ratio = math.exp(float(strain.sum()))
        energy = laws.respond(laws.CLOSING, trial, ratio, 0.0, self.row, stress, tangent, kept)[0]
        return float(energy), stress, kept

    def to(self, strain: Float) -> Float:
        """Go to a ``strain`` (3,): stress (3,) there."""
        self.energy, stress, self.held = self._at(strain)
        self.strain = strain
        return stress

    def free(self, axial: float) -> float:
        """Go to an axial strain with the sides free: axial stress."""

        def sides(side: float) -> float:
            return float(self._at(np.array([axial, side, side]))[1][1])

        near = float(self.strain[1])
        side = float(brentq(sides, near - 0.5, near + 0.5, xtol=1e-15, rtol=1e-14))
        return float(self.to(np.array([axial, side, side]))[0])

    def lower(self, cut_off: float) -> float:
        """Lower the cut-off as torn bone does; returns the energy that is lost by it."""
        before = self._at(self.strain)[0]
        self.row = self.row.copy()
        self.row[laws.FIRST_COLUMN + laws.PARAMETERS[laws.CLOSING].index("cut_off")] = cut_off
        return before - self._at(self.strain)[0]


@benchmark(
    "z.opening", "MATERIAL", "Bone torn open, closed and crushed",
    "A crack opens at the cut-off, carries nothing until it has closed, and then bone is what it was.",
)  # fmt: skip
def opening(
    young: Positive = 120.0,
    poisson: Poisson = 0.25,
    strength: Positive = 1.0,
    tension_ratio: Annotated[float, Bounds(0.05, 0.6)] = 0.4,
    torn: Annotated[float, Bounds(1e-4, 1.0)] = 0.02,
    opened: Annotated[float, Bounds(0.02, 1.0)] = 0.3,
    crushed: Annotated[float, Bounds(0.02, 0.5)] = 0.2,
) -> Iterator[Check]:
    """Pull to an opening strain, let the cut-off fall, push back until bone crushes, and pull again."""
    law = CrushableClosing(young, poisson, strength, tension_ratio=tension_ratio)
    row, pull = law.row(), tension_ratio * strength
    left = torn * pull
    point = _Point(row)
    yield Check("stress as it opens", pull, point.free(opened), 1e-9, FOUND, "MPa")
    gap = opened - pull / young
    yield Check(
        "energy of the opening",
        pull * pull / (2.0 * young) + pull * gap,
        point.energy,
        1e-9,
        EXACT,
        "MPa",
    )
    lost = point.lower(left)
    stiff, lame = _confined(row)
    narrowing = 2.0 * lame / stiff * poisson * pull / young
    exact = (pull - left) * (opened - narrowing) - 0.5 * (pull**2 - left**2) / stiff
    yield Check("energy lost as tension falls", exact, lost, 1e-9, EXACT, "MPa")
    for share in (0.5, 0.01):
        label = f"stress at {share:g} of the opening"
        yield Check(label, left, point.free(share * opened), 1e-7, FOUND, "MPa")
    stress = point.free(-0.5 * strength / young)
    yield Check("stress once it has closed", -0.5 * strength, stress, 1e-9, FOUND, "MPa")
    yield Check("stress of its crush", -strength, point.free(-crushed), 1e-9, FOUND, "MPa")
    kept = -crushed + strength / young
    stress = point.free(kept + 0.5 * left / young)
    yield Check("stress as crushed bone is let go", 0.5 * left, stress, 1e-6, FOUND, "MPa")
    yield Check("stress as crushed bone opens", left, point.free(0.1), 1e-7, FOUND, "MPa")
    stress = point.free(kept - 0.5 * strength / young)
    yield Check("stress as it has closed at its crush", -0.5 * strength, stress, 1e-8, FOUND, "MPa")
    yield from _triaxial(law, opened)
    yield from _turned(law, opened)


def _confined(row: Float) -> tuple[float, float]:
    """Moduli along a strain whose sides are held, and beside it: λ + 2μ and λ."""
    return float(row[2] + 4.0 * row[3] / 3.0), float(row[2] - 2.0 * row[3] / 3.0)


def _triaxial(law: CrushableClosing, opened: float) -> Iterator[Check]:
    """Open one point on all sides and close it, another along one axis while a side is pressed."""
    row = law.row()
    bulk, alpha, pull = row[2], row[5], row[6]
    point, even = _Point(row), np.ones(3)
    stress = float(point.to(opened * even)[0])
    yield Check("stress as it opens on all sides", pull, stress, 1e-9, EXACT, "MPa")
    squeeze = 0.1 * law.strength / bulk
    stress = float(point.to(-squeeze * even)[0])
    label = "pressure once it has closed on all sides"
    yield Check(label, 3.0 * bulk * squeeze, -stress, 1e-9, EXACT, "MPa")
    limit = law.strength * math.sqrt(1.0 + alpha**2 / 9.0) / alpha
    stress = float(point.to(-opened * even)[0])
    yield Check("pressure of its crush", limit, -stress, 1e-9, EXACT, "MPa")
    point = _Point(row)
    pressed = 0.2 * law.strength / law.young
    side = point.to(np.array([opened, -pressed, 0.0]))
    plane = law.young / (1.0 - law.poisson**2)
    pulled = law.poisson / (1.0 - law.poisson) * pull
    for name, found, exact in (
        ("pressed", side[1], pulled - plane * pressed), ("held", side[2], pulled - plane * law.poisson * pressed),
    ):  # fmt: skip
        label = f"stress of the {name} side beside a crack"
        yield Check(label, exact, float(found), 1e-9, EXACT, "MPa", law.strength)


def _turned(law: CrushableClosing, opened: float) -> Iterator[Check]:
    """Open a body along one axis, turn it, and close it along the turned axis."""
    body = box("tet4", (1, 1, 1))
    row = law.row()
    stiff, _ = _confined(row)
    squeeze = 0.3 * law.strength / stiff
    item, start = made_of(body, laws.CLOSING, row, FINITE), body.points
    for turn, stretch in (
        (np.eye(3), opened), (TURN, opened), (TURN, 0.1 * opened), (TURN, -squeeze),
    ):  # fmt: skip
        moved = start @ (turn @ np.diag([math.exp(stretch), 1.0, 1.0])).T
        stress = item.history(moved).stress * math.exp(stretch)
        item = item.after(moved)
        along = float(np.einsum("i,nij,j->n", turn[:, 0], stress, turn[:, 0]).mean())
        exact = row[6] if stretch > 0.0 else -stiff * squeeze
        label = f"stress along the axis, {'turned' if turn is TURN else 'as it opens'}, strain {stretch:.3g}"
        yield Check(label, float(exact), along, 1e-9, "homogeneous strain", "MPa")
