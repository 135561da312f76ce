# SPDX-License-Identifier: BSD-3-Clause
"""Kyphoplasty of a specimen as a plan: what experiments with balloons share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vertaug.errors import NotConvergedError
from vertaug.mesh.surface import enclosed_volume
from vertaug.outcomes import Heights, body_alone, to_mL, to_psi
from vertaug.procedure.case import Case, make_case
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_stages
from vertaug.procedure.stage import Results, last_of
from vertaug.solid.model import outer_facets
from vertaug.state import State
from vertaug.validation.experiment import Setting

__all__ = ["FRACTURE", "Treatment", "balloons", "body_volume", "specimen_volume", "treat"]

SIDES = ("left", "right")
FRACTURE = ("heights_at_once", "peak_N", "stop")
"""What is told of a stage of fracture."""


def balloons(volume: str, sides: tuple[str, ...] = SIDES) -> list[dict[str, str]]:
    """Tables of balloons with ``volume`` each, all else by default."""
    return [{"name": side, "side": side, "volume": volume} for side in sides]


def specimen_volume(case: Case) -> float:
    """Volume (mm³) of a vertebra's body without its arch."""
    grid = body_alone(case.vertebra).distance
    # The signed distance over a voxel's edge, clipped, is the share of the voxel that is inside.
    edge = float(np.mean(grid.spacing))
    share = np.clip(0.5 - grid.values / edge, 0.0, 1.0)
    return float(share.sum(dtype=np.float64)) * edge**3


def body_volume(case: Case, state: State) -> float:
    """Volume (mm³) of the body at ``state`` with its cavities; it was the case's vertebra at first."""
    outer = enclosed_volume(state.mesh.points, outer_facets(state.mesh))
    return specimen_volume(case) + outer - state.outer_volume


@dataclass(frozen=True)
class Treatment:
    """A run of a plan up to its deflation: the `case` and its stages `done`."""

    case: Case
    done: Results

    def heights(self, kind: str) -> Heights:
        """Heights (mm) at the end of the last stage of a kind."""
        found = last_of(self.done, kind)
        if found is None:
            raise KeyError(kind)
        return Heights.of(found.facts["heights"])

    @property
    def before(self) -> Heights:
        """Heights before the balloons are inflated, under the axial load."""
        names = list(self.done)
        inflated = next(n for n in names if self.done[n].kind == "inflate")
        return Heights.of(self.done[names[names.index(inflated) - 1]].facts["heights"])

    @property
    def intact(self) -> Heights:
        """Heights before the fracture."""
        found = self.case.intact
        if found is None:
            message = "a vertebra whose heights before its fracture nothing tells"
            raise ValueError(message)
        return found

    @property
    def pressure(self) -> float:
        """Mean pressure (psi) of the balloons where they stopped, settled."""
        inflated = last_of(self.done, "inflate")
        assert inflated is not None
        return float(np.mean([to_psi(p) for p in inflated.facts["pressures"].values()]))

    @property
    def largest_pressure(self) -> float:
        """Largest pressure (psi) of any balloon in any step."""
        inflated = last_of(self.done, "inflate")
        assert inflated is not None
        return to_psi(float(inflated.arrays["records"][:, 3].max()))

    def facts(self) -> dict[str, Any]:
        """What is worth telling of the run."""
        inflated = last_of(self.done, "inflate")
        assert inflated is not None
        records = inflated.arrays["records"]
        last = records[-len(inflated.facts["cavities"]) :]
        broken = last_of(self.done, "fracture")
        told = {} if broken is None else {key: broken.facts[key] for key in FRACTURE}
        return told | {
            "intact_mm": list(self.intact.to_dict().values()),
            "heights_mm": {name: result.facts["heights"] for name, result in self.done.items()},
            "wedge_deg": {name: result.facts["wedge"] for name, result in self.done.items()},
            "stops": inflated.facts["stops"],
            "pressure_psi": self.pressure,
            "largest_pressure_psi": self.largest_pressure,
            "volumes_mL": [to_mL(float(row[2])) for row in last],
            "cells": self.done[list(self.done)[-1]].state.mesh.n_cells,
            "energy_share_of_viscosity": _artificial(inflated.facts["energy"]),
        }


def _artificial(energy: Mapping[str, Any]) -> float:
    """Share of the step's viscosity in the work of an inflation."""
    from vertaug.solid.energy_balance import EnergyBalance

    return float(EnergyBalance.from_dict(dict(energy)).artificial_share)


def treat(
    setting: Setting,
    plan: Mapping[str, Any],
    stages: tuple[str, ...] = ("access", "inflate", "deflate"),
    fracture: Mapping[str, Any] | None = None,
) -> Treatment:
    """Run a plan's stages with the meshes of ``setting``; finished stages are kept there and not run again.

    ``fracture`` are the keys of a stage of that kind, which comes before the others.

    Raises
    ------
    NotConvergedError
        A stage ended before its end.
    """
    procedure: dict[str, Any] = {"stages": list(stages)}
    if fracture is not None:
        table = {"kind": "fracture"} | dict(fracture)
        procedure = {"stages": ["fracture", *stages], "stage": [table]}
    data = {"mesh": setting.mesh, "procedure": procedure, **plan}
    built: Plan = plan_from_dict(data)
    name = hashlib.sha256(built.resolved_toml().encode()).hexdigest()[:12]
    case = make_case(built)
    with RunFolder(setting.work / name, built) as folder:
        done = run_stages(built, case, Silent(), folder)
    for result in done.values():
        if result.facts.get("failure"):
            raise NotConvergedError(
                result.name, int(result.facts["failed_step"]), result.facts["failure"]
            )
    return Treatment(case, done)
