# SPDX-License-Identifier: BSD-3-Clause
"""The summary of a run from the stages that were run."""

from __future__ import annotations

import functools
import platform
from typing import Any

import numpy as np

from vertaug.outcomes import (
    Heights,
    Restoration,
    balloon_pressure,
    lift,
    restoration,
    rim_density,
    springback,
    to_mL,
    to_psi,
)
from vertaug.procedure.case import Case
from vertaug.procedure.inflation_marrow import marrow_summary
from vertaug.procedure.set_cement import set_cement_summary
from vertaug.procedure.spine_load import spine_summary
from vertaug.procedure.stage import (
    Results,
    StageResult,
    before_treatment,
    just_before,
    last_of,
    last_stage,
)
from vertaug.procedure.stages_access import as_cut
from vertaug.procedure.stages_cure import heat_summary
from vertaug.procedure.stages_flow import cement_summary
from vertaug.procedure.stages_load import load_summary
from vertaug.procedure.summary import (
    Balances,
    BalloonSummary,
    EnergySummary,
    MeshSummary,
    StageSummary,
    Summary,
)
from vertaug.procedure.tumour_setup import tumour_summary
from vertaug.solid.energy_balance import EnergyBalance
from vertaug.solid.model import cavity_facets

__all__ = ["summarise"]


def _heights(result: StageResult) -> Heights:
    return Heights.of(result.facts["heights"])


def _balloons(case: Case, inflated: StageResult | None) -> tuple[BalloonSummary, ...]:
    """Balloons at their stop."""
    if inflated is None:
        return ()
    records, rows = inflated.arrays["records"], []
    mesh, pressures = inflated.state.mesh, inflated.facts["pressures"]
    lifted = {
        name: lift(mesh.points, facets, float(pressures[name]))
        for name, facets in cavity_facets(mesh).items()
        if name in pressures
    }
    for index, cavity in enumerate(inflated.facts["cavities"]):
        own = records[records[:, 1] == index]
        if not len(own):
            continue
        outcome = balloon_pressure(own[:, 2], own[:, 3]) if len(own) > 1 else None
        rows.append(
            BalloonSummary(
                name=cavity.removeprefix("balloon_"),
                volume_mL=to_mL(own[-1, 2]),
                pressure_psi=to_psi(own[-1, 3]),
                plateau_psi=None if outcome is None else outcome.plateau_psi,
                stop=inflated.facts["stops"][cavity],
                lift_N=lifted[cavity].force,
                contact_mm2=lifted[cavity].area,
                contact_MPa=lifted[cavity].stress,
            )
        )
    return tuple(rows)


def _worst(done: Results, key: str) -> float | None:
    """Largest value of a balance over the stages that know it."""
    values = [result.facts[key] for result in done.values() if result.facts.get(key) is not None]
    return max(values) if values else None


def _fracture(result: StageResult) -> dict[str, Any]:
    """What a stage of fracture tells: what ended it, highest load, way and loss of anterior height at the end."""
    curve = result.arrays["curve"]
    way, loss = (float(curve[-1, 0]), float(curve[-1, 2])) if len(curve) else (0.0, 0.0)
    return {
        "stage": result.name, "stop": result.facts["stop"] or None, "peak_N": result.facts["peak_N"],
        "way_mm": way, "anterior_loss_percent": 100.0 * loss,
        "heights_at_once_mm": Heights.of(result.facts["heights_at_once"]).to_dict(),
    }  # fmt: skip


def _energy_error(done: Results) -> float | None:
    """Largest relative error of the balances of energy."""
    known = [result.facts["energy"] for result in done.values() if "energy" in result.facts]
    errors = [EnergyBalance.from_dict(energy).relative_error for energy in known]
    return max(errors) if errors else None


def _balance(done: Results) -> EnergyBalance | None:
    """Balance of energy of all stages that know one; a deflation's holds that of its inflation."""
    known: list[EnergyBalance] = []
    for result in done.values():
        if "energy" not in result.facts:
            continue
        own = EnergyBalance.from_dict(result.facts["energy"])
        if result.kind == "deflate" and known:
            known[-1] = own
        else:
            known.append(own)
    return functools.reduce(EnergyBalance.followed_by, known) if known else None


def _energies(balance: EnergyBalance) -> EnergySummary:
    """Energies for the summary."""
    total = balance.total
    return EnergySummary(
        external_mJ=total.external,
        stored_mJ=total.stored,
        dissipated_mJ=total.dissipated,
        artificial_mJ=total.artificial,
        contact_mJ=total.contact,
        lag_mJ=total.lag,
        transfer_mJ=total.transfer,
        artificial_share=balance.artificial_share,
    )


def _rims(state_result: StageResult | None) -> dict[str, Any]:
    """Compacted rim of every cavity, by balloon, from the cells nearest to it."""
    if state_result is None:
        return {}
    state = state_result.state
    centroids, volumes = state.mesh.centroids(), state.mesh.volumes()
    cavities = cavity_facets(state.mesh)
    centres = np.array([state.mesh.points[f].mean(axis=(0, 1)) for f in cavities.values()])
    owner = np.argmin(np.linalg.norm(centroids[:, None] - centres, axis=2), axis=1)
    rims = {}
    for index, (name, facets) in enumerate(cavities.items()):
        near = owner == index
        rim = rim_density(
            centroids[near], volumes[near], state.bone.ratio[near], state.mesh.points, facets
        )
        rims[name.removeprefix("balloon_")] = vars(rim)
    return rims


def _access(case: Case, done: Results) -> list[dict[str, Any]]:
    """Angles and least distances of the approaches, in the plan's order of balloons."""
    routes = {balloon.name: balloon.route for balloon in case.plan.balloon}
    rows = []
    for approach in as_cut(case, done).approaches:
        gaps = approach.gaps
        rows.append(
            {
                "name": approach.name,
                "route": routes[approach.name],
                "medial_deg": approach.medial_deg,
                "caudal_deg": approach.caudal_deg,
                "entry_mm": approach.entry,
                "tip_mm": approach.balloon_end + approach.channel_radius * approach.direction,
                **({} if gaps is None else {f"{name}_mm": gap for name, gap in vars(gaps).items()}),
            }
        )
    return rows


def _restoration_extras(case: Case, done: Results) -> dict[str, Any]:
    """Reference body, springback and rims, where the run knows them."""
    extra: dict[str, Any] = {"title": case.plan.plan.title}
    if case.intact is not None:
        extra["reference"] = {
            "heights_mm": case.intact.to_dict(),
            "wedge_deg": None,
            "source": case.vertebra.reference_source,
        }
    inflated, deflated = last_of(done, "inflate"), last_of(done, "deflate")
    if inflated is not None and deflated is not None:
        start = just_before(done, inflated) or inflated
        moments = (_heights(result) for result in (start, inflated, deflated))
        extra["springback"] = springback(*moments).to_dict()
    extra["balloon_limits"] = {
        item.name: {"pressure_psi": to_psi(item.pressure_limit), "volume_mL": to_mL(item.volume)}
        for item in case.plan.balloon
    }
    broken = [_fracture(result) for result in done.values() if result.kind == "fracture"]
    if broken:
        extra["fractures"] = broken
    loads = load_summary([result for result in done.values() if result.kind == "load"])
    if loads:
        extra["loads"] = loads
    marrow = marrow_summary(inflated)
    if marrow is not None:
        extra["inflation_marrow"] = marrow
    extra["rim"] = _rims(deflated or inflated)
    access = _access(case, done)
    if access:
        extra["access"] = access
    extra |= spine_summary(case, done)
    return extra


def _gained(case: Case, before: StageResult, after: StageResult) -> Restoration:
    """Height won between two stages."""
    return restoration(
        _heights(before), _heights(after), case.intact, case.vertebra.reference_doubt
    )


_VACUUM = -0.1
"""Pressure (MPa, against the surroundings) below which a liquid parts."""


def _suction(done: Results) -> tuple[str, ...]:
    """Warning of nuclei that are drawn below vacuum, as no liquid bears: theirs is not let part."""
    low = [
        (disc["pressure_MPa"], result.name)
        for result in done.values()
        for disc in (result.facts["surroundings"].get(side) for side in ("superior", "inferior"))
        if disc and disc.get("pressure_MPa", 0.0) < _VACUUM
    ]
    if not low:
        return ()
    stages = ", ".join(dict.fromkeys(name for _, name in low))
    return (
        f"a disc's nucleus is drawn to {min(low)[0]:.2f} MPa ({stages}), below vacuum: a real one would open a gap, "
        "so that the endplates are pulled at too much there",
    )


def _stages(case: Case, done: Results) -> tuple[StageSummary, ...]:
    """Shape after each stage; restoration from the last state before the treatment on."""
    start, found, begun = before_treatment(done), [], False
    for result in done.values():
        gained = _gained(case, start, result) if begun else None
        begun = begun or result.name == start.name
        found.append(
            StageSummary(
                result.name,
                _heights(result),
                result.facts["wedge"],
                result.kind,
                result.facts["shape"],
                gained,
                result.facts["surroundings"],
            )
        )
    return tuple(found)


def summarise(
    case: Case,
    done: Results,
    warnings: tuple[str, ...],
    total: float,
    seconds: dict[str, float],
    digest: str,
) -> Summary:
    """Summary of the stages ``done``."""
    last = last_stage(done)
    marks = case.vertebra.landmarks
    frame = case.vertebra.frame
    extra = _restoration_extras(case, done) | {
        "input_sha256": digest,
        "platform": {"python": platform.python_version(), "machine": platform.machine()},
        "frame": {"origin_mm": frame.origin, "axes": frame.axes},
        "transfer": {"largest_mass_correction": last.state.transfer_error},
        "body": {"width_mm": marks.width, "depth_mm": marks.depth},
    }
    extra |= heat_summary(last_of(done, "cure")) | set_cement_summary(last_of(done, "cure"))
    extra |= tumour_summary(last_of(done, "inject"))
    state, energy = last.state, _balance(done)
    return Summary(
        stages=_stages(case, done),
        restoration=_gained(case, before_treatment(done), last) if len(done) > 1 else None,
        balloons=_balloons(case, last_of(done, "inflate")),
        cement=cement_summary(case, last_of(done, "inject")),
        balances=Balances(
            cement=_worst(done, "cement_balance"),
            cavity_identity=_worst(done, "cavity_identity"),
            bone_mass=_worst(done, "bone_mass"),
            reactions=_worst(done, "reactions"),
            energy=_energy_error(done),
            heat=_worst(done, "heat_balance"),
            cement_in_solid=_worst(done, "cement_transfer"),
        ),
        energy=None if energy is None else _energies(energy),
        mesh=MeshSummary(
            nodes=state.mesh.n_points,
            cells=state.mesh.n_cells,
            min_quality=min(result.facts["min_quality"] for result in done.values()),
            remeshes=state.remeshes,
        ),
        total_seconds=total,
        compile_seconds=sum(result.facts["compile_seconds"] for result in done.values()),
        stage_seconds=seconds,
        warnings=(*warnings, *_suction(done)),
        extra=extra,
    )
