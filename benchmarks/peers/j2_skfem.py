# SPDX-License-Identifier: BSD-3-Clause
"""The J2 cavity job with scikit-fem: its assembly, NumPy's law at all points at once, Pardiso.

Residual and tangent are forms over fields kept at the points, as its examples do for nonlinear
problems. scikit-fem has no solver of its own: see `sparse_solve`.
"""

from __future__ import annotations

import time
from typing import Any

import harness
import numpy as np
import skfem
from skfem.helpers import ddot, sym_grad

from peers.j2_point import respond
from peers.sparse_solve import free_solver

_MOST = 30


@skfem.BilinearForm
def _tangent(u: Any, v: Any, w: Any) -> Any:
    return np.einsum("ij...,ijkl...,kl...->...", sym_grad(v), w["tangent"], sym_grad(u))


@skfem.LinearForm
def _inner(v: Any, w: Any) -> Any:
    return ddot(w["stress"], sym_grad(v))


def basis_of(points: Any, cells: Any) -> tuple[Any, Any]:
    """Vector basis on straight quadratic tetrahedra, and the unknowns (n, 3) of the mesh's nodes."""
    n_corners = int(cells[:, :4].max()) + 1
    mesh = skfem.MeshTet(points[:n_corners].T.copy(), cells[:, :4].T.copy().astype(np.int64))
    basis = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementTetP2()), intorder=2)
    order = np.lexsort(np.round(points, 6).T)
    locations = basis.doflocs.T
    unknowns = np.empty((len(points), 3), dtype=np.int64)
    for axis in range(3):
        mine = np.concatenate([basis.nodal_dofs[axis], basis.edge_dofs[axis]])
        place = np.lexsort(np.round(locations[mine], 6).T)
        unknowns[order, axis] = mine[place]
    if not np.allclose(locations[unknowns[:, 0]], points, atol=1e-5):
        raise RuntimeError("nodes were not found again")
    return basis, unknowns


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job to the residuals of `job`, and say what it took."""
    with np.load(job["problem"]) as file:
        problem = dict(file)
    constants = job["constants"]
    name, solve = free_solver()
    begun, cpu = time.perf_counter(), harness.cpu_seconds()
    basis, unknowns = basis_of(problem["points"], problem["cells"])
    load = np.zeros(basis.N)
    load[unknowns[problem["loaded"]]] = problem["forces"]
    free = np.setdiff1d(np.arange(basis.N), unknowns[problem["fixed"]])
    u = np.zeros(basis.N)
    shape = basis.dx.shape
    plastic, kappa = np.zeros((3, 3, *shape)), np.zeros(shape)
    iterations, assembling, solving = 0, 0.0, 0.0
    for increment, limit in enumerate(job["limits"], 1):
        share = increment / len(job["limits"])
        for _ in range(_MOST):
            start = time.perf_counter()
            strain = np.asarray(sym_grad(basis.interpolate(u)))
            stress, tangent, new_plastic, new_kappa = respond(strain, plastic, kappa, constants)
            residual = share * load - _inner.assemble(basis, stress=stress)
            assembling += time.perf_counter() - start
            if np.linalg.norm(residual[free]) <= limit:
                break
            start = time.perf_counter()
            matrix = _tangent.assemble(basis, tangent=tangent)
            middle = time.perf_counter()
            assembling += middle - start
            u[free] += solve(matrix[free][:, free], residual[free])
            solving += time.perf_counter() - middle
            iterations += 1
        else:
            raise RuntimeError(f"increment {increment} did not converge")
        plastic, kappa = new_plastic, new_kappa
    return {
        "seconds": time.perf_counter() - begun, "cpu_seconds": harness.cpu_seconds() - cpu,
        "newton": iterations, "linear": None, "u": float(u[unknowns[int(problem["vertex"]), 0]]),
        "version": skfem.__version__, "settings": {"solver": name},
        "parts": {"assembly": assembling, "solve": solving},
    }  # fmt: skip


if __name__ == "__main__":
    harness.answer(work)
