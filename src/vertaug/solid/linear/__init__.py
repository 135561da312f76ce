# SPDX-License-Identifier: BSD-3-Clause
"""Linear systems of the solid solver."""
