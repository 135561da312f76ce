# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks, some in each module."""
