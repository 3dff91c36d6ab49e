"""Overhead of a sweep beside the model: the time between the calls of it, for batches that last about five seconds.

Each worker notes when the model begins and ends. What lies between the end of one batch and the beginning of the next
in the same process (compressing, writing, flushing, reporting, being given the next batch, opening the store) is the
overhead; the start of the workers is told apart. Batches are sized by a pilot, with a few outcomes and with all 95.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tredegar.model import OUTCOMES
from tredegar.sweeps import Spec, complete_sweep
from tredegar.sweeps.run.pilot import run_pilot
from tredegar.sweeps.spec.sampling import draw_points

PROMISED = 0.03
SPEC = """
name = "overhead"
months = 120
replicates = 8
[country]
trusts = 60
clinicians = 20
[design]
method = "latin-hypercube"
points = {points}
[vary]
real_control = [0.0, 1.0]
mandate_detail = [0.0, 1.0]
[record]
every = {every}
outcomes = {outcomes}
"""
FEW = ["true_access", "reported_access", "quality", "morale"]


def timed(folder: str) -> Callable[..., Any]:
    """The model, which notes in ``folder`` when each call began and ended."""

    def simulate(*points: Any, **others: Any) -> Any:
        from tredegar.kernels import simulate as model

        began = time.time()
        out = model(*points, **others)
        with open(f"{folder}/{os.getpid()}", "a", encoding="ascii") as file:
            file.write(json.dumps([began, time.time()]) + "\n")
        return out

    return simulate


def sized(outcomes: list[str], every: int, engine: str, seconds: float, batches: int) -> tuple[Spec, int]:
    """A spec of ``batches`` batches that last about ``seconds`` each, and the points of a batch."""
    small = Spec.from_text(SPEC.format(points=64, every=every, outcomes=json.dumps(outcomes)))
    flown = run_pilot(small, engine, draw_points(small), 64, one_thread=True)
    size = max(1, round(64 * seconds / flown.batch_seconds))
    return Spec.from_text(SPEC.format(points=size * batches, every=every, outcomes=json.dumps(outcomes))), size


def measure(spec: Spec, size: int, workers: int, engine: str) -> tuple[float, float, float, float]:
    """Return the median seconds of a batch, of the gap after it, the share of all gaps, and the seconds to start."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        notes = Path(folder, "notes")
        notes.mkdir()
        began = time.time()
        complete_sweep(
            spec, Path(folder, "s.zarr"), workers, engine, points_per_batch=size, simulate=timed(str(notes.resolve()))
        )
        calls = [[json.loads(line) for line in path.read_text().splitlines()] for path in notes.iterdir()]
    lengths = [end - start for process in calls for start, end in process]
    gaps = [after[0] - before[1] for process in calls for before, after in itertools.pairwise(process)]
    # The last batch of a process has no gap after it.
    share = statistics.fmean(gaps) / statistics.fmean(lengths)
    return statistics.median(lengths), statistics.median(gaps), share, min(c[0][0] for c in calls) - began


def main() -> None:
    """Print the overhead of this process and of two workers, for a few outcomes and for all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", default="numba")
    options.add_argument("--seconds", type=float, default=5.0, help="length of a batch")
    options.add_argument("--batches", type=int, default=8)
    options.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    given = options.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()}; {given.engine}")
    missed = False
    for outcomes, every in ((FEW, 1), (list(OUTCOMES), 12), (list(OUTCOMES), 1)):
        spec, size = sized(outcomes, every, given.engine, given.seconds, given.batches)
        for workers in given.workers:
            length, gap, share, start = measure(spec, size, workers, given.engine)
            missed |= len(outcomes) == len(FEW) and share > PROMISED
            print(
                f"{len(outcomes):2} outcomes, every {every:2} months, {workers} workers: batch {length:.2f} s, between"
                f" batches {gap:.3f} s, overhead {100 * share:.1f} %; workers at work after {start:.1f} s",
                flush=True,
            )
    sys.exit(missed)


if __name__ == "__main__":
    main()
