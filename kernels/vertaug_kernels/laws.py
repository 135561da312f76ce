# SPDX-License-Identifier: BSD-3-Clause
"""Every law at a point: codes, parameter names and the two entries of the cell loop.

Isotropic laws (codes below `FIRST_TENSOR`) work in principal logarithmic strains, tensor laws in
Mandel vectors (11, 22, 33, √2·23, √2·13, √2·12) in the material axes of the point. Each takes the
*trial elastic* strain and one row of parameters and gives the energy of the step, the Kirchhoff
stress (Cauchy where the kinematics are those of small strain), the consistent tangent and the
elastic strain after the return, in MPa of initial volume (= mJ/mm³). The energy is what is stored
plus what the step dissipates, so that for associated laws the stress is its derivative and the
tangent symmetric; the others stand in `UNSYMMETRIC`.

``ratio`` is the total volume ratio J of the candidate: its logarithm and the trial strain's trace grow
together within a step, and tangents say so. ``kappa`` is the law's hardening variable at the
start of the step; its growth is what the functions return beside the energy.

Columns 0 and 1 of a parameter row are `LOCK` for every law; from `FIRST_COLUMN` on each law has the
names of `PARAMETERS`.
"""

from vertaug_kernels._jit import kernel
from vertaug_kernels.crushable import crushable
from vertaug_kernels.cut_off import crushable_cut_off
from vertaug_kernels.hencky import hencky
from vertaug_kernels.locking import add_mean_stress, locking
from vertaug_kernels.neo_hooke import neo_hooke
from vertaug_kernels.orthotropic import orthotropic

HENCKY = 0
NEO_HOOKE = 1
CRUSHABLE = 2
CUT_OFF = 3
ORTHOTROPIC = 32

FIRST_TENSOR = 32
"""Codes from here on are tensor laws."""

LOCK = ("lock_ratio", "lock_bulk")
FIRST_COLUMN = len(LOCK)
PARAMETERS = {
    HENCKY: ("bulk", "shear"),
    NEO_HOOKE: ("bulk", "shear"),
    CRUSHABLE: ("bulk", "shear", "yield", "alpha_compression", "alpha_tension"),
    CUT_OFF: ("bulk", "shear", "yield", "alpha", "cut_off"),
    ORTHOTROPIC: ("c11", "c22", "c33", "c23", "c13", "c12", "g23", "g13", "g12"),
}
"""Names of a law's parameters, MPa or 1, from column `FIRST_COLUMN` on."""

UNSYMMETRIC: tuple[int, ...] = ()
"""Laws whose tangent is not symmetric: their flow is not associated."""


@kernel
def respond(law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """Answer of the isotropic law with code ``law``, with locking; returns (energy, growth of kappa)."""
    if law == CRUSHABLE:
        energy, growth = crushable(strain, parameters, out_stress, out_tangent, out_elastic)
    elif law == CUT_OFF:
        energy, growth = crushable_cut_off(strain, parameters, out_stress, out_tangent, out_elastic)
    elif law == NEO_HOOKE:
        energy, growth = neo_hooke(strain, parameters, out_stress, out_tangent, out_elastic)
    else:
        energy, growth = hencky(strain, parameters, out_stress, out_tangent, out_elastic)
    barrier, stress, slope = locking(ratio, parameters)
    if barrier > 0.0:
        add_mean_stress(stress, slope, out_stress, out_tangent)
    return energy + barrier, growth


@kernel
def respond_tensor(law, strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """Answer of the tensor law with code ``law``, with locking; returns (energy, growth of kappa)."""
    energy, growth = orthotropic(strain, parameters, out_stress, out_tangent, out_elastic)
    barrier, stress, slope = locking(ratio, parameters)
    if barrier > 0.0:
        add_mean_stress(stress, slope, out_stress, out_tangent)
    return energy + barrier, growth
