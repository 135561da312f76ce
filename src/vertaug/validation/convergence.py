# SPDX-License-Identifier: BSD-3-Clause
"""The demonstration on three meshes and with three steps: gain of height, settled pressure, leaked cement.

Meshes, cavities and the cement's grid are refined together by 1.3; steps of the inflation and of the cement are
doubled and halved on the mesh of the middle. The demonstration's cement stays in its cavities, so leaks are those of
the same vertebra without balloons, its upper endplate breached, when 5 mL are injected on each side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vertaug.procedure.build import cannulas_for_balloons
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.plan_load import demo_keys
from vertaug.procedure.plan_sections import Flow, MeshSizes, Numerics
from vertaug.validation.experiment import Experiment, Findings, Setting
from vertaug.validation.grid_convergence import grid_convergence
from vertaug.validation.treatment import Treatment, treat

__all__ = ["STUDIES", "run", "study_lines"]

RATIO = 1.3
QUANTITIES = ("gain of anterior height, mm", "settled pressure, psi", "leaked cement, mm³")
_BREACH = {"name": "endplate", "pathway": "disc", "site": "endplate_superior", "radius": "3 mm"}
_LEAKING_VOLUME = "5 mL"
STUDIES = tuple(
    Experiment(name, title, "convergence")
    for name, title in (
        ("MESH0", "Demonstration on the default mesh"), ("MESH1", "Demonstration, edges times 1.3"),
        ("MESH2", "Demonstration, edges times 1.69"), ("STEP0", "Demonstration, half steps"),
        ("STEP2", "Demonstration, double steps"),
    )
)  # fmt: skip
"""Runs of the study; the steps of ``MESH1`` are those in the middle of the study of steps."""


def _plan(name: str) -> dict[str, Any]:
    """The demonstration with the mesh and the step of a run."""
    plan = demo_keys()
    number = int(name[-1])
    scale = RATIO**number if name.startswith("MESH") else RATIO
    mesh, flow, steps = MeshSizes(), Flow(), Numerics()
    plan["mesh"] = {
        "size": f"{scale * mesh.size:.5g} mm",
        "cavity_size": f"{scale * mesh.cavity_size:.5g} mm",
    }
    plan["flow"] = {"spacing": f"{scale * flow.spacing:.5g} mm"}
    if name.startswith("STEP"):
        factor = 2.0 ** (number - 1)
        count = round(steps.deflation_steps / factor)
        plan["numerics"] = {"volume_step": factor * steps.volume_step, "deflation_steps": count}
        plan["flow"]["saturation_step"] = factor * flow.saturation_step
    del plan["procedure"]
    return plan


def _leaking(plan: dict[str, Any]) -> dict[str, Any]:
    """The same vertebra without balloons: cannulas end in the middle of their places, the endplate is breached."""
    cannulas = cannulas_for_balloons(plan_from_dict(plan))
    portions = [dict(one) | {"volume": _LEAKING_VOLUME} for one in plan["cement"]["injection"]]
    kept = {key: value for key, value in plan.items() if key != "balloon"}
    cement = dict(plan["cement"]) | {"injection": portions}
    return kept | {"cannula": cannulas, "cement": cement, "defect": [_BREACH]}


def _values(found: Treatment, leaking: Treatment) -> dict[str, float]:
    """What is followed."""
    leaked = float(leaking.done["inject"].arrays["leaked"][-1].sum())
    gain = found.heights("deflate").anterior - found.before.anterior
    return dict(zip(QUANTITIES, (gain, found.pressure, leaked), strict=True))


def run(setting: Setting) -> Findings:
    """Run the demonstration as the study's run asks, and the injection that leaks."""
    plan = _plan(setting.id)
    found = treat(setting, plan)
    leaking = treat(setting, _leaking(plan), ("access", "inject"))
    return Findings(_values(found, leaking), {}, found.facts())


def study_lines(values: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Tables of both studies from the values of their runs, by name; a run that failed is left out with its study."""
    studies = {
        "Edges of the mesh": (("MESH0", "MESH1", "MESH2"), tuple(RATIO**n for n in range(3))),
        "Steps of the inflation": (("STEP0", "MESH1", "STEP2"), (0.5, 1.0, 2.0)),
    }
    lines = [
        "| | over the default | " + " | ".join(QUANTITIES) + " |", "|---|---|" + "---|" * len(QUANTITIES),
    ]  # fmt: skip
    for title, (names, sizes) in studies.items():
        if not all(values.get(name) for name in names):
            lines.append(f"| {title} | not run |" + " |" * len(QUANTITIES))
            continue
        for name, size in zip(names, sizes, strict=True):
            cells = " | ".join(f"{values[name][quantity]:.4g}" for quantity in QUANTITIES)
            lines.append(f"| {title} | {size:.3g} | {cells} |")
        index = [
            grid_convergence(sizes, [values[name][q] for name in names]).text for q in QUANTITIES
        ]
        lines.append("| | index of the finest | " + " | ".join(index) + " |")
    return lines
