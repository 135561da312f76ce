# SPDX-License-Identifier: BSD-3-Clause
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from vertaug.errors import InputError, ResourceError
from vertaug.procedure.checkpoint import Checkpoints, atomic_write
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import demo_plan, plan_from_dict

OTHER = plan_from_dict(
    {
        "anatomy": {"source": "parametric"},
        "balloon": [{"name": "left", "side": "left"}],
        "procedure": {"stages": ["access"]},
    }
)


def test_folder_is_made_and_resumed(tmp_path):
    plan = demo_plan()
    with RunFolder(tmp_path / "a" / "run", plan) as folder:
        assert not folder.resumed
        folder.log("hello")
    assert (tmp_path / "a" / "run" / "plan.toml").read_text() == plan.resolved_toml()
    with RunFolder(tmp_path / "a" / "run", plan) as folder:
        assert folder.resumed
    assert "hello" in (tmp_path / "a" / "run" / "run.log").read_text()


def test_other_plan_is_refused_and_nothing_is_lost(tmp_path):
    with RunFolder(tmp_path / "run", demo_plan()):
        pass
    before = (tmp_path / "run" / "plan.toml").read_text()
    with pytest.raises(InputError) as caught, RunFolder(tmp_path / "run", OTHER):
        pass
    assert caught.value.code == "E-RUN-012"
    assert "here" in caught.value.found
    assert (tmp_path / "run" / "plan.toml").read_text() == before


def test_changed_input_file_is_refused(tmp_path):
    (tmp_path / "bone.stl").write_text("one")
    data = {
        "anatomy": {"source": "surface", "file": str(tmp_path / "bone.stl")},
        "balloon": [{"name": "left", "side": "left"}],
        "procedure": {"stages": ["access"]},
    }
    with RunFolder(tmp_path / "run", plan_from_dict(data)):
        pass
    (tmp_path / "bone.stl").write_text("two")
    with pytest.raises(InputError) as caught, RunFolder(tmp_path / "run", plan_from_dict(data)):
        pass
    assert caught.value.code == "E-RUN-012"


def test_foreign_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError) as caught, RunFolder(tmp_path, demo_plan()):
        pass
    assert caught.value.code == "E-RUN-010"
    assert "thesis.tex" in caught.value.found
    assert [item.name for item in tmp_path.iterdir()] == ["thesis.tex"]


def test_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(InputError, match="E-RUN-010"), RunFolder(tmp_path / "run", demo_plan()):
        pass


def test_second_run_in_the_same_folder_is_refused(tmp_path):
    code = (
        "import sys\n"
        "from vertaug.errors import InputError\n"
        "from vertaug.procedure.folder import RunFolder\n"
        "from vertaug.procedure.plan import demo_plan\n"
        "try:\n"
        "    RunFolder(sys.argv[1], demo_plan()).__enter__()\n"
        "except InputError as error:\n"
        "    sys.exit(error.found)\n"
    )
    with RunFolder(tmp_path / "run", demo_plan()):
        command = [sys.executable, "-c", code, str(tmp_path / "run")]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"process {os.getpid()}" in second.stderr
    with RunFolder(tmp_path / "run", demo_plan()) as folder:
        assert folder.resumed


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_permission_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ResourceError), RunFolder(tmp_path / "run", demo_plan()):
        pass


def test_write_leaves_the_old_file_when_it_fails(tmp_path, monkeypatch):
    atomic_write(tmp_path / "a.json", "old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResourceError, match="disk full"):
        atomic_write(tmp_path / "a.json", "new")
    assert (tmp_path / "a.json").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_summary_refuses_what_json_cannot_hold(tmp_path):
    with RunFolder(tmp_path / "run", demo_plan()) as folder:
        folder.write_summary({"a": 1.5})
        with pytest.raises(ValueError, match="not JSON compliant"):
            folder.write_summary({"a": float("nan")})
    assert json.loads((tmp_path / "run" / "summary.json").read_text()) == {"a": 1.5}


ARRAYS = {
    "points": np.arange(12.0).reshape(4, 3),
    "cells": np.array([[0, 1, 2, 3]], dtype=np.int32),
}
FACTS = {"step": 7, "names": ["a", "b"], "pressure": 0.1 + 0.2}


def test_checkpoint_comes_back_as_it_was(tmp_path):
    Checkpoints(tmp_path, "x").save("access", ARRAYS, FACTS)
    arrays, facts = Checkpoints(tmp_path, "x").load("access")
    assert facts == FACTS
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


def test_damaged_checkpoint_is_computed_again_with_a_warning(tmp_path):
    store = Checkpoints(tmp_path, "x")
    for stage in ("access", "inflate", "deflate"):
        store.save(stage, ARRAYS, FACTS)
    data = bytearray((tmp_path / "inflate.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "inflate.npz").write_bytes(bytes(data))
    assert store.finished(("access", "inflate", "deflate")) == ("access",)
    assert store.warnings == ["checkpoint of stage inflate is damaged; the stage is computed again"]


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_damaged_manifest_counts_as_nothing_done(tmp_path, text):
    store = Checkpoints(tmp_path, "x")
    store.save("access", ARRAYS, FACTS)
    (tmp_path / "manifest.json").write_text(text)
    assert store.load("access") is None


def test_checkpoint_of_other_input_is_not_used(tmp_path):
    Checkpoints(tmp_path, "x").save("access", ARRAYS, FACTS)
    store = Checkpoints(tmp_path, "y")
    assert store.load("access") is None
    assert "other input" in store.warnings[0]


def test_stages_of_other_input_do_not_follow_a_new_first_stage(tmp_path):
    for stage in ("access", "inflate"):
        Checkpoints(tmp_path, "x").save(stage, ARRAYS, FACTS)
    store = Checkpoints(tmp_path, "y")
    store.save("access", ARRAYS, FACTS)
    assert store.finished(("access", "inflate")) == ("access",)


def test_checkpoint_of_another_version_is_not_used(tmp_path):
    store = Checkpoints(tmp_path, "x")
    store.save("access", ARRAYS, FACTS)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    del manifest["format"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert store.load("access") is None
    assert "another version" in store.warnings[0]
    store.save("access", ARRAYS, FACTS)
    assert store.finished(("access",)) == ("access",)


def test_missing_file_counts_as_not_done(tmp_path):
    store = Checkpoints(tmp_path, "x")
    store.save("access", ARRAYS, FACTS)
    (tmp_path / "access.npz").unlink()
    assert store.finished(("access",)) == ()


def test_objects_are_never_unpickled(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        Checkpoints(tmp_path, "x").save("a", {"bad": np.array([{}], dtype=object)}, {})
