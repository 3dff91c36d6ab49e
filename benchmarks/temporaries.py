"""The NumPy engine's temporaries against the caches of this processor: why it works in blocks.

The clinicians' phase is computed for some seats of all runs of a chunk at a time. Each block size is run on the same
runs, by one process and by two at once, which share the last cache; what is alive of a block at most is measured by
tracemalloc. The ratio is to the block size that the engine takes.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
import tracemalloc
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from tredegar.kernels.array_engine.engine import ArrayBatch, run_arrays
from tredegar.kernels.batch.batch import Country, Record, RunBatch
from tredegar.kernels.batch.memory import BLOCK_ELEMENTS, chunk_runs
from tredegar.model import PARAMETERS, constants_with

TRUSTS, CLINICIANS = 150, 40
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def batch_of(months: int) -> RunBatch:
    """A chunk of runs at the defaults."""
    runs = chunk_runs(TRUSTS, CLINICIANS)
    parameters = {name: np.full(runs, row.default) for name, row in PARAMETERS.items()}
    numbers, record = np.arange(runs, dtype=np.uint64), Record(("quality",))
    return RunBatch(Country(TRUSTS, CLINICIANS), months, 7, numbers, parameters, {}, constants_with(), record)


def seconds(elements: int, months: int) -> float:
    """Processor seconds of the runs with blocks of ``elements`` seats x runs."""
    batch = batch_of(months)
    started = time.process_time()
    run_arrays(batch, np, lambda array: array, elements)
    return time.process_time() - started


def most_alive(elements: int) -> int:
    """Bytes that a month takes at most beside the state."""
    engine = ArrayBatch(batch_of(1), np, elements)
    engine.advance(1)
    tracemalloc.start()
    engine.advance(2)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def caches() -> list[tuple[str, int]]:
    """Name and bytes of the data caches of a processor, the nearest first; none where the system does not tell."""
    found = []
    for place in sorted(CACHES.glob("index*")):
        level, kind, size = ((place / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append((f"L{level}", int(size.rstrip("K")) * 1024))
    return found


def times(sizes: Sequence[int], months: int, rounds: int, processes: int) -> dict[int, float]:
    """The least processor seconds of each block size, ``processes`` of them at once."""
    least = dict.fromkeys(sizes, float("inf"))
    with ProcessPoolExecutor(processes) as pool:
        for _ in range(rounds):
            for elements in sizes:
                given: Any = ([elements] * processes, [months] * processes)
                least[elements] = min(least[elements], sum(pool.map(seconds, *given)) / processes)
    return least


def main() -> int:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--months", type=int, default=6)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    known = caches()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
          f"caches {', '.join(f'{name} {size // 1024} KiB' for name, size in known) or 'not told'}")  # fmt: skip
    print(
        f"{chunk_runs(TRUSTS, CLINICIANS)} runs of {TRUSTS} trusts x {CLINICIANS} clinicians, {chosen.months} months\n"
    )
    sizes = [2**power for power in range(12, 18)]
    alone, together = (times(sizes, chosen.months, chosen.rounds, processes) for processes in (1, 2))
    print(f"{'block':>8}{'one array':>12}{'alive at most':>16}{'stays in':>10}{'ns, one process':>18}{'two':>8}"
          f"{'times the best':>17}")  # fmt: skip
    work = len(batch_of(1).runs) * TRUSTS * CLINICIANS * chosen.months
    for elements in sizes:
        alive = most_alive(elements)
        where = next((name for name, size in known if alive <= size), "memory")
        mark = " (taken)" if elements == BLOCK_ELEMENTS else ""
        each = [least[elements] / work * 1e9 for least in (alone, together)]
        print(f"{elements:8}{elements * 8 / 1024:8.0f} KiB{alive / 1024:12,.0f} KiB{where:>10}{each[0]:18.0f}"
              f"{each[1]:8.0f}{alone[elements] / min(alone.values()):17.2f}{mark}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
