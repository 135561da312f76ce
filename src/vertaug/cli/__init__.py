# SPDX-License-Identifier: BSD-3-Clause
"""The command ``vertaug``."""

from vertaug.cli.app import app, main

__all__ = ["app", "main"]
