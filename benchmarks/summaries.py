"""Cost of sums for the record: processor time of a sweep without and with them, in turns within one run.

`python benchmarks/summaries.py` prints, for 140 trusts x 40 clinicians x 240 months on the compiled engine, the ratio
of whole sweeps, what the engine takes to record what sums are made of, and what the sums themselves take.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from tredegar import Spec, run_sweep, simulate
from tredegar.observation.counterparts import COURSES
from tredegar.observation.summaries import history_of_runs, summaries_of

SIZE: dict[str, Any] = {"months": 240, "trusts": 140, "clinicians": 40}
RUNS = 120


def seconds(call: Callable[[], Any]) -> float:
    """Return the processor time of a call, all threads of this process together."""
    began = time.process_time()
    call()
    return time.process_time() - began


def sweep(folder: Path, **record: Any) -> None:
    """Sweep as many runs into a new store."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        spec = Spec(design="grid", vary={"real_control": {"values": [0.2, 0.8]}}, replicates=RUNS // 2,
                    outcomes=["quality"], every=12, **SIZE, **record)  # fmt: skip
        run_sweep(spec, Path(place) / "s.zarr", workers=0, engine="numba")


def runs(**record: Any) -> Any:
    """Compute as many runs without a store."""
    return simulate({"real_control": [0.2, 0.8]}, RUNS // 2, engine="numba", **SIZE, **record)


def main() -> None:
    """Print the least of some rounds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=12)
    rounds = options.parse_args().rounds
    wide = runs(outcomes=list(COURSES), trust_records=True, dtype="float64")
    flat = {name: np.asarray(values).reshape(RUNS, *values.shape[2:]) for name, values in wide.items()}
    history = history_of_runs({name: flat[name] for name in COURSES}, flat)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        timed: dict[str, Callable[[], Any]] = {
            "sweep": lambda: sweep(folder),
            "sweep with sums": lambda: sweep(folder, summaries=True),
            "runs": lambda: runs(outcomes=["quality"], every=12),
            "runs, months and trusts recorded": lambda: runs(outcomes=list(COURSES), trust_records=True),
            "sums": lambda: summaries_of(history),
        }
        seen = {name: [] for name in timed}
        for _ in range(rounds + 1):
            for name, call in timed.items():
                seen[name].append(seconds(call))
    # The least of some turns: what else the machine does only adds, some tenths at times, more than sums cost.
    least = {name: 1000.0 * min(values[1:]) / RUNS for name, values in seen.items()}
    for name, each in least.items():
        print(f"{name:34} {each:7.2f} ms of processor time a run")
    print(f"sweep with sums over sweep: {least['sweep with sums'] / least['sweep']:.3f}")
    print(f"recorded runs over runs: {least['runs, months and trusts recorded'] / least['runs']:.3f}")
    print(f"sums over runs: {least['sums'] / least['runs']:.3f}")


if __name__ == "__main__":
    main()
