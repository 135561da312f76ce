# SPDX-License-Identifier: BSD-3-Clause
"""Von Mises plasticity at many points at once, for peers that leave the law to their user."""

from __future__ import annotations

import numpy as np

__all__ = ["respond"]


def respond(strain, plastic, kappa, constants):
    """Stress, consistent tangent and new history, with linear isotropic hardening at small strain.

    Parameters
    ----------
    strain, plastic : (3, 3, ...) total strain and plastic strain before the step
    kappa : (...) equivalent plastic strain before the step
    constants : young, poisson, strength, hardening

    Returns
    -------
    stress (3, 3, ...), tangent (3, 3, 3, 3, ...), plastic (3, 3, ...), kappa (...)
    """
    young, poisson = constants["young"], constants["poisson"]
    shear, bulk = young / (2.0 * (1.0 + poisson)), young / (3.0 * (1.0 - 2.0 * poisson))
    hardening = constants["hardening"]
    one = np.eye(3).reshape(3, 3, *(1,) * kappa.ndim)
    elastic = strain - plastic
    trace = elastic[0, 0] + elastic[1, 1] + elastic[2, 2]
    trial = 2.0 * shear * (elastic - one * trace / 3.0)
    size = np.sqrt((trial * trial).sum(axis=(0, 1)))
    excess = np.sqrt(1.5) * size - constants["strength"] - hardening * kappa
    growth = np.maximum(excess, 0.0) / (3.0 * shear + hardening)
    safe = np.maximum(size, 1e-30)
    normal = trial / safe
    returned = np.sqrt(1.5) * 2.0 * shear * growth / safe
    stress = (1.0 - returned) * trial + one * bulk * trace
    yields = (excess > 0.0).astype(float)
    first = 2.0 * shear * (1.0 - returned)
    second = 2.0 * shear * (3.0 * shear / (3.0 * shear + hardening) * yields - returned)
    delta = np.eye(3)
    extra = (1,) * kappa.ndim
    symmetric = 0.5 * (
        np.einsum("ik,jl->ijkl", delta, delta) + np.einsum("il,jk->ijkl", delta, delta)
    )
    outer = np.einsum("ij,kl->ijkl", delta, delta)
    deviator = (symmetric - outer / 3.0).reshape(3, 3, 3, 3, *extra)
    tangent = (
        bulk * outer.reshape(3, 3, 3, 3, *extra)
        + first * deviator
        - second * np.einsum("ij...,kl...->ijkl...", normal, normal)
    )
    grown = np.sqrt(1.5) * growth * normal
    return stress, tangent, plastic + grown, kappa + growth
