# SPDX-License-Identifier: BSD-3-Clause
import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KERNELS = sorted((ROOT / "kernels" / "vertaug_kernels").rglob("*.py"))
SOURCES = sorted((ROOT / "src").rglob("*.py")) + KERNELS
LONGEST_FILE, LONGEST_FUNCTION = 400, 75
DECORATORS = {"kernel", "inlined_kernel", "allocating_kernel", "parallel_kernel"}
ALLOWED = {"__future__", "math", "numpy", "vertaug_kernels"}

by_path = pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
by_kernel = pytest.mark.parametrize(
    "path",
    [path for path in KERNELS if not path.name.startswith("_")],
    ids=lambda p: p.stem,
)


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@by_path
def test_module_has_licence_docstring_and_readable_size(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: BSD-3-Clause\n")
    assert len(text.splitlines()) <= LONGEST_FILE
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no docstring"
    for node in functions(tree):
        length = (node.end_lineno or 0) - node.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@by_kernel
def test_kernel_file_holds_decorated_plain_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.ClassDef, ast.Lambda))]
    top = {node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set(functions(tree)) == top, "a nested function"
    for node in top:
        names = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
        assert len(names & DECORATORS) == 1, f"{node.name} is not a kernel"
        assert not node.args.defaults, f"{node.name} has default arguments"
        assert not node.args.kwonlyargs, f"{node.name} has keyword arguments"
        assert not node.args.vararg, f"{node.name} has variable arguments"
        public = not node.name.startswith("_")
        assert ast.get_docstring(node) or not public, f"{node.name} has no docstring"


@by_kernel
def test_kernel_writes_to_its_last_arguments(path):
    for node in functions(ast.parse(path.read_text(encoding="utf-8"))):
        names = [argument.arg for argument in node.args.args]
        if node.name.startswith("_"):
            continue
        outs = [name == "out" or name.startswith("out_") for name in names]
        assert outs == sorted(outs), f"{node.name}{tuple(names)}"


@by_kernel
def test_stack_arrays_stay_in_their_function(path):
    for node in functions(ast.parse(path.read_text(encoding="utf-8"))):
        held = {
            target.id
            for one in ast.walk(node)
            if isinstance(one, ast.Assign) and "stack_" in ast.dump(one.value)
            for name in one.targets
            for target in ast.walk(name)
            if isinstance(target, ast.Name)
        }
        for one in ast.walk(node):
            if isinstance(one, ast.Return) and one.value is not None:
                whole = one.value.elts if isinstance(one.value, ast.Tuple) else [one.value]
                given = {value.id for value in whole if isinstance(value, ast.Name)}
                assert not held & given, f"{node.name} returns memory that ends with it"


@by_kernel
def test_kernel_file_imports_arithmetic_only(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {name.name.split(".")[0] for name in node.names} <= ALLOWED
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in ALLOWED


@by_path
def test_only_the_jit_module_meets_the_compiler(path):
    if path.parent.name == "vertaug_kernels" and path.name.startswith("_"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not [name for name in names if name.split(".")[0] == "numba"]
