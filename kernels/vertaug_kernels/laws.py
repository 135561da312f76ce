# SPDX-License-Identifier: BSD-3-Clause
"""Every law at a point: codes, parameter names and the two entries of the cell loop.

Isotropic laws (codes below `FIRST_TENSOR`) work in principal logarithmic strains, tensor laws in
Mandel vectors (11, 22, 33, √2·23, √2·13, √2·12) in the material axes of the point. Each takes the
*trial elastic* strain and one row of parameters and gives the energy of the step, the Kirchhoff
stress (Cauchy where the kinematics are those of small strain), the consistent tangent and the
elastic strain after the return, in MPa of initial volume (= mJ/mm³); for `CLOSING` and `FABRIC_CLOSING` both
strains hold the opening of cracks as well. The energy is what is stored
plus what the step dissipates, so that for associated laws the stress is its derivative and the
tangent symmetric; the others stand in `UNSYMMETRIC`.

``ratio`` is the total volume ratio J of the candidate: its logarithm and the trial strain's trace grow
together within a step, and tangents say so. ``kappa`` is the law's hardening variable at the
start of the step; its growth is what the functions return beside the energy.

Columns 0 and 1 of a parameter row are `LOCK` for every law; from `FIRST_COLUMN` on each law has the
names of `PARAMETERS`.
"""

import math

from vertaug_kernels._jit import inlined_kernel
from vertaug_kernels.crushable import crushable
from vertaug_kernels.cut_off import crushable_closing, crushable_cut_off
from vertaug_kernels.drucker_prager import drucker_prager
from vertaug_kernels.fabric_closing import fabric_closing
from vertaug_kernels.fabric_quadric import fabric_quadric
from vertaug_kernels.hencky import hencky
from vertaug_kernels.j2 import j2, j2_tensor, yield_stress
from vertaug_kernels.locking import add_mean_stress, locking
from vertaug_kernels.mohr_coulomb import mohr_coulomb
from vertaug_kernels.mooney_rivlin import mooney_rivlin
from vertaug_kernels.neo_hooke import neo_hooke
from vertaug_kernels.orthotropic import orthotropic
from vertaug_kernels.shifted_ellipse import shifted_ellipse

HENCKY = 0
NEO_HOOKE = 1
CRUSHABLE = 2
CUT_OFF = 3
MOONEY_RIVLIN = 4
J2 = 5
MOHR_COULOMB = 6
DRUCKER_PRAGER = 7
SHIFTED_ELLIPSE = 8
CLOSING = 9
ORTHOTROPIC = 32
J2_TENSOR = 33
FABRIC_QUADRIC = 34
FABRIC_CLOSING = 35

FIRST_TENSOR = 32
"""Codes from here on are tensor laws."""

LOCK = ("lock_ratio", "lock_bulk")
FIRST_COLUMN = len(LOCK)
_DENSIFICATION = (
    "onset", "dense_linear", "dense_power", "dense_exponent", "packed_ratio", "packed_bulk",
)  # fmt: skip
_STIFFNESS = ("c11", "c22", "c33", "c23", "c13", "c12", "g23", "g13", "g12")
_HARDENING = ("bulk", "shear", "yield", "hardening", "saturation", "rate")
PARAMETERS = {
    HENCKY: ("bulk", "shear"),
    NEO_HOOKE: ("bulk", "shear"),
    CRUSHABLE: ("bulk", "shear", "yield", "alpha_compression", "alpha_tension"),
    CUT_OFF: ("bulk", "shear", "yield", "alpha", "cut_off"),
    CLOSING: ("bulk", "shear", "yield", "alpha", "cut_off"),
    MOONEY_RIVLIN: ("bulk", "c10", "c01"),
    J2: _HARDENING,
    MOHR_COULOMB: ("bulk", "shear", "strength", "sin_friction", "sin_dilation"),
    DRUCKER_PRAGER: (
        "bulk", "shear", "friction", "dilation", "cohesion", "cut_off", "crush", "aspect",
        "crush_exponent",
    ),
    SHIFTED_ELLIPSE: (
        "bulk", "shear", "alpha", "crush", "tensile", "crush_exponent", *_DENSIFICATION,
    ),
    ORTHOTROPIC: _STIFFNESS,
    J2_TENSOR: _HARDENING,
    FABRIC_QUADRIC: (
        *_STIFFNESS, "f11", "f22", "f33", "f23", "f13", "f12", "h23", "h13", "h12", "f1", "f2", "f3",
        "residual", "peak_kappa", "peak_width", "rise_rate", "damage_limit", "damage_rate",
        *_DENSIFICATION,
    ),
    FABRIC_CLOSING: (
        "bulk", "shear", "yield", "alpha", "cut_off", "scale1", "scale2", "scale3",
    ),
}  # fmt: skip
"""Names of a law's parameters, MPa or 1, from column `FIRST_COLUMN` on."""

UNSYMMETRIC = (MOHR_COULOMB, DRUCKER_PRAGER)
"""Laws whose tangent is not symmetric where dilation is not friction: flow is then not associated."""


RESTING = (HENCKY, J2, J2_TENSOR)
"""Laws whose tangent at small strain is that of Hencky's, at rest and while nothing flows and nothing locks."""


@inlined_kernel
def take_rest(law, growth, parameters, tangent):
    """Take the tangent at rest from a tangent (6, 6) at small strain; False where nothing is left of it.

    Laws that are not `RESTING` have none, and keep all of theirs.
    """
    if law not in RESTING:
        return True
    if growth == 0.0 and not parameters[1] > 0.0:
        return False
    shear = parameters[3]
    side = parameters[2] - 2.0 * shear / 3.0
    for i in range(3):
        for j in range(3):
            tangent[i, j] -= side
        tangent[i, i] -= 2.0 * shear
        tangent[3 + i, 3 + i] -= shear
    return True


@inlined_kernel
def rest_of(law, kappa, parameters):
    """Bulk and shear modulus of a point, its yield stress, and whether a law at rest is all there is to it.

    That is Hencky's law at small strain; no number where ``kappa`` is none.
    """
    if law not in RESTING or parameters[1] > 0.0:
        return 0.0, 0.0, 0.0, False
    strength = math.inf + 0.0 * kappa
    if law != HENCKY:
        strength, _ = yield_stress(kappa, parameters)
    return parameters[2], parameters[3], strength, True


@inlined_kernel
def _isotropic(law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """Answer of an isotropic law without locking."""
    if law == CRUSHABLE:
        return crushable(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == CUT_OFF:
        return crushable_cut_off(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == CLOSING:
        return crushable_closing(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == NEO_HOOKE:
        return neo_hooke(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == MOONEY_RIVLIN:
        return mooney_rivlin(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == J2:
        return j2(strain, kappa, parameters, out_stress, out_tangent, out_elastic)
    if law == MOHR_COULOMB:
        return mohr_coulomb(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == DRUCKER_PRAGER:
        return drucker_prager(strain, ratio, parameters, out_stress, out_tangent, out_elastic)
    if law == SHIFTED_ELLIPSE:
        return shifted_ellipse(strain, ratio, parameters, out_stress, out_tangent, out_elastic)
    return hencky(strain, parameters, out_stress, out_tangent, out_elastic)


@inlined_kernel
def _tensor(law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """Answer of a tensor law without locking."""
    if law == J2_TENSOR:
        return j2_tensor(strain, kappa, parameters, out_stress, out_tangent, out_elastic)
    if law == FABRIC_CLOSING:
        return fabric_closing(strain, parameters, out_stress, out_tangent, out_elastic)
    if law == FABRIC_QUADRIC:
        return fabric_quadric(
            strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic
        )
    return orthotropic(strain, parameters, out_stress, out_tangent, out_elastic)


@inlined_kernel
def _lock(ratio, kappa, parameters, out_stress, out_tangent):
    """Add locking; returns its energy, no number where ``kappa`` is none."""
    barrier, stress, slope = locking(ratio, parameters)
    if barrier > 0.0:
        add_mean_stress(stress, slope, out_stress, out_tangent)
    return barrier + 0.0 * kappa


@inlined_kernel
def respond(law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """Answer of the isotropic law with code ``law``, with locking; returns (energy, growth of kappa)."""
    energy, growth = _isotropic(
        law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic
    )
    return energy + _lock(ratio, kappa, parameters, out_stress, out_tangent), growth


@inlined_kernel
def respond_tensor(law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """Answer of the tensor law with code ``law``, with locking; returns (energy, growth of kappa)."""
    energy, growth = _tensor(
        law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic
    )
    return energy + _lock(ratio, kappa, parameters, out_stress, out_tangent), growth
