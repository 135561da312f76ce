# SPDX-License-Identifier: BSD-3-Clause
"""Hands each source of anatomy what the plan says, in the source's own words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Field, Landmarks, Vertebra
from vertaug.anatomy.fracture import Band as FractureBand
from vertaug.anatomy.fracture import Cleft as FractureCleft
from vertaug.anatomy.fracture import Deformity as FractureDeformity
from vertaug.anatomy.fracture import cleft_error
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.mesh import SignedDistance
from vertaug.procedure.plan_anatomy import (
    Anatomy,
    Band,
    Cleft,
    CtAnatomy,
    Deformity,
    Dimensions,
    MeshAnatomy,
    ParametricAnatomy,
    SurfaceAnatomy,
)

__all__ = ["source_vertebra", "with_fracture"]

Float = NDArray[np.float64]


def source_vertebra(anatomy: Anatomy) -> Vertebra:
    """Return the vertebra of a plan's anatomy, as its source delivers it."""
    match anatomy:
        case ParametricAnatomy():
            return _parametric(anatomy)
        case SurfaceAnatomy():
            return _surface(anatomy)
        case MeshAnatomy():
            return _mesh(anatomy)
        case CtAnatomy():
            return _ct(anatomy)


def _surface(anatomy: SurfaceAnatomy) -> Vertebra:
    """Vertebra from a closed surface."""
    from vertaug.anatomy.surface import surface_vertebra

    return surface_vertebra(
        anatomy.file,
        units=anatomy.units,
        axes=anatomy.axes,
        density=anatomy.density,
        name=anatomy.level,
        mobility=anatomy.fracture.mobility,
    )


def _mesh(anatomy: MeshAnatomy) -> Vertebra:
    """Vertebra from a tetrahedral mesh."""
    from vertaug.anatomy.mesh_source import mesh_vertebra

    return mesh_vertebra(
        anatomy.file,
        units=anatomy.units,
        axes=anatomy.axes,
        density=anatomy.density,
        density_array=anatomy.density_array,
        name=anatomy.level,
        mobility=anatomy.fracture.mobility,
    )


def _ct(anatomy: CtAnatomy) -> Vertebra:
    """Vertebra from a segmentation, with its image where there is one."""
    from vertaug.anatomy.ct import ct_vertebra
    from vertaug.imaging.calibration import Calibration

    given = anatomy.calibration
    line = None if given is None else Calibration(given.slope, given.intercept, given.phantom)
    return ct_vertebra(
        anatomy.segmentation,
        anatomy.label,
        image=anatomy.image,
        calibration=line,
        density=anatomy.density,
        neighbours=anatomy.neighbours,
        lesion=() if anatomy.tumour is None else _labels(anatomy.tumour.label),
        axes=np.eye(3) if anatomy.axes == "LPS" else None,
        name=anatomy.level,
        mobility=anatomy.fracture.mobility,
    )


def _labels(given: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """Labels as a tuple."""
    if given is None:
        return ()
    return (given,) if isinstance(given, int) else given


def _parametric(anatomy: ParametricAnatomy) -> Vertebra:
    """Vertebra from morphometry."""
    band = FractureBand() if anatomy.band is None else _band(anatomy.band)
    return ParametricVertebra(
        level=anatomy.level,
        scale=anatomy.scale,
        dimensions=_dimensions(anatomy.dimensions),
        density=anatomy.density,
        deformity=_deformity(anatomy.deformity),
        band=band,
        cleft=None if anatomy.cleft is None else _cleft(anatomy.cleft),
    ).build()


def _dimensions(given: Dimensions) -> dict[str, float]:
    """Sizes that the plan gives, mm and degrees."""
    values = {name: value for name, value in vars(given).items() if value is not None}
    return {
        name: math.degrees(value) if name.endswith("angle") else value
        for name, value in values.items()
    }


def _deformity(given: Deformity) -> FractureDeformity:
    heights = (given.anterior_height, given.middle_height, given.posterior_height)
    return FractureDeformity(kind=given.kind, grade=given.genant, heights=heights)


def _band(given: Band) -> FractureBand:
    return FractureBand(height=given.height, centre=given.centre, damage=given.damage)


def _cleft(given: Cleft) -> FractureCleft:
    return FractureCleft(given.centre, given.width, given.depth, given.height)


def with_fracture(vertebra: Vertebra, band: Band | None, cleft: Cleft | None) -> Vertebra:
    """Return ``vertebra`` with the plan's crushed band and cleft, where it gives them."""
    if band is not None:
        damage = _BandDamage(vertebra.damage, vertebra.landmarks, band)
        vertebra = replace(vertebra, damage=damage)
    if cleft is not None:
        others = tuple(pair for pair in vertebra.regions if pair[0] != "cleft")
        regions = (("cleft", _cleft_region(cleft, vertebra)), *others)
        vertebra = replace(vertebra, regions=regions)
    return vertebra


@dataclass(frozen=True)
class _BandDamage:
    """The larger of a damage field and that of a band between the endplate planes."""

    before: Field
    landmarks: Landmarks
    band: Band

    def __call__(self, points: Float) -> Float:
        """Damage (n,) at ``points`` (n, 3), mm; full in the band's inner half."""
        marks = self.landmarks
        ends = [
            plate.centre[2]
            - (points[:, :2] - plate.centre[:2]) @ plate.normal[:2] / plate.normal[2]
            for plate in (marks.inferior, marks.superior)
        ]
        middle = ends[0] + self.band.centre * (ends[1] - ends[0])
        away = np.abs(points[:, 2] - middle) / (0.5 * self.band.height)
        inside = points[:, 1] <= marks.posterior_wall
        own = self.band.damage * np.clip(2.0 * (1.0 - away), 0.0, 1.0) * inside
        return np.asarray(np.maximum(self.before(points), own), dtype=np.float64)


def _cleft_region(cleft: Cleft, vertebra: Vertebra) -> SignedDistance:
    """Signed distance of the cleft's ellipsoid; by default it lies in the front third."""
    from vertaug.anatomy.parametric._sampling import ellipsoid_distance

    marks = vertebra.landmarks
    front = marks.anterior_wall + 0.3 * marks.depth
    centre = np.array((0.0, front, 0.0) if cleft.centre is None else cleft.centre)
    if float(vertebra.distance.at(centre[None])[0]) > -0.5 * cleft.height:
        raise cleft_error(centre, -float(vertebra.distance.at(centre[None])[0]), cleft.height)
    axes = 0.5 * np.array([cleft.width, cleft.depth, cleft.height])
    return ellipsoid_distance(centre, axes, vertebra.distance.spacing)
