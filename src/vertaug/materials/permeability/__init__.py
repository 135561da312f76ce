# SPDX-License-Identifier: BSD-3-Clause
"""Permeability of trabecular bone from its volume fraction, and its anisotropy."""
