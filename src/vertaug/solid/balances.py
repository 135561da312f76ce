# SPDX-License-Identifier: BSD-3-Clause
"""Balances that every run of the solid closes."""

from __future__ import annotations

from vertaug.mesh.surface import enclosed_volume
from vertaug.solid.model import cavity_facets, outer_facets
from vertaug.state import State

__all__ = ["cavity_identity_error", "cavity_volumes", "mass_error"]


def cavity_volumes(state: State) -> dict[str, float]:
    """Volume of every cavity, mm³, by name."""
    points = state.mesh.points
    return {name: -enclosed_volume(points, f) for name, f in cavity_facets(state.mesh).items()}


def cavity_identity_error(state: State) -> float:
    """Error of ΔV_cavity = ΔV_outer + ∫(1 - J) dV, relative to the largest of its three terms.

    Volumes come from the surfaces, the integral from the cells' history; dV is initial volume.
    """
    cavity = sum(cavity_volumes(state).values()) - state.cavity_volume
    outer = enclosed_volume(state.mesh.points, outer_facets(state.mesh)) - state.outer_volume
    crushed = float(state.bone.volume @ (1.0 - state.bone.ratio))
    scale = max(abs(cavity), abs(outer), abs(crushed), 1e-6 * state.outer_volume)
    return abs(cavity - outer - crushed) / scale


def mass_error(state: State, initial_mass: float) -> float:
    """Relative change of bone mass since ``initial_mass`` (µg)."""
    return abs(state.bone.mass / initial_mass - 1.0)
