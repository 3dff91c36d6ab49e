"""Sobol indices of a large store: every month of every outcome, with intervals, in how much time and memory.

A store of 98,304 runs (8,192 base points, 10 parameters) x 240 months x 10 outcomes is made with invented values, in
the batches and the compression of a real sweep. A process of its own then opens and analyses it: first and total order,
all months, 100 resamples. It is promised to take less than 60 s and 4 GB. For a ratio, SALib analyses two of the 2,400
series in the same process, reading left out; its indices and ours must agree to 1e-12.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MOST_SECONDS, MOST_GIGABYTES, MOST_DIFFERENCE = 60.0, 4.0, 1e-12
SEED = 1  # of the bootstrap; SALib takes 0 for no seed at all
SPEC = """
name = "large"
seed = 1
months = 240
replicates = 1
[country]
trusts = 150
clinicians = 40
[design]
method = "sobol"
points = {base}
second_order = false
[vary]
{vary}
[record]
outcomes = {outcomes}
"""


def make_store(path: Path, base: int, size: int = 10) -> None:
    """Write a finished store of ``base`` base points, ``size`` parameters and as many outcomes of invented values."""
    from tredegar.model import OUTCOMES, PARAMETERS
    from tredegar.sweeps import Spec
    from tredegar.sweeps.store.create import create_store
    from tredegar.sweeps.store.store import SweepStore
    from tredegar.sweeps.store.writing import write_batch

    names = [name for name, row in PARAMETERS.items() if (row.low, row.high) == (0.0, 1.0)][:size]
    outcomes = [name for name, row in OUTCOMES.items() if row.unit in ("0..1", "share")][:size]
    vary = "\n".join(f"{name} = [0.0, 1.0]" for name in names)
    spec = Spec.from_text(SPEC.format(base=base, vary=vary, outcomes=json.dumps(outcomes)))
    create_store(spec, path)
    store = SweepStore(path)
    draw, month = np.random.default_rng(1), np.sqrt(np.arange(1, 241))
    for number in range(store.number_of_batches):
        batch = store.batch(number)
        points = store.read_points(batch.points)
        rows = np.column_stack([points[name] for name in names])
        values = {name: invented(rows, place, month, draw) for place, name in enumerate(outcomes)}
        write_batch(store, batch, values, np.ones((len(rows), 1), dtype=np.uint8))


def invented(rows: np.ndarray, place: int, month: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return an outcome (points, 1, months): one parameter alone, two together, growing over time, and noise."""
    size = rows.shape[1]
    level = rows[:, place] + rows[:, (place + 1) % size] * rows[:, (place + 2) % size]
    course = level[:, None] * month + 0.01 * draw.standard_normal((len(rows), len(month)))
    return course[:, None].astype(np.float32)


def analyse(path: Path, resamples: int) -> dict[str, object]:
    """Open and analyse the store; return seconds, peak memory and what SALib says of two of the series."""
    from tredegar.results import open_sweep
    from tredegar.results.dataset import recorded_outcomes
    from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity

    began = time.perf_counter(), time.process_time()
    sweep = open_sweep(path)
    found = analyze_sensitivity(sweep, recorded_outcomes(sweep), window=1, bootstrap=Bootstrap(resamples, SEED))
    wall, processor = time.perf_counter() - began[0], time.process_time() - began[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # before SALib is loaded
    indices = found[["S1", "S1_conf", "ST", "ST_conf"]]
    complete = bool(indices.notnull().all().to_array().all())
    return {"wall": wall, "processor": processor, "gigabytes": peak, "complete": complete,
            "sizes": dict(found.sizes), **_by_salib(sweep, indices, resamples)}  # fmt: skip


def _by_salib(sweep, indices, resamples: int) -> dict[str, float]:
    from SALib.analyze import sobol

    from tredegar.results import salib_problem

    problem, seconds, difference = salib_problem(sweep), 0.0, 0.0
    for name, month in ((indices.outcome.values[0], 0), (indices.outcome.values[-1], -1)):
        outcome = sweep[name].isel(replicate=0, month=month).values.astype(float)
        began = time.perf_counter()
        theirs = sobol.analyze(problem, outcome, calc_second_order=False, num_resamples=resamples, seed=SEED)
        seconds += time.perf_counter() - began
        ours = indices.sel(outcome=name).isel(month=month)
        difference = max([difference, *(float(np.abs(ours[key].values - theirs[key]).max()) for key in indices)])
    return {"salib_seconds_each": seconds / 2.0, "difference": difference}


def main() -> int:
    """Make the store, analyse it in a process of its own, and return 1 if a promise is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--base", type=int, default=8192, help="base points, a power of two")
    options.add_argument("--resamples", type=int, default=100)
    options.add_argument("--store", type=Path, help="keep the store here, and take it from here if it exists")
    options.add_argument("--untimed", action="store_true", help="judge memory and values, not seconds")
    options.add_argument("--analyse", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.analyse is not None:
        print(json.dumps(analyse(chosen.analyse, chosen.resamples)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.store or Path(folder) / "large.zarr"
        if not path.exists():
            make_store(path, chosen.base)
        command = [sys.executable, __file__, "--analyse", str(path), "--resamples", str(chosen.resamples)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        disk = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e9
    return report(json.loads(done.stdout), disk, chosen.untimed)


def report(found: dict, disk: float, untimed: bool) -> int:
    """Print the figures; return 1 if a promise is missed."""
    sizes = found["sizes"]
    series = sizes["outcome"] * sizes["month"]
    print(f"store of {disk:.2f} GB; indices of {sizes}, all there: {found['complete']}")
    print(f"{found['wall']:.1f} s ({found['processor']:.1f} s of processors), peak memory {found['gigabytes']:.2f} GB")
    print(f"greatest difference from SALib on two series, intervals included: {found['difference']:.1e}")
    print(f"SALib would take {found['salib_seconds_each'] * series:,.0f} s for the {series:,} series: "
          f"{found['salib_seconds_each'] * series / found['wall']:.0f} times as long, reading left out")  # fmt: skip
    kept = (untimed or found["wall"] < MOST_SECONDS) and found["gigabytes"] < MOST_GIGABYTES
    kept = kept and found["complete"] and found["difference"] < MOST_DIFFERENCE
    print(f"promised {MOST_SECONDS:.0f} s, {MOST_GIGABYTES:.0f} GB and {MOST_DIFFERENCE:g}: "
          f"{'kept' if kept else 'missed'}")  # fmt: skip
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
