"""Starts of the package, of each of its names, of the command, and of the compiled engine, against that of Python.

Each start is a process of its own. Seconds are those of the process from its start to its end, the interpreter and all
imports included: by the clock, and of the processor, which other work on the machine hardly changes; and the ratio to
a Python that does nothing. A name is started once, all else three times, of which the best counts. Of the compiled
engine, the first start compiles and finds an empty folder for compiled code; the second finds the code. ``--imports``
leaves the engine out.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import tredegar

FIRST, SECOND = 40.0, 2.0
IMPORT = 0.05
"""Promised seconds of ``import tredegar``, by its own clock."""
TRIES = 3
PROGRAM = """
from tredegar.kernels import simulate
simulate({}, replicates=1, months=12, trusts=4, clinicians=4, engine="numba")
"""
CLOCKED = "import time; began = time.perf_counter(); import tredegar; print(time.perf_counter() - began)"
HEAVY = ("numpy", "pandas", "xarray", "zarr", "dask", "scipy", "pydantic", "numba", "mesa", "matplotlib", "sklearn")
COMMAND = str(Path(sys.executable).with_name("tredegar"))


class Start(NamedTuple):
    """Seconds of a process by the clock and of the processor, and what it said (stdout, first line of stderr)."""

    wall: float
    processor: float
    out: str
    said: str


def start(command: list[str], **environment: str) -> Start:
    """Run ``command`` in a process and measure it."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Start(wall, processor, done.stdout.strip(), done.stderr.partition("\n")[0])


def best(command: list[str]) -> Start:
    """Return the start of several that took the processor the shortest."""
    return min((start(command) for _ in range(TRIES)), key=lambda one: one.processor)


def python(code: str) -> list[str]:
    """Return the command that runs ``code``."""
    return [sys.executable, "-P", "-W", "ignore", "-c", code]


def imports() -> bool:
    """Print the starts of the package, of every public name and of the command; return whether a promise is missed."""
    bare = best(python("pass"))
    print(f"{'start of':34}{'clock, s':>9}{'processor, s':>14}{'ratio':>7}  loads")
    print_start("Python", bare, bare)
    print_start("import tredegar", best(python("import tredegar")), bare)
    loaded = f"; import sys; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    for name in tredegar.__all__:
        print_start(f"tredegar.{name}", start(python(f"import tredegar; tredegar.{name}{loaded}")), bare)
    with tempfile.TemporaryDirectory() as folder:
        store = made_store(folder)
        print_start("tredegar --version", best([COMMAND, "--version"])._replace(out=""), bare)
        print_start("tredegar status STORE", best([COMMAND, "status", store])._replace(out=""), bare)
    clocked = min(float(start(python(CLOCKED)).out) for _ in range(TRIES))
    print(f"import tredegar by its own clock: {clocked:.4f} s, promised under {IMPORT:g}")
    return clocked > IMPORT


def print_start(what: str, measured: Start, bare: Start) -> None:
    """Print a line of the table."""
    ratio = measured.processor / bare.processor
    print(f"{what:34}{measured.wall:9.2f}{measured.processor:14.2f}{ratio:7.1f}  {measured.out}".rstrip())


def made_store(folder: str) -> str:
    """Make a store of four runs; return its path."""
    spec = tredegar.Spec(
        design={"method": "grid"},
        vary={"mandate_detail": {"values": [0.0, 1.0]}},
        country={"trusts": 4, "clinicians": 4},
        months=12,
        replicates=2,
    )
    path = str(Path(folder) / "small.zarr")
    tredegar.run_sweep(spec, path, workers=0, engine="numpy")
    return path


def compiled_engine(threads: int) -> bool:
    """Print the first and the second start of the compiled engine; return whether a promise is missed."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"TREDEGAR_CACHE": folder, "NUMBA_NUM_THREADS": str(threads)}
        first = start(python(PROGRAM), **environment)
        second = min(start(python(PROGRAM), **environment) for _ in range(TRIES))
    print(f"{threads} thread{'s' * (threads > 1)}: first start {first.wall:.1f} s ({first.processor:.1f} s of the "
          f"processor), promised under {FIRST:g}; second {second.wall:.2f} s ({second.processor:.2f}), promised under "
          f"{SECOND:g}; ratio {first.processor / second.processor:.0f}")  # fmt: skip
    said = first.said.replace(folder, "FOLDER")
    print(f"the first says: {said or 'nothing'}; the second: {second.said or 'nothing'}")
    return first.wall > FIRST or second.wall > SECOND or not said or bool(second.said)


def main(words: list[str]) -> int:
    """Measure, print and return 1 if a promised figure is missed."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    missed = [imports()]
    if "--imports" not in words:
        missed += [compiled_engine(threads) for threads in (1, 2)]
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
