# SPDX-License-Identifier: BSD-3-Clause
"""The J2 cavity job with FElupe: its quadratic tetrahedra, its plastic law, Pardiso.

Newton is driven from here so that it stops at the same residual as ours; FElupe takes the linear
solver from outside, see `sparse_solve`. The threaded assembly is switched on for two threads.
"""

from __future__ import annotations

import inspect
import time
from typing import Any

import felupe
import harness
import numpy as np

from peers.sparse_solve import free_solver

_MOST = 40


def body_of(points: Any, cells: Any, constants: dict[str, float]) -> tuple[Any, Any]:
    """Field and body of straight quadratic tetrahedra."""
    mesh = felupe.Mesh(points, cells, cell_type="tetra10")
    region = felupe.RegionQuadraticTetra(mesh)
    field = felupe.FieldContainer([felupe.Field(region, dim=3)])
    law = felupe.LinearElasticPlasticIsotropicHardening(
        E=constants["young"], nu=constants["poisson"], sy=constants["strength"], K=constants["hardening"]
    )  # fmt: skip
    return field, felupe.SolidBody(law, field)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job to the residuals of `job`, and say what it took."""
    with np.load(job["problem"]) as file:
        problem = dict(file)
    points = problem["points"]
    name, solve = free_solver()
    begun, cpu = time.perf_counter(), harness.cpu_seconds()
    field, body = body_of(points, problem["cells"].astype(np.int64), job["constants"])
    parallel = {"parallel": True} if job["threads"] > 1 else {}
    if "parallel" not in inspect.signature(body.assemble.vector).parameters:
        parallel = {}
    load = np.zeros_like(points)
    load[problem["loaded"]] = problem["forces"]
    free = np.flatnonzero(~problem["fixed"].ravel())
    iterations, assembling, solving = 0, 0.0, 0.0
    for increment, limit in enumerate(job["limits"], 1):
        share = increment / len(job["limits"])
        for _ in range(_MOST):
            start = time.perf_counter()
            inner = body.assemble.vector(field, **parallel).toarray().ravel()
            residual = (share * load.ravel() - inner)[free]
            assembling += time.perf_counter() - start
            norm = float(np.linalg.norm(residual))
            if norm <= limit:
                break
            if not np.isfinite(norm):
                raise RuntimeError(f"increment {increment}: the residual is not finite")
            start = time.perf_counter()
            matrix = body.assemble.matrix(field, **parallel).tocsr()
            middle = time.perf_counter()
            assembling += middle - start
            step = np.zeros(points.size)
            step[free] = solve(matrix[free][:, free], residual)
            field[0].values += step.reshape(points.shape)
            solving += time.perf_counter() - middle
            iterations += 1
        else:
            raise RuntimeError(f"increment {increment}: residual {norm:.1e} N, limit {limit:.1e}")
        body.results.update_statevars()
    return {
        "seconds": time.perf_counter() - begun, "cpu_seconds": harness.cpu_seconds() - cpu,
        "newton": iterations, "linear": None, "u": float(field[0].values[int(problem["vertex"]), 0]),
        "version": felupe.__version__, "settings": {"solver": name},
        "parts": {"assembly": assembling, "solve": solving},
    }  # fmt: skip


if __name__ == "__main__":
    harness.answer(work)
