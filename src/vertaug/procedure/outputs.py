# SPDX-License-Identifier: BSD-3-Clause
"""Curves, fields and parameter cards of a run, written into its folder."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import disc_height
from vertaug.balloon.device import DEVICES
from vertaug.balloon.free import free_curve
from vertaug.materials import (
    bogetti_gillespie_1992,
    deshpande_fleck_2000,
    lewis_1997,
    outside_spaces,
    wolfram_2011,
)
from vertaug.materials import bone as bone_law
from vertaug.materials.card import card_table
from vertaug.materials.damage import henriques_1947, sapareto_dewey_1984
from vertaug.materials.permeability import baroud_2004, carman_1937
from vertaug.materials.rheology import tumour
from vertaug.materials.rheology.reaction import KINETICS
from vertaug.materials.thermal import blood, polymer, tissues
from vertaug.mesh.voxels import voxel_mesh
from vertaug.mesh.write import write_cells, write_facets, write_series, write_voxels
from vertaug.outcomes import (
    InflationRow,
    InjectionCurve,
    adjacent_fracture,
    load_cases,
    to_mL,
    to_psi,
    upper_body,
    write_inflation_curve,
    write_injection_curve,
)
from vertaug.procedure.case import Case, bone_model
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_balloon import balloon_type
from vertaug.procedure.product import product_of
from vertaug.procedure.stage import Results, StageResult, last_of
from vertaug.procedure.stages_load import LOAD_COLUMNS

__all__ = ["write_curves", "write_fields", "write_parameters"]

Float = NDArray[np.float64]
_ZERO = 273.15


def _rows(result: StageResult, offset: int) -> list[InflationRow]:
    """Rows of one stage's records, steps counted on from ``offset``."""
    names = [name.removeprefix("balloon_") for name in result.facts["cavities"]]
    heights = result.arrays["heights"]
    rows = []
    for step, index, volume, pressure, _ in result.arrays["records"]:
        anterior, middle, posterior = (float(value) for value in heights[int(step) - 1])
        rows.append(
            InflationRow(
                step=offset + int(step) - 1,
                stage=result.name,
                balloon=names[int(index)],
                volume=float(volume),
                pressure=float(pressure),
                heights=(anterior, middle, posterior),
            )
        )
    return rows


def _free_inflation(plan: Plan) -> str:
    """Free inflation curve of each balloon as CSV: as a ball, which the wall's skin is in air, and as a capsule."""
    lines = ["balloon,volume_mL,pressure_psi,capsule_psi"]
    for item in plan.balloon:
        curve = free_curve(balloon_type(item), item.channel_diameter)
        for volume, ball, capsule in zip(curve.volume, curve.ball, curve.capsule, strict=True):
            shown = f"{to_psi(capsule):.6g}" if np.isfinite(capsule) else ""
            lines.append(f"{item.name},{to_mL(volume):.6g},{to_psi(ball):.6g},{shown}")
    return "\n".join(lines) + "\n"


def write_curves(folder: RunFolder, case: Case, done: Results) -> None:
    """Write what the stages that were run give into ``curves``; ``docs/outputs.md`` lists the files."""
    rows: list[InflationRow] = []
    for result in done.values():
        if result.kind in ("inflate", "deflate"):
            rows += _rows(result, rows[-1].step + 1 if rows else 0)
    if rows:
        write_inflation_curve(folder.path("curves", "inflation.csv"), rows)
    if rows:
        folder.write("curves/free_inflation.csv", _free_inflation(case.plan))
    for result in done.values():
        if result.kind == "fracture":
            rows_of = (",".join(f"{x:.9g}" for x in row) for row in result.arrays["curve"])
            text = "\n".join(["way_mm,force_N,anterior_loss", *rows_of]) + "\n"
            folder.write(f"curves/{result.name}.csv", text)
        if result.kind == "load":
            columns = LOAD_COLUMNS.get(result.facts["load"]["case"], LOAD_COLUMNS["other"])
            rows_of = (",".join(f"{x:.9g}" for x in row) for row in result.arrays["curve"])
            folder.write(f"curves/{result.name}.csv", "\n".join([columns, *rows_of]) + "\n")
    injected, cured = last_of(done, "inject"), last_of(done, "cure")
    if injected is not None:
        arrays = injected.arrays
        pathways = injected.facts["pathways"]
        curve = InjectionCurve(
            time=arrays["time"],
            injected=arrays["injected"],
            syringe_pressure=arrays["syringe"],
            tip_pressure=arrays["tip"],
            in_bone=arrays["in_bone"],
            leaked={name: arrays["leaked"][:, i] for i, name in enumerate(pathways)},
            expelled={name: arrays["expelled"][:, i] for i, name in enumerate(pathways)},
            intravertebral={
                name: arrays["probes"][:, i] for i, name in enumerate(injected.facts["probes"])
            },
            tumour={name: arrays["tumour_out"][:, i] for i, name in enumerate(pathways)}
            if "tumour_out" in arrays
            else {},
            spaces={
                name: arrays["in_spaces"][:, i]
                for i, name in enumerate(injected.facts["spaces"])
                if name in injected.facts["compartments"]
            },
        )
        write_injection_curve(folder.path("curves", "injection.csv"), curve)
    if cured is not None:
        arrays = cured.arrays
        table = np.stack([arrays["time_s"], arrays["peak_K"] - _ZERO, arrays["cure"]], axis=1)
        lines = ["t_s,highest_degC,cure", *(",".join(f"{x:.9g}" for x in row) for row in table)]
        folder.write("curves/curing.csv", "\n".join(lines) + "\n")


def write_parameters(folder: RunFolder, plan: Plan) -> None:
    """Write ``parameters.json``: the cards of every law that was used."""
    rows = card_table(bone_model(plan).cards())
    modules = (deshpande_fleck_2000, wolfram_2011, bone_law)
    rows += [row for module in modules for row in card_table(module.CARD)]
    for kind in dict.fromkeys((item.type, balloon_type(item).card) for item in plan.balloon):
        rows += card_table(kind[1])
    for name in dict.fromkeys(item.device for item in plan.balloon if item.device in DEVICES):
        rows += card_table(DEVICES[name].card)
    if plan.cement.injection:
        rows += card_table(product_of(plan.cement).card)
        rows += [
            row
            for module in (baroud_2004, carman_1937, outside_spaces, disc_height)
            for row in card_table(module.CARD)
        ]
    if plan.anatomy.tumour is not None:
        rows += card_table(tumour.CARD)
    if "cure" in plan.procedure.kinds:
        rows += card_table(KINETICS[product_of(plan.cement).reaction.kinetics.name].card)
        heat = (tissues, polymer, blood, sapareto_dewey_1984, henriques_1947)
        solid = (lewis_1997, bogetti_gillespie_1992)
        rows += [row for module in (*heat, *solid) for row in card_table(module.CARD)]
    if "load" in plan.procedure.kinds:
        rows += card_table(load_cases.CARD) + card_table(adjacent_fracture.CARD)
    rows += card_table(upper_body.CARD)
    folder.write("parameters.json", json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def write_fields(folder: RunFolder, case: Case, done: Results) -> None:
    """Write ``fields/bone.pvd`` and ``fields/surface.pvd`` with one file a stage, in source coordinates."""
    frame = case.vertebra.frame
    cells, surfaces = [], []
    for time, (name, result) in enumerate(done.items()):
        state = result.state
        mesh = state.mesh.with_points(frame.to_source(state.mesh.points))
        bone = state.bone
        data = {
            "density_mg_cm3": bone.density / bone.ratio,
            "volume_ratio": bone.ratio,
            "damage": bone.damage,
            "plastic_strain": bone.plastic,
            "largest_opening_strain": bone.opened,
        }
        if state.cement is not None:
            data |= {
                "cement_fraction": state.cement.fraction,
                "cement_filling": state.cement.filling,
                "cement_cure": state.cement.cure,
            }
        moved = {}
        if "loaded_points" in result.arrays:  # of the vertebra under the load, on the one without
            data["loaded_axial_stress_MPa"] = result.arrays["loaded_stress"]
            moved["load_displacement_mm"] = frame.to_source(
                result.arrays["loaded_points"]
            ) - frame.to_source(state.mesh.points)
        cells.append(
            (
                float(time),
                write_cells(folder.path("fields", f"bone_{time}_{name}.vtu"), mesh, moved, data),
            )
        )
        surfaces.append(
            (float(time), write_facets(folder.path("fields", f"surface_{time}_{name}.vtu"), mesh))
        )
    write_series(folder.path("fields", "bone.pvd"), cells)
    write_series(folder.path("fields", "surface.pvd"), surfaces)
    injected, cured = last_of(done, "inject"), last_of(done, "cure")
    if injected is not None:
        _write_cement(folder, case, injected)
    if cured is not None:
        _write_heat(folder, case, cured)


def _write_cement(folder: RunFolder, case: Case, result: StageResult) -> None:
    """Write ``fields/cement.vtu``: the voxels that hold cement, inside the bone and outside it."""
    arrays, spacing = result.arrays, float(result.facts["grid_spacing"])
    share = arrays["cement_inside"] + arrays["cement_outside"].sum(axis=0)
    soft = arrays.get("tumour", np.zeros(share.shape))
    index = np.argwhere((share > 1e-3) | (soft > 1e-3))
    lower = arrays["grid_origin"] + spacing * index
    points, voxels = voxel_mesh(lower, spacing)
    place = tuple(index.T)
    data = {
        "cement_share": share[place],
        "leaked": (arrays["cement_inside"][place] < arrays["cement_outside"].sum(axis=0)[place]),
        "pressure_MPa": arrays["pressure"][place],
        "age_s": arrays["age"][place],
        "portion": arrays["portion"][place].astype(np.int32),
    }
    if "tumour" in arrays:
        data["tumour_share"] = soft[place]
    write_voxels(
        folder.path("fields", "cement.vtu"), case.vertebra.frame.to_source(points), voxels, data
    )


def _write_heat(folder: RunFolder, case: Case, result: StageResult) -> None:
    """Write ``fields/heat.vtu``: the voxels that got warmer by a kelvin or more."""
    arrays, spacing = result.arrays, float(result.facts["grid_spacing"])
    index = np.argwhere(arrays["warm"])
    points, voxels = voxel_mesh(arrays["grid_origin"] + spacing * index, spacing)
    place = tuple(index.T)
    data = {
        "peak_degC": arrays["peak"][place] - _ZERO,
        "cem43_min": arrays["minutes"][place],
        "omega": arrays["omega"][place],
        "cure": arrays["degree"][place],
    }
    write_voxels(
        folder.path("fields", "heat.vtu"), case.vertebra.frame.to_source(points), voxels, data
    )
