# SPDX-License-Identifier: BSD-3-Clause
"""Kernels as Numba compiles them here: machine code for Python's calls, parts for kernels that call them.

Numba optimises every function on its own and emits it as machine code, then links it into its callers, which
optimise and emit it again; a parallel loop goes through that three times. Here only what Python calls becomes machine
code. What kernels call, and the bodies of parallel loops, are parts: simplified once, then left to their callers.
Numba's pipeline class, its dispatcher, its contexts and its code libraries make that possible; `NEEDED` names what is
used of them.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import types
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, PassManager, register_pass
from numba.core.cpu import CPUContext
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import AnnotateTypes

__all__ = ["NEEDED", "Kernel", "is_supported"]

NEEDED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (JITCodeLibrary, ("_optimize_final_module", "_finalize_final_module", "_finalize_dynamic_globals", "_finalized")),
    (JITCPUCodegen, ("_library_class", "_module_pass_manager", "set_env")),
    (CPUContext, ("subtarget", "codegen")),
    (CPUDispatcher, ("_numba_type_", "compile", "enable_caching")),
    (DefaultPassBuilder, ("define_nopython_pipeline",)),
    (PassManager, ("add_pass_after", "finalize")),
)  # fmt: skip
"""Classes of Numba and what parts need of each."""


def is_supported() -> bool:
    """Whether this Numba has all that parts need; kernels are compiled in its own way where it has not."""
    return all(hasattr(owner, name) for owner, names in NEEDED for name in names)


class _PartLibrary(JITCodeLibrary):
    """Code that is linked into other libraries only: simplified a little, never emitted."""

    def _optimize_final_module(self) -> None:
        """Run the cheap passes of Numba: callers optimise it with their own code."""
        manager, builder = self._codegen._module_pass_manager(
            loop_vectorize=False, slp_vectorize=False, opt=0, cost="cheap"
        )
        manager.run(self._final_module, builder)

    def _finalize_final_module(self) -> None:
        """Keep the module from the execution engine."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """No address: there is no machine code."""
        del name
        return 0


class _PartCodegen(JITCPUCodegen):
    """Numba's code generator for this processor, with libraries that stay parts."""

    _library_class = _PartLibrary

    def __init__(self, whole: JITCPUCodegen) -> None:
        self.__dict__.update(whole.__dict__)

    def set_env(self, env_name: str, env: Any) -> None:
        """Do nothing: an environment belongs to machine code."""


@functools.cache
def _parts_of(whole: JITCPUCodegen) -> _PartCodegen:
    """Generator of parts beside a generator of machine code."""
    return _PartCodegen(whole)


@register_pass(mutates_CFG=False, analysis_only=False)
class _Entry(LoweringPass):
    """Give this function, and nothing in it, an entry for Python; flags are options of all kernels up to here."""

    _name = "vertaug_entry"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        """Set a copy of the flags: loops keep the ones they have."""
        state.flags = state.flags.copy()
        state.flags.no_cpython_wrapper = False
        return True


class _PartCompiler(CompilerBase):
    """Pipeline of a kernel that kernels call."""

    def define_pipelines(self) -> list[PassManager]:
        """Numba's own passes, in a context whose code stays a part."""
        context = self.state.targetctx
        self.state.targetctx = context.subtarget(_internal_codegen=_parts_of(context.codegen()))
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


class _WholeCompiler(_PartCompiler):
    """Pipeline of a kernel that Python calls: its own library is emitted, those made on the way stay parts."""

    def define_pipelines(self) -> list[PassManager]:
        """Numba's own passes, and an entry for Python."""
        whole = self.state.targetctx.codegen()
        self.state.library = whole.create_library(self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        (manager,) = super().define_pipelines()
        manager.add_pass_after(_Entry, AnnotateTypes)
        manager.finalize()
        return [manager]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of cyclic garbage away: a compiler makes millions of objects that it still needs."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class Kernel(CPUDispatcher):
    """A function that is compiled when it is first called with arguments of new types.

    Attributes
    ----------
    part : what other kernels call in its place; never cached, since its callers hold its code
    """

    def __init__(
        self,
        py_func: Callable[..., Any],
        locals: dict[str, Any] | None = None,
        targetoptions: dict[str, Any] | None = None,
    ) -> None:
        options = {"nopython": True, "boundscheck": None} | (targetoptions or {})
        options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        super().__init__(py_func, locals, options, _WholeCompiler)
        self.part = CPUDispatcher(py_func, locals, dict(options), _PartCompiler)

    @property
    def _numba_type_(self) -> types.Dispatcher:
        """What this is in the eyes of a kernel that calls it."""
        return types.Dispatcher(self.part)

    def compile(self, sig: Any) -> Any:
        """Compile for the types ``sig``, or take the machine code from the cache."""
        with _no_collection():
            return super().compile(sig)
