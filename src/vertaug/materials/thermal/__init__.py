# SPDX-License-Identifier: BSD-3-Clause
"""Heat capacity, conductivity, blood flow and heat of reaction of tissues and cement."""
