# SPDX-License-Identifier: BSD-3-Clause
"""Isotropic laws at a point, in principal logarithmic strains.

Each law takes the three trial elastic logarithmic strains and one row of parameters, and returns
the energy of the step and, in its out arrays, the principal Kirchhoff stresses (MPa), the
consistent tangent dτ_A/dε_B (MPa) and the elastic strains after the return. Energies are per
initial volume (MPa = mJ/mm³): stored energy plus what the step dissipates with the yield strength
frozen at its start, so that the stress is the energy's derivative and the tangent symmetric.

Parameter columns (see `PARAMETERS`): bulk and shear modulus, yield strength, the two ellipse
factors (compression, tension), the volume ratio at which the tissue locks and its stiffness.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels.cut_off import crushable_cut_off
from vertaug_kernels.return_map import return_two_part

HENCKY = 0
NEO_HOOKE = 1
CRUSHABLE = 2
CUT_OFF = 3
"""Law codes. J2 is `CRUSHABLE` with both ellipse factors zero; `CUT_OFF` reads the fifth parameter as the
largest tensile principal stress, MPa, and takes the compression factor on both sides."""

PARAMETERS = (
    "bulk",
    "shear",
    "yield",
    "alpha_compression",
    "alpha_tension",
    "lock_ratio",
    "lock_bulk",
)


@kernel
def _isotropic_tangent(bulk, shear, tangent):
    """dτ_A/dε_B of isotropic Hencky elasticity."""
    for i in range(3):
        for j in range(3):
            tangent[i, j] = bulk - 2.0 * shear / 3.0
        tangent[i, i] += 2.0 * shear


@kernel
def crushable(strain, parameters, stress, tangent, elastic):
    """Split-ellipse plasticity on Hencky elasticity; returns (energy, plastic norm).

    Yield: q² + α² p² = (1 + α_c²/9) Y² with α = α_c where the mean Kirchhoff stress p is
    compressive and α_t where it is tensile (Deshpande & Fleck 2000 for α_t = α_c; Y is the
    uniaxial crush strength). Both halves meet at p = 0 with a common tangent, flow is associated.
    """
    bulk = parameters[0]
    shear = parameters[1]
    volume = strain[0] + strain[1] + strain[2]
    pressure = bulk * volume
    square = 0.0
    for i in range(3):
        stress[i] = 2.0 * shear * (strain[i] - volume / 3.0)
        square += stress[i] * stress[i]
    q_trial = math.sqrt(1.5 * square)
    alpha = parameters[3] if pressure < 0.0 else parameters[4]
    radius = parameters[2] * math.sqrt(1.0 + parameters[3] * parameters[3] / 9.0)
    gamma = return_two_part(q_trial, alpha * pressure, 3.0 * shear, bulk * alpha * alpha, radius)
    a = 1.0 / (1.0 + 3.0 * shear * gamma)
    b = 1.0 / (1.0 + bulk * alpha * alpha * gamma)
    p = b * pressure
    q = a * q_trial
    _isotropic_tangent(bulk * b, shear * a, tangent)
    if gamma > 0.0:
        h = 6.0 * shear * a * q * q + 2.0 * bulk * alpha**4 * b * p * p
        for i in range(3):
            mi = 3.0 * shear * a * a * stress[i] + bulk * alpha * alpha * b * p
            for j in range(3):
                mj = 3.0 * shear * a * a * stress[j] + bulk * alpha * alpha * b * p
                tangent[i, j] -= 2.0 * mi * mj / h
    norm = 0.0
    for i in range(3):
        deviator = a * stress[i]
        elastic[i] = deviator / (2.0 * shear) + p / (3.0 * bulk)
        flow = gamma * (1.5 * deviator + alpha * alpha * p / 3.0)
        norm += flow * flow
        stress[i] = deviator + p
    energy = q * q / (6.0 * shear) + p * p / (2.0 * bulk) + gamma * radius * radius
    return energy, math.sqrt(norm)


@kernel
def hencky(strain, parameters, stress, tangent, elastic):
    """Isotropic Hencky elasticity: τ = K tr(ε) 1 + 2 G dev(ε); returns (energy, 0)."""
    bulk = parameters[0]
    shear = parameters[1]
    volume = strain[0] + strain[1] + strain[2]
    energy = 0.5 * bulk * volume * volume
    _isotropic_tangent(bulk, shear, tangent)
    for i in range(3):
        deviator = strain[i] - volume / 3.0
        energy += shear * deviator * deviator
        stress[i] = bulk * volume + 2.0 * shear * deviator
        elastic[i] = strain[i]
    return energy, 0.0


@kernel
def neo_hooke(strain, parameters, stress, tangent, elastic):
    """Compressible neo-Hookean solid, W = μ/2 (I₁ - 3 - 2 ln J) + λ/2 ln² J; returns (energy, 0).

    λ = K - 2G/3 from the same moduli as the other laws.
    """
    mu = parameters[1]
    lame = parameters[0] - 2.0 * mu / 3.0
    volume = strain[0] + strain[1] + strain[2]
    energy = 0.5 * lame * volume * volume - mu * volume
    for i in range(3):
        square = math.exp(2.0 * strain[i])
        energy += 0.5 * mu * (square - 1.0)
        stress[i] = mu * (square - 1.0) + lame * volume
        elastic[i] = strain[i]
        for j in range(3):
            tangent[i, j] = lame
        tangent[i, i] += 2.0 * mu * square
    return energy, 0.0


@kernel
def add_locking(ratio, parameters, stress, tangent):
    """Add the barrier of fully compacted tissue, ½ K_l ln²(J/J_l) for J < J_l; returns its energy.

    It acts on the total volume ratio, so it is elastic and exact in the step.
    """
    if ratio >= parameters[5]:
        return 0.0
    logarithm = math.log(ratio / parameters[5])
    for i in range(3):
        stress[i] += parameters[6] * logarithm
        for j in range(3):
            tangent[i, j] += parameters[6]
    return 0.5 * parameters[6] * logarithm * logarithm


@kernel
def respond(law, strain, ratio, parameters, stress, tangent, elastic):
    """Answer of the law with code ``law``, with locking; returns (energy, plastic norm)."""
    if law == CRUSHABLE:
        energy, norm = crushable(strain, parameters, stress, tangent, elastic)
    elif law == CUT_OFF:
        energy, norm = crushable_cut_off(strain, parameters, stress, tangent, elastic)
    elif law == NEO_HOOKE:
        energy, norm = neo_hooke(strain, parameters, stress, tangent, elastic)
    else:
        energy, norm = hencky(strain, parameters, stress, tangent, elastic)
    energy += add_locking(ratio, parameters, stress, tangent)
    return energy, norm
