# SPDX-License-Identifier: BSD-3-Clause
"""The tumour of a plan: bone left in it, tumour on a grid, what the summary says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.lesion import REGION, lay_tumour
from vertaug.cement.result import InjectionResult
from vertaug.cement.solid_view import DeformedSolid
from vertaug.cement.tumour import Tumour
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.rheology.tumour import TumourTissue
from vertaug.mesh import Mesh
from vertaug.outcomes import to_mL
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_anatomy import CtAnatomy
from vertaug.procedure.stage import Results, StageResult

__all__ = ["lesion_density", "pack_tumour", "plan_tumour", "pressed_before", "tumour_summary"]

Float = NDArray[np.float64]
_BONE_LEFT = 0.1
"""Share of the bone left in a lesion that no image shows; assumed."""


def lesion_density(plan: Plan, mesh: Mesh, density: Float) -> Float:
    """Mineral density (n_cells,) mg/cm³ with what is left of it in the lesion."""
    tumour = plan.anatomy.tumour
    if tumour is None:
        return density
    left = tumour.bone_left
    if left is None:
        shown = isinstance(plan.anatomy, CtAnatomy) and plan.anatomy.image is not None
        left = 1.0 if shown else _BONE_LEFT
    names = [name.startswith(REGION) for name in mesh.region_names]
    lesion = np.array(names, dtype=np.bool_)[mesh.cell_region]
    return np.where(lesion, left * density, density)


def plan_tumour(
    plan: Plan, solid: DeformedSolid, grid: FlowGrid, pressed_out: float
) -> tuple[Tumour | None, dict[str, float]]:
    """Tumour on the grid of a deformed solid, and facts of its transfer; `pressed_out`, mm³, has left before."""
    if plan.anatomy.tumour is None:
        return None, {}
    lesion = lay_tumour(solid, grid, pressed_out)
    if lesion is None:
        return None, {}
    given = plan.tumour
    tissue = TumourTissue(given.yield_stress, given.viscosity, given.entry)
    facts = {"volume": lesion.volume, "displaced": lesion.displaced, "error": lesion.error}
    return Tumour(lesion.saturation, tissue), facts


def pressed_before(done: Results) -> dict[str, float]:
    """Tumour pressed out by the inflations so far, mm³ by pathway."""
    out: dict[str, float] = {}
    for result in done.values():
        for name, volume in result.facts.get("marrow", {}).get("tumour", {}).items():
            out[name] = out.get(name, 0.0) + volume
    return out


def pack_tumour(
    result: InjectionResult, transfer: dict[str, float], before: dict[str, float]
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and facts of the tumour of an injection, none without one; `before` is what inflation pressed out."""
    tumour = result.tumour
    if tumour is None:
        return {}, {}
    names = list(tumour.pressed_out)
    arrays = {
        "tumour": tumour.saturation * result.pore_volume / result.grid.cell_volume,
        "tumour_out": np.stack([tumour.curves[name] for name in names], axis=1),
    }
    facts = {
        "tumour": {
            "start": tumour.start, "left": tumour.left, "lesion_fill": tumour.lesion_fill,
            "pressed_out": dict(tumour.pressed_out), "in_spaces": dict(tumour.in_spaces),
            "in_vessels": tumour.in_vessels, "left_grid": tumour.left_grid, "behind": dict(tumour.behind),
            "inflation": before, "transfer": transfer, "balance": tumour.balance_error,
        }
    }  # fmt: skip
    return arrays, facts


def tumour_summary(injected: StageResult | None) -> dict[str, Any]:
    """Entry ``tumour`` of the summary, mL and kPa; nothing where there was none."""
    known = {} if injected is None else injected.facts.get("tumour", {})
    if injected is None or not known:
        return {}
    walls = {
        name: 1000.0 * float(injected.arrays["probes"][:, n].max())
        for n, name in enumerate(injected.facts["probes"])
        if name == "posterior_wall"
    }
    return {
        "tumour": {
            "start_mL": to_mL(known["start"]),
            "left_mL": to_mL(known["left"]),
            "lesion_fill": known["lesion_fill"],
            "pressed_out_mL": {name: to_mL(v) for name, v in known["pressed_out"].items()},
            "in_spaces_mL": {name: to_mL(v) for name, v in known["in_spaces"].items()},
            "by_inflation_mL": {name: to_mL(v) for name, v in known["inflation"].items()},
            "balance": known["balance"],
            "peak_kPa": walls | {name: 1000.0 * v for name, v in known["behind"].items()},
        }
    }
