# SPDX-License-Identifier: BSD-3-Clause
"""Meshes a plan's vertebra without running anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Vertebra
from vertaug.errors import InputError
from vertaug.mesh import Mesh, quality_table
from vertaug.mesh.write import write_cells, write_facets
from vertaug.procedure.build import build_mesh, build_vertebra
from vertaug.procedure.checkpoint import atomic_write
from vertaug.procedure.plan import Plan

__all__ = ["write_mesh"]

Float = NDArray[np.float64]

_OURS = {"plan.toml", "mesh.vtu", "facets.vtu"}


def write_mesh(plan: Plan, out: Path) -> list[tuple[str, str]]:
    """Write ``mesh.vtu``, ``facets.vtu`` and the resolved plan into ``out``; return their quality.

    Raises
    ------
    InputError
        The folder holds other files, or there is no such mesh.
    """
    _refuse_foreign(out, plan.resolved_toml())
    vertebra = build_vertebra(plan)
    mesh, _, _, _ = build_mesh(plan, vertebra)
    out.mkdir(parents=True, exist_ok=True)
    atomic_write(out / "plan.toml", plan.resolved_toml())
    write_cells(out / "mesh.vtu", mesh, cell_data=_fields(mesh, vertebra))
    write_facets(out / "facets.vtu", mesh)
    counts = [(f"facets of {name}", f"{len(mesh.facets_of(name))}") for name in mesh.facet_names]
    regions = [(f"cells of {name}", f"{len(mesh.cells_of(name))}") for name in mesh.region_names]
    return [*quality_table(mesh).rows(), *regions, *counts]


def _fields(mesh: Mesh, vertebra: Vertebra) -> dict[str, Float]:
    """Density and damage at the cells' centroids."""
    centroids = mesh.centroids()
    return {"density": vertebra.density(centroids), "damage": vertebra.damage(centroids)}


def _refuse_foreign(out: Path, resolved: str) -> None:
    """Raise `InputError` where ``out`` is a file or holds what this plan's mesh did not write."""
    others = [out.name] if out.is_file() else []
    if out.is_dir():
        others = sorted(item.name for item in out.iterdir() if item.name not in _OURS)
    plan = out / "plan.toml"
    if plan.is_file() and plan.read_text(encoding="utf-8") != resolved:
        others.append("the plan.toml of another plan")
    if others:
        found = f"other files: {', '.join(others[:5])}"
        expected = "a new or empty folder, or one of an earlier mesh of this plan"
        raise InputError(str(out), "--out", found, expected, "choose another folder", "E-RUN-010")
