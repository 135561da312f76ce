# SPDX-License-Identifier: BSD-3-Clause
"""References computed from closed forms, series, quadratures and radial boundary-value problems."""
