# SPDX-License-Identifier: BSD-3-Clause
"""Members of the robustness study: a random plan, and its run with every accepted state checked.

``python -m benchmarks.robustness_members STUDY MEMBER FILE`` runs one member, tells its steps on the
standard output and writes its row (JSON) to FILE. The plan depends on STUDY and MEMBER alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vertaug.balloon.catalogue import catalogue
from vertaug.balloon.cortex import ruptured_area
from vertaug.errors import InputError, InputErrors, NotConvergedError, VertaugError
from vertaug.procedure.build import build_vertebra, plan_channels
from vertaug.procedure.case import make_case
from vertaug.procedure.checkpoint import atomic_write
from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.stages_access import run_access
from vertaug.procedure.stages_solid import run_deflate, run_inflate
from vertaug.state import State

__all__ = ["random_plan", "run_member", "seed_of"]

LEVELS = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5")
LIMITS = (400.0, 700.0)
"""Pressures (psi) that balloons are rated for (recalled)."""
TRIES = 40
"""Vertebrae drawn until one holds its balloons, and places drawn until one keeps its distances."""
REACH = 5.0
"""Largest shift (mm) of a balloon's tip, and of the cannula's entry by a third of it, from the best place."""


def seed_of(study: str, member: int) -> int:
    """Seed that depends on the study's name and the member's number alone."""
    return int.from_bytes(hashlib.sha256(f"{study}/{member}".encode()).digest()[:8], "big")


def _anatomy(rng: np.random.Generator) -> dict[str, Any]:
    """A random parametric vertebra of 30 to 200 mg/cm³, most of them fractured, half with a cleft."""
    kind = str(rng.choice(["none", "wedge", "biconcave", "crush"], p=[0.15, 0.4, 0.2, 0.25]))
    anatomy: dict[str, Any] = {
        "source": "parametric",
        "level": str(rng.choice(LEVELS)),
        "scale": rng.uniform(0.9, 1.15),
        "density": f"{np.exp(rng.uniform(np.log(30.0), np.log(200.0)))} mg/cm^3",
    }
    grade = int(rng.integers(1, 4))
    band = {
        "height": f"{rng.uniform(4.0, 12.0)} mm",
        "centre": rng.uniform(0.35, 0.8),
        "damage": rng.uniform(0.2, 0.8),
    }
    if kind != "none":
        anatomy |= {"deformity": {"kind": kind, "genant": grade}, "band": band}
    if rng.random() < 0.5:
        anatomy["cleft"] = {
            "width": f"{rng.uniform(8.0, 24.0)} mm",
            "depth": f"{rng.uniform(5.0, 15.0)} mm",
            "height": f"{rng.uniform(1.5, 5.0)} mm",
        }
    return anatomy


def _plan_data(rng: np.random.Generator) -> dict[str, Any]:
    """A random plan with the balloons where the planning puts them."""
    anatomy = _anatomy(rng)
    sides = ("left", "right") if rng.random() < 0.5 else (str(rng.choice(["left", "right"])),)
    kind = str(rng.choice(sorted(catalogue())))
    full = catalogue()[kind].value("greatest_volume")
    channel, share = rng.uniform(3.0, 4.5), rng.uniform(0.6, 1.0)
    limit = float(rng.choice(LIMITS))
    route = "extrapedicular" if rng.random() < 0.2 else "transpedicular"
    fine = float(np.exp(rng.uniform(np.log(0.7), np.log(2.0))))
    data: dict[str, Any] = {
        "anatomy": anatomy,
        "balloon": [
            {
                "name": side,
                "side": side,
                "route": route,
                "type": kind,
                "channel_diameter": f"{channel} mm",
                "volume": f"{share * full} mm^3",
                "pressure_limit": f"{limit} psi",
            }
            for side in sides
        ],
        "boundary": {"axial_load": f"{rng.uniform(0.0, 200.0)} N"},
        "mesh": {"size": f"{rng.uniform(3.0, 4.0)} mm", "cavity_size": f"{fine} mm"},
        "numerics": {"volume_step": rng.uniform(0.08, 0.16), "deflation_steps": 5},
        "output": {"pictures": False, "fields": False},
        "procedure": {"stages": ["access", "inflate", "deflate"]},
    }
    gaps = {
        "endplate_gap": f"{rng.uniform(0.3, 1.0)} mm",
        "cortex_gap": f"{rng.uniform(0.3, 0.5)} mm",
    }
    return data | {"balloon": [balloon | gaps for balloon in data["balloon"]]}


def _moved(data: dict[str, Any], rng: np.random.Generator) -> Plan:
    """Plan of ``data`` with its balloons shifted at random as far as the bone around them allows."""
    plan = plan_from_dict(data)
    vertebra = build_vertebra(plan)
    approaches, _ = plan_channels(plan, vertebra)
    for attempt in range(TRIES):
        reach = REACH * (1.0 - attempt / TRIES)
        balloons = []
        for balloon, approach in zip(data["balloon"], approaches, strict=True):
            axis = approach.balloon_end - approach.balloon_start
            tip = approach.balloon_end + approach.channel_radius * axis / np.linalg.norm(axis)
            target = tip + rng.uniform(-reach, reach, 3)
            entry = approach.entry + rng.uniform(-reach, reach, 3) / 3.0
            place = {"entry": _position(entry), "target": _position(target)}
            balloons.append(balloon | place)
        moved = plan_from_dict(data | {"balloon": balloons})
        try:
            plan_channels(moved, vertebra)
        except InputError:
            continue
        return moved
    return plan


def _position(point: np.ndarray) -> list[str]:
    return [f"{value} mm" for value in point]


def random_plan(study: str, member: int) -> tuple[Plan, int]:
    """Plan of a member and how many vertebrae were too small for the balloons drawn with them."""
    rng = np.random.default_rng(seed_of(study, member))
    for refused in range(TRIES):
        try:
            return _moved(_plan_data(rng), rng), refused
        except (InputError, InputErrors):
            continue
    message = f"no vertebra of {TRIES} holds its balloons: member {member} of study {study!r}"
    raise RuntimeError(message)


class _Watch:
    """Listener of a run: prints its steps and checks every state it accepts."""

    def __init__(self) -> None:
        self.states = self.inverted = self.not_finite = 0
        self.worst_volume = np.inf

    def stage_started(self, name: str) -> None:
        """Print it."""
        print(name, flush=True)

    def step(self, name: str, fraction: float, message: str, values: Mapping[str, float]) -> None:
        """Print it."""
        numbers = " ".join(f"{key}={value:.4g}" for key, value in values.items())
        print(f"{name} {fraction:.3f} {message} {numbers}", flush=True)

    def stage_finished(self, name: str, seconds: float) -> None:
        """Ignore it."""

    def warning(self, text: str) -> None:
        """Ignore it."""

    def state(self, state: State) -> None:
        """Count states with a cell that is inverted, or with numbers that are not finite."""
        volumes = state.mesh.volumes()
        bone = state.bone
        arrays = (state.mesh.points, bone.metric, bone.ratio, bone.density, state.shell.metric)
        self.states += 1
        self.inverted += bool((volumes <= 0.0).any() or (bone.ratio <= 0.0).any())
        self.not_finite += not all(bool(np.isfinite(array).all()) for array in arrays)
        self.worst_volume = min(self.worst_volume, float(volumes.min()))


def _facts_of(plan: Plan) -> dict[str, Any]:
    """What of a plan the table and its reader sort members by."""
    anatomy = plan.anatomy
    return {
        "level": anatomy.level,
        "kind": anatomy.deformity.kind,
        "density_mg_cm3": round(anatomy.density, 2),
        "cleft": anatomy.cleft is not None,
        "balloons": len(plan.balloon),
        "length_mm": plan.balloon[0].length,
        "volume_mL": round(plan.balloon[0].volume / 1000.0, 3),
        "cavity_size_mm": round(plan.mesh.cavity_size, 3),
        "size_mm": round(plan.mesh.size, 3),
    }


def _ended(row: dict[str, Any], watch: _Watch, plan: Plan) -> None:
    """Run the stages of ``plan`` and write into ``row`` what came of each."""
    begun = time.perf_counter()
    seconds = row["seconds"]

    def lap(name: str) -> None:
        seconds[name] = round(time.perf_counter() - begun - sum(seconds.values()), 2)

    row["stage"] = "access"
    case = make_case(plan)
    result = run_access(case, watch)
    watch.state(result.state)
    row["cells"] = [result.state.mesh.n_cells]
    lap("access")
    row["stage"] = "inflate"
    inflated = run_inflate(case, result, watch, watch.state)
    lap("inflate")
    facts = inflated.facts
    row["cells"].append(inflated.state.mesh.n_cells)
    row |= {
        key: facts[key] for key in ("stops", "steps", "newton_iterations", "cuts", "min_quality")
    }
    thickness = plan.bone.cortex_thickness
    row["torn_mm2"] = [
        round(ruptured_area(inflated.state, thickness, limit), 2)
        for limit in (0.01, 0.02, 0.05, 0.1)
    ]
    row["remeshes"] = inflated.state.remeshes
    last = inflated.arrays["records"][-len(facts["stops"]) :]
    row["reached"] = [
        round(float(volume) / balloon.volume, 4)
        for volume, balloon in zip(last[:, 2], case.balloons, strict=True)
    ]
    row["pressures_MPa"] = [round(float(pressure), 4) for pressure in last[:, 3]]
    row["balances"] = {key: facts[key] for key in ("cavity_identity", "bone_mass", "reactions")}
    row["heights_mm"] = [result.facts["heights"], facts["heights"]]
    if facts.get("failure"):
        row |= {"outcome": "not converged", "reason": facts["failure"]}
        return
    row["stage"] = "deflate"
    deflated = run_deflate(case, inflated, watch, watch.state)
    lap("deflate")
    row["heights_mm"].append(deflated.facts["heights"])
    if deflated.facts.get("failure"):
        row |= {"outcome": "not converged", "reason": deflated.facts["failure"]}
        return
    row["outcome"] = "stop rule"


def run_member(study: str, member: int) -> dict[str, Any]:
    """Run one member; its row holds the outcome, never an exception of the engine's own kind."""
    plan, refused = random_plan(study, member)
    row: dict[str, Any] = {"member": member, "seed": seed_of(study, member), "refused": refused}
    row |= _facts_of(plan) | {"seconds": {}}
    print(plan.resolved_toml(), flush=True)
    watch = _Watch()
    try:
        _ended(row, watch, plan)
    except NotConvergedError as error:
        reason = f"{error.reason} (step {error.step})"
        row |= {"outcome": "not converged", "reason": reason}
    except VertaugError as error:
        row |= {"outcome": "refused", "reason": " ".join(str(error).split())}
    row |= {"states": watch.states, "inverted": watch.inverted, "not_finite": watch.not_finite}
    row["smallest_cell_mm3"] = watch.worst_volume if watch.states else None
    row["processor_s"] = round(time.process_time(), 2)
    return row


if __name__ == "__main__":
    result = run_member(sys.argv[1], int(sys.argv[2]))
    atomic_write(Path(sys.argv[3]), json.dumps(result) + "\n")
