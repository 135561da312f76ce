# SPDX-License-Identifier: BSD-3-Clause
"""What published experiments found: targets with their bands, sources and marks, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, cast

from vertaug.errors import InputError
from vertaug.materials.card import Mark

__all__ = ["Role", "Target", "all_targets", "chosen_ids", "read_targets"]

Role = Literal["calibration", "validation"]


@dataclass(frozen=True)
class Target:
    """One number of an experiment.

    `id` of the experiment, `quantity` with its unit, `source`, and how well it is backed (`mark`); `target` the
    published value, `band` lowest and highest value that will do, None where it is open; `role` is ``calibration``
    where a constant was fitted to the number or chosen in sight of it.
    """

    id: str
    quantity: str
    source: str
    mark: Mark
    target: float
    band: tuple[float | None, float | None]
    role: Role

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies in the band."""
        low, high = self.band
        return (low is None or value >= low) and (high is None or value <= high)

    @property
    def band_text(self) -> str:
        """The band as a phrase."""
        low, high = self.band
        if low is None or high is None:
            return f"at least {low:g}" if high is None else f"at most {high:g}"
        return f"{low:g} to {high:g}"


def _target(row: dict[str, Any]) -> Target:
    """Make a target of a table of the file."""
    low, high = (None if end == "" else float(end) for end in row["band"])
    if low is None and high is None:
        message = f"{row['id']}, {row['quantity']}: a band without ends"
        raise ValueError(message)
    if (low is not None and row["target"] < low) or (
        high is not None and row["target"] > 1.01 * high
    ):
        message = f"{row['id']}, {row['quantity']}: the target lies outside its band"
        raise ValueError(message)
    return Target(
        row["id"], row["quantity"], row["source"], cast(Mark, row["mark"]), float(row["target"]), (low, high),
        cast(Role, row["role"]),
    )  # fmt: skip


def read_targets(text: str) -> tuple[Target, ...]:
    """Targets of a file in TOML, each quantity once in an experiment."""
    found = tuple(_target(row) for row in tomllib.loads(text)["target"])
    if len({(t.id, t.quantity) for t in found}) != len(found):
        message = "a quantity stands twice in an experiment"
        raise ValueError(message)
    return found


def all_targets() -> tuple[Target, ...]:
    """Targets of all experiments, in their order."""
    file = resources.files("vertaug.validation").joinpath("targets.toml")
    return read_targets(file.read_text(encoding="utf-8"))


def chosen_ids(words: Sequence[str], targets: Sequence[Target]) -> tuple[str, ...]:
    """Ids of the experiments that ``words`` name (also several with commas), all where there are none.

    Raises
    ------
    InputError
        A word is no id.
    """
    known = tuple(dict.fromkeys(target.id for target in targets))
    wanted = [part.strip().upper() for word in words for part in word.split(",") if part.strip()]
    for name in wanted:
        if name not in known:
            raise InputError(
                "--only", "id", f'"{name}"', f"ids of experiments: {', '.join(known)}", "choose some of these",
                "E-VALID-001",
            )  # fmt: skip
    return tuple(name for name in known if not wanted or name in wanted)
