# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra of a given level, size and fracture, built from closed-form shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Frame, HeightProfile, Landmarks, Vertebra
from vertaug.anatomy.fracture import (
    SUPERIOR_SHARE,
    Band,
    Cleft,
    Deformity,
    FractureMap,
    cleft_error,
    damage_of,
    height_losses,
)
from vertaug.anatomy.morphometry import Dimensions, mean_dimensions
from vertaug.anatomy.parametric._body import Body
from vertaug.anatomy.parametric._density import Density, Heterogeneity
from vertaug.anatomy.parametric._landmarks import find_truth
from vertaug.anatomy.parametric._posterior import PosteriorElements
from vertaug.anatomy.parametric._primitives import smooth_union
from vertaug.anatomy.parametric._sampling import ellipsoid_distance, sample_distance
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance

__all__ = ["ParametricVertebra"]

Float = NDArray[np.float64]
PAD = 4.0
"""Space around the bone in its distance grid, mm."""


@dataclass(frozen=True)
class ParametricVertebra:
    """A vertebra from mean morphometry, with what is known about the patient on top.

    Parameters
    ----------
    level : ``T4`` to ``L5``
    scale : factor on all lengths of the level's mean; women about 0.9 (recalled)
    dimensions : explicit dimensions, field names of `Dimensions`, mm; they are not scaled
    density : trabecular mineral density, mg/cm³ K2HPO4-equivalent
    deformity, band, cleft : the fracture
    heterogeneity : random variation of density
    """

    level: str = "L1"
    scale: float = 1.0
    dimensions: Mapping[str, float] = field(default_factory=dict)
    density: float = 75.0
    deformity: Deformity = field(default_factory=Deformity)
    band: Band = field(default_factory=Band)
    cleft: Cleft | None = None
    heterogeneity: Heterogeneity = field(default_factory=Heterogeneity)

    @cached_property
    def size(self) -> Dimensions:
        """All dimensions as built, mm and degrees.

        Raises
        ------
        InputError
            E-ANAT-001, unknown level; E-ANAT-002, unknown dimension; E-ANAT-003, not positive.
        """
        known = {f.name for f in fields(Dimensions)}
        for name, value in self.dimensions.items():
            if name not in known:
                raise _dimension_error(name, name, "one of " + ", ".join(sorted(known)), 2)
            if not value > 0.0 and "angle" not in name and "concavity" not in name:
                raise _dimension_error(name, f"{value}", "a positive size", 3)
        return replace(mean_dimensions(self.level).scaled(self.scale), **self.dimensions)

    @cached_property
    def body(self) -> Body:
        """The intact body."""
        return Body(self.size)

    @cached_property
    def arch(self) -> PosteriorElements:
        """Pedicles and posterior elements."""
        return PosteriorElements(self.body)

    @cached_property
    def fracture(self) -> FractureMap | None:
        """The map from intact to present position, in intact coordinates; None where intact."""
        if self.deformity.kind == "none":
            return None
        middle = self._columns(np.array([self.body.stations[1]]))
        inside = float(self.body.inferior(middle)[0]) + 0.5, float(self.body.superior(middle)[0])
        return FractureMap.through(
            height_losses(self.deformity, self.intact_heights),
            self.body.stations,
            0.5 * self.body.width,
            (self.body.stations[2], float(self.arch.isthmus[1])),
            (inside[0], inside[1] - 0.5),
            self.band,
            float(self.arch.isthmus[2]),
            SUPERIOR_SHARE[self.deformity.kind],
        )

    @cached_property
    def intact_heights(self) -> tuple[float, float, float]:
        """Anterior, middle, posterior height before the fracture, mm."""
        columns = self._columns(np.array(self.body.stations))
        front, middle, back = self.body.superior(columns) - self.body.inferior(columns)
        return float(front), float(middle), float(back)

    @cached_property
    def centre(self) -> float:
        """Position z of the present body's centre in intact coordinates, mm."""
        ends = self._endplates(np.array([self.body.stations[1]]))
        return float(0.5 * (ends[0][0] + ends[1][0]))

    def profile(self, *, intact: bool = False) -> HeightProfile:
        """Endplates in the mid-sagittal plane, vertebral frame; before the fracture if `intact`."""
        first, _, last = self.body.stations
        y = np.linspace(first, last, 41)
        superior, inferior = self._endplates(y, intact=intact)
        return HeightProfile(y, superior - self.centre, inferior - self.centre)

    def landmarks(self) -> Landmarks:
        """Landmarks from the closed-form shape, vertebral frame: what a finder should find."""
        return find_truth(self)

    def level_set(self, points: Float) -> Float:
        """Negative inside the bone, at present ``points`` (n, 3) in mm, vertebral frame."""
        intact = self._to_intact(points)
        blend = 4.0 * self.body.width / 42.0
        return smooth_union(self.body(intact), self.arch(intact), blend)

    def density_at(self, points: Float) -> Float:
        """Mineral density (mg/cm³) at present ``points`` (n, 3): compaction raises it by 1/J."""
        intact = self._to_intact(points)
        law = Density(self.body, self.density, self.size.canal_depth, self.heterogeneity)
        return np.asarray(law(intact) / self._volume_ratio(intact))

    def damage_at(self, points: Float) -> Float:
        """Damage at present ``points`` (n, 3), from 0 to the band's peak."""
        return damage_of(self._volume_ratio(self._to_intact(points)), self.band.damage)

    def build(self, spacing: float = 0.6) -> Vertebra:
        """Sample the shape at ``spacing`` (mm) and hand it over with fields and landmarks."""
        sizes = tuple(sorted(self.dimensions.items()))
        distance = _distance(self.level, self.scale, sizes, self.deformity, self.band, spacing)
        return Vertebra(
            name=self.level,
            distance=distance,
            frame=Frame(np.array([0.0, 0.0, self.centre]), np.eye(3)),
            landmarks=self.landmarks(),
            density=self.density_at,
            damage=self.damage_at,
            regions=self._regions(distance),
            reference=self.profile(intact=True),
            reference_source="the parametric body before its fracture",
        )

    def present(self, points: Float) -> Float:
        """Intact coordinates to the vertebral frame of the present shape, (n, 3), mm."""
        moved = points if self.fracture is None else self.fracture.forward(points)
        return np.asarray(moved - self._shift)

    @property
    def _shift(self) -> Float:
        return np.array([0.0, 0.0, self.centre])

    def _to_intact(self, points: Float) -> Float:
        placed = np.asarray(points, dtype=np.float64) + self._shift
        return placed if self.fracture is None else self.fracture.inverse(placed)

    def _volume_ratio(self, intact: Float) -> Float:
        return np.ones(len(intact)) if self.fracture is None else self.fracture.volume_ratio(intact)

    def _columns(self, y: Float) -> Float:
        return np.column_stack([np.zeros_like(y), y, np.zeros_like(y)])

    def _endplates(self, y: Float, *, intact: bool = False) -> tuple[Float, Float]:
        """Superior and inferior z (mm, intact coordinates' origin) at x = 0 and ``y`` (n,)."""
        column = self._columns(y)
        surfaces = []
        for height in (self.body.superior(column), self.body.inferior(column)):
            points = np.column_stack([column[:, :2], height])
            if self.fracture is not None and not intact:
                points = self.fracture.forward(points)
            surfaces.append(points[:, 2])
        return surfaces[0], surfaces[1]

    def _box(self) -> tuple[Float, Float]:
        size, low, high = self.size, *self.arch.bounds()
        half = 0.5 * max(size.superior_width, size.inferior_width)
        front = self.body.posterior - max(size.superior_depth, size.inferior_depth)
        height = 0.5 * max(size.anterior_height, size.posterior_height)
        low = np.minimum(low, [-half, front, -height]) - PAD
        high = np.maximum(high, [half, self.body.posterior, height]) + PAD
        return low - self._shift, high - self._shift

    def _regions(self, distance: SignedDistance) -> tuple[tuple[str, SignedDistance], ...]:
        if self.cleft is None:
            return ()
        centre = self.cleft.centre or self._cleft_centre()
        axes = 0.5 * np.array([self.cleft.width, self.cleft.depth, self.cleft.height])
        region = ellipsoid_distance(np.array(centre), axes, distance.spacing)
        if float(distance.at(np.array([centre]))[0]) > -0.5 * self.cleft.height:
            raise cleft_error(
                np.array(centre), -float(distance.at(np.array([centre]))[0]), self.cleft.height
            )
        return (("cleft", region),)

    def _cleft_centre(self) -> tuple[float, float, float]:
        y = self.body.stations[0] + 0.3 * self.body.depth
        middle = 0.0
        if self.fracture is not None:
            middle = 0.5 * (self.fracture.bottom + self.fracture.top)
        place = self.present(np.array([[0.0, y, middle]]))[0]
        return float(place[0]), float(place[1]), float(place[2])


def _dimension_error(name: str, found: str, expected: str, number: int) -> InputError:
    return InputError(
        "plan",
        f"anatomy.dimensions.{name}",
        found,
        expected,
        "correct it, or leave it out to take the level's mean",
        f"E-ANAT-{number:03d}",
    )


@lru_cache(maxsize=4)
def _distance(
    level: str, scale: float, dimensions: tuple[tuple[str, float], ...], deformity: Deformity, band: Band,
    spacing: float,
) -> SignedDistance:  # fmt: skip
    """Sample a shape; the last few are kept, since a plan is checked, built and read back with the same one."""
    shape = ParametricVertebra(level, scale, dict(dimensions), deformity=deformity, band=band)
    low, high = shape._box()
    return sample_distance(shape.level_set, low, high, spacing)
