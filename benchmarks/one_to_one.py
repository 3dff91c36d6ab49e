"""England one to one: 215 trusts x 2,419 = 520,085 doctors and nurses, each an agent, 20 years, on the CPU engine.

Prints time, memory and what a run costs, in hours of one core, and in money for a price per core-hour.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import time

from tredegar.kernels import simulate
from tredegar.kernels.machine.threads import thread_count


def main() -> int:
    """Run, measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trusts", type=int, default=215)
    options.add_argument("--clinicians", type=int, default=2419)
    options.add_argument("--months", type=int, default=240)
    options.add_argument("--runs", type=int, default=None, help="default: one for each thread")
    options.add_argument("--price", type=float, default=None, help="of a core-hour, in any currency")
    chosen = options.parse_args()
    threads = thread_count()
    runs = chosen.runs or threads
    size = {"trusts": chosen.trusts, "clinicians": chosen.clinicians}
    simulate({}, replicates=1, months=1, trusts=4, clinicians=4, engine="numba")  # compiles
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, worked = time.perf_counter(), time.process_time()
    out = simulate({}, replicates=runs, months=chosen.months, engine="numba", **size)
    wall, processor = time.perf_counter() - started, time.process_time() - worked
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seats = chosen.trusts * chosen.clinicians
    print(f"{platform.processor() or platform.machine()}, {threads} threads, all {len(out)} outcomes recorded")
    print(f"{seats:,} clinicians in {chosen.trusts} trusts, {chosen.months} months, {runs} runs")
    print(f"{wall:.1f} s by the clock, {processor:.1f} s of processors: {processor / runs:.1f} core-seconds a run")
    print(f"{seats * chosen.months * runs / processor / 1e6:.1f} million clinician-months per core-second")
    print(f"memory: {after:.0f} MiB at most, {after - before:.0f} MiB of it for {min(threads, runs)} runs at a time")
    print(f"1,000 such runs: {1000 * processor / runs / 3600:.2f} core-hours", end="")
    print(f", {1000 * processor / runs / 3600 * chosen.price:.2f} at that price" if chosen.price else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
