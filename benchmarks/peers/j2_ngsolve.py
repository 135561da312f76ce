# SPDX-License-Identifier: BSD-3-Clause
"""The J2 cavity job with NGSolve: compiled coefficient functions, its exact linearisation.

History lives in an integration-rule space, as in NGSolve's own tutorial on plasticity; the matrix is
factorised by its `sparsecholesky`, the direct solver of the wheel. Its second-order basis is
hierarchical, so the pressure enters as the surface integral that gives our nodal forces (facets are
flat), and Newton stops at the same residual relative to the norm of the load. The clock starts after
the mesh has been handed over; coefficient functions are not handed to a C++ compiler, which a wheel
alone does not bring.
"""

from __future__ import annotations

import time
from typing import Any

import harness
import netgen.meshing as netgen
import ngsolve as ng
import numpy as np
from ngsolve.comp import IntegrationRuleSpace

_MOST = 30
_FACES = ((0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 2, 3))
_NAMES = ("x", "y", "z", "cavity", "outside")


def _mesh(points: Any, cells: Any) -> Any:
    corners = cells[:, :4]
    n = int(corners.max()) + 1
    points = points[:n]
    mesh = netgen.Mesh(dim=3)
    mesh.AddPoints(np.ascontiguousarray(points))
    mesh.AddElements(
        dim=3, index=1, data=np.ascontiguousarray(corners[:, [0, 2, 1, 3]]).astype(np.int32), base=0
    )
    faces = np.concatenate([corners[:, list(face)] for face in _FACES])
    key = np.sort(faces, axis=1)
    _, first, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    skin = faces[first[count == 1]]
    corner = points[skin]
    kind = np.full(len(skin), 4)
    kind[(np.abs(np.linalg.norm(corner, axis=2) - 8.0) < 1e-6).all(axis=1)] = 3
    for axis in range(3):
        kind[(np.abs(corner[:, :, axis]) < 1e-9).all(axis=1)] = axis
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    outward = corner.mean(axis=1) - 12.0
    outward[kind == 3] = -corner[kind == 3].mean(axis=1)
    turned = (normal * outward).sum(axis=1) < 0.0
    skin[turned] = skin[turned][:, [0, 2, 1]]
    for which, name in enumerate(_NAMES):
        index = mesh.Add(netgen.FaceDescriptor(bc=which + 1, domin=1, domout=0, surfnr=which + 1))
        data = np.ascontiguousarray(skin[kind == which]).astype(np.int32)
        mesh.AddElements(dim=2, index=index, data=data, base=0)
        mesh.SetBCName(which, name)
    return ng.Mesh(mesh)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job to the residuals of `job`, and say what it took."""
    with np.load(job["problem"]) as file:
        problem = dict(file)
    mesh = _mesh(problem["points"], problem["cells"])
    ng.SetNumThreads(job["threads"])
    with ng.TaskManager():
        return _steps(job, problem, mesh)


def _steps(job: dict[str, Any], problem: Any, mesh: Any) -> dict[str, Any]:
    begun, cpu = time.perf_counter(), harness.cpu_seconds()
    constants = job["constants"]
    young, poisson = constants["young"], constants["poisson"]
    shear, bulk = young / (2.0 * (1.0 + poisson)), young / (3.0 * (1.0 - 2.0 * poisson))
    space = ng.VectorH1(mesh, order=2, dirichletx="x", dirichlety="y", dirichletz="z")
    at_points = IntegrationRuleSpace(mesh, order=1)
    volume = ng.dx(intrules=at_points.GetIntegrationRules())
    plastic = ng.GridFunction(ng.MatrixValued(at_points, 3))
    kappa = ng.GridFunction(at_points)
    u, v = space.TnT()
    at = ng.GridFunction(space)

    def law(strain: Any) -> Any:
        elastic = strain - plastic
        trial = 2.0 * shear * (elastic - ng.Trace(elastic) / 3.0 * ng.Id(3))
        size = ng.sqrt(ng.InnerProduct(trial, trial) + 1e-24)
        excess = np.sqrt(1.5) * size - constants["strength"] - constants["hardening"] * kappa
        growth = ng.IfPos(excess, excess / (3.0 * shear + constants["hardening"]), 0.0)
        factor = np.sqrt(1.5) * growth / size
        stress = (1.0 - 2.0 * shear * factor) * trial + bulk * ng.Trace(elastic) * ng.Id(3)
        return stress, plastic + factor * trial, kappa + growth

    form = ng.BilinearForm(space, symmetric=True)
    form += ng.InnerProduct(law(ng.Sym(ng.Grad(u)))[0], ng.Sym(ng.Grad(v))).Compile() * volume
    _, next_plastic, next_kappa = law(ng.Sym(ng.Grad(at)))
    next_plastic, next_kappa = next_plastic.Compile(), next_kappa.Compile()
    load = ng.LinearForm(space)
    pressure = 5.0
    load += -pressure * ng.InnerProduct(ng.specialcf.normal(3), v) * ng.ds("cavity")
    load.Assemble()
    new_plastic, new_kappa = ng.GridFunction(plastic.space), ng.GridFunction(at_points)
    inner, residual, step = (at.vec.CreateVector() for _ in range(3))
    free = space.FreeDofs()
    mask = np.array([bool(flag) for flag in free])
    scale = float(np.linalg.norm(load.vec.FV().NumPy()) / np.linalg.norm(problem["forces"]))
    iterations, assembling, solving = 0, 0.0, 0.0
    for increment, limit in enumerate(job["limits"], 1):
        share = increment / len(job["limits"])
        for _ in range(_MOST):
            start = time.perf_counter()
            form.Apply(at.vec, inner)
            residual.data = share * load.vec - inner
            assembling += time.perf_counter() - start
            if np.linalg.norm(residual.FV().NumPy()[mask]) <= scale * limit:
                break
            start = time.perf_counter()
            form.AssembleLinearization(at.vec)
            middle = time.perf_counter()
            assembling += middle - start
            step.data = form.mat.Inverse(free, inverse="sparsecholesky") * residual
            at.vec.data += step
            solving += time.perf_counter() - middle
            iterations += 1
        else:
            raise RuntimeError(f"increment {increment} did not converge")
        new_plastic.Interpolate(next_plastic)
        new_kappa.Interpolate(next_kappa)
        plastic.vec.data, kappa.vec.data = new_plastic.vec, new_kappa.vec
    dof = space.GetDofNrs(ng.NodeId(ng.VERTEX, int(problem["vertex"])))[0]
    return {
        "seconds": time.perf_counter() - begun, "cpu_seconds": harness.cpu_seconds() - cpu,
        "newton": iterations, "linear": None, "u": float(at.vec[dof]), "version": ng.__version__,
        "settings": {"solver": "sparsecholesky"}, "parts": {"assembly": assembling, "solve": solving},
    }  # fmt: skip


if __name__ == "__main__":
    harness.answer(work)
