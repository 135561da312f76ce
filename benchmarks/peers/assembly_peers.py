# SPDX-License-Identifier: BSD-3-Clause
"""Residual and tangent of quadratic tetrahedra with von Mises yield in scikit-fem and FElupe."""

from __future__ import annotations

import time
from typing import Any

import harness
import numpy as np


def _skfem(points: Any, cells: Any, moved: Any, constants: dict[str, float]) -> Any:
    from skfem.helpers import sym_grad

    from peers.j2_point import respond
    from peers.j2_skfem import _inner, _tangent, basis_of

    basis, unknowns = basis_of(points, cells)
    u = np.zeros(basis.N)
    u[unknowns] = moved - points
    plastic, kappa = np.zeros((3, 3, *basis.dx.shape)), np.zeros(basis.dx.shape)

    def once() -> None:
        strain = np.asarray(sym_grad(basis.interpolate(u)))
        stress, tangent, _, _ = respond(strain, plastic, kappa, constants)
        _inner.assemble(basis, stress=stress)
        _tangent.assemble(basis, tangent=tangent)

    return once


def _felupe(points: Any, cells: Any, moved: Any, constants: dict[str, float]) -> Any:
    from peers.j2_felupe import body_of

    field, body = body_of(points, cells.astype(np.int64), constants)
    field[0].values[:] = moved - points

    def once() -> None:
        body.assemble.vector(field)
        body.assemble.matrix(field)

    return once


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Time one peer."""
    with np.load(job["mesh"]) as file:
        arrays = dict(file)
    make = {"skfem": _skfem, "felupe": _felupe}[job["peer"]]
    once = make(arrays["points"], arrays["cells"], arrays["present"], job["constants"])
    times = []
    for _ in range(job["passes"]):
        cpu, start = harness.cpu_seconds(), time.perf_counter()
        once()
        times.append((time.perf_counter() - start, harness.cpu_seconds() - cpu))
    best, cpu = min(times)
    return {"seconds": best, "cpu_seconds": cpu}


if __name__ == "__main__":
    harness.answer(work)
