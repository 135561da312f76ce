# SPDX-License-Identifier: BSD-3-Clause
"""Compiled arithmetic over plain arrays; imports numpy and numba and nothing else."""
