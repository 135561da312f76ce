# SPDX-License-Identifier: BSD-3-Clause
"""A run folder with numbers of the right shape, to be reported."""

from __future__ import annotations

import json

import numpy as np

from vertaug.outcomes import (
    InflationRow,
    InjectionCurve,
    write_inflation_curve,
    write_injection_curve,
)

_GAINED = {
    "anterior": {"gain_mm": 1.6, "of_lost_percent": 23.6, "ratio_percent": 79.4},
    "middle": {"gain_mm": 1.61, "of_lost_percent": 35.8, "ratio_percent": 88.3},
    "posterior": {"gain_mm": 0.07, "of_lost_percent": None, "ratio_percent": 99.5},
}
_TAKEN = {
    "superior": {"compression_mm": 0.16, "largest_mm": 0.3, "energy_mJ": 11.0, "drawn_share": 0.0},
    "inferior": {"compression_mm": 0.14, "largest_mm": 0.2, "energy_mJ": 10.0, "drawn_share": 0.0},
    "platen_down_mm": 0.4,
    "platen_forwards_deg": 1.2,
    "platen_left_deg": 0.0,
}
_LOADS = [
    {
        "stage": "load_treated", "case": "flexion", "ended": "not_converged", "force_N": 840.0, "share_borne": 0.7,
        "stiffness_N_mm": 3120.0, "strength_N": None, "shell_share": 0.38,
        "loaded_heights_mm": {"anterior": 19.4, "middle": 21.0, "posterior": 26.0},
        "endplates": {"endplate_superior": {"mean_MPa": 1.0, "high_MPa": 3.1, "bulge_mm": -0.041}},
        "interface": {"area_mm2": 900.0, "pull_MPa": 0.1, "push_MPa": 1.0, "shear_MPa": 0.92, "jump": 0.3},
    },
    {
        "stage": "load_strength", "case": "to_failure", "ended": "failure", "strength_N": 1980.0, "highest_N": 2110.0,
        "stiffness_N_mm": 4100.0, "way_mm": 1.1, "shell_share": 0.52, "interface": None,
        "loaded_heights_mm": {"anterior": 19.1, "middle": 21.0, "posterior": 26.0},
    },
]  # fmt: skip
_SHIFTED = {
    "stage": "deflate", "kyphosis_deg": 6.0,
    "not_compensated": {
        "shift_mm": 31.4, "erector_N": 319.0, "erector_change_percent": 104.4, "compression_N": 779.0,
        "compression_change_percent": 26.4,
    },
    "compensated": {
        "shift_mm": 14.1, "erector_N": 229.0, "erector_change_percent": 47.0, "compression_N": 689.0,
        "compression_change_percent": 11.9,
    },
}  # fmt: skip
_FACTORS = [
    {
        "stage": "deflate",
        "level": "T12",
        "strength_N": 2080.0,
        "not_compensated": 0.71,
        "compensated": 0.64,
    },
    {
        "stage": "deflate",
        "level": "L2",
        "strength_N": 2190.0,
        "not_compensated": 0.67,
        "compensated": 0.6,
    },
]


def summary():
    return {
        "schema": 1,
        "version": "0.1.0",
        "title": "Kyphoplasty of a wedge fracture of L1",
        "stages": [
            {
                "name": n,
                "kind": n,
                "heights_mm": {"anterior": a, "middle": m, "posterior": p},
                "wedge_deg": w,
                "mean_rim_mm": 21.4,
                "volume_mL": 28.3,
                "cobb_deg": None,
                "restoration": _GAINED if n == "deflate" else None,
                "surroundings": _TAKEN if n == "deflate" else None,
            }
            for n, a, m, p, w in (
                ("access", 18.42, 20.10, 26.31, 14.2),
                ("inflate", 20.61, 22.35, 26.40, 10.4),
                ("deflate", 20.02, 21.71, 26.38, 11.5),
                ("inject", 20.02, 21.71, 26.38, 11.5),
            )
        ],
        "reference": {
            "heights_mm": {"anterior": 25.2, "middle": 24.6, "posterior": 26.5},
            "wedge_deg": 1.9,
            "source": "the parametric body before its deformity",
        },
        "restoration": {
            "anterior": {"gain_mm": 1.6, "of_lost_percent": 23.6, "ratio_percent": 79.4},
            "middle": {"gain_mm": 1.61, "of_lost_percent": 35.8, "ratio_percent": 88.3},
            "posterior": {"gain_mm": 0.07, "of_lost_percent": None, "ratio_percent": 99.5},
        },
        "springback": {
            "anterior": {"lost_mm": 0.59, "of_gain_percent": 26.9, "of_height_before_percent": 3.2},
            "middle": {"lost_mm": 0.64, "of_gain_percent": 28.4, "of_height_before_percent": 3.2},
            "posterior": {
                "lost_mm": 0.02,
                "of_gain_percent": None,
                "of_height_before_percent": 0.1,
            },
        },
        "loads": _LOADS,
        "upper_body": [_SHIFTED],
        "adjacent_fracture": {
            "basis": "Load over strength",
            "strength_N": 1980.0,
            "factors": _FACTORS,
        },
        "access": [
            {
                "name": "left",
                "route": "transpedicular",
                "medial_deg": 18.6,
                "caudal_deg": 6.5,
                "canal_mm": 2.04,
                "cortex_mm": 1.96,
                "balloon_mm": 5.8,
                "ahead_mm": 7.8,
                "entry_mm": [21.1, 37.4, 3.6],
                "tip_mm": [6.6, -5.6, -0.2],
            },
        ],
        "balloons": [
            {
                "name": f"balloon_{s}",
                "volume_mL": v,
                "pressure_psi": p,
                "plateau_psi": q,
                "stop": t,
                "lift_N": 221.0,
                "contact_mm2": 310.0,
                "contact_MPa": 0.71,
            }
            for s, v, p, q, t in (
                ("left", 2.61, 214.0, 188.4, "endplate gap"),
                ("right", 2.58, 209.0, 183.9, "endplate gap"),
            )
        ],
        "balloon_limits": {
            "balloon_left": {"pressure_psi": 400.0, "volume_mL": 3.0},
            "balloon_right": {"pressure_psi": 400.0, "volume_mL": 3.0},
        },
        "rim": {
            "balloon_left": {
                "thickness_mm": 1.3,
                "within": {"1": 3.1, "2": 2.2, "3": 1.7},
                "peak": 5.8,
            },
        },
        "cement": {
            "injected_mL": 5.0,
            "in_bone_mL": 4.871,
            "fill_fraction": 0.183,
            "leaked_mL": {"cortical_defect": 0.031, "basivertebral": 0.098, "disc": 0.0},
            "first_leak_s": {"cortical_defect": 71.2, "basivertebral": 48.6, "disc": None},
            "leaked_by_pathway_and_space_mL": {
                "cortical_defect": {"paravertebral": 0.031},
                "basivertebral": {"in_vessels": 0.027, "canal": 0.061, "foramen_left": 0.01},
                "disc": {},
            },
        },
        "balances": {
            "cement": 3.1e-11,
            "cavity_identity": 4.2e-4,
            "bone_mass": 2.7e-3,
            "reactions": 6.4e-8,
            "energy": 3.8e-3,
        },
        "energy": {
            "external_mJ": 1350.0,
            "stored_mJ": 52.0,
            "dissipated_mJ": 1270.0,
            "artificial_mJ": 23.0,
            "contact_mJ": 0.1,
            "lag_mJ": 4.0,
            "transfer_mJ": -1.5,
            "artificial_share": 0.016,
        },
        "mesh": {"nodes": 15233, "cells": 74120, "min_quality": 0.113, "remeshes": 2},
        "timings_s": {
            "total": 128.4,
            "compile": 21.3,
            "inflate": 74.0,
            "deflate": 9.1,
            "inject": 18,
        },
        "warnings": ["The defect lies 0.4 mm from the balloon's wall."],
    }


def inflation():
    volume = np.linspace(60.0, 2600.0, 50)
    for k, v in enumerate(volume):
        bump = 0.5 * np.exp(-(((v - 500) / 300) ** 2))
        for side, factor in (("left", 1.0), ("right", 0.97)):
            pressure = factor * (1.3 * (1 - np.exp(-v / 200)) + bump + 0.2 * (v / 2600) ** 6)
            yield InflationRow(k, "inflate", f"balloon_{side}", v, pressure)
    for k, v in enumerate(volume[::-1][1:6]):
        for side in ("left", "right"):
            yield InflationRow(50 + k, "deflate", f"balloon_{side}", v, 0.9 * 0.6**k)


def injection():
    time = np.linspace(0.0, 100.0, 60)
    injected = 50.0 * time
    vein = np.clip(time - 45, 0, None) ** 1.3 * 0.54
    defect = np.clip(time - 68, 0, None) ** 1.2 * 0.49
    return InjectionCurve(
        time, injected, 0.35 + 0.8 * (time / 100) ** 2, 0.05 + 0.3 * (time / 100) ** 2,
        injected - vein - defect,
        {"basivertebral": vein, "cortical_defect": defect, "disc": 0 * time},
    )  # fmt: skip


def write(folder, content=None):
    """Write a run without pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(content or summary()), encoding="utf-8")
    write_inflation_curve(folder / "curves" / "inflation.csv", inflation())
    write_injection_curve(folder / "curves" / "injection.csv", injection())
    plan = '[anatomy]\nsource = "parametric"\nlevel = "L1" # <first lumbar>\n\n[boundary]\naxial_load = "110 N"\n'
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    card = {
        "symbol": "σ_y", "value": 37.4, "unit": "MPa", "low": 30, "high": 45,
        "meaning": "yield strength at 1 g/cm³", "source": "Kopperdahl et al. 2002",
        "mark": "recalled",
    }  # fmt: skip
    (folder / "parameters.json").write_text(json.dumps([card]), encoding="utf-8")
    return folder
