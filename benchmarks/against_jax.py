"""The compiled engine against the same model written in JAX (``peers/jax_model.py``), and whether they agree.

JAX is no dependency of Tredegar: `pip install "tredegar[peers]"` where this is run. On one thread and on two, each in
a process of its own that may use no more processors than that. JAX's batch is doubled for as long as that makes it
faster, which is printed; both are warm. Rates are clinician-months per second, once of wall-clock and once of
processor time, all threads together, so that a busy machine shows. The means of every outcome over all months are
compared in units of their standard error, from many independent runs of a smaller country on both sides.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PROMISED = 4.0
MOST_ERRORS = 3.0
MOST_RUNS = 128
"""Runs that JAX is given at once at most."""
WORTH_WHILE = 1.02
"""A batch that is not this much faster than the one before ends the search."""
COMPARED = {"trusts": 40, "clinicians": 10, "months": 60}
COMPARED_RUNS = 1024
Rate = tuple[float, float]


def rates(call: Callable[[], object], work: int, rounds: int) -> Rate:
    """Work per second of the best of ``rounds`` calls, after one that compiles: of wall-clock and processor time."""
    call()
    wall = processor = float("inf")
    for _ in range(rounds):
        started = time.perf_counter(), time.process_time()
        call()
        wall = min(wall, time.perf_counter() - started[0])
        processor = min(processor, time.process_time() - started[1])
    return work / wall, work / processor


def told(name: str, rate: Rate) -> None:
    """Print a rate."""
    print(f"{name:28}{rate[0] / 1e6:8.2f} M/s ({rate[1] / 1e6:.2f} M per processor second)", flush=True)


def parameters(runs: int) -> dict[str, Any]:
    """The defaults, for ``runs`` runs."""
    from tredegar.model import PARAMETERS

    return {name: np.full(runs, row.default) for name, row in PARAMETERS.items()}


def search(chosen: argparse.Namespace) -> Rate:
    """Return the best rate of JAX by the size of its batch."""
    import jax
    import jax_model

    sweep = jax_model.sweep(chosen.trusts, chosen.clinicians, chosen.months)
    best, runs, go_on = (0.0, 0.0), 1, True
    while go_on and runs <= MOST_RUNS:

        def call(runs: int = runs) -> None:
            found = sweep(jax.random.split(jax.random.key(runs), runs), parameters(runs))
            jax.block_until_ready(found)  # type: ignore[no-untyped-call]

        found = rates(call, chosen.trusts * chosen.clinicians * chosen.months * runs, chosen.rounds)
        told(f"JAX {jax.__version__}, {runs:4} runs at once", found)
        go_on = runs < 4 or found[0] > WORTH_WHILE * best[0]
        best, runs = (max(best[0], found[0]), max(best[1], found[1])), 2 * runs
    return best


def agree() -> bool:
    """Compare the means of all outcomes that both have; print those that lie too far apart."""
    import jax
    import jax_model

    from tredegar.kernels import simulate

    sweep, at_once = jax_model.sweep(**COMPARED), 64
    parts: list[dict[str, Any]] = []
    for number in range(COMPARED_RUNS // at_once):
        found = sweep(jax.random.split(jax.random.key(number), at_once), parameters(at_once))
        parts.append({name: np.asarray(values).mean(axis=1) for name, values in found.items()})
    theirs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    size: dict[str, Any] = {**COMPARED, "engine": "numba", "dtype": "float64"}
    ours = simulate({}, replicates=COMPARED_RUNS, outcomes=list(theirs), **size)
    errors = {name: distance(values, ours[name][0].mean(axis=1)) for name, values in theirs.items()}
    far = {name: round(error, 1) for name, error in errors.items() if abs(error) > MOST_ERRORS}
    print(f"means of {len(errors)} outcomes over {COMPARED_RUNS} runs of each: at most "
          f"{max(map(abs, errors.values())):.1f} standard errors apart, more than {MOST_ERRORS:g}: {far or 'none'}",
          flush=True)  # fmt: skip
    return not far


def compare(chosen: argparse.Namespace) -> int:
    """Measure on as many threads as this process may use; return 1 if a promise is missed."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: chosen.threads[0]])
    os.environ["NUMBA_NUM_THREADS"] = str(chosen.threads[0])
    sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))
    from tredegar.kernels import simulate

    theirs = search(chosen)
    runs = 32 * chosen.threads[0]
    size: dict[str, Any] = {"months": chosen.months, "trusts": chosen.trusts, "clinicians": chosen.clinicians}

    def ours() -> Any:
        return simulate({}, replicates=runs, engine="numba", dtype="float64", **size)

    mine = rates(ours, chosen.trusts * chosen.clinicians * chosen.months * runs, chosen.rounds)
    told(f"numba engine, {runs} runs", mine)
    ratios = mine[0] / theirs[0], mine[1] / theirs[1]
    print(f"ratio {ratios[0]:.1f} by the clock, {ratios[1]:.1f} by processor time, promised {PROMISED:g}")
    alike = agree()
    return int(min(ratios) < PROMISED or not alike)


def distance(one: Any, other: Any) -> float:
    """The difference of two means in units of its standard error; none where both are the same in all runs."""
    error = float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))
    gap = float(one.mean() - other.mean())
    if abs(gap) <= 1e-9 * max(1.0, abs(float(one.mean()))):
        return 0.0
    return gap / error if error else math.inf


def main() -> int:
    """Measure for each number of threads, and return 1 if a promise is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options.add_argument("--trusts", type=int, default=150)
    options.add_argument("--clinicians", type=int, default=40)
    options.add_argument("--months", type=int, default=60)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    if len(chosen.threads) == 1:
        return compare(chosen)
    status = 0
    sizes = [f"--{name}={getattr(chosen, name)}" for name in ("trusts", "clinicians", "months", "rounds")]
    for threads in chosen.threads:
        print(f"\n{chosen.trusts} trusts x {chosen.clinicians} clinicians, {chosen.months} months, "
              f"{threads} thread{'s' * (threads > 1)}", flush=True)  # fmt: skip
        alone = [sys.executable, __file__, f"--threads={threads}", *sizes]
        status |= subprocess.run(alone, check=False).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
