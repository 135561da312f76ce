# SPDX-License-Identifier: BSD-3-Clause
"""The J2 cavity job with Kratos Multiphysics.

Settings, the fastest that were found on one thread with 5 and 20 thousand unknowns, and stated so
that anyone can try others: quadratic small-displacement tetrahedra with `SmallStrainJ2Plasticity3DLaw`
(the lean law, not the generic plasticity integrator), the block builder with the degrees of freedom
and the sparsity kept over all steps, AMGCL with 3x3 blocks,
conjugate gradients and smoothed aggregation to 1e-6, with its Gauss-Seidel smoother (spai0 and damped
Jacobi took about as long, Chebyshev, ilu0, plain aggregation and bicgstab longer, up to several
times). `kratos-inexact` solves to 1e-3 only, which takes more Newton steps and a fifth less time.
Newton is driven from here, one
`SolveSolutionStep` of a single iteration at a time, so that it stops at the same residual in newtons
as ours in each increment instead of Kratos' own ratio, which is up to ten times as strict. The clock
starts after nodes, elements and supports have been made.
"""

from __future__ import annotations

import json
import time
from typing import Any

import harness
import KratosMultiphysics as km
import KratosMultiphysics.ConstitutiveLawsApplication as laws_application
import KratosMultiphysics.StructuralMechanicsApplication as structural
import numpy as np

SOLVER = {
    "solver_type": "amgcl", "smoother_type": "gauss_seidel", "krylov_type": "cg",
    "coarsening_type": "smoothed_aggregation", "max_iteration": 500, "tolerance": 1e-6,
    "block_size": 3, "use_block_matrices_if_possible": True, "scaling": False, "verbosity": 3,
    "provide_coordinates": False,
}  # fmt: skip
_MOST = 30


def _model(model: km.Model, problem: Any, constants: dict[str, float]) -> Any:
    part = model.CreateModelPart("job")
    part.ProcessInfo[km.DOMAIN_SIZE] = 3
    for variable in (km.DISPLACEMENT, km.REACTION, structural.POINT_LOAD):
        part.AddNodalSolutionStepVariable(variable)
    part.SetBufferSize(2)
    for number, (x, y, z) in enumerate(problem["points"].tolist(), 1):
        part.CreateNewNode(number, x, y, z)
    properties = part.CreateNewProperties(1)
    properties[km.YOUNG_MODULUS] = constants["young"]
    properties[km.POISSON_RATIO] = constants["poisson"]
    properties[km.YIELD_STRESS] = constants["strength"]
    properties[km.ISOTROPIC_HARDENING_MODULUS] = constants["hardening"]
    properties[laws_application.EXPONENTIAL_SATURATION_YIELD_STRESS] = constants["strength"]
    properties[km.HARDENING_EXPONENT] = 1.0
    properties[km.DENSITY] = 0.0
    properties[km.CONSTITUTIVE_LAW] = laws_application.SmallStrainJ2Plasticity3DLaw()
    for number, nodes in enumerate((problem["cells"] + 1).tolist(), 1):
        part.CreateNewElement("SmallDisplacementElement3D10N", number, nodes, properties)
    loaded = (problem["loaded"] + 1).tolist()
    for number, node in enumerate(loaded, 1):
        part.CreateNewCondition("PointLoadCondition3D1N", number, [node], properties)
    components = (km.DISPLACEMENT_X, km.DISPLACEMENT_Y, km.DISPLACEMENT_Z)
    reactions = (km.REACTION_X, km.REACTION_Y, km.REACTION_Z)
    for component, reaction in zip(components, reactions, strict=True):
        km.VariableUtils().AddDof(component, reaction, part)
    for axis, component in enumerate(components):
        for node in np.flatnonzero(problem["fixed"][:, axis]):
            part.GetNode(int(node) + 1).Fix(component)
    return part


def _strategy(part: Any, solver: dict[str, Any]) -> Any:
    scheme = km.ResidualBasedIncrementalUpdateStaticScheme()
    linear = km.LinearSolverFactory().Create(km.Parameters(json.dumps(solver)))
    builder = km.ResidualBasedBlockBuilderAndSolver(linear)
    criterion = km.ResidualCriteria(1e-14, 1e-30)
    criterion.SetEchoLevel(0)
    strategy = km.ResidualBasedNewtonRaphsonStrategy(
        part, scheme, criterion, builder, 1, False, False, False
    )
    strategy.SetEchoLevel(0)
    strategy.SetRebuildLevel(2)
    return strategy


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job to the residuals of `job`, and say what it took."""
    km.Logger.GetDefaultOutput().SetSeverity(km.Logger.Severity.INFO)
    solver = SOLVER | job.get("settings", {})
    with np.load(job["problem"]) as file:
        problem = dict(file)
    begun = time.perf_counter()
    model = km.Model()
    part = _model(model, problem, job["constants"])
    made = time.perf_counter()
    cpu = harness.cpu_seconds()
    strategy = _strategy(part, solver)
    strategy.Initialize()
    nodes = [part.GetNode(int(n) + 1) for n in problem["loaded"]]
    iterations, worst = 0, 0.0
    for increment, limit in enumerate(job["limits"], 1):
        share = increment / len(job["limits"])
        part.CloneTimeStep(float(increment))
        part.ProcessInfo[km.STEP] = increment
        for node, force in zip(nodes, problem["forces"] * share, strict=True):
            node.SetSolutionStepValue(structural.POINT_LOAD, force.tolist())
        strategy.InitializeSolutionStep()
        strategy.Predict()
        for _ in range(_MOST):
            strategy.SolveSolutionStep()
            iterations += 1
            residual = np.array(strategy.GetSystemVector(), copy=False)
            norm = float(np.sqrt(residual @ residual))
            if norm <= limit:
                break
        else:
            raise RuntimeError(f"increment {increment}: residual {norm:.1e} N, limit {limit:.1e}")
        worst = max(worst, norm / limit)
        strategy.FinalizeSolutionStep()
    seconds = time.perf_counter() - made
    vertex = part.GetNode(int(problem["vertex"]) + 1)
    return {
        "seconds": seconds, "cpu_seconds": harness.cpu_seconds() - cpu, "warm_up_seconds": made - begun,
        "newton": iterations, "linear": None, "u": vertex.GetSolutionStepValue(km.DISPLACEMENT_X), "worst": worst,
        "version": harness.versions("KratosMultiphysics").get("KratosMultiphysics", ""),
        "settings": solver,
    }  # fmt: skip


if __name__ == "__main__":
    harness.answer(work)
