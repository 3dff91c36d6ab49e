"""The compiled engine against the same model written in JAX (``peers/jax_model.py``), and whether they agree.

JAX is no dependency of Tredegar: `pip install jax` where this is run. JAX's batch is the best of those tried, which
are printed; both are warm. Rates are clinician-months per second, once of wall-clock and once of processor time, all
threads together, so that a busy machine shows. The means of every outcome over all months are compared in units of
their standard error, from independent runs on both sides.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PROMISED = 4.0
MOST_ERRORS = 3.0


def rates(call: Callable[[], object], work: int, rounds: int) -> tuple[float, float]:
    """Work per second of the best of ``rounds`` calls, after one that compiles: of wall-clock and processor time."""
    call()
    wall = processor = float("inf")
    for _ in range(rounds):
        started = time.perf_counter(), time.process_time()
        call()
        wall = min(wall, time.perf_counter() - started[0])
        processor = min(processor, time.process_time() - started[1])
    return work / wall, work / processor


def main() -> int:
    """Measure, compare and return 1 if the promised ratio is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--trusts", type=int, default=150)
    options.add_argument("--clinicians", type=int, default=40)
    options.add_argument("--months", type=int, default=24)
    options.add_argument("--batches", type=int, nargs="+", default=[2, 8, 32])
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: chosen.threads])
    os.environ["NUMBA_NUM_THREADS"] = str(chosen.threads)
    sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))
    import jax
    import jax_model

    from tredegar.kernels import simulate
    from tredegar.model import PARAMETERS

    country = (chosen.trusts, chosen.clinicians)
    print(f"{chosen.trusts} trusts x {chosen.clinicians} clinicians, {chosen.months} months, {chosen.threads} threads")
    sweep = jax_model.sweep(*country, chosen.months)
    per_run = chosen.trusts * chosen.clinicians * chosen.months
    found: dict[int, tuple[float, float]] = {}
    drawn: list[dict[str, Any]] = []
    for runs in chosen.batches:
        parameters = {name: np.full(runs, row.default) for name, row in PARAMETERS.items()}

        def call(runs: int = runs, parameters: dict[str, Any] = parameters) -> None:
            keys = jax.random.split(jax.random.key(len(drawn)), runs)
            drawn.append({name: np.asarray(v) for name, v in sweep(keys, parameters).items()})

        found[runs] = rates(call, per_run * runs, chosen.rounds)
        print(f"JAX {jax.__version__}, {runs:4} runs at once: {found[runs][0] / 1e6:7.2f} M/s "
              f"({found[runs][1] / 1e6:.2f} M per processor second)", flush=True)  # fmt: skip
    names = list(drawn[0])
    theirs = {name: np.concatenate([part[name].mean(axis=1) for part in drawn]) for name in names}
    runs = 32 * chosen.threads
    size: dict[str, Any] = {"months": chosen.months, "trusts": chosen.trusts, "clinicians": chosen.clinicians}

    def ours() -> Any:
        return simulate({}, replicates=runs, engine="numba", outcomes=names, dtype="float64", **size)

    mine = rates(ours, per_run * runs, chosen.rounds)
    print(f"numba engine, {runs} runs: {mine[0] / 1e6:16.2f} M/s ({mine[1] / 1e6:.2f} M per processor second)")
    best = max(rate[0] for rate in found.values()), max(rate[1] for rate in found.values())
    ratios = mine[0] / best[0], mine[1] / best[1]
    print(f"ratio {ratios[0]:.1f} by the clock, {ratios[1]:.1f} by processor time, promised {PROMISED:g}")
    values = {name: array[0].mean(axis=1) for name, array in ours().items()}
    errors = {name: distance(theirs[name], values[name]) for name in names}
    far = {name: round(error, 1) for name, error in errors.items() if abs(error) > MOST_ERRORS}
    print(f"means of {len(names)} outcomes over {len(theirs[names[0]])} and {runs} runs: "
          f"{len(far)} further apart than {MOST_ERRORS:g} standard errors {far or ''}")  # fmt: skip
    return int(min(ratios) < PROMISED)


def distance(one: Any, other: Any) -> float:
    """The difference of two means in units of its standard error."""
    error = float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))
    return float(one.mean() - other.mean()) / error if error else 0.0


if __name__ == "__main__":
    sys.exit(main())
