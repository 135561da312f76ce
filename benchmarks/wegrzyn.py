# SPDX-License-Identifier: BSD-3-Clause
"""Crush of a whole vertebral body after Wegrzyn et al. (2011), J Bone Miner Res 26:739-746.

An L3 body is compressed to 25 % of its height, unloaded, left for 30 minutes and compressed again.
Measured (n = 21): 31 ± 7 % of the deformation recovers, stiffness falls by 53 ± 18 %, failure load by
11 ± 19 %. Prints the same numbers of the default bone on one or more meshes:

    python benchmarks/wegrzyn.py --size 4 --size 2.8 --out runs/wegrzyn
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.materials.bone import BoneLaw
from vertaug.outcomes import Crush, body_height, crush_test, potted, sound_specimen
from vertaug.validation.bodies import bone_and_shells

MEASURED = {"recovery": (0.31, 0.07), "stiffness": (-0.53, 0.18), "failure load": (-0.11, 0.19)}
"""Mean and standard deviation of each number in the 21 vertebrae."""


def experiment(
    size: float, density: float = 90.0, law: BoneLaw | None = None, steps: int = 40
) -> tuple[Crush, int, float]:
    """Crush test, number of cells and body height (mm) of an L3 of ``density`` mg/cm³."""
    default = bone_and_shells()
    model = potted(default if law is None else replace(default, law=law))
    vertebra = ParametricVertebra(level="L3", density=density).build(0.8)
    state = sound_specimen(vertebra, model, size)
    height = body_height(state.mesh)
    return crush_test(state, model, 0.25 * height, steps), state.mesh.n_cells, height


def numbers(crush: Crush) -> dict[str, float]:
    """Return the three numbers of the paper."""
    return {
        "recovery": crush.recovery,
        "stiffness": crush.stiffness[1] / crush.stiffness[0] - 1.0,
        "failure load": crush.strength[1] / crush.strength[0] - 1.0,
    }


def main() -> None:
    """Run the meshes asked for and print one row for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, action="append", help="edge length, mm; may repeat")
    parser.add_argument("--density", type=float, default=90.0, help="mg/cm³ K2HPO4-equivalent")
    parser.add_argument("--steps", type=int, default=40, help="steps of the crush")
    parser.add_argument("--out", type=Path, help="folder for the force-displacement curves")
    given = parser.parse_args()
    print(
        "| edge mm | cells | recovery % | at once % | stiffness N/mm | change % | load N | change % | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for size in given.size or [4.0]:
        begin = time.perf_counter()
        crush, cells, _ = experiment(size, given.density, steps=given.steps)
        found = {name: 100.0 * value for name, value in numbers(crush).items()}
        print(
            f"| {size:g} | {cells} | {found['recovery']:.1f} | {100.0 * crush.instant_recovery:.1f}"
            f" | {crush.stiffness[0]:.0f} | {found['stiffness']:+.0f} | {crush.strength[0]:.0f}"
            f" | {found['failure load']:+.0f} | {time.perf_counter() - begin:.0f} |",
            flush=True,
        )
        if given.out is not None:
            given.out.mkdir(parents=True, exist_ok=True)
            for name, curve in (("first", crush.first), ("second", crush.second)):
                path = given.out / f"{name}_{size:g}mm.csv"
                np.savetxt(
                    path, curve, delimiter=",", header="displacement_mm,force_N", comments=""
                )


if __name__ == "__main__":
    main()
