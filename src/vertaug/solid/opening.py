# SPDX-License-Identifier: BSD-3-Clause
"""Cracks that a history holds: what of its strain is elastic, and what is an opening that must close first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels.laws import CLOSING, FABRIC_CLOSING, FIRST_COLUMN, PARAMETERS

__all__ = ["SplitStrain", "crack_strains", "split"]

Float = NDArray[np.float64]

_BULK, _SHEAR, _CUT_OFF = (
    FIRST_COLUMN + PARAMETERS[CLOSING].index(name) for name in ("bulk", "shear", "cut_off")
)
_SCALE = FIRST_COLUMN + PARAMETERS[FABRIC_CLOSING].index("scale1")


@dataclass(frozen=True)
class SplitStrain:
    """Logarithmic strains of histories (n, 3, 3): `elastic` and `cracks`."""

    elastic: Float
    cracks: Float

    @property
    def opening(self) -> Float:
        """Norm of the cracks' strain, (n,)."""
        return np.asarray(np.linalg.norm(self.cracks, axis=(1, 2)))

    def part(self, cells: NDArray[np.intp]) -> SplitStrain:
        """The same of some ``cells`` (k,)."""
        return SplitStrain(self.elastic[cells], self.cracks[cells])

    def metric(self, factor: Float) -> Float:
        """Histories (n, 3, 3) with the elastic strain times ``factor`` (n,) and the same cracks."""
        values, axes = np.linalg.eigh(factor[:, None, None] * self.elastic + self.cracks)
        return _tensors(np.exp(2.0 * values), axes)


def _tensors(values: Float, axes: Float) -> Float:
    """Tensors (n, 3, 3) of principal ``values`` (n, 3) and ``axes`` (n, 3, 3)."""
    return np.ascontiguousarray((axes * values[:, None, :]) @ axes.transpose(0, 2, 1))


def crack_strains(strain: Float, bulk: Float, shear: Float, cut_off: Float) -> Float:
    """Crack strains (n, 3) of principal strains (n, 3), none of whose stresses may pass the cut-off.

    ``bulk``, ``shear``, ``cut_off`` (n,) MPa. The largest strains are the open ones: as few of them
    open as leave no stress above the cut-off.
    """
    order = np.argsort(-strain, axis=1)
    sorted_ = np.take_along_axis(strain, order, axis=1)
    lame = bulk - 2.0 * shear / 3.0
    elastic, found = sorted_.copy(), np.zeros(len(strain), dtype=bool)
    for count in range(4):
        rest = sorted_[:, count:].sum(axis=1)
        level = (cut_off - lame * rest) / (count * lame + 2.0 * shear)
        trial = sorted_.copy()
        trial[:, :count] = level[:, None]
        if count < 3:
            largest = lame * trial.sum(axis=1) + 2.0 * shear * trial[:, count]
            fits = largest <= cut_off + 1e-12 * (1.0 + np.abs(cut_off))
        else:
            fits = np.ones(len(strain), dtype=bool)
        new = fits & ~found
        elastic[new] = trial[new]
        found |= fits
    cracks = np.empty_like(strain)
    np.put_along_axis(cracks, order, np.maximum(sorted_ - elastic, 0.0), axis=1)
    return cracks


def _open_part(strain: Float, axes: Float, rows: Float) -> Float:
    """Cracks (k, 3, 3) of principal ``strain`` (k, 3) along ``axes`` under a law's ``rows``."""
    found = crack_strains(strain, rows[:, _BULK], rows[:, _SHEAR], rows[:, _CUT_OFF])
    return _tensors(found, axes)


def split(
    metric: Float, law: NDArray[np.int32], parameters: Float, fabric: Float | None = None
) -> SplitStrain:
    """Take histories (n, 3, 3) apart.

    ``law`` (n,) codes and ``parameters`` (n, w) rows of the kernels' laws, ``fabric`` (n, 3, 3) or (1, 3, 3) the
    material axes in columns, by default the global ones. Cells of other laws than `CLOSING` and
    `FABRIC_CLOSING` have no cracks.
    """
    values, axes = np.linalg.eigh(metric)
    principal = 0.5 * np.log(values)
    strain = _tensors(principal, axes)
    cracks, closing = np.zeros_like(strain), np.flatnonzero(law == CLOSING)
    cracks[closing] = _open_part(principal[closing], axes[closing], parameters[closing])
    scaled = np.flatnonzero(law == FABRIC_CLOSING)
    if len(scaled):
        rows, turn = parameters[scaled], np.eye(3)[None] if fabric is None else fabric
        turn = turn if len(turn) == 1 else turn[scaled]
        share = turn * rows[:, None, _SCALE : _SCALE + 3]
        back = turn / rows[:, None, _SCALE : _SCALE + 3]
        inner = share.transpose(0, 2, 1) @ strain[scaled] @ share
        found = _open_part(*np.linalg.eigh(inner), rows)
        cracks[scaled] = back @ found @ back.transpose(0, 2, 1)
    return SplitStrain(strain - cracks, cracks)
