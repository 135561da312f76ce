# SPDX-License-Identifier: BSD-3-Clause
"""Points, cells, names."""

from vertaug.mesh._mesh import Mesh
from vertaug.mesh.distance import SignedDistance, capsule_distance

__all__ = ["Mesh", "SignedDistance", "capsule_distance"]
