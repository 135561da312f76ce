# SPDX-License-Identifier: BSD-3-Clause
"""Equilibrium of bone, shells, discs and cavities, step by step."""
