# SPDX-License-Identifier: BSD-3-Clause
"""The regular grid that cement, marrow and heat share."""
