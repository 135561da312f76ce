# SPDX-License-Identifier: BSD-3-Clause
"""A stage that ended before its end: what goes on, what is kept, what is told."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from vertaug.errors import NotConvergedError
from vertaug.procedure import run
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import demo_plan
from vertaug.procedure.reporter import Silent
from vertaug.procedure.stage import StageResult

REASON = "no convergence in 40 iterations (residual 1.0e-02); the step is at its smallest"


class Kept(StageResult):
    """A stage that can be stored without a state."""

    def pack(self):
        """Nothing but the facts."""
        return {}, {"state": {}, "stage": self.facts, "kind": self.kind}


@pytest.fixture
def failing(monkeypatch):
    """Stages of which the second fails; returns the names of those computed."""
    computed = []

    def compute(case, stage, done, reporter):
        computed.append(stage.name)
        failure = REASON if stage.kind == "inflate" else ""
        return Kept(stage.kind, None, {"failure": failure, "failed_step": 7}, name=stage.name)

    monkeypatch.setattr(run, "run_stage", compute)
    return computed


def test_nothing_is_built_on_a_failed_stage_and_it_is_not_kept_as_finished(failing, tmp_path):
    plan = demo_plan()
    with RunFolder(tmp_path / "run", plan) as folder:
        done = run.run_stages(plan, None, Silent(), folder)
        assert list(done) == failing == ["access", "inflate"]
        assert folder.checkpoints.finished(plan.procedure.stages) == ("access",)
        warnings = run._warnings(SimpleNamespace(warnings=()), done, folder)
    assert warnings == (f"stage inflate ended before its end: {REASON}",)
    with pytest.raises(NotConvergedError) as caught:
        run._refuse_unfinished(done["inflate"])
    assert (caught.value.stage, caught.value.step, caught.value.reason) == ("inflate", 7, REASON)
    assert caught.value.exit_code == 3
    run._refuse_unfinished(done["access"])


def test_a_cleft_holds_no_bone():
    from vertaug.mesh import Mesh
    from vertaug.procedure.stages_access import _density

    points = np.vstack([np.zeros(3), np.eye(3), np.ones(3)])
    cells = np.array([[0, 1, 2, 3], [1, 2, 3, 4]], dtype=np.int32)
    mesh = Mesh(
        points=points, cells=cells, cell_region=np.array([0, 1], dtype=np.int32),
        region_names=("trabecular", "cleft"), facets=np.zeros((0, 3), dtype=np.int32),
        facet_set=np.zeros(0, dtype=np.int32), facet_names=("cortex",),
    )  # fmt: skip
    vertebra = SimpleNamespace(density=lambda places: np.full(len(places), 75.0))
    case = SimpleNamespace(vertebra=vertebra, plan=demo_plan())
    assert _density(case, mesh).tolist() == [75.0, 0.0]
    assert _density(case, replace(mesh, region_names=("trabecular", "x"))).tolist() == [75.0, 75.0]
