"""Large stores: opened at once, and analysed within 4 GB; `benchmarks/analysis.py` says in how many seconds.

Seconds are those of the processor, so that a busy machine does not fail them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest
import zarr

from tredegar.model import OUTCOMES, PARAMETERS
from tredegar.results import open_sweep

from ..conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

NAMES = [name for name, row in PARAMETERS.items() if (row.low, row.high) == (0.0, 1.0)][:10]


def skeleton(path, points, outcomes, batch, sampler):
    """Write a store whose runs are all marked as done; the outcomes are still to be filled."""
    count = len(points[NAMES[0]])
    sizes = {"point": count, "replicate": 1, "month": 240}
    attributes = {"tredegar_store": 1, "title": "big", "spec": 'name = "big"', "streams": "common", "sampler": sampler}
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


def test_ninety_eight_thousand_runs_of_ten_outcomes_are_analysed_within_four_gigabytes_and_as_salib_does():
    command = [sys.executable, str(ROOT / "benchmarks" / "analysis.py"), "--untimed"]
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "indices of {'outcome': 10, 'parameter': 10, 'month': 240}, all there: True" in done.stdout
