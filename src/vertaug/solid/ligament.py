# SPDX-License-Identifier: BSD-3-Clause
"""Ligaments from published constants: stiffness from modulus, area and length at rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.ligament import LigamentConstants
from vertaug.materials.ligaments_bmc_2013 import LIGAMENTS
from vertaug.materials.ligaments_scirep_2025_03377 import STIFFNESS
from vertaug.solid.axial import LigamentItem

__all__ = ["joined", "ligament", "ligament_of_stiffness", "spine_ligament"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_PLACE = "solid.ligament"


def _rest(points: Float, nodes: Int, slack_ratio: float, toe_strain: float) -> tuple[Int, Float]:
    """Nodes (m, 2) and slack lengths (m,), once everything is valid."""
    nodes = np.asarray(nodes, dtype=np.int32).reshape(-1, 2)
    length = np.linalg.norm(points[nodes[:, 1]] - points[nodes[:, 0]], axis=1)
    if not len(nodes) or not (length > 0.0).all():
        raise InputError(
            _PLACE, "nodes", f"{len(nodes)} bands, shortest {length.min(initial=0.0):g} mm",
            "one band or more between two different points", "correct the ends", "E-PART-058",
        )  # fmt: skip
    if not (0.5 <= slack_ratio <= 2.0 and 0.0 <= toe_strain <= 0.5):
        raise InputError(
            _PLACE, "slack_ratio, toe_strain", f"{slack_ratio}, {toe_strain}", "0.5 to 2, and 0 to 0.5",
            "1 and 0 are a band that is taut without force at rest", "E-PART-058",
        )  # fmt: skip
    return nodes, slack_ratio * length


def ligament(
    points: Float,
    nodes: Int,
    constants: LigamentConstants,
    slack_ratio: float = 1.0,
    toe_strain: float = 0.0,
) -> LigamentItem:
    """One ligament as bands between ``nodes`` (m, 2), which share its area evenly.

    ``points`` (n_nodes, 3) are at rest. ``slack_ratio`` is the length without force over that at rest
    (below 1: pretension), ``toe_strain`` the length of the toe over it. Published tables give neither. The
    strain of the table's knee counts from the slack length.
    """
    nodes, slack = _rest(points, nodes, slack_ratio, toe_strain)
    share = constants.area.value / len(nodes)
    first = constants.modulus.value * share / slack
    second, knee = first, np.full_like(slack, np.inf)
    if constants.second is not None and constants.knee is not None:
        second, knee = constants.second.value * share / slack, constants.knee.value * slack
    return LigamentItem(nodes, slack, toe_strain * slack, first, knee, second)


def ligament_of_stiffness(
    points: Float, nodes: Int, stiffness: float, slack_ratio: float = 1.0, toe_strain: float = 0.0
) -> LigamentItem:
    """One ligament of ``stiffness`` N/mm in all as bands between ``nodes`` (m, 2); else as `ligament`."""
    nodes, slack = _rest(points, nodes, slack_ratio, toe_strain)
    each = np.full_like(slack, stiffness / len(nodes))
    return LigamentItem(nodes, slack, toe_strain * slack, each, np.full_like(slack, np.inf), each)


def spine_ligament(points: Float, nodes: Int, name: str) -> LigamentItem:
    """Bands of the ligament ``name``, such as ``ALL``, of one level; else as `ligament`.

    Its stiffness is that of the table of springs, and where that has none, of moduli and areas. Moduli over the
    lengths of idealised spinous processes give springs ten times as stiff.
    """
    if name in STIFFNESS:
        return ligament_of_stiffness(points, nodes, STIFFNESS[name].value)
    return ligament(points, nodes, LIGAMENTS[name])


def joined(*bands: LigamentItem) -> LigamentItem:
    """Return all bands as one item, without regularisation."""
    return LigamentItem(
        np.concatenate([b.nodes for b in bands]),
        np.concatenate([b.slack for b in bands]),
        np.concatenate([b.toe for b in bands]),
        np.concatenate([b.stiffness for b in bands]),
        np.concatenate([b.knee for b in bands]),
        np.concatenate([b.second for b in bands]),
    )
