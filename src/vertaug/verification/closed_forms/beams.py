# SPDX-License-Identifier: BSD-3-Clause
"""Beams: small deflections (Euler-Bernoulli, Timoshenko, Hetényi), the elastica, bonded bars.

Stiffnesses EI, GJ in N mm², EA and κGA in N, foundations in N/mm².
"""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import ellipe, ellipeinc, ellipk, ellipkinc

__all__ = [
    "bar_elongation",
    "bonded_bar_displacement",
    "cantilever_tip",
    "chapman_pull_out",
    "elastica_tip",
    "euler_load",
    "foundation_head",
    "pull_out_force",
    "rod_twist",
    "three_point_middle",
]


def cantilever_tip(load: float, length: float, bending: float, shear: float = math.inf) -> float:
    """Deflection (mm) of a cantilever under its end load: PL³/(3EI) + PL/(κGA)."""
    return load * length**3 / (3.0 * bending) + load * length / shear


def three_point_middle(load: float, span: float, bending: float, shear: float = math.inf) -> float:
    """Deflection (mm) in the middle of a beam on two supports: PL³/(48EI) + PL/(4κGA)."""
    return load * span**3 / (48.0 * bending) + load * span / (4.0 * shear)


def bar_elongation(load: float, length: float, axial: float) -> float:
    """Lengthening (mm) of a bar."""
    return load * length / axial


def rod_twist(torque: float, length: float, torsion: float) -> float:
    """Twist (rad) of a rod."""
    return torque * length / torsion


def foundation_head(load: float, length: float, bending: float, foundation: float) -> float:
    """Deflection (mm) under the end load of a free beam on an elastic foundation (Hetényi 1946)."""
    root = math.pow(foundation / (4.0 * bending), 0.25)
    x = root * length
    top = math.sinh(x) * math.cosh(x) - math.sin(x) * math.cos(x)
    below = math.sinh(x) ** 2 - math.sin(x) ** 2
    return 2.0 * load * root / foundation * top / below


def elastica_tip(load: float, length: float, bending: float) -> tuple[float, float, float]:
    """Deflection, remaining projected length (mm) and slope (rad) at the tip of a bent cantilever.

    Inextensible, without shear, under an end load that keeps its direction; by elliptic integrals.
    """
    root = math.sqrt(load / bending) * length

    def modulus(slope: float) -> tuple[float, float]:
        m = 0.5 * (1.0 + math.sin(slope))
        return m, math.asin(min(1.0 / math.sqrt(2.0 * m), 1.0))

    def gap(slope: float) -> float:
        m, phi = modulus(slope)
        return float(ellipk(m) - ellipkinc(phi, m)) - root

    slope = float(brentq(gap, 0.0, 0.5 * math.pi - 1e-12, xtol=1e-15, rtol=1e-14))
    m, phi = modulus(slope)
    deflection = length * (1.0 - 2.0 / root * float(ellipe(m) - ellipeinc(phi, m)))
    return deflection, length * math.sqrt(2.0 * math.sin(slope)) / root, slope


def euler_load(length: float, bending: float) -> float:
    """Load (N) at which a clamped column with a free end buckles under a dead weight."""
    return math.pi**2 * bending / (4.0 * length**2)


def pull_out_force(traction: float, diameter: float, length: float) -> float:
    """Force (N) at which the whole bond slips: t π d L."""
    return traction * math.pi * diameter * length


def bonded_bar_displacement(load: float, length: float, axial: float, bond: float) -> float:
    """Displacement (mm) of the loaded end of a bar in a rigid body (shear lag).

    ``bond`` N/mm² is the force per length and slip; P/(EA β tanh βL) with β² = bond/EA.
    """
    root = math.sqrt(bond / axial)
    return load / (axial * root * math.tanh(root * length))


def chapman_pull_out(
    strength: float, diameter: float, length: float, pitch: float, depth: float
) -> float:
    """Pull-out force (N) of a thread cut in foam of shear ``strength`` MPa.

    Chapman et al. (1996), J Biomech Eng 118:391: S π L D (½ + 0.57735 d/p). Empirical.
    """
    return strength * math.pi * length * diameter * (0.5 + 0.57735 * depth / pitch)
