# SPDX-License-Identifier: BSD-3-Clause
"""Images and segmentations, read strictly and placed in patient LPS coordinates."""

from vertaug.imaging._volume import Volume, require_same_grid
from vertaug.imaging.calibration import Calibration, calibrate, generic_calibration
from vertaug.imaging.labels import label_of, label_sizes, require_labels
from vertaug.imaging.mask import LabelShape, shape_of_labels
from vertaug.imaging.read import read_volume

__all__ = [
    "Calibration",
    "LabelShape",
    "Volume",
    "calibrate",
    "generic_calibration",
    "label_of",
    "label_sizes",
    "read_volume",
    "require_labels",
    "require_same_grid",
    "shape_of_labels",
]
