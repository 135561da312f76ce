# SPDX-License-Identifier: BSD-3-Clause
"""Points, cells, names."""

from vertaug.mesh._mesh import Mesh
from vertaug.mesh.distance import SignedDistance, capsule_distance
from vertaug.mesh.generate import Capsule, MeshSize, generate_mesh
from vertaug.mesh.quality import QualityTable, quality_table, shape_quality
from vertaug.mesh.surface_distance import distance_from_surface, distance_from_tetrahedra
from vertaug.mesh.transfer import containing_cells

__all__ = [
    "Capsule",
    "Mesh",
    "MeshSize",
    "QualityTable",
    "SignedDistance",
    "capsule_distance",
    "containing_cells",
    "distance_from_surface",
    "distance_from_tetrahedra",
    "generate_mesh",
    "quality_table",
    "shape_quality",
]
