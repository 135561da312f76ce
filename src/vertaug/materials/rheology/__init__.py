# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity of cement and marrow: ageing, temperature, shear rate."""
