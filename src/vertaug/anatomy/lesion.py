# SPDX-License-Identifier: BSD-3-Clause
"""A lytic lesion in a vertebra: the region that tumour fills, and the hole it has broken into the cortex."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Vertebra
from vertaug.anatomy.openings import SITES, Opening
from vertaug.anatomy.parametric._sampling import ellipsoid_distance
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance

__all__ = ["REGION", "breach_opening", "lesion_of", "with_ellipsoid"]

Float = NDArray[np.float64]
REGION = "tumour"
"""Name of the region."""
_FREE = "cleft"
"""Start of the names of voids, which tumour does not fill."""
_NEAR = 2.5
"""How far, mm, the lesion may end before the cortex that it has broken."""


def _place(vertebra: Vertebra, centre: tuple[float, float, float] | None) -> Float:
    """Centre of an ellipsoid, mm; by default the middle of the body."""
    marks = vertebra.landmarks
    if centre is not None:
        return np.array(centre)
    middle = 0.5 * (marks.superior.centre + marks.inferior.centre)
    return np.array([middle[0], 0.5 * (marks.anterior_wall + marks.posterior_wall), middle[2]])


def with_ellipsoid(
    vertebra: Vertebra,
    centre: tuple[float, float, float] | None,
    diameters: tuple[float, float, float],
) -> Vertebra:
    """Return ``vertebra`` with an ellipsoid of tumour; `diameters` left-right, front-back, up-down, mm.

    What of it reaches beyond the bone is cut off; a cleft within it stays one: room that was made in the lesion.

    Raises
    ------
    InputError
        its centre lies outside the bone.
    """
    place = _place(vertebra, centre)
    if float(vertebra.distance.at(place[None])[0]) > 0.0:
        raise InputError(
            "plan", "anatomy.tumour.centre", f"{tuple(round(float(c), 1) for c in place)} mm, outside the bone",
            "a place inside the vertebra", "move the tumour's centre into the bone", "E-ANAT-013",
        )  # fmt: skip
    region = ellipsoid_distance(place, 0.5 * np.array(diameters), vertebra.distance.spacing)
    voids = tuple(item for item in vertebra.regions if item[0].startswith(_FREE))
    others = tuple(item for item in vertebra.regions if not item[0].startswith(_FREE))
    return replace(vertebra, regions=(*voids, (REGION, region), *others))


def lesion_of(vertebra: Vertebra) -> SignedDistance | None:
    """Signed distance of the tumour's region; None where there is none."""
    return dict(vertebra.regions).get(REGION)


def breach_opening(vertebra: Vertebra, side: str, radius: float) -> Opening:
    """Hole of a `radius`, mm, in the cortex or endplate where the tumour has broken it on one `side`.

    It lies straight ahead of the tumour's middle. A side of the wall is as in `openings.SITES`; an endplate's
    hole leads into the disc.

    Raises
    ------
    InputError
        no tumour, no bone's surface on that side, or the tumour ends more than 2.5 mm before it.
    """
    region = lesion_of(vertebra)
    if region is None:
        raise _refused("no tumour", "a tumour that breaks it", "give anatomy.tumour")
    inside = np.argwhere(region.values < 0.0)
    points = region.origin + region.spacing * inside
    middle = points[vertebra.distance.at(points) < 0.0].mean(axis=0)
    if side in SITES:
        way = np.array([*SITES[side], 0.0])
    else:
        way = np.array([0.0, 0.0, 1.0 if side == "endplate_superior" else -1.0])
    way /= np.linalg.norm(way)
    reach = np.arange(0.0, 60.0, 0.2)
    depth = vertebra.distance.at(middle + reach[:, None] * way)
    leaves = np.flatnonzero((depth[:-1] < 0.0) & (depth[1:] >= 0.0))
    if len(leaves) == 0:
        raise _refused(
            f"no surface of the bone on the side {side}",
            "a side of the body",
            "choose another side",
        )
    n = int(leaves[0])
    point = middle + (reach[n] + 0.2 * depth[n] / (depth[n] - depth[n + 1])) * way
    short = float(region.at(point[None])[0])
    if short > _NEAR:
        raise _refused(
            f"{side}, where the tumour ends {short:.1f} mm before the bone's surface",
            f"a side that the tumour comes nearer than {_NEAR:g} mm to",
            "make the tumour larger, move it there, or choose another side",
        )
    pathway = "disc" if side.startswith("endplate") else "cortical_defect"
    return Opening(REGION, "defect", pathway, np.asarray(point), radius)


def _refused(found: str, expected: str, fix: str) -> InputError:
    return InputError("plan", "anatomy.tumour.breach", found, expected, fix, "E-ANAT-014")
