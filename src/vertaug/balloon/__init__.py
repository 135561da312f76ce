# SPDX-License-Identifier: BSD-3-Clause
"""Inflation and deflation: the balloon's wall, its liquid, its stop rules."""
