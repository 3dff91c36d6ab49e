"""Large stores: opened at once, and analysed within a minute and 4 GB.

Seconds are those of the processor, so that a busy machine does not fail them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
import zarr
from SALib.sample import sobol

from tredegar.model import OUTCOMES, PARAMETERS
from tredegar.results import open_sweep

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

NAMES = [name for name, row in PARAMETERS.items() if (row.low, row.high) == (0.0, 1.0)][:10]
ANALYSIS = """
import json, resource, sys, time
from tredegar.results import open_sweep
from tredegar.results.facts import recorded_outcomes
from tredegar.results.sensitivity import sensitivity
began = time.process_time()
sweep = open_sweep(sys.argv[1])
found = sensitivity(sweep, recorded_outcomes(sweep), window=1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps({"seconds": time.process_time() - began, "gigabytes": peak, "sizes": dict(found.sizes),
                  "finite": bool((found.ST.notnull() & found.ST_conf.notnull()).all())}))
"""


def skeleton(path, points, outcomes, batch, sampler):
    """Write a store whose runs are all marked as done; the outcomes are still to be filled."""
    count = len(points[NAMES[0]])
    sizes = {"point": count, "replicate": 1, "month": 240}
    attributes = {"tredegar_store": 1, "title": "large", "spec": 'name = "large"', "luck": "common", "sampler": sampler}
    group = zarr.open_group(path, mode="w", zarr_format=3, attributes=attributes | {"coordinates": " ".join(points)})
    for name in outcomes:
        group.create_array(name, shape=tuple(sizes.values()), chunks=(batch, 1, 240), dtype="f4", fill_value=np.nan,
                           compressors=None, dimension_names=tuple(sizes))  # fmt: skip
    for name, values in {**points, **{axis: np.arange(size) for axis, size in sizes.items()}}.items():
        values = values + 1 if name == "month" else values
        dims = (name,) if name in sizes else ("point",)
        shape = values.shape
        array = group.create_array(name, shape=shape, chunks=shape, dtype=values.dtype, dimension_names=dims)
        array[:] = values
    status = group.create_array("status", shape=(count, 1), chunks=(batch, 1), dtype="u1", fill_value=0,
                                dimension_names=("point", "replicate"))  # fmt: skip
    status[:] = 1
    return group


def test_a_million_runs_open_in_two_seconds(tmp_path):
    draw = np.random.default_rng(1)
    points = {name: draw.random(1_000_000) for name in NAMES}
    bounds = [[0.0, 1.0]] * len(NAMES)
    sampler = {"method": "latin-hypercube", "names": NAMES, "bounds": bounds}
    skeleton(tmp_path / "m.zarr", points, OUTCOMES, 1024, sampler)
    open_sweep(tmp_path / "m.zarr")
    began = time.process_time()
    sweep = open_sweep(tmp_path / "m.zarr")
    assert time.process_time() - began < 2.0 and sweep.attrs["runs_done"] == 1_000_000


def test_ninety_eight_thousand_runs_of_ten_outcomes_are_analysed_in_a_minute_and_four_gigabytes(tmp_path):
    problem = {"num_vars": 10, "names": NAMES, "bounds": [[0.0, 1.0]] * 10}
    rows = sobol.sample(problem, 8192, calc_second_order=False, seed=1)
    sampler = {"method": "sobol", "points": 8192, "second_order": False, "names": NAMES, "bounds": problem["bounds"]}
    points = dict(zip(NAMES, rows.T, strict=True))
    group = skeleton(tmp_path / "s.zarr", points, list(OUTCOMES)[:10], 1024, sampler)
    draw, month = np.random.default_rng(1), np.sqrt(np.arange(1, 241))
    for place, name in enumerate(list(OUTCOMES)[:10]):
        base = rows[:, place] + rows[:, (place + 1) % 10] * rows[:, (place + 2) % 10]
        group[name][:] = (base[:, None] * month + 0.01 * draw.standard_normal((len(rows), 240)))[:, None].astype("f4")
    command = [sys.executable, "-c", ANALYSIS, str(tmp_path / "s.zarr")]
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # waiting threads burn seconds
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=one_thread)
    found = json.loads(done.stdout)
    assert found["sizes"] == {"outcome": 10, "month": 240, "parameter": 10} and found["finite"]
    assert found["seconds"] < 60.0 and found["gigabytes"] < 4.0, found
