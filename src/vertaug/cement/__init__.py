# SPDX-License-Identifier: BSD-3-Clause
"""Cement: injection by Darcy flow on a vertebra-aligned grid, and where it leaks."""
