# SPDX-License-Identifier: BSD-3-Clause
"""Which label of a segmentation is which vertebra."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from vertaug.imaging._volume import Volume, image_error

__all__ = ["SCHEMES", "label_of", "label_sizes", "level_names", "require_labels"]

LEVELS = [f"C{i}" for i in range(1, 8)] + [f"T{i}" for i in range(1, 13)]
LEVELS += [f"L{i}" for i in range(1, 6)]

VERSE = {name: label for label, name in enumerate(LEVELS, start=1)}
"""VerSe: C1-C7 are 1-7, T1-T12 8-19, L1-L5 20-24 (Sekuboyina et al. 2021)."""

TOTALSEGMENTATOR = {name: 27 + i for i, name in enumerate(reversed(LEVELS))}
"""TotalSegmentator 2: L5 is 27, L1 31, T12 32, T1 43, C7 44, C1 50."""

SCHEMES: dict[str, dict[str, int]] = {"verse": VERSE, "totalsegmentator": TOTALSEGMENTATOR}


def level_names(scheme: str) -> dict[int, str]:
    """Level by label in a scheme, one of `SCHEMES`."""
    return {label: name for name, label in SCHEMES[scheme].items()}


def label_of(level: str, scheme: str, where: str = "plan") -> int:
    """Label of a level such as ``L1`` in a scheme; `InputError` for a name outside C1 to L5."""
    if scheme not in SCHEMES:
        raise image_error(
            where, "labels.scheme", repr(scheme), " or ".join(SCHEMES),
            "name the scheme, or give the label as a number", 30,
        )  # fmt: skip
    name = level.strip().upper()
    if not re.fullmatch(r"[CTL]\d+", name) or name not in SCHEMES[scheme]:
        raise image_error(
            where, "level", repr(level), "C1 to C7, T1 to T12 or L1 to L5",
            "give the label as a number for other bones", 31,
        )  # fmt: skip
    return SCHEMES[scheme][name]


def label_sizes(segmentation: Volume) -> dict[int, int]:
    """Voxel count by label, background left out; `InputError` where values are not labels."""
    values = segmentation.values
    rounded = np.rint(values)
    if np.abs(values - rounded).max() > 1e-3 or rounded.min() < 0:
        raise image_error(
            segmentation.source, "voxels",
            f"values from {values.min():g} to {values.max():g}, not whole numbers from 0",
            "a label map", "give the segmentation here and the image under `image`", 32,
        )  # fmt: skip
    labels, counts = np.unique(rounded.astype(np.int64), return_counts=True)
    return {int(a): int(n) for a, n in zip(labels, counts, strict=True) if a != 0}


def require_labels(segmentation: Volume, labels: tuple[int, ...]) -> NDArray[np.bool_]:
    """Voxels that carry one of ``labels``, shape (nx, ny, nz).

    Raises
    ------
    InputError
        A label is not there; the message lists what is, with sizes and likely levels.
    """
    sizes = label_sizes(segmentation)
    missing = [label for label in labels if label not in sizes]
    if missing or not labels:
        raise image_error(
            segmentation.source, "anatomy.label", f"label {missing} is not in the segmentation",
            f"one of {_listing(sizes)}", "choose one of the labels listed", 33,
        )  # fmt: skip
    return np.asarray(np.isin(np.rint(segmentation.values), labels))


def _listing(sizes: dict[int, int]) -> str:
    if not sizes:
        return "no label at all: the segmentation is empty"
    parts = [f"{label}{_levels(label)}: {count} voxels" for label, count in sizes.items()]
    return "; ".join(parts[:40]) + ("; ..." if len(parts) > 40 else "")


def _levels(label: int) -> str:
    names = [
        f"{names[label]} in {scheme}"
        for scheme in SCHEMES
        if label in (names := level_names(scheme))
    ]
    return f" ({', '.join(names)})" if names else ""
