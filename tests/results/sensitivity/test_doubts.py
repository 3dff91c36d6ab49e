"""Doubts about an interval stand once beside the table of indices, and in the attributes of the Dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.results import analyze_sensitivity, trace_sensitivity
from tredegar.results.sensitivity.figure import note_below
from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.sensitivity.table import kinds_shown, remarks, write_indices
from tredegar.results.sensitivity.trace import stopping_lines
from tredegar.results.statistics.interval_kinds import INTERVAL_KINDS, SHARED, doubts, kinds_of

from ...coverage.truths import TRUTHS, made_sweep

HYPERCUBE = {"method": "latin-hypercube", "points": 100}
FEW = Bootstrap(resamples=19)


@pytest.fixture(scope="module")
def sweep() -> xr.Dataset:
    """A hypercube of 100 points, on whose outcome every parameter acts."""
    return made_sweep(TRUTHS["everything acts"], HYPERCUBE, 2, "common", np.random.default_rng(1))


@pytest.mark.parametrize("method", ["pawn", "regression", "delta"])
def test_the_lines_below_a_table_end_with_the_doubts_of_what_it_shows(sweep: xr.Dataset, method: str) -> None:
    found = analyze_sensitivity(sweep, method=method, bootstrap=FEW)
    lines = [line for line in remarks(found) if line.startswith("Not shown to cover")]
    shown = {
        "pawn": ("median_conf", "median_idle", "maximum_idle"),
        "regression": ("total_share_conf", "SRRC_conf"),
        "delta": ("delta_conf", "delta_idle"),
    }
    named = [name for name in kinds_of(shown[method]) if INTERVAL_KINDS[name].doubt]
    assert len(lines) == (1 if named else 0)
    assert all(name in line for name in named for line in lines)
    unseen = {name for name in kinds_of(["S1_conf", "delta_conf", "median_conf", "SRRC_conf"]) if name not in named}
    assert not any(f"{name} (" in line for name in unseen for line in lines)


def test_a_variable_whose_interval_is_in_doubt_says_so_and_keeps_it_in_a_file(
    sweep: xr.Dataset, tmp_path: Path
) -> None:
    found = analyze_sensitivity(sweep, method="pawn", bootstrap=FEW)
    read = xr.open_dataset(write_indices(found, tmp_path / "indices.nc"))
    for name in found.data_vars:
        assert found[name].attrs.get("coverage", "") == doubts(kinds_of([str(name)]))
        assert read[name].attrs.get("coverage", "") == found[name].attrs.get("coverage", "")
    assert SHARED in found["median_idle"].attrs["coverage"]


def test_a_trace_and_its_figure_name_doubts_as_the_table_does(sweep: xr.Dataset) -> None:
    trace = trace_sensitivity(sweep, method="pawn", limit=0.01, bootstrap=FEW)
    assert trace["median_idle"].attrs["coverage"] == doubts(kinds_of(["median_idle"]))
    assert note_below("Bands.", trace) == "Bands."
    said = stopping_lines(trace)[-1]
    assert said.count("Not shown to cover: ") == 1
    assert "points that would do" in said


def test_an_interval_that_is_not_there_is_not_doubted() -> None:
    halves = {"median_conf": ("parameter", [np.nan, np.nan]), "maximum_idle": ("parameter", [0.2, np.nan])}
    assert kinds_shown(xr.Dataset(halves), ("median", "maximum")) == ("band of idle parameters, maximum",)
