# SPDX-License-Identifier: BSD-3-Clause
"""The report of a run: one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from vertaug.report import _heat, _rows
from vertaug.report._column import column_table
from vertaug.report._record import Record, read_record
from vertaug.report.charts import height_chart, inflation_chart, injection_chart
from vertaug.viz import Picture

__all__ = ["write_report"]


def write_report(folder: Path) -> Path:
    """Write ``report.html`` into the folder of a run, from what lies in it.

    Parts of a run that are not there (no cement, say) are left out, with a sentence that says so.

    Parameters
    ----------
    folder : of the run; ``docs/outputs.md`` lists the files that are read

    Returns
    -------
    Path
        The report.

    Raises
    ------
    InputError
        Where the folder holds no usable ``summary.json``.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("vertaug.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    record = read_record(Path(folder))
    text = environment.get_template("report.html.j2").render(**_context(record))
    path = record.folder / "report.html"
    partial = record.folder / ".report.html.partial"
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path


def _context(record: Record) -> dict[str, Any]:
    """Everything the template shows."""
    summary = record.summary
    return {
        "summary": summary,
        "title": summary.get("title") or "Vertebral augmentation",
        "number": _rows.number,
        "heights": _rows.height_rows(summary),
        "restored": _rows.restoration_rows(summary),
        "by_stage": _rows.restored_by_stage(summary),
        "kept_columns": _rows.kept_columns,
        "fractures": _rows.fracture_rows(summary),
        "heat": _heat.heat_rows(summary),
        "loads": _rows.load_rows(summary),
        "neighbours": _rows.neighbour_rows(summary),
        "column": column_table(summary),
        "spine": _rows.spine_rows(summary),
        "access": _rows.access_rows(summary),
        "balloons": _rows.balloon_rows(summary),
        "leaks": _rows.leak_rows(summary),
        "spaces": _rows.space_rows(summary),
        "led": _rows.led_table(summary),
        "rim": _rim(summary),
        "set_cement": _rows.set_cement_rows(summary),
        "tumour": _rows.tumour_rows(summary),
        "balances": _rows.balance_rows(summary),
        "seconds": _rows.stage_seconds(summary),
        "figures": _key_figures(summary),
        "charts": _charts(record),
        "stages": _stage_pictures(record),
        "landmarks": [_shown(p) for p in record.pictures if p.kind == "landmarks"],
        "plan": record.plan,
        "parameters": record.parameters,
    }


def _charts(record: Record) -> dict[str, str]:
    """The charts whose curves are there."""
    summary = record.summary
    charts = {}
    if summary["stages"]:
        charts["heights"] = height_chart(_rows.changing_stages(summary), summary.get("reference"))
    if record.inflation:
        charts["inflation"] = inflation_chart(
            record.inflation,
            summary.get("balloons") or (),
            summary.get("balloon_limits"),
            record.free,
        )
    if record.injection:
        charts["injection"] = injection_chart(record.injection)
    return charts


def _shown(picture: Picture) -> dict[str, str]:
    """A picture as data within the page."""
    data = base64.b64encode(picture.path.read_bytes()).decode("ascii")
    return {"data": f"data:image/png;base64,{data}", "caption": picture.caption}


def _stage_pictures(record: Record) -> list[dict[str, Any]]:
    """Pictures by stage, in the order of the index, landmarks left out."""
    shown = [picture for picture in record.pictures if picture.kind != "landmarks"]
    names = dict.fromkeys(picture.stage for picture in shown)
    return [
        {
            "name": _rows.title(name),
            "pictures": [_shown(picture) for picture in shown if picture.stage == name],
        }
        for name in names
    ]


def _rim(summary: dict[str, Any]) -> list[list[str]]:
    """Balloon, thickness of its rim, mean relative density within 1, 2, 3 mm."""
    rim = summary.get("rim") or {}
    return [
        [
            _rows.title(name),
            _rows.number(values["thickness_mm"], 1, "mm"),
            *(_rows.number(values["within"].get(d), 2, "×") for d in ("1", "2", "3")),
        ]
        for name, values in rim.items()
    ]


def _key_figures(summary: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the few numbers a reader looks for first: value, what it is, and a note."""
    figures = []
    restored = (summary.get("restoration") or {}).get("anterior")
    if restored:
        share = restored["of_lost_percent"]
        note = "" if share is None else f"{_rows.number(share, 0)} % of what was lost"
        gain = _rows.number(restored["gain_mm"], 1, "mm", sign=True)
        figures.append((gain, "anterior height won", note))
    plateaus = [b["plateau_psi"] for b in summary.get("balloons") or [] if b["plateau_psi"]]
    if plateaus:
        text = " / ".join(_rows.number(value, 0) for value in plateaus)
        figures.append((f"{text} psi", "plateau pressure", "by balloon"))
    cement = summary.get("cement")
    if cement:
        inside = _rows.number(cement["in_bone_mL"], 1, "mL")
        note = f"{_rows.number(100.0 * cement['fill_fraction'], 0)} % of the body"
        figures.append((inside, "cement in the bone", note))
        leaked = sum(cement["leaked_mL"].values())
        ways = sum(time is not None for time in cement["first_leak_s"].values())
        note = f"through {ways} pathway{'s' if ways != 1 else ''}"
        figures.append((_rows.number(leaked, 2, "mL"), "cement leaked", note if ways else "none"))
    return figures
