# SPDX-License-Identifier: BSD-3-Clause
"""Validation: published experiments repeated with one set of parameters that was frozen beforehand."""
