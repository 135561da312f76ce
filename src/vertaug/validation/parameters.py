# SPDX-License-Identifier: BSD-3-Clause
"""The one set of parameters that all experiments are run with, frozen in a file with its digest.

The file holds every constant of bone, cortex, surroundings, balloon and set cement as the engine has them by
default. An experiment adds only what its specimens were: level, density, deformity, load, volumes. Where the
engine's constants are no longer those of the file nothing is run: they have to be frozen again first, with a
reason.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib import resources
from pathlib import Path

from pydantic import BaseModel

from vertaug.balloon.catalogue import catalogue
from vertaug.balloon.device import DEVICES
from vertaug.errors import InputError
from vertaug.materials import bogetti_gillespie_1992, deshpande_fleck_2000, lewis_1997, wolfram_2011
from vertaug.materials.bone import CARD, BoneLaw
from vertaug.materials.card import Parameter
from vertaug.outcomes import load_cases
from vertaug.outcomes.crush_test import POTTING
from vertaug.procedure.plan_balloon import Balloon
from vertaug.procedure.plan_model import entries
from vertaug.procedure.plan_sections import Bone, Boundary, Cure, MeshSizes, Numerics
from vertaug.procedure.plan_stages import FractureStage, Procedure
from vertaug.procedure.stages_solid import VISCOSITY_OF_GROWTH
from vertaug.solid.model import WALLS, Shells, SolidModel, Surroundings

__all__ = ["Frozen", "current_parameters", "freeze", "frozen_parameters", "refuse_other_parameters"]

Value = float | int | bool | str
Table = Mapping[str, Mapping[str, Value]]

_FILE, _DIGEST = "parameters.toml", "parameters.sha256"
_SECTIONS: dict[str, type[BaseModel]] = {
    "bone": Bone, "boundary": Boundary, "balloon": Balloon, "cure": Cure, "mesh": MeshSizes, "numerics": Numerics,
    "procedure": Procedure, "fracture": FractureStage,
}  # fmt: skip


class Frozen:
    """Content of the frozen file: its `digest`, the `reason` it was frozen for, and `tables` of constants."""

    def __init__(self, data: bytes) -> None:
        content = tomllib.loads(data.decode())
        self.digest = hashlib.sha256(data).hexdigest()
        self.reason = str(content.pop("reason"))
        self.tables: Table = content


def _of_section(model: type[BaseModel]) -> dict[str, Value]:
    """Defaults of a part of the plan that are plain values."""
    found = {entry.key: entry.default for entry in entries(model) if not entry.is_required}
    return {
        key: value for key, value in found.items() if isinstance(value, (bool, int, float, str))
    }


def _of_cards(cards: tuple[Parameter, ...]) -> dict[str, Value]:
    """Constants of cards, by symbol."""
    return {parameter.symbol: parameter.value for parameter in cards}


def _of_fields(thing: object) -> dict[str, Value]:
    """Plain values among the fields of a dataclass."""
    found = {item.name: getattr(thing, item.name) for item in fields(thing)}  # type: ignore[arg-type]
    return {
        key: value for key, value in found.items() if isinstance(value, (bool, int, float, str))
    }


def current_parameters() -> Table:
    """Constants of the engine as it is, by table and name."""
    tables: dict[str, Mapping[str, Value]] = {
        f"plan_{name}": _of_section(model) for name, model in _SECTIONS.items()
    }
    law = BoneLaw()
    tables |= {
        "bone_law": _of_fields(law),
        "bone_card": _of_cards(CARD),
        "density_laws": _of_cards(law.cards()),
        "wolfram_2011": _of_cards(wolfram_2011.CARD),
        "deshpande_fleck_2000": _of_cards(deshpande_fleck_2000.CARD),
        "lewis_1997": _of_cards(lewis_1997.CARD),
        "bogetti_gillespie_1992": _of_cards(bogetti_gillespie_1992.CARD),
        "shells": _of_fields(Shells()),
        "surroundings": _of_fields(Surroundings()),
        "solid": _of_fields(SolidModel()) | {"viscosity_of_growth": VISCOSITY_OF_GROWTH},
        "contact": _of_fields(WALLS),
        "machine": {"potting": POTTING},
    }
    tables |= {f"balloon_{name}": dict(kind.texts) for name, kind in catalogue().items()}
    tables |= {f"device_{name}": _of_cards(device.card) for name, device in DEVICES.items()}
    tables["load_cases"] = _of_cards(load_cases.CARD)
    return tables


def _toml(tables: Table, reason: str) -> str:
    """The file of ``tables``."""
    lines = [
        "# Written by `vertaug validate --freeze`; never by hand.",
        f"reason = {json.dumps(reason)}",
    ]
    for name, table in tables.items():
        lines += ["", f"[{name}]"]
        lines += [f"{json.dumps(key)} = {_word(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _word(value: Value) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _folder() -> Path:
    """Folder of the frozen file."""
    return Path(str(resources.files("vertaug.validation")))


def frozen_parameters() -> Frozen:
    """Return the frozen parameters.

    Raises
    ------
    InputError
        The file is not the one its digest belongs to.
    """
    frozen = Frozen((_folder() / _FILE).read_bytes())
    known = (_folder() / _DIGEST).read_text(encoding="utf-8").strip()
    if frozen.digest != known:
        raise InputError(
            _FILE, "digest", frozen.digest[:16], f"{known[:16]}, as in {_DIGEST}",
            'take the file back, or freeze again: vertaug validate --freeze "why"', "E-VALID-002",
        )  # fmt: skip
    return frozen


def differences(frozen: Table, current: Table) -> list[str]:
    """Constants that differ, as ``table.name: frozen, now``."""
    names = {(table, key) for side in (frozen, current) for table in side for key in side[table]}
    found = []
    for table, key in sorted(names):
        old, new = (side.get(table, {}).get(key, "absent") for side in (frozen, current))
        if old != new:
            found.append(f"{table}.{key}: {old} frozen, {new} now")
    return found


def refuse_other_parameters() -> Frozen:
    """Return the frozen parameters where the engine's are the same.

    Raises
    ------
    InputError
        The engine's constants are others.
    """
    frozen = frozen_parameters()
    found = differences(frozen.tables, current_parameters())
    if found:
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        raise InputError(
            _FILE, "parameters", "; ".join(found[:4]) + more, "the engine's constants, as they were frozen",
            'freeze them with vertaug validate --freeze "why"; all experiments are then run again', "E-VALID-003",
        )  # fmt: skip
    return frozen


def freeze(reason: str) -> Frozen:
    """Write the engine's constants as the frozen ones, with the ``reason``; returns them."""
    data = _toml(current_parameters(), reason).encode()
    (_folder() / _FILE).write_bytes(data)
    frozen = Frozen(data)
    (_folder() / _DIGEST).write_text(frozen.digest + "\n", encoding="utf-8")
    return frozen
