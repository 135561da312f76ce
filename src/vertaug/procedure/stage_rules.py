# SPDX-License-Identifier: BSD-3-Clause
"""The order of stages as data: what each kind of stage must find, must not find, makes and ends.

Between two stages the vertebra is in some conditions: it is meshed, balloons in it are full, cement
lies in it. A stage may stand wherever the conditions it needs are there and those that bar it are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["RULES", "Condition", "OrderFault", "StageRule", "own_names", "stage_order_faults"]


class Condition(Enum):
    """A condition of the vertebra between stages, as a phrase."""

    MESHED = "a meshed vertebra"
    CHANNELS = "channels in the bone"
    FULL = "full balloons"
    OPENED = "cavities that balloons have opened"
    CEMENT = "cement in the bone"
    WET = "cement that has not cured"
    CURED = "cured cement"


@dataclass(frozen=True)
class StageRule:
    """Where a kind of stage may stand.

    Parameters
    ----------
    needs, bars : conditions that must be there, or must not, each with what to do about it
    makes, ends : conditions that hold from this stage on, or no longer
    treats : whether it is part of the treatment; the state before the first that is stands for "before"
    balloons : whether it works with the plan's balloons
    """

    needs: Mapping[Condition, str] = field(default_factory=dict)
    bars: Mapping[Condition, str] = field(default_factory=dict)
    makes: tuple[Condition, ...] = ()
    ends: tuple[Condition, ...] = ()
    treats: bool = False
    balloons: bool = False


_ACCESS_FIRST = 'put "access" before it'

RULES: Mapping[str, StageRule] = {
    "access": StageRule(
        bars={
            Condition.CHANNELS: "leave it out: all channels are cut at once",
            Condition.CEMENT: "put it before the injection",
        },
        makes=(Condition.MESHED, Condition.CHANNELS),
        treats=True,
    ),
    "fracture": StageRule(
        bars={
            Condition.FULL: "put it before the inflation",
            Condition.OPENED: "put it before the inflation",
            Condition.CEMENT: "put it before the injection",
        },
        makes=(Condition.MESHED,),
    ),
    "posture": StageRule(
        bars={
            Condition.FULL: 'put it before "inflate", or after "deflate"',
            Condition.WET: 'put "cure" before it, or it before "inject"',
        },
        makes=(Condition.MESHED,),
        treats=True,
    ),
    "inflate": StageRule(
        needs={Condition.CHANNELS: _ACCESS_FIRST},
        bars={
            Condition.FULL: "leave it out: one inflation goes up to the balloons' limits",
            Condition.OPENED: "leave it out: balloons are inflated from their channels only",
            Condition.CEMENT: "put it before the injection",
        },
        makes=(Condition.FULL, Condition.OPENED),
        treats=True,
        balloons=True,
    ),
    "deflate": StageRule(
        needs={Condition.FULL: 'put "inflate" before it, or leave it out'},
        ends=(Condition.FULL,),
        treats=True,
        balloons=True,
    ),
    "inject": StageRule(
        needs={Condition.MESHED: _ACCESS_FIRST},
        bars={
            Condition.FULL: 'put "deflate" before it: a balloon fills the cavity it is in',
            Condition.CEMENT: "leave it out, and give all [[cement.injection]] to the first one",
        },
        makes=(Condition.CEMENT, Condition.WET),
        treats=True,
    ),
    "cure": StageRule(
        needs={Condition.CEMENT: 'put "inject" before it, or leave it out'},
        bars={Condition.CURED: "leave it out, and make cure.duration longer"},
        makes=(Condition.CURED,),
        ends=(Condition.WET,),
        treats=True,
    ),
    "load": StageRule(
        bars={
            Condition.FULL: 'put "deflate" before it: nobody loads a spine with full balloons in it',
            Condition.WET: 'put "cure" before it, or the load before "inject"',
        },
        makes=(Condition.MESHED,),
    ),
}  # fmt: skip
"""Rules by kind of stage."""


@dataclass(frozen=True)
class OrderFault:
    """A stage that stands where it cannot: `found`, `expected` and `fix` are phrases for an error."""

    found: str
    expected: str
    fix: str


def own_names(words: Sequence[str]) -> tuple[str, ...]:
    """Names of their own for ``words``: the second of the same word ends in _2, and so on."""
    seen: dict[str, int] = {}
    names = []
    for word in words:
        seen[word] = seen.get(word, 0) + 1
        names.append(word if seen[word] == 1 else f"{word}_{seen[word]}")
    return tuple(names)


def stage_order_faults(
    stages: Sequence[tuple[str, str]], rules: Mapping[str, StageRule] = RULES
) -> Iterator[OrderFault]:
    """Yield what is wrong with the order of ``stages``, (name, kind) each; all kinds have rules.

    A condition that was missed counts as there from then on, so that one fault is told once.
    """
    since: dict[Condition, str] = {}
    for name, kind in stages:
        rule = rules[kind]
        shown = f'stage "{name}"' if name == kind else f'stage "{name}" of kind "{kind}"'
        for condition, fix in rule.needs.items():
            if condition not in since:
                yield OrderFault(f"{shown} without {condition.value}", condition.value, fix)
                since[condition] = name
        for condition, fix in rule.bars.items():
            if condition in since:
                found = f'{shown} with {condition.value}, there since "{since[condition]}"'
                yield OrderFault(found, f"no {condition.value.removeprefix('a ')} by then", fix)
        for condition in rule.ends:
            since.pop(condition, None)
        for condition in rule.makes:
            since.setdefault(condition, name)
