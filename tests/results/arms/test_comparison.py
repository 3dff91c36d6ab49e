"""Comparison of two sweeps: which runs are paired, what the change is of, and how wide its interval is."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tredegar.results import compare

from ...coverage.truths import TRUTHS, made_sweep

LHS = {"method": "latin-hypercube", "points": 60}


def numbered(streams: str = "common", design: dict[str, object] | None = None) -> xr.Dataset:
    sweep = made_sweep(TRUTHS["product"], design or LHS, 4, streams, np.random.default_rng(1))
    return sweep.assign_coords(point=np.arange(sweep.sizes["point"]), replicate=np.arange(4))


def change(first: xr.Dataset, second: xr.Dataset) -> dict[str, float]:
    return compare(first, second, ["quality"], 1, 1).table.iloc[0].to_dict()


def test_runs_are_paired_by_the_number_of_their_replicate() -> None:
    sweep = numbered()
    for some in (slice(1, None), slice(0, 3), [2, 0]):
        row = change(sweep.isel(replicate=some), sweep)
        assert row["change"] == row["change_low"] == row["change_high"] == row["rises"] == 0.0


def test_another_table_of_providers_is_another_country_whose_random_numbers_are_not_shared() -> None:
    sweep = numbered()
    table = "code,name,size,council,catchment\nA,A,1,N,N\nB,B,{},N,N\n"
    first, second = (sweep.assign_attrs(providers=table.format(size)) for size in (1, 2))
    assert compare(first, first, ["quality"], 1, 1).paired
    assert not compare(first, second, ["quality"], 1, 1).paired


def test_independent_streams_are_shared_where_the_points_have_the_same_numbers() -> None:
    sweep = numbered("independent")
    assert compare(sweep, sweep, ["quality"], 1, 1).paired
    turned = sweep.isel(point=slice(None, None, -1)).assign_coords(point=sweep["point"].values)
    assert not compare(sweep, turned, ["quality"], 1, 1).paired


def test_a_change_is_the_difference_of_what_stands_beside_it_whatever_failed() -> None:
    sweep = numbered()
    lost = sweep.assign(quality=sweep["quality"].where((sweep["point"] % 2 == 0) | (sweep["replicate"] == 0)))
    for second in (lost, lost.assign_attrs(spec=lost.attrs["spec"].replace("seed = 7", "seed = 8", 1))):
        row = change(sweep, second)
        assert abs(row["second"] - row["first"] - row["change"]) < 1e-12
    assert change(sweep, lost)["change"] == 0.0


def test_the_choice_of_points_cancels_where_seeds_differ() -> None:
    first, other = numbered(), numbered()
    noise = 0.001 * np.random.default_rng(2).standard_normal(first["quality"].shape)
    second = other.assign(quality=other["quality"] + noise)
    second.attrs["spec"] = second.attrs["spec"].replace("seed = 7", "seed = 8", 1)
    found = compare(first, second, ["quality"], 1, 1)
    row = found.table.iloc[0]
    spread = float(first["quality"].mean("replicate").std() / np.sqrt(60))
    assert not found.paired
    # Chance of the replicates is in it twice; the spread of the points, which both have, is not.
    chance = float(first["quality"].mean("point").std(ddof=1)) / 2.0
    assert row["change_high"] - row["change_low"] < 2.0 * 2.5 * np.sqrt(2.0) * chance + 0.2 * spread
