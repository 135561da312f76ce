# SPDX-License-Identifier: BSD-3-Clause
"""What a plan will build and cost, before it is run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Approach, Vertebra
from vertaug.anatomy.profile import heights, profile_from_distance
from vertaug.mesh import MeshSize
from vertaug.procedure.build import build_vertebra, mesh_size, plan_channels, plan_openings
from vertaug.procedure.places import check_places
from vertaug.procedure.plan import Plan
from vertaug.procedure.product import product_of

__all__ = ["Findings", "check_plan"]

Float = NDArray[np.float64]

_CELL_SHARE = 0.09
"""Volume of a cell over the cube of its edge length, as found in generated meshes."""
_CELLS_PER_SURFACE = 0.6
"""Further cells a mm² of surface, which its curvature asks for."""
_BYTES_PER_CELL = 9_000
_BYTES_PER_VOXEL = 900
_SECONDS_PER_CELL_AND_STEP = 8e-5
_SECONDS_PER_VOXEL_AND_MILLILITRE = 4e-5
_BASE_BYTES = 400_000_000


@dataclass(frozen=True)
class Findings:
    """What `check_plan` found; volume in mm³, memory in bytes, time in seconds (two cores)."""

    vertebra: str
    volume: float
    heights: tuple[float, float, float]
    reference_source: str
    pedicles: str
    balloons: str
    access: tuple[str, ...]
    cells: int
    voxels: int
    steps: int
    memory: float
    seconds: float
    warnings: tuple[str, ...]

    def rows(self) -> list[tuple[str, str]]:
        """Label and text of every entry."""
        heights = " / ".join(f"{height:.1f}" for height in self.heights)
        return [
            ("vertebra", self.vertebra),
            ("bone volume", f"{self.volume / 1000:.1f} mL"),
            ("heights, front to back", f"{heights} mm"),
            ("reference heights", self.reference_source),
            ("pedicles found", self.pedicles),
            ("balloons (left, back, up)", self.balloons),
            *(
                (f"way of {text.partition(':')[0]}", text.partition(": ")[2])
                for text in self.access
            ),
            ("tetrahedra", f"about {_rounded(self.cells)}"),
            ("cells of the flow grid", f"about {_rounded(self.voxels)}"),
            ("steps of inflation", f"about {self.steps}"),
            ("memory", f"about {self.memory / 1e9:.1f} GB"),
            ("time on two cores", f"about {max(1, round(self.seconds / 60))} min"),
        ]


def check_plan(plan: Plan) -> Findings:
    """Build the vertebra of ``plan`` and estimate what the run needs; nothing is written.

    Raises
    ------
    InputError
        The anatomy cannot be built, or the cement's file cannot be used.
    """
    product_of(plan.cement)
    vertebra = build_vertebra(plan)
    approaches, warnings = plan_channels(plan, vertebra)
    plan_openings(plan, vertebra)
    warnings += check_places(plan, vertebra)
    cells, voxels = _cells(plan, vertebra), _voxels(plan, vertebra)
    steps = _steps(plan)
    millilitres = sum(injection.volume for injection in plan.cement.injection) / 1000.0
    seconds = cells * steps * _SECONDS_PER_CELL_AND_STEP
    seconds += voxels * millilitres * _SECONDS_PER_VOXEL_AND_MILLILITRE
    return Findings(
        vertebra=f"{vertebra.name}, {plan.anatomy.source}",
        volume=_volume(vertebra),
        heights=_heights(vertebra),
        reference_source=vertebra.reference_source,
        pedicles=_pedicles(vertebra),
        balloons=", ".join(
            f"{a.name} {b.length:g} mm, tip {_place(a.balloon_end)}"
            for a, b in zip(approaches, plan.balloon, strict=True)
        ),
        access=tuple(_way(a) for a in approaches),
        cells=cells,
        voxels=voxels,
        steps=steps,
        memory=_BASE_BYTES + cells * _BYTES_PER_CELL + voxels * _BYTES_PER_VOXEL,
        seconds=seconds,
        warnings=(*vertebra.warnings, *warnings),
    )


def _volume(vertebra: Vertebra) -> float:
    """Volume of the bone, mm³."""
    distance = vertebra.distance
    return float(np.count_nonzero(distance.values < 0.0)) * distance.spacing**3


def _surface(vertebra: Vertebra) -> float:
    """Surface of the bone, mm²: the volume of a thin layer over its thickness."""
    distance = vertebra.distance
    layer = np.count_nonzero(np.abs(distance.values) < distance.spacing)
    return 0.5 * float(layer) * distance.spacing**2


def _cells(plan: Plan, vertebra: Vertebra) -> int:
    """Tetrahedra of the mesh, from the edge lengths asked for and the bone's volume."""
    share = _CELL_SHARE
    size = mesh_size(plan)
    bulk = _volume(vertebra) / (share * size.bulk**3) + _CELLS_PER_SURFACE * _surface(vertebra)
    return int(bulk + sum(_near_cavity(size, b.length, b.channel_diameter) for b in plan.balloon))


def _near_cavity(size: MeshSize, length: float, diameter: float) -> float:
    """Tetrahedra that the finer size around one channel adds."""
    reach = max(size.bulk - size.cavity, 0.0) / size.growth
    away = np.linspace(0.0, reach, 50)
    edge = size.cavity + size.growth * away
    radius = 0.5 * diameter + away
    shell = 2.0 * math.pi * radius * length + 4.0 * math.pi * radius**2
    added = shell * (edge**-3 - size.bulk**-3) / _CELL_SHARE
    return float(np.trapezoid(added, away))


def _voxels(plan: Plan, vertebra: Vertebra) -> int:
    """Cells of the flow grid: the body's box with the margin on the sides that have openings."""
    marks = vertebra.landmarks
    height = float(marks.superior.centre[2] - marks.inferior.centre[2])
    extent = np.array([marks.width, marks.depth, height]) + plan.flow.margin
    return int(np.prod(np.ceil(extent / plan.flow.spacing)))


def _steps(plan: Plan) -> int:
    """Steps from the channel's volume to the balloon's, and back."""
    if "inflate" not in plan.procedure.kinds:
        return 0
    ratios = [
        balloon.volume / (math.pi * (0.5 * balloon.channel_diameter) ** 2 * balloon.length)
        for balloon in plan.balloon
    ]
    inflation = math.log(max(*ratios, 1.0)) / math.log1p(plan.numerics.volume_step)
    deflation = plan.numerics.deflation_steps if "deflate" in plan.procedure.kinds else 0
    return math.ceil(inflation) + deflation


def _heights(vertebra: Vertebra) -> tuple[float, float, float]:
    """Anterior, middle, posterior height as the run measures them, mm."""
    front, middle, back = heights(profile_from_distance(vertebra.distance, vertebra.landmarks))
    return front, middle, back


def _pedicles(vertebra: Vertebra) -> str:
    """Which pedicles there are, with the radius at their isthmus."""
    marks = vertebra.landmarks
    sides = {"left": marks.pedicle_left, "right": marks.pedicle_right}
    found = [f"{side} {axis.radius:.1f} mm" for side, axis in sides.items() if axis is not None]
    return ", ".join(found) + " (radius)" if found else "none"


def _way(approach: Approach) -> str:
    """Name, angles and least distances of an approach."""
    medial, caudal = _whole(approach.medial_deg), _whole(approach.caudal_deg)
    text = f"{approach.name}: {medial}° medial, {caudal}° caudal"
    gaps = approach.gaps
    if gaps is None:
        return text
    return (
        f"{text}; cannula {gaps.canal:.1f} mm from the canal, {gaps.cortex:.1f} mm within cortex; "
        f"balloon {gaps.balloon:.1f} mm, {gaps.ahead:.1f} mm ahead"
    )


def _place(point: Float) -> str:
    """Coordinates to the millimetre."""
    return " / ".join(_whole(value) for value in point)


def _whole(value: float) -> str:
    """Nearest whole number; nought without a sign."""
    return f"{round(value):d}"


def _rounded(number: int) -> str:
    """Two significant digits, with separators."""
    if number <= 0:
        return "0"
    step = 10 ** max(0, int(math.log10(number)) - 1)
    return f"{round(number / step) * step:,}"
