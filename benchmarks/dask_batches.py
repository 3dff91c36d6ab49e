"""Cost of Dask for a batch, and growth of scheduler and driver: many batches that compute nothing, on local workers.

    python benchmarks/dask_batches.py [BATCHES] [--workers N]

The batches pass through the window of the runner; what a batch computes and writes is left out. Prints, at ten
moments, the resident memory of this process, which is driver and scheduler, and of the largest worker, and what a batch
took.
"""

from __future__ import annotations

import argparse
import platform
import time

import dask
import numpy as np
import psutil
from distributed import Client

from tredegar.sweeps.cluster.local import local_workers
from tredegar.sweeps.run.compute import BatchReport
from tredegar.sweeps.run.executors import Window
from tredegar.sweeps.upkeep.missing import Task

MIB = 2**20


def nothing(path: str, number: int, engine: str, redo: bool, simulate: None) -> BatchReport:
    """Take what the runner hands to a worker and return what it gets back."""
    return BatchReport(number, 1, 0, 0.0)


def memory() -> tuple[float, float]:
    """Return the resident memory, MiB, of this process and of the largest of its children."""
    this = psutil.Process()
    children = [child.memory_info().rss for child in this.children(recursive=True)]
    return this.memory_info().rss / MIB, max(children) / MIB


def main() -> None:
    """Send the batches and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("batches", nargs="?", type=int, default=100_000)
    asked.add_argument("--workers", type=int, default=2)
    given = asked.parse_args()
    print(f"{platform.machine()}, {psutil.cpu_count()} cores, dask {dask.__version__}; {given.workers} workers")
    print("  batches   driver and scheduler   a worker   ms a batch")
    tasks = [Task(number) for number in range(given.batches)]
    marks = {round(mark) for mark in np.linspace(0, given.batches, 11)[1:]}
    with local_workers(given.workers) as cluster, Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(given.workers)
        window = Window(client, local=True, stopped=lambda: False)
        began = since = time.perf_counter()
        last, grown = 0, []
        arrivals = window.through(tasks, lambda task: (nothing, "a.zarr", task.number, "numpy", task.redo, None))
        for done, (_, future) in enumerate(arrivals, start=1):
            future.result()
            if done in marks:
                here, there = memory()
                each = (time.perf_counter() - since) / (done - last) * 1000
                print(f"{done:9,} {here:18,.0f} MiB {there:6,.0f} MiB {each:12.2f}", flush=True)
                last, since = done, time.perf_counter()
                grown.append(here)
        spent = time.perf_counter() - began
    each = (grown[-1] - grown[0]) * MIB / (0.9 * given.batches)
    print(f"all: {spent / given.batches * 1000:.2f} ms a batch; after the first tenth driver and scheduler grew by")
    print(f"{grown[-1] - grown[0]:,.1f} MiB, {each:,.0f} bytes a batch")


if __name__ == "__main__":
    main()
