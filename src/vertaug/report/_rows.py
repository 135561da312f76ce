# SPDX-License-Identifier: BSD-3-Clause
"""Numbers of a summary as rows of text, for the page and for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "THIRDS", "TOLERANCES", "Balance", "access_rows", "balance_rows", "balloon_rows", "changing_stages",
    "fracture_rows", "height_rows", "kept_columns", "leak_rows", "led_table", "load_rows", "neighbour_rows",
    "number", "restoration_rows", "restored_by_stage", "set_cement_rows", "space_rows", "spine_rows",
    "stage_seconds", "title", "tumour_rows", "wedge_text",
]  # fmt: skip

THIRDS = ("anterior", "middle", "posterior")

TOLERANCES = {
    "cement": (1e-10, "cement injected = in bone + leaked"),
    "cavity_identity": (1e-3, "cavity opened = bone compacted + body expanded"),
    "bone_mass": (1e-3, "bone mass through remeshing"),
    "reactions": (1e-6, "reactions = applied loads"),
    "energy": (1e-2, "work done = energy stored + lost"),
    "heat": (1e-6, "heat stored = released + from blood + through the surface"),
    "cement_in_solid": (1e-3, "cement on the grid = cement in the solid's cells"),
}
"""Largest relative error allowed of each balance, and what it compares."""

NONE = "–"


@dataclass(frozen=True)
class Balance:
    """One balance: what it compares, its relative error, the tolerance, and whether it held."""

    text: str
    error: str
    tolerance: str
    verdict: str


def number(value: float | None, digits: int = 1, unit: str = "", *, sign: bool = False) -> str:
    """Write a number with ``digits`` decimals and its unit; a dash where there is none."""
    if value is None:
        return NONE
    text = f"{float(value):{'+' if sign else ''}z.{digits}f}".replace("-", "−")
    return f"{text} {unit}".rstrip() if unit != "%" else f"{text} %"


def title(name: str) -> str:
    """``balloon_left`` to ``Balloon left``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def wedge_text(stage: Mapping[str, Any]) -> str:
    """Wedge angle of a stage in degrees."""
    value = stage.get("wedge_deg")
    return NONE if value is None else number(value, 1) + "°"


def changing_stages(summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Stages without those loads that have left the vertebra as it was."""
    found: list[Mapping[str, Any]] = []
    for stage in summary["stages"]:
        same = bool(found) and stage["heights_mm"] == found[-1]["heights_mm"]
        if stage["kind"] != "load" or not same:
            found.append(stage)
    return found


def height_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage, three heights (mm), wedge; the intact reference last where there is one."""
    rows = [_height_row(title(stage["name"]), stage) for stage in changing_stages(summary)]
    reference = summary.get("reference")
    if reference:
        rows.append(_height_row("Intact (reference)", reference))
    return rows


def _height_row(name: str, stage: Mapping[str, Any]) -> list[str]:
    """One row of heights, mean height near the rim, wedge, volume."""
    heights = [number(stage["heights_mm"].get(third), 2) for third in THIRDS]
    rim, volume = number(stage.get("mean_rim_mm"), 2), number(stage.get("volume_mL"), 2)
    return [name, *heights, rim, wedge_text(stage), volume]


def restored_by_stage(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage, of the anterior height gain, share of the loss and of the intact; what discs and platen took."""
    rows = []
    for stage in changing_stages(summary):
        gained = (stage.get("restoration") or {}).get("anterior", {})
        taken = stage.get("surroundings") or {}
        discs = [(taken.get(side) or {}).get("largest_mm") for side in ("superior", "inferior")]
        tilt = taken.get("platen_forwards_deg", taken.get("top_forwards_deg"))
        energy = (
            sum(taken[side]["energy_mJ"] for side in ("superior", "inferior")) if taken else None
        )
        rows.append(
            [
                title(stage["name"]),
                number(gained.get("gain_mm"), 2, "mm", sign=True),
                number(gained.get("of_lost_percent"), 0, "%"),
                number(gained.get("ratio_percent"), 1, "%"),
                *(number(value, 2, "mm") for value in discs),
                number(energy, 0, "mJ"),
                number(tilt, 1) + ("°" if taken else ""),
            ]
        )
    return rows if any(row[1:] != [NONE] * 7 for row in rows) else []


def load_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage, case, force, strength, stiffness, heights under it, share of the cortex, endplates, interface."""
    rows = []
    for load in summary.get("loads") or []:
        plates = load.get("endplates") or {}
        stress = [plate["high_MPa"] for plate in plates.values()]
        bulges = [abs(plate["bulge_mm"]) for plate in plates.values()]
        share, cement = load.get("shell_share"), load.get("interface") or {}
        borne = load.get("force_N") if load["case"] != "to_failure" else load.get("highest_N")
        rows.append(
            [
                title(load["stage"]),
                title(load["case"]),
                number(borne, 0, "N") + ("" if load["ended"] != "not_converged" else " *"),
                number(load.get("strength_N"), 0, "N"),
                number(load.get("stiffness_N_mm"), 0, "N/mm"),
                number((load.get("loaded_heights_mm") or {}).get("anterior"), 2, "mm"),
                number(None if share is None else 100.0 * share, 0, "%"),
                number(max(stress, default=None), 2, "MPa"),
                number(max(bulges, default=None), 3, "mm"),
                number(cement.get("shear_MPa"), 2, "MPa"),
            ]
        )
    return rows


def neighbour_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage of a segment, angle of its neighbours, and by disc pressure, load and stress of the endplate; facets."""
    stages = [(row["name"], row) for row in changing_stages(summary)]
    rows = []
    for name, row in [*stages, *((f"under {r['stage']}", r) for r in summary.get("loads") or [])]:
        taken = row.get("surroundings") or {}
        discs = [taken.get(side) or {} for side in ("superior", "inferior")]
        if "pressure_MPa" not in discs[0]:
            continue
        rows.append(
            [
                title(name),
                number(row.get("cobb_deg"), 1, sign=True) + "°",
                " / ".join(number(disc["pressure_MPa"], 2) for disc in discs) + " MPa",
                " / ".join(number(disc["load_N"], 0) for disc in discs) + " N",
                " / ".join(number(disc["neighbour_high_MPa"], 1) for disc in discs) + " MPa",
                " / ".join(number(disc["neighbour_bulge_mm"], 3) for disc in discs) + " mm",
                f"{number(taken['facets_left_N'], 0)} / {number(taken['facets_right_N'], 0)} N",
                number(taken["ligaments_N"], 0, "N"),
            ]
        )
    return rows


def spine_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage, kyphosis, shift, erector force and compression without and with compensation, index of neighbours."""
    factors = (summary.get("adjacent_fracture") or {}).get("factors", [])
    rows = []
    for row in summary.get("upper_body") or []:
        free, held = row["not_compensated"], row["compensated"]
        own = [factor for factor in factors if factor["stage"] == row["stage"]]
        indices = [
            f"{factor['level']} {number(factor['not_compensated'], 2)} ({number(factor['compensated'], 2)})"
            for factor in own
        ]
        rows.append(
            [
                title(row["stage"]),
                number(row["kyphosis_deg"], 1, sign=True) + "°",
                number(free["shift_mm"], 0, "mm", sign=True),
                *(
                    f"{number(free[name], 0, '%', sign=True)} ({number(held[name], 0, '%', sign=True)})"
                    for name in ("erector_change_percent", "compression_change_percent")
                ),
                ", ".join(indices) or NONE,
            ]
        )
    return rows


def restoration_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Place, gain, share of the loss, share of the intact height, loss on deflation and its share of the height."""
    restored = summary.get("restoration") or {}
    lost = summary.get("springback") or {}
    rows = []
    for third in THIRDS:
        if third not in restored:
            continue
        measure = restored[third]
        back = lost.get(third, {})
        rows.append(
            [
                title(third),
                number(measure["gain_mm"], 2, "mm", sign=True),
                number(measure["of_lost_percent"], 0, "%"),
                number(measure["ratio_percent"], 1, "%"),
                number(back.get("lost_mm"), 2, "mm"),
                number(back.get("of_height_before_percent"), 1, "%"),
            ]
        )
    return rows


def balloon_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Balloon, volume, pressure at the stop, plateau, lift and its area, why it stopped."""
    return [
        [
            title(b["name"]),
            number(b["volume_mL"], 2, "mL"),
            number(b["pressure_psi"], 0, "psi"),
            number(b["plateau_psi"], 0, "psi"),
            number(b.get("lift_N"), 0, "N"),
            number(b.get("contact_mm2"), 0, "mm²"),
            str(b["stop"]),
        ]
        for b in summary.get("balloons") or []
    ]


def access_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Balloon, route, angles; least distances of the cannula to canal and cortex, of the balloon around and ahead."""
    return [
        [
            title(way["name"]),
            str(way["route"]),
            number(way["medial_deg"], 0) + "°",
            number(way["caudal_deg"], 0) + "°",
            *(
                number(way.get(f"{name}_mm"), 1, "mm")
                for name in ("canal", "cortex", "balloon", "ahead")
            ),
        ]
        for way in summary.get("access") or []
    ]


def leak_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Pathway, leaked volume, share of the injected, time of first leak; most first."""
    cement = summary.get("cement")
    if not cement:
        return []
    injected = cement["injected_mL"]
    ordered = sorted(cement["leaked_mL"].items(), key=lambda item: -item[1])
    return [
        [
            title(name),
            number(volume, 3, "mL"),
            number(100.0 * volume / injected if injected else None, 1, "%"),
            _first(cement["first_leak_s"].get(name)),
        ]
        for name, volume in ordered
    ]


def set_cement_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """How set cement holds: in pores, in cavities, share in pores, area of the wall, depth; none without."""
    cement = summary.get("set_cement")
    if not cement:
        return []
    return [
        [
            number(1e-3 * cement["in_pores_mm3"], 2, "mL"),
            number(1e-3 * cement["in_cavities_mm3"], 2, "mL"),
            number(100.0 * cement["share_in_pores"], 0, "%"),
            number(0.01 * cement["wall_mm2"], 1, "cm²"),
            number(0.01 * cement["trabecular_mm2"], 0, "cm²"),
            number(cement["depth_mm"], 1, "mm"),
            number(cement["deepest_mm"], 1, "mm"),
        ]
    ]


def tumour_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Tumour at the start, left, pressed out by inflation and by cement, cement's share, pressures; or none."""
    tumour = summary.get("tumour")
    if not tumour:
        return []
    peaks = tumour["peak_kPa"]
    outside = [value for name, value in peaks.items() if name != "posterior_wall"]
    return [
        [
            number(tumour["start_mL"], 2, "mL"),
            number(tumour["left_mL"], 2, "mL"),
            number(sum(tumour["by_inflation_mL"].values()), 2, "mL"),
            number(sum(tumour["pressed_out_mL"].values()), 2, "mL"),
            number(100.0 * tumour["lesion_fill"], 0, "%"),
            number(peaks.get("posterior_wall"), 1, "kPa"),
            number(max(outside, default=None), 1, "kPa"),
        ]
    ]


def space_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Space outside the bone, cement in it, time of the first; most first, spaces without any left out."""
    cement = summary.get("cement") or {}
    found = cement.get("leaked_by_space_mL", {})
    ordered = sorted(found.items(), key=lambda item: -item[1])
    first = cement.get("first_leak_by_space_s", {})
    return [
        [title(name), number(volume, 3, "mL"), _first(first.get(name))]
        for name, volume in ordered if volume > 0.0
    ]  # fmt: skip


def led_table(summary: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Head and rows of what each pathway led where: places with any as columns, most first, and all; or none."""
    cement = summary.get("cement") or {}
    found = {
        name: row for name, row in cement.get("leaked_by_pathway_and_space_mL", {}).items() if row
    }
    totals: dict[str, float] = {}
    for row in found.values():
        for place, volume in row.items():
            totals[place] = totals.get(place, 0.0) + volume
    places = sorted(totals, key=lambda place: -totals[place])
    rows = [
        [title(name), *(number(row.get(place), 3, "mL") for place in places), number(sum(row.values()), 3, "mL")]
        for name, row in sorted(found.items(), key=lambda item: -sum(item[1].values()))
    ]  # fmt: skip
    return ["Pathway", *(title(place) for place in places), "All"], rows


def _first(time: float | None) -> str:
    """Time of first leak, or that there was none."""
    return "no leak" if time is None else number(time, 1, "s")


def balance_rows(summary: Mapping[str, Any]) -> list[Balance]:
    """Every balance of the summary against its tolerance."""
    rows = []
    for name, error in summary["balances"].items():
        tolerance, text = TOLERANCES.get(name, (None, title(name)))
        if error is None or tolerance is None:
            verdict = "not run" if error is None else "no limit"
        else:
            verdict = "pass" if abs(error) <= tolerance else "FAIL"
        rows.append(
            Balance(
                text,
                NONE if error is None else f"{error:.1e}",
                NONE if tolerance is None else f"{tolerance:.0e}",
                verdict,
            )
        )
    return rows


def stage_seconds(summary: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Wall time by stage, s, in order, without the total and the compilation."""
    times = summary["timings_s"]
    return [(title(k), float(v)) for k, v in times.items() if k not in ("total", "compile")]


def fracture_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage, what ended it, highest force, way, loss under the machine, heights as it let go."""
    rows = []
    for broken in summary.get("fractures") or []:
        heights = broken["heights_at_once_mm"]
        rows.append(
            [
                title(broken["stage"]),
                title(broken["stop"]),
                number(broken["peak_N"], 0, "N"),
                number(broken["way_mm"], 1, "mm"),
                number(broken["anterior_loss_percent"], 0, "%"),
                " / ".join(number(heights[k], 1) for k in ("anterior", "middle", "posterior"))
                + " mm",
            ]
        )
    return rows


def kept_columns(
    head: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return head and rows without columns in which no row has anything."""
    kept = [i for i in range(len(head)) if any(row[i] != NONE for row in rows)]
    return [head[i] for i in kept], [[row[i] for i in kept] for row in rows]
