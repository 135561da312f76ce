# SPDX-License-Identifier: BSD-3-Clause
"""Input decks of the J2 cavity job for CalculiX and FEBio, and what their output says.

Both run as programs, so their time includes reading the deck. CalculiX: C3D10, its default solver and
criteria, fixed increments; numbers are kept to 20 characters, since it cuts longer ones without a
word. FEBio: its von Mises plasticity, full Newton, its criterion on the residual alone, which it
forms with squares (1e-12 is 1e-6 of the norm) relative to the first residual of the increment; its
kinematics are those of finite strain, so its displacement is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["calculix_deck", "calculix_result", "febio_deck", "febio_result"]

_AXES = "xyz"


def _listed(numbers: Iterable[int], width: int = 8) -> list[str]:
    values = [str(n) for n in numbers]
    return [", ".join(values[i : i + width]) for i in range(0, len(values), width)]


def calculix_deck(file: Path, problem: Any, constants: dict[str, float], increments: int) -> None:
    """Write the deck; nodes and cells are numbered from one."""
    lines = ["*NODE, NSET=ALL"]
    lines += [f"{n},{x:.10e},{y:.10e},{z:.10e}" for n, (x, y, z) in enumerate(problem["points"], 1)]
    lines += ["*ELEMENT, TYPE=C3D10, ELSET=BODY"]
    lines += [f"{n}," + ",".join(map(str, row)) for n, row in enumerate(problem["cells"] + 1, 1)]
    for axis in range(3):
        lines += [f"*NSET, NSET=FIX{axis + 1}"]
        lines += _listed(np.flatnonzero(problem["fixed"][:, axis]) + 1)
    strength, slope = constants["strength"], constants["hardening"]
    lines += ["*NSET, NSET=VERTEX", str(int(problem["vertex"]) + 1), "*MATERIAL, NAME=METAL"]
    lines += ["*ELASTIC", f"{constants['young']},{constants['poisson']}"]
    lines += ["*PLASTIC", f"{strength},0.", f"{strength + slope},1."]
    lines += ["*SOLID SECTION, ELSET=BODY, MATERIAL=METAL", "*BOUNDARY", "FIX1,1,1", "FIX2,2,2"]
    lines += ["FIX3,3,3", f"*STEP, INC={10 * increments}", "*STATIC, DIRECT"]
    lines += [f"{1.0 / increments:.6f},1.", "*CLOAD"]
    for node, force in zip(problem["loaded"], problem["forces"], strict=True):
        lines += [
            f"{node + 1},{axis + 1},{value:.10e}" for axis, value in enumerate(force) if value
        ]
    lines += ["*NODE PRINT, NSET=VERTEX, FREQUENCY=1000", "U", "*END STEP"]
    file.write_text("\n".join(lines) + "\n")


def calculix_result(folder: Path, name: str, vertex: int) -> dict[str, Any]:
    """Displacement of the vertex at the end and Newton iterations."""
    u = None
    for line in (folder / f"{name}.dat").read_text().splitlines():
        words = line.split()
        if len(words) == 4 and words[0] == str(vertex + 1):
            u = float(words[1])
    if u is None:
        raise RuntimeError("CalculiX wrote no displacement of the vertex")
    iterations = 0
    for line in (folder / f"{name}.sta").read_text().splitlines():
        words = line.split()
        if len(words) >= 6 and words[0].isdigit():
            iterations += int(words[3])
    return {"u": u, "newton": iterations, "linear": None}


def febio_deck(file: Path, problem: Any, constants: dict[str, float], increments: int) -> None:
    """Write the deck in version 4 of the format."""
    lines = [
        '<?xml version="1.0" encoding="ISO-8859-1"?>', '<febio_spec version="4.0">', '<Module type="solid"/>',
        "<Control><analysis>STATIC</analysis>",
        f"<time_steps>{increments}</time_steps><step_size>{1.0 / increments}</step_size>",
        '<solver type="solid"><symmetric_stiffness>symmetric</symmetric_stiffness>',
        "<max_refs>50</max_refs><dtol>0</dtol><etol>0</etol><rtol>1e-12</rtol><lstol>0</lstol>",
        '<qn_method type="BFGS"><max_ups>0</max_ups></qn_method></solver></Control>',
        '<Material><material id="1" name="metal" type="von Mises plasticity"><density>1</density>',
        f"<E>{constants['young']}</E><v>{constants['poisson']}</v>",
        f"<Y>{constants['strength']}</Y><H>{constants['hardening']}</H></material></Material>",
        "<Mesh>", '<Nodes name="all">',
    ]  # fmt: skip
    lines += [
        f'<node id="{n}">{x:.15g},{y:.15g},{z:.15g}</node>'
        for n, (x, y, z) in enumerate(problem["points"], 1)
    ]
    lines += ["</Nodes>", '<Elements type="tet10" name="body">']
    lines += [
        f'<elem id="{n}">' + ",".join(map(str, row)) + "</elem>"
        for n, row in enumerate(problem["cells"] + 1, 1)
    ]
    lines += ["</Elements>"]
    sets = {f"fix_{a}": np.flatnonzero(problem["fixed"][:, i]) + 1 for i, a in enumerate(_AXES)}
    sets |= {"cavity": problem["loaded"] + 1, "vertex": np.array([int(problem["vertex"]) + 1])}
    for name, nodes in sets.items():
        lines += [f'<NodeSet name="{name}">' + ",".join(map(str, nodes)) + "</NodeSet>"]
    lines += ["</Mesh>", '<MeshDomains><SolidDomain name="body" mat="metal"/></MeshDomains>']
    lines += ['<MeshData><NodeData name="load" node_set="cavity" data_type="vec3">']
    lines += [
        f'<node lid="{n}">' + ",".join(f"{value:.15g}" for value in force) + "</node>"
        for n, force in enumerate(problem["forces"], 1)
    ]
    lines += ["</NodeData></MeshData>", "<Boundary>"]
    for axis in _AXES:
        held = "".join(f"<{a}_dof>{int(a == axis)}</{a}_dof>" for a in _AXES)
        lines += [f'<bc name="{axis}" type="zero displacement" node_set="fix_{axis}">{held}</bc>']
    lines += [
        "</Boundary>", '<Loads><nodal_load name="p" type="nodal_force" node_set="cavity">',
        '<value lc="1" type="map">load</value></nodal_load></Loads>',
        '<LoadData><load_controller id="1" type="loadcurve"><interpolate>LINEAR</interpolate>',
        "<points><pt>0,0</pt><pt>1,1</pt></points></load_controller></LoadData>",
        '<Output><logfile><node_data data="ux" file="vertex.txt" node_set="vertex"/></logfile></Output>',
        "</febio_spec>",
    ]  # fmt: skip
    file.write_text("\n".join(lines) + "\n")


def febio_result(folder: Path, text: str) -> dict[str, Any]:
    """Displacement of the vertex at the end and Newton iterations of the whole run."""
    values = re.findall(r"^\s*\d+[ ,]+(\S+)\s*$", (folder / "vertex.txt").read_text(), re.MULTILINE)
    if not values:
        raise RuntimeError("FEBio wrote no displacement of the vertex")
    total = re.search(r"Total number of equilibrium iterations\W+(\d+)", text)
    return {"u": float(values[-1]), "newton": int(total[1]) if total else None, "linear": None}
