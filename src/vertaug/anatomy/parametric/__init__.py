# SPDX-License-Identifier: BSD-3-Clause
"""Vertebrae from numbers: level, scale, dimensions, density and fracture."""

from vertaug.anatomy.parametric._density import Heterogeneity
from vertaug.anatomy.parametric._vertebra import ParametricVertebra

__all__ = ["Heterogeneity", "ParametricVertebra"]
