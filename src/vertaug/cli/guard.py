# SPDX-License-Identifier: BSD-3-Clause
"""Turns every way a command can end into a message and an exit code.

0 done · 1 a benchmark failed · 2 bad input · 3 not converged · 4 no disk or memory · 5 interrupted · 70 a defect.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from vertaug.errors import InputError, VertaugError

__all__ = ["INTERRUPTED", "guarded"]

INTERRUPTED = 5
_DEFECT = 70
_NO_MEMORY = 4


def _say(text: str) -> None:
    """Write to the error stream."""
    sys.stderr.write(text + "\n")


def _keep_trace(error: BaseException, folder: Path | None) -> Path:
    """Write the traceback beside the run, or in the temporary folder; returns the file."""
    inside = folder is not None and folder.is_dir()
    home = folder if folder is not None and inside else Path(tempfile.gettempdir())
    file = home / ("error.log" if inside else "vertaug-error.log")
    file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return file


@contextmanager
def guarded(command: str, folder: Path | None = None, plan: Path | None = None) -> Iterator[None]:
    """Run a command's body; ``folder`` is its run folder, ``command`` what resumes it.

    ``plan`` is the file that errors speak of where they only know that it was the plan.
    """
    try:
        yield
    except VertaugError as error:
        if isinstance(error, InputError) and error.where == "plan" and plan is not None:
            error.where = str(plan)
        _say(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        _say("\ninterrupted")
        if folder is not None:
            _say(f"Finished stages are kept in {folder}. To go on: {command}")
        raise typer.Exit(INTERRUPTED) from None
    except MemoryError:
        _say("error: E-RES-002  out of memory\n  fix       use larger mesh.size or flow.spacing")
        raise typer.Exit(_NO_MEMORY) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # the outermost edge: a defect must end in a message, not a trace
        file = _keep_trace(error, folder)
        _say(f"error: E-BUG-001  unexpected {type(error).__name__}: {error}")
        _say(f"  This is a defect of vertaug. The details are in {file}")
        raise typer.Exit(_DEFECT) from None
