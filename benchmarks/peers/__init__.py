# SPDX-License-Identifier: BSD-3-Clause
"""Drivers of other codes for the same jobs, run by an interpreter that has them."""
