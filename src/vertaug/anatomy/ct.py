# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra from a CT image and its segmentation, or from the segmentation alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Field, Frame, HeightProfile, Vertebra
from vertaug.anatomy.assemble import assemble_vertebra
from vertaug.anatomy.before_fracture import as_at_level
from vertaug.anatomy.density import ConstantField, ImageField, filled_outside
from vertaug.anatomy.lesion import REGION
from vertaug.anatomy.neighbours import Neighbour, find_neighbours, frame_of_shape
from vertaug.errors import InputError
from vertaug.imaging import (
    Calibration,
    Volume,
    calibrate,
    generic_calibration,
    read_volume,
    require_labels,
    require_same_grid,
    shape_of_labels,
)
from vertaug.mesh import SignedDistance

__all__ = ["ct_vertebra"]

Float = NDArray[np.float64]
SPACING = 0.7
"""Step of the signed distance, mm."""
LARGEST_VOXEL, BLURRED_VOXEL = 5.0, 2.5
"""Slices above the first are refused, since a lost height of 5 mm is one of them; above the second warned of, mm."""


def ct_vertebra(
    segmentation: str | Path,
    labels: int | tuple[int, ...],
    *,
    image: str | Path | None = None,
    calibration: Calibration | None = None,
    density: float | None = None,
    neighbours: Literal["auto", "none"] | tuple[int, ...] = "auto",
    axes: Float | None = None,
    name: str = "L1",
    spacing: float = SPACING,
    mobility: float | None = None,
    lesion: tuple[int, ...] = (),
) -> Vertebra:
    """Vertebra of a segmentation, with density from its CT.

    Parameters
    ----------
    segmentation : label image; its grid must be that of ``image``
    labels : label of the vertebra, or the labels that together make it up
    image : CT in HU or calibrated; None: ``density`` holds everywhere
    calibration : HU to density; None: the generic line, with a warning
    density : mg/cm³ K2HPO4-equivalent, where there is no image
    neighbours : ``auto`` takes the labels next to a single label, where they are intact
    axes : (3, 3) rows x, y, z of the vertebral frame in patient LPS; None: found from the shape
    name : level
    spacing : step of the signed distance, mm
    mobility : of a fracture that is found, 0 healed to 1 loose; None: assumed, with a warning
    lesion : labels of a tumour in the bone, which become the region ``tumour`` of the vertebra

    Raises
    ------
    InputError
        A file cannot be used, a label is missing, or the shape is no vertebra.
    """
    chosen = (labels,) if isinstance(labels, int) else tuple(labels)
    volume = read_volume(segmentation)
    text = f"label {', '.join(map(str, chosen))}"
    require_labels(volume, chosen)
    coarse = _coarse_voxels(volume)
    whole = (*chosen, *lesion)
    shape = shape_of_labels(volume, require_labels(volume, whole), text)
    intact, notes = find_neighbours(volume, _candidates(chosen, neighbours))
    superior = _shared_superior(intact) if axes is None else None
    frame = frame_of_shape(shape, axes, superior)
    field, density_notes = _density(volume, image, calibration, density, whole, frame)
    distance = shape.distance(spacing, frame.origin, frame.axes)
    regions: tuple[tuple[str, SignedDistance], ...] = ()
    if lesion:
        tumour = shape_of_labels(volume, require_labels(volume, lesion), "the tumour")
        regions = ((REGION, tumour.distance(spacing, frame.origin, frame.axes)),)
        density_notes += tumour.warnings
    return assemble_vertebra(
        name,
        distance,
        frame,
        field,
        neighbours=_profiles(intact, frame, name),
        neighbour_source=_source_phrase(intact),
        regions=regions,
        warnings=volume.warnings
        + coarse
        + shape.warnings
        + _turn_warning(frame)
        + notes
        + density_notes,
        where=str(segmentation),
        mobility=mobility,
    )


def _coarse_voxels(volume: Volume) -> tuple[str, ...]:
    """Warning of voxels in which a vertebra's shape is blurred; those in which it is lost are refused."""
    spacing = volume.spacing
    shown = " x ".join(f"{value:.3g}" for value in spacing)
    if spacing.max() > LARGEST_VOXEL:
        raise InputError(
            volume.source, "pixdim", f"voxels of {shown} mm",
            f"at most {LARGEST_VOXEL:g} mm: a body is 15 to 30 mm high",
            "take the series of thin slices, or reconstruct one", "E-IMAGE-071",
        )  # fmt: skip
    if spacing.max() <= BLURRED_VOXEL:
        return ()
    return (
        f"voxels of {shown} mm: heights are known to about {0.5 * spacing.max():.1f} mm, and cortex, pedicles and a "
        "crushed band are blurred",
    )


def _candidates(
    chosen: tuple[int, ...], neighbours: Literal["auto", "none"] | tuple[int, ...]
) -> tuple[int, ...]:
    """Labels to look at: above and below are one apart in every common scheme."""
    if neighbours == "none":
        return ()
    if neighbours != "auto":
        return tuple(neighbours)
    if len(chosen) != 1 or chosen[0] < 8:
        return ()
    label = chosen[0]
    sacral = {24: 25, 27: 26}
    return tuple(n for n in (label - 1, label + 1) if n != sacral.get(label))


def _shared_superior(intact: tuple[Neighbour, ...]) -> Float | None:
    """Mean superior axis of two neighbours; one alone leans to its own side and is not used."""
    if len(intact) < 2:
        return None
    mean = np.mean([n.frame.axes[2] for n in intact], axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _profiles(intact: tuple[Neighbour, ...], frame: Frame, level: str) -> tuple[HeightProfile, ...]:
    """Profiles of the neighbours; one alone is brought to the height of this level."""
    if len(intact) != 1:
        return tuple(n.profile for n in intact)
    below = float((intact[0].frame.origin - frame.origin) @ frame.axes[2]) < 0.0
    return (as_at_level(intact[0].profile, level, 1 if below else -1),)


def _source_phrase(intact: tuple[Neighbour, ...]) -> str:
    if not intact:
        return "none"
    if len(intact) == 1:
        return f"the intact neighbour with label {intact[0].label}, brought to this level's mean height"
    labels = " and ".join(str(n.label) for n in intact)
    return f"mean of the intact neighbours with labels {labels}"


def _turn_warning(frame: Frame) -> tuple[str, ...]:
    if frame.axes[1, 1] > 0.3 and frame.axes[2, 2] > 0.3:
        return ()
    return (
        "the bone's posterior or superior direction disagrees with the image's orientation: the"
        " header may be wrong; left and right cannot be told apart from the shape",
    )


def _density(
    segmentation: Volume,
    image: str | Path | None,
    calibration: Calibration | None,
    density: float | None,
    chosen: tuple[int, ...],
    frame: Frame,
) -> tuple[Field, tuple[str, ...]]:
    if image is None:
        if density is None or not density > 0.0:
            raise InputError(
                "plan", "anatomy.density", "neither image nor density",
                "a CT image, or a density above zero", 'add image, or density = "75 mg/cm^3"',
                "E-IMAGE-070",
            )  # fmt: skip
        return ConstantField(float(density)), ("no image: one density holds in the whole bone",)
    scan = read_volume(image)
    require_same_grid(scan, segmentation)
    mask = np.isin(np.rint(segmentation.values), chosen)
    calibrated = calibrate(scan, calibration or generic_calibration(), mask)
    return ImageField(filled_outside(calibrated, mask), frame), calibrated.warnings
