# SPDX-License-Identifier: BSD-3-Clause
"""V1: trabecular bone in a column.

Kopperdahl & Keaveny (1998) and Morgan & Keaveny (2001) loaded cores of human vertebrae along their axis: they yield
at 0.84 and 0.77 % in compression, 0.78 and 0.70 % in tension, read 0.2 % of strain off the elastic line, at nearly
any density; moduli follow Kopperdahl's line (2002), E = 2980 ρ^1.05. Here a cube of the engine's bone lies between
beds that do not hold it sideways, and is driven along the body's axis; strains are read at its ends. Yield strains
at 80 mg/cm³, moduli as the geometric mean over 50, 80, 120, 160 and 200 mg/cm³.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.materials.density import stiffness_law
from vertaug.mesh import Mesh
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.machine import MachineRig
from vertaug.solid.model import ENDPLATES, Shells, SolidModel, Surroundings, first_state
from vertaug.solid.newton import TIGHT
from vertaug.solid.rig import ground_force
from vertaug.state import State
from vertaug.validation.experiment import Findings, Setting
from vertaug.verification.meshes import box

__all__ = ["run", "stress_strain", "yield_point"]

Float = NDArray[np.float64]

QUANTITIES = (
    "yield strain of bone in compression, 0.2 % offset, %",
    "yield strain of bone in tension, 0.2 % offset, %",
    "axial modulus over that of its density, 50 to 200 mg/cm³",
)
DENSITIES = (50.0, 80.0, 120.0, 160.0, 200.0)
SIDE = 10.0
OFFSET = 0.002
_NOTHING = Shells(
    cortex_modulus=1e-6, cortex_strength=1e-8, endplate_modulus=1e-6, endplate_strength=1e-8
)
"""Membranes that carry nothing."""
_STRAINS = np.concatenate([np.arange(1, 5) * 2.5e-4, np.arange(3, 41) * 5e-4])
"""To 2 %, closely where it is elastic."""


def _cube(density: float) -> tuple[State, SolidModel]:
    """A stress-free cube of bone between stiff beds without shear."""
    body = box("tet4", (2, 2, 2))
    sides = [body.facets[name] for name in ("x0", "x1", "y0", "y1", "z0", "z1")]
    mesh = Mesh(
        points=SIDE * body.points,
        cells=body.cells,
        cell_region=np.zeros(len(body.cells), dtype=np.int32),
        facets=np.concatenate(sides),
        facet_set=np.repeat([0, 0, 0, 0, 1, 2], [len(s) for s in sides]).astype(np.int32),
        region_names=("trabecular",),
        facet_names=("cortex", "endplate_inferior", "endplate_superior"),
    )
    around = Surroundings(axial_load=0.0, disc_axial=1e4, disc_shear=1e-4)
    model = replace(SolidModel(), shells=_NOTHING, surroundings=around, contact=None)
    zero = np.zeros(mesh.n_cells)
    state = first_state(
        mesh, model, np.full(mesh.n_cells, density), zero, np.zeros(len(mesh.facets))
    )
    return state, model


def _height(state: State) -> float:
    """Mean distance of the ends, mm."""
    upper, lower = (np.unique(state.mesh.facets[state.mesh.facets_of(name)]) for name in ENDPLATES)
    z = state.mesh.points[:, 2]
    return float(z[upper].mean() - z[lower].mean())


def stress_strain(density: float, sign: float) -> Float:
    """Strain and stress (MPa) along the axis (n, 2), both positive; ``sign`` 1 compresses, -1 pulls."""
    state, model = _cube(density)
    machine = Equilibrium(state, model, MachineRig(model.surroundings.lever))
    origin, whole = float(state.rig.points[0, 0]), _height(state)
    rows = [(0.0, 0.0)]
    for number, strain in enumerate(_STRAINS):
        step = machine.step(state, [], origin - sign * float(strain) * whole, TIGHT)
        if not step.newton.converged:
            raise NotConvergedError("bone column", number, step.newton.reason)
        state = step.state
        force = sign * ground_force(state.rig, state.mesh.points)
        rows.append((sign * (1.0 - _height(state) / whole), force / SIDE**2))
    return np.array(rows)


def yield_point(curve: Float) -> tuple[float, float, float]:
    """Modulus (MPa), strain and stress (MPa) where a ``curve`` (n, 2) meets its elastic line, 0.2 % off.

    Raises
    ------
    ValueError
        It does not meet it.
    """
    modulus = float(curve[3, 1] / curve[3, 0])
    gap = curve[:, 1] - modulus * (curve[:, 0] - OFFSET)
    past = np.flatnonzero(gap < 0.0)
    if not len(past):
        message = "the curve does not meet its elastic line"
        raise ValueError(message)
    after = int(past[0])
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    strain, stress = curve[after - 1] + share * (curve[after] - curve[after - 1])
    return modulus, float(strain), float(stress)


def run(setting: Setting) -> Findings:
    """Compress at all densities, pull at one."""
    law = stiffness_law("kopperdahl_2002")
    points = {density: yield_point(stress_strain(density, 1.0)) for density in DENSITIES}
    tension = yield_point(stress_strain(80.0, -1.0))
    expected = law.value(np.array(DENSITIES))
    shares = np.array([points[density][0] for density in DENSITIES]) / expected
    numbers = (100.0 * points[80.0][1], 100.0 * tension[1], float(np.exp(np.log(shares).mean())))
    facts = {
        "density_mg_cm3": list(DENSITIES), "modulus_MPa": [p[0] for p in points.values()],
        "yield_strain_percent": [100.0 * p[1] for p in points.values()],
        "yield_stress_MPa": [p[2] for p in points.values()], "tension_yield_stress_MPa": tension[2],
    }  # fmt: skip
    return Findings(dict(zip(QUANTITIES, numbers, strict=True)), {}, facts)
