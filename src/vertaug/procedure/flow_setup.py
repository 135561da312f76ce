# SPDX-License-Identifier: BSD-3-Clause
"""What an injection of a plan begins with: openings, cement, cannulas, schedule, rules, probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.openings import Opening
from vertaug.cement import cannula as tubes
from vertaug.cement.cement import Cement
from vertaug.cement.from_solid import GridOptions
from vertaug.cement.options import InjectionOptions, LeakRule, Push
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.cement.spaces import VEIN
from vertaug.errors import InputError
from vertaug.grid.flow_grid import INSIDE, FlowGrid
from vertaug.materials.bone import bone_fraction
from vertaug.procedure.case import Case
from vertaug.procedure.plan_flow import Cannula
from vertaug.solid.model import cavity_facets
from vertaug.state import State

__all__ = [
    "grid_options", "opening_sites", "plan_cannulas", "plan_cement", "plan_options", "plan_probes",
    "plan_schedule", "solid_view",
]  # fmt: skip

Float = NDArray[np.float64]
Vector = tuple[float, float, float]

COMPARTMENT = {"segmental_vein": VEIN}
"""Space that a pathway leads into wherever it lies; other openings lead into what is there."""


def solid_view(state: State) -> DeformedSolid:
    """What the grid needs of the deformed bone."""
    mesh, bone = state.mesh, state.bone
    return DeformedSolid(
        points=mesh.points,
        cells=mesh.cells,
        volume_ratio=bone.ratio,
        bone_fraction=bone_fraction(bone.density),
        region=mesh.cell_region,
        region_names=mesh.region_names,
        cavities=tuple(cavity_facets(mesh).items()),
    )


def grid_options(case: Case) -> GridOptions:
    """How the plan wants the grid laid."""
    flow = case.plan.flow
    return GridOptions(
        spacing=flow.spacing, reach=flow.margin, permeability_factor=flow.permeability_factor
    )


def opening_sites(case: Case, state: State) -> list[OpeningSite]:
    """Openings of the plan where their facets are now."""
    pressures: dict[str, float | None] = {v.name: v.outlet_pressure for v in case.plan.vein}
    pressures |= {item.name: item.outlet_pressure for item in case.plan.defect}
    usual = case.plan.outlets.pressure
    marks = case.vertebra.landmarks
    axis = np.array([0.0, 0.5 * (marks.anterior_wall + marks.posterior_wall), 0.0])
    return [
        _site(opening, state, pressures.get(opening.name, usual), axis) for opening in case.openings
    ]


def _site(opening: Opening, state: State, pressure: float | None, axis: Float) -> OpeningSite:
    """One opening; its size is the plan's, its place that of its facets; a vein goes on towards the body's `axis`."""
    mesh = state.mesh
    facets = mesh.facets[mesh.facets_of(opening.facet_name)]
    if len(facets) == 0:
        raise InputError(
            "plan", f"{opening.kind}.{opening.name}", "no facet of the mesh at its place",
            "an opening on the surface", "move it onto the bone, or enlarge it", "E-CEMENT-008",
        )  # fmt: skip
    corners = mesh.points[facets]
    mouth = corners.mean(axis=(0, 1))
    way = (axis - mouth) * [1.0, 1.0, 0.0]
    way *= opening.inside / max(float(np.linalg.norm(way)), 1e-9)
    inside = np.array([mouth, mouth + way]) if opening.inside > 0.0 else None
    return OpeningSite(
        opening.name, opening.pathway, COMPARTMENT.get(opening.pathway, "outside"), pressure,
        np.concatenate([corners.mean(axis=1), corners.reshape(-1, 3)]), opening.radius, opening.length,
        inside=inside,
    )  # fmt: skip


def plan_cement(case: Case) -> Cement:
    """The plan's cement."""
    plan = case.plan.cement
    product = case.product
    return Cement(
        product.name, product.curve, plan.start_age, plan.marrow_viscosity, plan.room_temperature,
        plan.body_temperature,
    )  # fmt: skip


_FACING: dict[str, Vector] = {
    "left": (1.0, 0.0, 0.0),
    "right": (-1.0, 0.0, 0.0),
    "anterior": (0.0, -1.0, 0.0),
    "posterior": (0.0, 1.0, 0.0),
    "superior": (0.0, 0.0, 1.0),
    "inferior": (0.0, 0.0, -1.0),
}
_PROBE_DEPTH, _PROBE_CELLS = 2.0, 8
"""How far beneath a wall pressure is read, mm, and over how many cells."""


def _vector(values: Float) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])


def plan_cannulas(case: Case, state: State) -> list[tubes.Cannula]:
    """Cannulas: in the middle of their balloons' cavities, or with tips of their own."""
    plan = case.plan
    own = {item.name: item for item in plan.cannula}
    result = [
        _at_balloon(case, state, balloon.name, own.get(balloon.name)) for balloon in plan.balloon
        if balloon.name not in own or own[balloon.name].balloon is not None
    ]  # fmt: skip
    known = {item.name for item in result}
    for name, item in own.items():
        if name in known:
            continue
        if item.balloon is not None:
            result.append(_at_balloon(case, state, item.balloon, item))
        else:
            tip = np.asarray(item.tip, dtype=np.float64)
            axis = None if item.entry is None else _vector(tip - np.asarray(item.entry))
            within = None if axis is None else float(np.linalg.norm(axis))
            result.append(replace(_cannula(item, _vector(tip), axis), within=within))
    return result


def _cannula(item: Cannula, tip: Vector, direction: Vector | None) -> tubes.Cannula:
    """A cannula of the plan at its place."""
    facing = None if item.facing is None else _FACING[item.facing]
    return tubes.Cannula(
        item.name,
        tip,
        item.gauge,
        item.length,
        item.inner_diameter,
        direction,
        item.opening,
        facing,
        in_body=item.in_body,
    )


def _at_balloon(case: Case, state: State, balloon: str, item: Cannula | None) -> tubes.Cannula:
    """Cannula with its tip in the middle of a balloon's cavity, along the balloon's channel."""
    own = balloon if item is None or item.balloon is None else item.balloon
    facets = cavity_facets(state.mesh)[f"balloon_{own}"]
    middle = _vector(state.mesh.points[facets].mean(axis=(0, 1)))
    approach = next(a for a in case.approaches if a.name == own)
    direction = _vector(approach.balloon_end - approach.balloon_start)
    within = float(np.linalg.norm(np.asarray(middle) - approach.entry))
    if item is not None:
        return replace(_cannula(item, middle, direction), within=within)
    plan = case.plan.cement
    return tubes.Cannula(
        balloon, middle, plan.gauge, plan.cannula_length, direction=direction, within=within
    )  # fmt: skip


def plan_schedule(case: Case) -> list[Push]:
    """The injections in their order."""
    return [
        Push(
            item.cannula,
            item.volume,
            item.rate,
            item.pause,
            item.retract,
            item.with_previous,
            item.remove,
        )
        for item in case.plan.cement.injection
    ]


def plan_options(case: Case, pathways: set[str]) -> InjectionOptions:
    """Limits and rules; a leak is watched on those of the plan's pathways by which cement can leak."""
    plan = case.plan.cement
    stop = plan.stop
    leak = None
    if stop.seen is not None:
        watched = tuple(name for name in stop.pathways if name in pathways)
        leak = LeakRule(stop.seen, stop.delay, watched) if watched or not stop.pathways else None
    return InjectionOptions(
        pressure_limit=plan.pressure_limit,
        compliance=plan.compliance,
        leak=leak,
        set_viscosity=stop.set_viscosity,
        time_limit=stop.time,
        settle=stop.settle,
        front_step=case.plan.flow.saturation_step,
    )


def plan_probes(case: Case, grid: FlowGrid) -> Mapping[str, NDArray[np.intp]]:
    """Cells where intravertebral pressure is read: beneath the posterior wall and the endplates, in the middle."""
    marks = case.vertebra.landmarks
    upper, lower = marks.superior.centre, marks.inferior.centre
    middle = 0.5 * (np.asarray(upper) + np.asarray(lower))
    wall = np.array([middle[0], marks.posterior_wall - _PROBE_DEPTH, middle[2]])
    up = (np.asarray(upper) - np.asarray(lower)) / np.linalg.norm(
        np.asarray(upper) - np.asarray(lower)
    )
    places = {
        "centre": middle,
        "posterior_wall": wall,
        "endplate_superior": upper - _PROBE_DEPTH * up,
        "endplate_inferior": lower + _PROBE_DEPTH * up,
    }
    cells = np.argwhere(np.isin(grid.kind, INSIDE))
    centres = grid.centres(cells)
    found = {}
    for name, place in places.items():
        apart = np.linalg.norm(centres - place, axis=1)
        found[name] = cells[np.argsort(apart, kind="stable")[:_PROBE_CELLS]]
    return found
