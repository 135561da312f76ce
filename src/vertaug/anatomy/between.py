# SPDX-License-Identifier: BSD-3-Clause
"""What joins two neighbours besides their disc: ends of ligaments, capsules among them, and facet joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.attachments import find_attachments
from vertaug.anatomy.facet_joints import FacetJoint, facet_joints
from vertaug.anatomy.spine import Placed

__all__ = ["Between", "between"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Between:
    """Spine's frame, mm: by ligament its ends (k, 3) on the upper and on the lower bone; facet `joints`."""

    ligaments: dict[str, tuple[Float, Float]]
    joints: tuple[FacetJoint, ...]


def between(over: Placed, under: Placed) -> Between:
    """Find what spans the disc between a vertebra and the one ``under`` it; capsules are ``CL``."""
    upper, lower = find_attachments(over.vertebra).lower, find_attachments(under.vertebra).upper
    ligaments = {
        name: (over.place.to_source(upper[name]), under.place.to_source(lower[name]))
        for name in upper
        if name in lower
    }
    joints = facet_joints(over, under)
    if joints:
        capsule = np.concatenate([joint.capsule for joint in joints])
        ligaments["CL"] = (capsule[:, 0], capsule[:, 1])
    return Between(ligaments, joints)
