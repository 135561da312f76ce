# SPDX-License-Identifier: BSD-3-Clause
"""What a linear solve can fail with."""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.errors import VertaugError

__all__ = ["MatrixError"]


@dataclass
class MatrixError(VertaugError):
    """A matrix that the chosen method cannot serve: singular, indefinite or not finite.

    Parameters
    ----------
    found : what was found, and where
    fix : what the caller can do
    """

    found: str
    fix: str
    exit_code = 3

    def __str__(self) -> str:
        return f"E-RUN-010  linear system: {self.found}\n  fix       {self.fix}"
