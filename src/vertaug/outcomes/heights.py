# SPDX-License-Identifier: BSD-3-Clause
"""Three heights of a vertebral body, the currency of every height outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

__all__ = ["THIRDS", "Heights"]

THIRDS = ("anterior", "middle", "posterior")
"""The three places of the mid-sagittal plane at which a height is reported."""


@dataclass(frozen=True)
class Heights:
    """Endplate to endplate in the mid-sagittal plane, mm, at the three thirds of the body."""

    anterior: float
    middle: float
    posterior: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Heights:
        """Take three heights (mm) in the order anterior, middle, posterior."""
        anterior, middle, posterior = (float(value) for value in values)
        return cls(anterior, middle, posterior)

    def __iter__(self) -> Iterator[float]:
        return iter(astuple(self))

    def to_dict(self) -> dict[str, float]:
        """Heights by name, mm, as in ``summary.json``."""
        return dict(zip(THIRDS, astuple(self), strict=True))
