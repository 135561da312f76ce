# SPDX-License-Identifier: BSD-3-Clause
"""All experiments of ``vertaug validate``: the kept record, and, slowly, each of them again on coarse meshes."""

import json
from pathlib import Path

import pytest

from vertaug.validation.parameters import frozen_parameters
from vertaug.validation.registry import EXPERIMENTS
from vertaug.validation.report import reasons
from vertaug.validation.running import Task, run_experiments
from vertaug.validation.targets import all_targets

DOCS = Path(__file__).parents[2] / "docs"
TARGETS = {(target.id, target.quantity): target for target in all_targets()}
ALONE = [item for item in EXPERIMENTS if item.module and not item.after]


@pytest.fixture(scope="module")
def record():
    """Rows of the last validation that was kept."""
    return json.loads((DOCS / "validation.json").read_text(encoding="utf-8"))


def test_record_is_of_these_targets(record):
    assert [(row["id"], row["quantity"]) for row in record] == list(TARGETS)
    for row in record:
        target = TARGETS[row["id"], row["quantity"]]
        assert (row["target"], tuple(row["band"])) == (target.target, target.band)
        assert (row["role"], row["source"]) == (target.role, target.source)
        value = row["value"]
        assert row["in_band"] == (None if value is None else target.holds(value))


def test_every_miss_has_a_reason_and_every_reason_a_miss(record):
    missed = {(row["id"], row["quantity"]) for row in record if row["in_band"] is False}
    assert set(reasons()) == missed


def test_document_is_that_of_the_record(record):
    text = (DOCS / "validation.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| V")]
    assert len(lines) == len(record)
    for row in record:
        (line,) = [one for one in lines if one.startswith(f"| {row['id']} | {row['quantity']} |")]
        mark = {True: "in band", False: "**missed**", None: "not run"}[row["in_band"]]
        value = "–" if row["value"] is None else f"{row['value']:.4g}"
        assert line.endswith(f"| {value} | {mark} |")
    for reason in reasons().values():
        assert reason in text


@pytest.mark.slow
@pytest.mark.published
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("item", ALONE, ids=lambda item: item.id)
def test_an_experiment_gives_what_the_record_says(item, tmp_path):
    """A band that is met stays met on coarse meshes, and one that is missed for a reason stays missed."""
    task = Task("coarse", tmp_path, None, frozen_parameters().digest)
    (outcome,) = run_experiments([item.id], task)
    assert not outcome.failure
    for (name, quantity), target in TARGETS.items():
        if name == item.id and quantity in outcome.values:
            known = (name, quantity) not in reasons()
            assert target.holds(outcome.values[quantity]) == known, quantity
