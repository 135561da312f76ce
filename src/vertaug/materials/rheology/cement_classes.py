# SPDX-License-Identifier: BSD-3-Clause
"""The cement products that are shipped: classes of viscosity, engineering defaults, uncalibrated.

``eta = eta_5 exp((t - 300 s) / tau)`` at 23 °C and a shear rate of 10 1/s, t the time since mixing, with shear
thinning ``eta ~ g^(n - 1)``. No curve of a product was read: the orders of magnitude are recalled from the literature
on vertebroplasty cements (Baroud & Yahia 2004, Proc IMechE H 218:331, and others), so results carry a warning. Times
to 1000 Pa s: low 730 s, medium 547 s, high 345 s.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from vertaug.errors import InputError
from vertaug.materials.rheology.flow_curve import FlowCurve
from vertaug.materials.rheology.product import Product, read_product

__all__ = ["CLASSES", "curve_of_class", "product_of_class"]

CLASSES = ("low", "medium", "high")


@cache
def product_of_class(name: str) -> Product:
    """Product of the class `name` (low, medium, high); `InputError` for any other name."""
    if name not in CLASSES:
        raise InputError(
            where="plan",
            field="cement.class",
            found=repr(name),
            expected=f"one of {', '.join(CLASSES)}",
            fix="choose a class, or give a measured curve",
            code="E-CEMENT-001",
        )
    folder = resources.files("vertaug.materials.rheology").joinpath("products")
    file = folder.joinpath(f"{name}.toml")
    return read_product(file.read_text(encoding="utf-8"), f"products/{name}.toml")


def curve_of_class(name: str) -> FlowCurve:
    """Flow curve of the class `name`."""
    return product_of_class(name).curve
