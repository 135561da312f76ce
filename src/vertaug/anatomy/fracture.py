# SPDX-License-Identifier: BSD-3-Clause
"""Vertebral fractures as a smooth, invertible map from the intact to the present shape.

Bone moves along z only, and only a band of the body is compacted: above it the body comes down,
below it the body stays (or comes up, for a fracture of both endplates). Behind the posterior wall
compaction fades: pedicles and processes keep their shape and ride on the body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = [
    "GENANT_LOSS",
    "Band",
    "Cleft",
    "Deformity",
    "FractureMap",
    "cleft_error",
    "damage_of",
    "height_losses",
]

Float = NDArray[np.float64]
Kind = Literal["none", "wedge", "biconcave", "crush"]

GENANT_LOSS = {1: 0.225, 2: 0.325, 3: 0.45}
"""Loss of height by semiquantitative grade: the middle of 20-25 % and of 25-40 %, and 45 % for
the open class above 40 % (Genant 1993)."""
PATTERN: dict[str, tuple[float, float, float]] = {
    "wedge": (1.0, 0.5, 0.0),
    "biconcave": (0.15, 1.0, 0.15),
    "crush": (1.0, 1.0, 1.0),
}
"""Anterior, middle, posterior loss over the largest one, where no heights are given."""
SUPERIOR_SHARE = {"wedge": 1.0, "biconcave": 0.5, "crush": 1.0}
"""Part of the loss that the superior endplate's descent makes up."""
CORNER = 0.2
"""Share of the band over which compaction starts, and ends, gently."""
DAMAGE_RATE = 8.0075
"""Rate of damage with accumulated plastic strain (Wolfram 2011)."""
LEAST_VOLUME_RATIO = 0.12
"""Bone of volume fraction 0.1 is solid at this compaction."""


@dataclass(frozen=True)
class Deformity:
    """What a fracture left of the body's height.

    Parameters
    ----------
    kind : ``wedge`` lowers the front, ``biconcave`` the middle, ``crush`` all of the body
    grade : Genant grade 1 to 3, or 0 where `loss` or `heights` tell
    loss : largest loss as a share of the intact height at that place; overrides the grade
    heights : anterior, middle, posterior height left, mm, None where the kind tells; override both
    """

    kind: Kind = "none"
    grade: int = 0
    loss: float | None = None
    heights: tuple[float | None, float | None, float | None] = (None, None, None)


@dataclass(frozen=True)
class Band:
    """The crushed band: present `height` (mm), `centre` (0 inferior to 1 superior), peak `damage`.

    The default damage is what lowers stiffness by 53 % as found after a 25 % crush (Wegrzyn 2011).
    """

    height: float = 8.0
    centre: float = 0.6
    damage: float = 0.53


@dataclass(frozen=True)
class Cleft:
    """Lens-shaped void; diameters in mm, `centre` (3,) in the vertebral frame or None for default."""

    centre: tuple[float, float, float] | None = None
    width: float = 14.0
    depth: float = 8.0
    height: float = 3.0


def height_losses(
    deformity: Deformity, intact: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Anterior, middle, posterior loss (mm) of a body of `intact` heights (mm).

    Raises
    ------
    InputError
        E-ANAT-010, no loss given or an unknown grade; E-ANAT-011, a height above the intact one.
    """
    if deformity.kind == "none":
        return 0.0, 0.0, 0.0
    pattern = PATTERN[deformity.kind]
    given = [
        None if left is None else whole - left
        for left, whole in zip(deformity.heights, intact, strict=True)
    ]
    _check_heights(given, deformity, intact)
    known = [loss for loss in given if loss is not None]
    if known and deformity.loss is None and deformity.grade == 0:
        scaled = [
            loss / part for loss, part in zip(given, pattern, strict=True) if loss and part > 0.0
        ]
        largest = max(scaled, default=0.0)
    else:
        largest = _relative_loss(deformity) * intact[int(np.argmax(pattern))]
    anterior, middle, posterior = (
        part * largest if loss is None else loss for loss, part in zip(given, pattern, strict=True)
    )
    return anterior, middle, posterior


def _relative_loss(deformity: Deformity) -> float:
    loss = deformity.loss if deformity.loss is not None else GENANT_LOSS.get(deformity.grade)
    if loss is None or not 0.0 < loss < 0.8:
        found = f"grade {deformity.grade}" if deformity.loss is None else f"{loss}"
        raise _error(
            "anatomy.deformity.genant",
            found,
            "a grade of 1, 2 or 3, or a loss between 0 and 0.8",
            "give a grade, or the heights that are left",
            "E-ANAT-010",
        )
    return loss


def _check_heights(
    losses: list[float | None], deformity: Deformity, intact: tuple[float, float, float]
) -> None:
    names = ("anterior", "middle", "posterior")
    for name, loss, whole in zip(names, losses, intact, strict=True):
        if loss is not None and not 0.0 <= loss < 0.8 * whole:
            raise _error(
                f"anatomy.deformity.{name}_height",
                f"{whole - loss:.1f} mm",
                f"between {0.2 * whole:.1f} and {whole:.1f} mm, the intact {name} height",
                f"give a height in that range, or leave {deformity.kind} to its grade",
                "E-ANAT-011",
            )


@dataclass(frozen=True)
class FractureMap:
    """The map z to z - loss(x, y) (ramp(z) - 1 + superior_share); x and y stay.

    Behind the posterior wall ``ramp(z)`` goes over to the constant ``ramp(carrier)``.

    Parameters
    ----------
    losses : anterior, middle, posterior loss of height, mm
    stations : y at which they hold, mm
    half_width : the extra loss of the middle ends at x = ± this, mm
    fade : y from and to which compaction fades to nothing, mm
    bottom, top : the band before the fracture, z in mm
    carrier : z of the pedicles' axis, with which everything behind the body moves, mm
    superior_share : part of the loss that bone above the band moves down
    """

    losses: tuple[float, float, float]
    stations: tuple[float, float, float]
    half_width: float
    fade: tuple[float, float]
    bottom: float
    top: float
    carrier: float = 0.0
    superior_share: float = 1.0

    @classmethod
    def through(
        cls,
        losses: tuple[float, float, float],
        stations: tuple[float, float, float],
        half_width: float,
        fade: tuple[float, float],
        endplates: tuple[float, float],
        band: Band,
        carrier: float = 0.0,
        superior_share: float = 1.0,
    ) -> FractureMap:
        """Place the band: before the fracture it was as high as now plus the largest loss.

        `endplates` are the lowest superior and highest inferior z (mm) the band must stay between.

        Raises
        ------
        InputError
            E-ANAT-012, where the body is not high enough to give that much.
        """
        low, high = endplates
        largest = max(losses)
        thick = min(band.height + largest, high - low)
        if largest > 0.0 and 1.0 - _steepest() * largest / thick < LEAST_VOLUME_RATIO:
            raise _error(
                "anatomy.deformity",
                f"a loss of {largest:.1f} mm in a body with {high - low:.1f} mm between endplates",
                f"at most {(1 - LEAST_VOLUME_RATIO) * thick / _steepest():.1f} mm",
                "ask for a smaller loss",
                "E-ANAT-012",
            )
        centre = low + band.centre * (high - low)
        centre = float(np.clip(centre, low + 0.5 * thick, high - 0.5 * thick))
        edges = centre - 0.5 * thick, centre + 0.5 * thick
        return cls(losses, stations, half_width, fade, *edges, carrier, superior_share)

    def loss(self, points: Float) -> Float:
        """Loss of height (mm) in the columns through ``points`` (n, 3)."""
        return self._column(points)[0]

    def forward(self, points: Float) -> Float:
        """Intact to present position, (n, 3) to (n, 3), mm."""
        loss, shift = self._column(points)
        share = (points[:, 2] - self.bottom) / (self.top - self.bottom)
        return np.column_stack([points[:, :2], points[:, 2] - loss * _ramp(share) - shift])

    def inverse(self, points: Float) -> Float:
        """Present to intact position, (n, 3) to (n, 3), mm; closed form."""
        loss, shift = self._column(points)
        thick = self.top - self.bottom
        share = _inverse_ramp((points[:, 2] + shift - self.bottom) / thick, loss / thick)
        return np.column_stack([points[:, :2], self.bottom + thick * share])

    def volume_ratio(self, points: Float) -> Float:
        """Present over intact volume at *intact* ``points`` (n, 3)."""
        thick = self.top - self.bottom
        share = (points[:, 2] - self.bottom) / thick
        return np.asarray(1.0 - self.loss(points) / thick * _ramp_slope(share))

    def _column(self, points: Float) -> tuple[Float, Float]:
        """Compaction across the band, and the shift down of what lies below it, (n,) mm."""
        x, y = points[:, 0], points[:, 1]
        first, _, last = self.stations
        front, middle, back = self.losses
        along = np.clip((y - first) / (last - first), 0.0, 1.0)
        bulge = np.maximum(1.0 - (x / self.half_width) ** 2, 0.0) ** 2 * 4.0 * along * (1.0 - along)
        loss = front + (back - front) * along + (middle - 0.5 * (front + back)) * bulge
        start, end = self.fade
        behind = np.clip((y - start) / (end - start), 0.0, 1.0)
        behind = behind**2 * (3.0 - 2.0 * behind)
        at_carrier = _ramp(np.array([(self.carrier - self.bottom) / (self.top - self.bottom)]))
        shift = loss * (behind * at_carrier - 1.0 + self.superior_share)
        return np.asarray(loss * (1.0 - behind)), np.asarray(shift)


def damage_of(volume_ratio: Float, peak: float) -> Float:
    """Damage from compaction (n,): `peak` (1 - exp(-k kappa)), kappa = -ln J, k of Wolfram 2011."""
    return np.asarray(peak * (1.0 - np.minimum(volume_ratio, 1.0) ** DAMAGE_RATE))


def _steepest() -> float:
    return 1.0 / (1.0 - CORNER)


def _ramp(share: Float) -> Float:
    """From 0 to 1 as ``share`` goes from 0 to 1: straight, with parabolic corners."""
    slope = _steepest()
    t = np.clip(share, 0.0, 1.0)
    start = slope * t**2 / (2.0 * CORNER)
    end = 1.0 - slope * (1.0 - t) ** 2 / (2.0 * CORNER)
    middle = slope * (t - 0.5 * CORNER)
    return np.where(t < CORNER, start, np.where(t > 1.0 - CORNER, end, middle))


def _ramp_slope(share: Float) -> Float:
    edge = np.minimum(share, 1.0 - share) / CORNER
    return np.asarray(_steepest() * np.clip(edge, 0.0, 1.0))


def _inverse_ramp(value: Float, amount: Float) -> Float:
    """Solve t - amount ramp(t) = value for t, elementwise; amount below 1 / steepest slope."""
    slope = _steepest()
    curve = amount * slope / (2.0 * CORNER)
    first = CORNER - amount * 0.5 * slope * CORNER
    last = 1.0 - amount - first
    start = _root(np.clip(value, 0.0, first), curve)
    end = 1.0 - _root(np.clip(1.0 - amount - value, 0.0, first), curve)
    middle = (value - 0.5 * amount * slope * CORNER) / (1.0 - amount * slope)
    inside = np.where(value < first, start, np.where(value > last, end, middle))
    below, above = value <= 0.0, value >= 1.0 - amount
    return np.where(below, value, np.where(above, value + amount, inside))


def _root(value: Float, curve: Float) -> Float:
    """Smaller root t of t - curve t² = value, elementwise."""
    return np.asarray(2.0 * value / (1.0 + np.sqrt(np.maximum(1.0 - 4.0 * curve * value, 0.0))))


def cleft_error(centre: Float, depth: float, height: float) -> InputError:
    """Error for a cleft of a ``height`` (mm) whose ``centre`` (3,) lies too little ``depth`` (mm) in the bone."""
    place = "/".join(f"{value:.1f}" for value in centre)
    if depth <= 0.0:
        found, expected = f"{place} mm, which is outside of the bone", "a place inside the body"
        return _error(
            "anatomy.cleft.centre", found, expected, "move it into the body", "E-ANAT-004"
        )
    found = f"{height:g} mm around a centre ({place} mm) that lies {depth:.1f} mm below the surface"
    fix = "make it lower, or move its centre"
    return _error(
        "anatomy.cleft.height", found, f"at most {2.0 * depth:.1f} mm there", fix, "E-ANAT-004"
    )


def _error(field: str, found: str, expected: str, fix: str, code: str) -> InputError:
    return InputError("plan", field, found, expected, fix, code)
