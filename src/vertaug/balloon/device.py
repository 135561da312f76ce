# SPDX-License-Identifier: BSD-3-Clause
"""Devices that balloons open and leave in place: a stent of metal, a sleeve of fabric.

A stent is a mesh of struts that its balloon has stretched until it yields. It becomes a membrane on the cavity's
facets with the stress at which it yields, σ_y; free it springs back by the strain (1 - ν) σ_y/E, its recoil. So
the recoil and the force per length at which it yields give the membrane's modulus. Struts are stiff against bending,
as the membrane is not: hinges have the bending stiffness of their metal. A sleeve is the same, weaker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vertaug.materials.card import Mark, Parameter
from vertaug.mesh.surface import facet_areas
from vertaug.solid.bending import hinges_of
from vertaug.solid.model import cavity_facets
from vertaug.solid.shell import membrane_parameters
from vertaug.state import HingeHistory, ShellHistory, State

__all__ = ["DEVICES", "Device", "left_in_place"]


@dataclass(frozen=True)
class Device:
    """A device from its `card`, whose values are read by symbol."""

    card: tuple[Parameter, ...]

    def value(self, symbol: str) -> float:
        """Value of one parameter of the card."""
        return next(p.value for p in self.card if p.symbol == symbol)

    @property
    def strength(self) -> float:
        """Stress (MPa) at which the membrane yields."""
        return self.value("N_y") / self.value("t")

    @property
    def modulus(self) -> float:
        """Young's modulus (MPa) of the membrane, which its recoil and strength give."""
        return (1.0 - self.value("nu")) * self.strength / self.value("r")


_MEANINGS: Mapping[str, tuple[str, str, str, Mark]] = {
    "N_y": ("N/mm", "force per length at which the mesh yields",
            "closed, of 8 mm radius, it then bears 0.2 to 1 MPa from outside, as roofs need", "assumed"),
    "r": ("", "recoil of the diameter without the balloon", "expandable stents: 2 to 5 %", "recalled"),
    "t": ("mm", "thickness of the struts", "some tenths of a millimetre", "assumed"),
    "nu": ("", "Poisson's ratio of the membrane", "usual value", "assumed"),
    "E_s": ("MPa", "Young's modulus of the struts", "cobalt-chromium, polymer fibres", "recalled"),
    "Y_s": ("MPa", "yield stress of the struts", "cobalt-chromium, polymer fibres", "recalled"),
    "phi": ("", "share of the surface that struts take", "pictures of such devices", "assumed"),
}  # fmt: skip


def _device(name: str, **values: tuple[float, float, float]) -> Device:
    """Device with the ``values`` of its card by symbol, each with its range."""
    rows = []
    for symbol, (unit, meaning, source, mark) in _MEANINGS.items():
        value, low, high = values[symbol]
        rows.append(Parameter(symbol, value, unit, low, high, f"{name}: {meaning}", source, mark))
    return Device(tuple(rows))


DEVICES: Mapping[str, Device] = {
    "stent": _device(
        "stent", N_y=(2.0, 1.0, 5.0), r=(0.03, 0.02, 0.05), t=(0.3, 0.1, 0.6), nu=(0.3, 0.0, 0.45),
        E_s=(243e3, 2e5, 2.5e5), Y_s=(500.0, 300.0, 1000.0), phi=(0.2, 0.1, 0.4),
    ),
    "sleeve": _device(
        "sleeve", N_y=(0.8, 0.3, 2.0), r=(0.05, 0.02, 0.1), t=(0.2, 0.1, 0.6), nu=(0.3, 0.0, 0.45),
        E_s=(3e3, 1e3, 1e4), Y_s=(60.0, 30.0, 120.0), phi=(0.5, 0.2, 0.9),
    ),
}  # fmt: skip
"""Devices by their name in a plan; "balloon" leaves nothing in place."""


def left_in_place(state: State, devices: Mapping[str, str]) -> State:
    """Return ``state`` with the devices, named by cavity, as membranes and hinges on their cavities' facets.

    Those facets belong to the body from then on: a new mesh keeps them.
    """
    shell, hinge, facets = state.shell, state.hinge, cavity_facets(state.mesh)
    for cavity, name in devices.items():
        device, own = DEVICES[name], facets[cavity]
        skin, bending = _rows(state, device, own)
        shell = _joined(shell, skin)
        hinge = HingeHistory(
            *(
                np.concatenate([getattr(hinge, k), getattr(bending, k)])
                for k in ("nodes", "rest", "parameters")
            )
        )
    return replace(state, shell=shell, hinge=hinge)


def _joined(one: ShellHistory, other: ShellHistory) -> ShellHistory:
    names: Sequence[str] = ("facets", "volume", "metric", "plastic", "parameters")
    return ShellHistory(*(np.concatenate([getattr(one, k), getattr(other, k)]) for k in names))


def _rows(
    state: State, device: Device, facets: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
) -> tuple[ShellHistory, HingeHistory]:
    """Membranes at their yield stress and hinges at rest on ``facets`` (m, 3)."""
    points, count, poisson = state.mesh.points, len(facets), device.value("nu")
    whole = np.ones(count)
    volume = facet_areas(points, facets) * device.value("t")
    skin = ShellHistory(
        facets=facets,
        volume=volume,
        metric=np.tile(np.exp(2.0 * device.value("r")) * np.eye(2), (count, 1, 1)),
        plastic=np.zeros(count),
        parameters=membrane_parameters(device.modulus * whole, poisson, device.strength * whole),
    )
    metal = membrane_parameters(
        device.value("phi") * device.value("E_s") * whole,
        poisson,
        device.value("phi") * device.value("Y_s") * whole,
    )
    return skin, hinges_of(points, replace(skin, parameters=metal))
