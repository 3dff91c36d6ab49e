"""Growth of the cost of the compiled engine with trusts, months, runs, clinicians and threads; and its memory.

Every figure is a ratio of times taken in the same minutes: sizes take turns, round after round, and the least time
of each counts, so that a busy machine disturbs all alike. Times are processor seconds on one thread, except for the
efficiency of two threads, which is wall-clock time and wants a quiet machine.
"""

from __future__ import annotations

import os

os.environ.setdefault("NUMBA_NUM_THREADS", "2")

import argparse
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from tredegar.kernels import simulate
from tredegar.kernels.machine.threads import thread_count
from tredegar.kernels.numba_engine import engine as numba_engine

EXPONENTS = (0.95, 1.05)
LINEAR = 0.05
EFFICIENCY = 0.9


def run(trusts: int, clinicians: int, months: int, runs: int) -> None:
    """Compute ``runs`` runs at the defaults, two outcomes recorded."""
    simulate(
        {}, replicates=runs, months=months, trusts=trusts, clinicians=clinicians, engine="numba",
        outcomes=["quality", "true_access"],
    )  # fmt: skip


def least_times(
    sizes: Sequence[int], work: Callable[[int], None], rounds: int, clock: Callable[[], float]
) -> list[float]:
    """The least time of each size over ``rounds`` turns."""
    least = [float("inf")] * len(sizes)
    for _ in range(rounds):
        for position, size in enumerate(sizes):
            started = clock()
            work(size)
            least[position] = min(least[position], clock() - started)
    return least


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The slope of time over size, both in logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def verdict(good: bool) -> str:
    """Whether a promise is met."""
    return "met" if good else "MISSED"


def report_exponent(name: str, sizes: Sequence[int], times: Sequence[float]) -> bool:
    """Print how time grows with ``sizes``."""
    slope = exponent(sizes, times)
    good = EXPONENTS[0] <= slope <= EXPONENTS[1]
    listed = "  ".join(f"{size}: {seconds:.3f} s" for size, seconds in zip(sizes, times, strict=True))
    print(f"{name:12}{listed}\n{'':12}exponent {slope:.3f}, promised {EXPONENTS[0]} .. {EXPONENTS[1]}: {verdict(good)}")
    return good


def report_clinicians(sizes: Sequence[int], times: Sequence[float], units: int) -> bool:
    """Print how well time is a + b * clinicians; ``units`` is how many trust-months were computed."""
    array, seconds = np.array(sizes, float), np.array(times)
    design = np.stack([np.ones_like(array), array], axis=1) / seconds[:, None]
    (a, b), *_ = np.linalg.lstsq(design, np.ones_like(array), rcond=None)
    worst = float(np.max(np.abs((a + b * array) / seconds - 1.0)))
    listed = "  ".join(f"{size}: {second:.3f} s" for size, second in zip(sizes, times, strict=True))
    print(f"{'clinicians':12}{listed}")
    print(
        f"{'':12}{a / units * 1e9:.0f} ns per trust-month + {b / units * 1e9:.2f} ns per clinician-month, "
        f"off by at most {worst:.1%}, promised {LINEAR:.0%}: {verdict(worst <= LINEAR)}"
    )
    return worst <= LINEAR


def efficiency(rounds: int, runs: int) -> bool:
    """Print what two threads gain over one, and how many processor seconds that takes."""
    least = {threads: [float("inf"), float("inf")] for threads in (1, 2)}
    allowed = numba_engine.thread_count
    for _ in range(rounds):
        for threads, best in least.items():
            numba_engine.thread_count = lambda threads=threads: threads  # type: ignore[attr-defined]
            started = time.perf_counter(), time.process_time()
            run(150, 40, 120, runs)
            best[:] = min(best[0], time.perf_counter() - started[0]), min(best[1], time.process_time() - started[1])
    numba_engine.thread_count = allowed  # type: ignore[attr-defined]
    gained = least[1][0] / least[2][0] / 2.0
    for threads, (wall, processor) in least.items():
        print(
            f"{'threads' if threads == 1 else '':12}{threads}: {wall:.3f} s by the clock, {processor:.3f} of processors"
        )
    print(f"{'':12}efficiency {gained:.2f}, promised {EFFICIENCY}: {verdict(gained >= EFFICIENCY)}")
    return gained >= EFFICIENCY


def memory(few: int, many: int) -> None:
    """Print by how much the peak of memory rises from ``few`` to ``many`` runs, beside their results."""
    peaks = []
    for runs in (few, many):
        run(60, 20, 24, runs)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    results = (many - few) * 2 * 24 * 4 / 2**20
    print(f"{'memory':12}peak {peaks[0]:.0f} MiB with {few} runs, {peaks[1]:.0f} MiB with {many}: "
          f"{peaks[1] - peaks[0]:.1f} MiB more, of which results {results:.1f} MiB")  # fmt: skip


def main() -> int:
    """Measure, print and return 1 if a promised figure is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {thread_count()} threads")
    run(4, 4, 2, 2)  # compiles
    memory(128, 4096)
    single = numba_engine.thread_count
    numba_engine.thread_count = lambda: 1  # type: ignore[attr-defined]
    clock, good = time.process_time, []
    for name, sizes, work in (
        ("trusts", (100, 200, 400, 800), lambda size: run(size, 20, 120, 8)),
        ("months", (120, 240, 480, 960), lambda size: run(150, 40, size, 4)),
        ("runs", (64, 128, 256, 512), lambda size: run(50, 10, 48, size)),
    ):
        good.append(report_exponent(name, sizes, least_times(sizes, work, rounds, clock)))
    sizes = (10, 20, 40, 80, 160, 320)
    times = least_times(sizes, lambda size: run(150, size, 120, 4), rounds, clock)
    good.append(report_clinicians(sizes, times, 150 * 120 * 4))
    numba_engine.thread_count = single  # type: ignore[attr-defined]
    good.append(efficiency(4 * rounds, 32))
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
