# SPDX-License-Identifier: BSD-3-Clause
"""Moduli of two phases that interpenetrate: the self-consistent scheme.

Hill (1965), J Mech Phys Solids 13:213, and Budiansky (1965), same volume, 223, in the form of Berryman (1980),
J Acoust Soc Am 68:1820: each phase is a sphere in the mixture itself, so neither is the matrix. Cement in the pores
of bone is such a mixture. The moduli lie between the bounds of Hashin & Shtrikman (1963) for every share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["self_consistent"]

Float = NDArray[np.float64]

_TOLERANCE = 1e-12
_MOST = 2000


def self_consistent(
    bulk: Float, shear: Float, bulk_inside: Float, shear_inside: Float, share: Float
) -> tuple[Float, Float]:
    """Bulk and shear modulus (n,) MPa of two isotropic phases, of which the second has the volume ``share`` (n,).

    Parameters
    ----------
    bulk, shear : (n,) MPa, above 0, of the first phase
    bulk_inside, shear_inside : (n,) or single numbers, MPa, above 0, of the second
    share : (n,) 0 to 1

    Raises
    ------
    InputError
        A modulus that is not positive, or a share outside 0 to 1.
    """
    phases = [np.broadcast_to(m, np.shape(share)) for m in (bulk, shear, bulk_inside, shear_inside)]
    k1, g1, k2, g2 = (np.asarray(m, dtype=np.float64) for m in phases)
    f = np.asarray(share, dtype=np.float64)
    if min(float(m.min(initial=1.0)) for m in (k1, g1, k2, g2)) <= 0.0 or np.any(
        (f < 0.0) | (f > 1.0)
    ):
        raise InputError(
            "hill_1965", "moduli, share", "a modulus of 0 or less, or a share outside 0 to 1",
            "moduli above 0 MPa and shares from 0 to 1", "correct the phases", "E-MATERIAL-010",
        )  # fmt: skip
    k, g = (1.0 - f) * k1 + f * k2, (1.0 - f) * g1 + f * g2
    for _ in range(_MOST):
        stiff = 4.0 / 3.0 * g
        shape = g * (9.0 * k + 8.0 * g) / (6.0 * (k + 2.0 * g))
        bulk_weight = (1.0 - f) / (k1 + stiff), f / (k2 + stiff)
        shear_weight = (1.0 - f) / (g1 + shape), f / (g2 + shape)
        k_new = 1.0 / (bulk_weight[0] + bulk_weight[1]) - stiff
        g_new = 1.0 / (shear_weight[0] + shear_weight[1]) - shape
        change = max(
            float(np.max(np.abs(k_new / k - 1.0), initial=0.0)),
            float(np.max(np.abs(g_new / g - 1.0), initial=0.0)),
        )
        k, g = k_new, g_new
        if change < _TOLERANCE:
            break
    return k, g
