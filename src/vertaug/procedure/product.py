# SPDX-License-Identifier: BSD-3-Clause
"""The cement product of a plan: a file of the user, or a class that is shipped."""

from __future__ import annotations

from vertaug.materials.rheology.cement_classes import product_of_class
from vertaug.materials.rheology.product import Product, load_product
from vertaug.procedure.plan_sections import Cement

__all__ = ["product_of"]


def product_of(cement: Cement) -> Product:
    """Product of a plan's cement; `InputError` for a file that cannot be used."""
    if cement.product is not None:
        return load_product(cement.product)
    return product_of_class(cement.viscosity_class)
