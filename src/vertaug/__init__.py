# SPDX-License-Identifier: BSD-3-Clause
"""vertaug: simulation of percutaneous vertebral augmentation."""

__version__ = "0.1.0"
__all__ = ["__version__"]
