"""Runs that simulate returns become the Dataset that a store of them opens to: variables, units, attributes."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import xarray as xr
from xarray.testing import assert_identical

from tredegar import Spec, open_sweep, run_sweep, simulate
from tredegar.datasets.labelled import providers_as_csv
from tredegar.kernels import Simulated
from tredegar.model.providers import Providers, parse_providers
from tredegar.results import at, compare, join, paired, salib_problem, unstack_grid, window_mean
from tredegar.results.dataset import fixed_parameters, varied_parameters

OF_A_STORE = {
    *("tredegar_store", "title", "spec", "spec_hash", "specs", "seal", "points_per_batch", "replicates_per_batch"),
    *("coordinate_digests", "digests", "store"),
}
"""Attributes that only a store has."""
OF_A_CALL = {"engine", "settings"}
"""Attributes that only a call has."""
VARY = {"real_control": [0.2, 0.5, 0.8], "target_toughness@13": [0.1, 0.9, 0.4]}
FIXED = {"mandate_detail": 0.3, "sanction_strength@7": 0.8}
SIZE = {"months": 24, "replicates": 2, "seed": 11}
COUNTRY = {"trusts": 3, "clinicians": 4}
PROVIDERS = Providers(
    code=("A", "B", "C"),
    name=("Aber, East", "Bryn", "Cwm"),
    size=(3.0, 1.0, 0.5),
    council=("west", "west", "east"),
    catchment=("coast", "coast", "east"),
)
SMALL = {"engine": "numpy", "months": 12, "replicates": 3, **COUNTRY}


def swept(tmp_path, monkeypatch, record, country=COUNTRY, **keys) -> xr.Dataset:
    """Sweep the points as a table and return the opened store, in memory."""
    monkeypatch.chdir(tmp_path)
    rows = [",".join(VARY), *(",".join(map(str, row)) for row in zip(*VARY.values(), strict=True))]
    (tmp_path / "points.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    design = {"method": "table", "file": "points.csv"}
    spec = Spec(design=design, fixed=FIXED, country=country, record=record, **SIZE, **keys)
    run_sweep(spec, "s.zarr", workers=0, engine="numpy")
    return open_sweep("s.zarr", chunks=None).load()


def shared(dataset: xr.Dataset) -> xr.Dataset:
    """Return the dataset without the attributes that only a store, or only a call, has."""
    return dataset.drop_attrs(deep=False).assign_attrs(
        {name: value for name, value in dataset.attrs.items() if name not in OF_A_STORE | OF_A_CALL}
    )


@pytest.mark.parametrize(
    "record",
    [
        {"outcomes": ("quality", "true_access", "queue")},
        {"outcomes": ("quality", "reorganisation_direction"), "every": 6},
        {"outcomes": ("quality",), "trusts": True},
    ],
    ids=["monthly", "windows", "records of trusts"],
)
def test_simulate_gives_what_a_store_of_the_same_points_opens_to(record, tmp_path, monkeypatch):
    store = swept(tmp_path, monkeypatch, record)
    found = simulate(
        {**VARY, **FIXED},
        engine="numpy",
        outcomes=record["outcomes"],
        every=record.get("every", 1),
        trust_records=record.get("trusts", False),
        **COUNTRY,
        **SIZE,
    ).to_dataset()
    assert_identical(shared(found), shared(store))
    assert {name: row.dtype for name, row in found.variables.items()} == {
        n: row.dtype for n, row in store.variables.items()
    }
    assert set(store.attrs) - set(found.attrs) <= OF_A_STORE and set(found.attrs) - set(store.attrs) == OF_A_CALL


def test_so_it_does_where_months_have_dates(tmp_path, monkeypatch):
    store = swept(tmp_path, monkeypatch, {"outcomes": ("quality",)}, start="1997-05")
    options = {"engine": "numpy", "outcomes": ["quality"], **COUNTRY, **SIZE}
    found = simulate({**VARY, **FIXED}, **options).to_dataset(start="1997-05")
    assert str(store.time.values[-1])[:10] == "1999-04-01"
    assert_identical(shared(found), shared(store))


def test_so_it_does_for_real_trusts(tmp_path, monkeypatch):
    (tmp_path / "trusts.csv").write_text(providers_as_csv(PROVIDERS), encoding="utf-8")
    country = {"providers": "trusts.csv", "clinicians": 4}
    store = swept(tmp_path, monkeypatch, {"outcomes": ("quality",)}, country)
    options = {"engine": "numpy", "outcomes": ["quality"], "clinicians": 4, "providers": PROVIDERS, **SIZE}
    found = simulate({**VARY, **FIXED}, **options).to_dataset()
    assert_identical(shared(found), shared(store))


@pytest.mark.parametrize("overlap", [None, (0.9, 0.25, 1.0)])
def test_a_table_of_providers_is_written_as_it_reads(overlap):
    table = Providers(**{name: getattr(PROVIDERS, name) for name in ("code", "name", "size", "council", "catchment")},
                      overlap=overlap)  # fmt: skip
    assert parse_providers(providers_as_csv(table), "table") == table


def test_single_numbers_are_scalar_coordinates_and_lists_lie_on_the_points():
    found = simulate({"real_control": [0.4], "mandate_detail": 0.3}, outcomes=["quality"], **SMALL).to_dataset()
    assert varied_parameters(found) == ("real_control",) and fixed_parameters(found) == {"mandate_detail": 0.3}
    assert found.real_control.attrs["design"] == "varied" and found.mandate_detail.attrs["design"] == "fixed"
    nothing = simulate({}, outcomes=["quality"], **SMALL).to_dataset()
    assert varied_parameters(nothing) == () and nothing.sizes["point"] == 1


def test_the_dataset_shares_the_arrays():
    out = simulate({"real_control": [0.2, 0.8]}, outcomes=["quality"], dtype="float64", **SMALL)
    found = out.to_dataset()
    assert np.shares_memory(found.quality.values, out["quality"]) and found.quality.dtype == np.float64


def test_failed_runs_are_marked_counted_and_told(monkeypatch):
    out = simulate({"real_control": [0.2, 0.8]}, outcomes=["quality"], **SMALL)
    from tredegar.kernels import Failure

    failed = Simulated(out, out.engine, (Failure(1, 2, "no usable number"),), out.call).to_dataset()
    assert failed.status.values.tolist() == [[1, 1, 1], [1, 1, 2]]
    assert (failed.attrs["runs_done"], failed.attrs["runs_failed"], failed.attrs["runs"]) == (5, 1, 6)
    assert json.loads(failed.attrs["failures"]) == [{"point": 1, "replicate": 2, "message": "no usable number"}]


def test_run_numbers_of_ones_own_are_a_coordinate_and_decide_the_kind_of_streams():
    usual = simulate({"real_control": [0.2, 0.8]}, outcomes=["quality"], **SMALL).to_dataset()
    assert "run" not in usual.coords and usual.attrs["streams"] == "common"
    runs = np.array([[5, 6, 7], [5, 6, 7]], dtype=np.uint32)
    shifted = simulate({"real_control": [0.2, 0.8]}, outcomes=["quality"], runs=runs, **SMALL).to_dataset()
    assert shifted.run.values.tolist() == runs.tolist() and shifted.attrs["streams"] == "common"
    own = simulate(
        {"real_control": [0.2, 0.8]}, outcomes=["quality"], runs=[[0, 1, 2], [3, 4, 5]], **SMALL
    ).to_dataset()
    assert own.attrs["streams"] == "independent"
    with pytest.raises(ValueError, match="the streams of 'a' and 'b' differ: other runs have the same place"):
        join({"a": usual, "b": shifted})


def test_everything_that_reads_an_opened_sweep_reads_it():
    points = {"real_control": [0.2, 0.8, 0.2, 0.8], "mandate_detail": [0.1, 0.1, 0.9, 0.9]}
    found = simulate(points, outcomes=["quality", "true_access"], **SMALL).to_dataset()
    assert at(found, real_control=0.2).sizes["point"] == 2
    assert unstack_grid(found).quality.dims == ("real_control", "mandate_detail", "replicate", "month")
    assert window_mean(found).attrs["from_month"] == 7
    assert salib_problem(found)["names"] == ["real_control", "mandate_detail"]
    other = simulate({**points, "target_toughness": 0.9}, outcomes=["quality"], **SMALL).to_dataset()
    assert compare(found, other).paired
    both = join({"lax": found, "strict": other})
    change = paired(both, "strict", "lax")
    assert change.attrs["paired"] == 1 and list(both.target_toughness.values) == [0.6, 0.9]
    expected = (other.quality - found.quality).isel(month=slice(6, None)).astype(float).mean("month")
    assert np.allclose(change.quality.values, expected.values, atol=1e-7)


def test_a_store_and_a_call_can_be_arms_of_one_comparison(tmp_path, monkeypatch):
    store = swept(tmp_path, monkeypatch, {"outcomes": ("quality",)})
    options = {"engine": "numpy", "outcomes": ["quality"], **COUNTRY, **SIZE}
    call = simulate({**VARY, **FIXED, "mandate_detail": 0.9}, **options).to_dataset()
    change = paired(join({"swept": store, "called": call}), "called", "swept")
    assert change.attrs["paired"] == 1 and np.isfinite(change.quality.values).all()
    other = simulate({**VARY, **FIXED}, **{**options, "trusts": 4}).to_dataset()
    with pytest.raises(
        ValueError, match="the country of 'a' and 'b' differ: 3 trusts of 4 clinicians and 4 trusts of 4"
    ):
        join({"a": store, "b": other})


def test_months_have_dates_where_the_start_is_told():
    found = simulate({}, outcomes=["quality"], **SMALL).to_dataset(start="1997-05")
    assert found.time.dims == ("month",) and found.time.dt.year.values.tolist() == [1997] * 8 + [1998] * 4
    assert found.set_index(month="time").sel(month="1998-01").quality.sizes["month"] == 1
    assert "time" not in simulate({}, outcomes=["quality"], **SMALL).to_dataset().coords
    with pytest.raises(
        ValueError,
        match="start must be the year and month of month 1, such as '1997-05'.* got '1997-13'",
    ):
        simulate({}, outcomes=["quality"], **SMALL).to_dataset(start="1997-13")


def test_a_notebook_shows_what_ran_and_the_dataset():
    out = simulate({"real_control": [0.2, 0.8]}, outcomes=["quality"], **SMALL)
    shown = out._repr_html_()
    assert (
        "2 points &times; 3 replicates = 6 runs of 12 months, 3 trusts of 4 clinicians, seed 7, engine numpy; 0 failed"
        in shown
    )
    assert "xarray.Dataset" in shown and "real_control" in shown
    by_hand = Simulated({"quality": np.zeros(1)}, "<b>", ())
    assert "&#x27;quality&#x27;" in by_hand._repr_html_()
    with pytest.raises(ValueError, match="do not come from simulate"):
        by_hand.to_dataset()


def test_constants_are_those_of_the_call_whatever_becomes_of_their_mapping():
    constants = {"FEAR_RATE": np.float32(0.25)}
    found = simulate({"real_control": [0.2]}, 1, 2, 3, 2, engine="numpy", outcomes=["quality"], constants=constants)
    constants["FEAR_RATE"] = 0.9
    assert json.loads(found.to_dataset().attrs["settings"])["constants"] == {"FEAR_RATE": 0.25}


def test_what_simulate_returns_can_be_pickled_and_labelled_elsewhere():
    out = simulate({"real_control": [0.2, 0.8]}, outcomes=["quality"], **SMALL)
    assert_identical(pickle.loads(pickle.dumps(out)).to_dataset(), out.to_dataset())
