# SPDX-License-Identifier: BSD-3-Clause
"""The few errors vertaug raises; each says where, what was found, what was expected, the fix."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["InputError", "InputErrors", "NotConvergedError", "ResourceError", "VertaugError"]


class VertaugError(Exception):
    """Base of every error vertaug raises on purpose; `exit_code` is what the command returns."""

    exit_code = 70


@dataclass
class InputError(VertaugError):
    """Input that cannot be used.

    Parameters
    ----------
    where : file (or ``plan``) the input came from
    field : dotted key, array or element in it, such as ``balloon.left.length``
    found, expected, fix : one phrase each, complete enough to act on
    code : stable identifier, such as ``E-PLAN-001``
    """

    where: str
    field: str
    found: str
    expected: str
    fix: str
    code: str = "E-INPUT-000"
    exit_code = 2

    def __str__(self) -> str:
        return (
            f"{self.code}  {self.where}, field {self.field}\n"
            f"  found     {self.found}\n"
            f"  expected  {self.expected}\n"
            f"  fix       {self.fix}"
        )


@dataclass
class InputErrors(VertaugError):
    """Several input errors of one file, reported together."""

    errors: tuple[InputError, ...]
    exit_code = 2

    def __str__(self) -> str:
        return "\n\n".join(str(error) for error in self.errors)


@dataclass
class NotConvergedError(VertaugError):
    """A stage that could not be carried to a stop rule.

    `stage` and `step` say where, `reason` what limited it, `kept` what is still on disk.
    """

    stage: str
    step: int
    reason: str
    kept: str = "the last converged state is kept; results of finished stages are on disk"
    exit_code = 3

    def __str__(self) -> str:
        return f"E-RUN-001  stage {self.stage}, step {self.step}: {self.reason}\n  kept      {self.kept}"


@dataclass
class ResourceError(VertaugError):
    """Disk, memory or time that is not there."""

    what: str
    needed: str
    available: str
    fix: str
    exit_code = 4

    def __str__(self) -> str:
        return (
            f"E-RES-001  {self.what}\n  needed    {self.needed}\n"
            f"  available {self.available}\n  fix       {self.fix}"
        )
