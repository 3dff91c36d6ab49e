"""Starts of the compiled engine: a first one, when it compiles, and a second, when it finds its code.

Each start is a process of its own that computes one small run; the folder for compiled code is empty before the
first. Seconds are those of the process from its start to its end, the interpreter and all imports included: by the
clock, and of the processor, which other work on the machine hardly changes. The second start is the best of three.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time

FIRST, SECOND = 40.0, 2.0
PROGRAM = """
from tredegar.kernels import simulate
simulate({}, replicates=1, months=12, trusts=4, clinicians=4, engine="numba")
"""


def start(folder: str, threads: int) -> tuple[float, float, str]:
    """Seconds of a process by the clock and of the processor, and the first line of what it said."""
    environment = {**os.environ, "TREDEGAR_CACHE": folder, "NUMBA_NUM_THREADS": str(threads)}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, check=True, stderr=subprocess.PIPE, text=True
    )
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, processor, done.stderr.partition("\n")[0]


def main() -> int:
    """Measure, print and return 1 if a promised figure is missed."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    missed = False
    for threads in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            first, busy, said = start(folder, threads)
            again = [start(folder, threads) for _ in range(3)]
        second, second_busy, silent = min(again)
        missed |= first > FIRST or second > SECOND or not said or bool(silent)
        print(f"{threads} thread{'s' * (threads > 1)}: first start {first:.1f} s ({busy:.1f} s of the processor), "
              f"promised under {FIRST:g}; second {second:.2f} s ({second_busy:.2f}), promised under {SECOND:g}; "
              f"ratio {busy / second_busy:.0f}")  # fmt: skip
        print(f"the first says: {said.replace(folder, 'FOLDER') or 'nothing'}; the second: {silent or 'nothing'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
