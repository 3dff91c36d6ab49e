"""Growth of the memory of a worker with the batches that it computes: one worker, many of the smallest batches.

    python benchmarks/soak.py [BATCHES] [--engine numba] [--limit 100]      (make soak; 50,000 take half an hour)

A sweep as users run it, into a folder that is removed in the end: each batch is one run of a country of one trust.
Prints the resident memory of this process, which is driver and scheduler, and of the worker at ten moments, and the
slope of each over all samples after a warm-up, in which caches fill. Ends with status 1 if the worker's is above
``--limit`` bytes a batch, or if the sweep is not complete.
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import dask
import numpy as np
import psutil

from tredegar.sweeps.run.runner import Progress, complete_sweep
from tredegar.sweeps.spec.spec import Spec

MIB = 2**20
SAMPLES = 500
WARM_UP = 2_000
FEWEST = 5_000
"""With fewer batches the slope would be that of a few pages of memory."""
SPEC = """
name = "soak"
seed = 3
months = 12
replicates = 1
[country]
trusts = 1
clinicians = 1
[design]
method = "grid"
[vary]
real_control = {{low = 0.0, high = 1.0, levels = {levels}}}
mandate_detail = {{low = 0.0, high = 1.0, levels = {levels}}}
[record]
outcomes = ["quality"]
every = 12
"""


class Watch:
    """What driver and worker held as the batches came."""

    def __init__(self, batches: int) -> None:
        self.this, self.began = psutil.Process(), time.monotonic()
        self.each, self.mark = max(1, batches // SAMPLES), max(1, batches // 10)
        self.samples: list[tuple[int, int, int]] = []

    def look(self, state: Progress) -> None:
        """Take a sample now and then, and print some of them."""
        done = state.done + state.failed
        if done == 0 or done % self.each:
            return
        self.samples.append((done, self.this.memory_info().rss, self._worker()))
        if done % self.mark < self.each:
            here, there = (size / MIB for size in self.samples[-1][1:])
            spent = (time.monotonic() - self.began) / done * 1000
            print(f"{done:9,} {here:18,.1f} MiB {there:6,.1f} MiB {spent:12.1f}", flush=True)

    def _worker(self) -> int:
        """Return the resident memory of the worker, the largest of the children."""
        sizes = [0]
        for child in self.this.children(recursive=True):
            try:
                sizes.append(child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return max(sizes)

    def slopes(self) -> tuple[float, float]:
        """Return the bytes by which driver and worker grew with each batch after the warm-up, by least squares."""
        taken = np.array([sample for sample in self.samples if sample[0] > WARM_UP], dtype=float)
        here, there = np.polyfit(taken[:, 0], taken[:, 1:], 1)[0]
        return float(here), float(there)


def main() -> None:
    """Run the sweep, print, and end with status 1 if the worker grew."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("batches", nargs="?", type=int, default=50_000)
    asked.add_argument("--engine", default="numba")
    asked.add_argument("--limit", type=float, default=100.0)
    given = asked.parse_args()
    if given.batches < FEWEST:
        asked.error(f"at least {FEWEST:,} batches are needed for a slope")
    levels = math.ceil(math.sqrt(given.batches))
    print(
        f"{platform.machine()}, {psutil.cpu_count()} cores, dask {dask.__version__}; one worker, engine {given.engine}"
    )
    print("  batches   driver and scheduler   a worker   ms a batch")
    watch = Watch(levels**2)
    with TemporaryDirectory(prefix="tredegar-soak-") as folder:
        summary = complete_sweep(
            Spec.from_text(SPEC.format(levels=levels)),
            Path(folder) / "s.zarr",
            workers=1,
            engine=given.engine,
            progress=watch.look,
            points_per_batch=1,
        )
    here, there = watch.slopes()
    print(f"after {WARM_UP:,} batches: driver and scheduler {here:+,.0f} bytes a batch, the worker {there:+,.0f}")
    if not summary.complete or summary.counts.failed:
        sys.exit(f"the sweep is not complete: {summary.counts}, {summary.stopped}")
    if there > given.limit:
        sys.exit(f"the worker grew by more than {given.limit:,.0f} bytes a batch")


if __name__ == "__main__":
    main()
