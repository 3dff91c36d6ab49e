"""Opened sweeps follow the conventions of CF: units that UDUNITS reads, flags, means, years and dates of the months."""

from __future__ import annotations

import datetime
import json
import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.datasets.attributes import with_descriptions
from tredegar.datasets.conventions import NOT_OF_UDUNITS, UNITS, WORDS, readable_unit
from tredegar.datasets.dates import dates_of, read_start, years_of
from tredegar.model import OUTCOMES, PARAMETERS, TRUST_RECORDS
from tredegar.results import open_sweep, window_mean, window_means

from ..support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 1.0], grip_rate=[0.02, 0.04])
UDUNITS = re.compile(r"1|(1/)?(months?|years?)")
"""The units that the tables need, in the grammar of UDUNITS."""


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + 0.001 * month


def store_in(folder, start="", **settings):
    """Write a made store, whose spec tells the ``start`` if there is one."""
    path = made_store(folder / "made.zarr", POINTS, {"quality": quality}, **settings)
    root = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
    root["attributes"]["spec"] = (f'start = "{start}"\n' if start else "") + root["attributes"]["spec"]
    (path / "zarr.json").write_text(json.dumps(root), encoding="utf-8")
    return path


def test_every_unit_of_the_tables_is_one_that_udunits_reads_or_known_not_to_be():
    rows = (*PARAMETERS.values(), *OUTCOMES.values(), *TRUST_RECORDS.values())
    units = {row.unit for row in rows}
    assert {unit for unit in units if not UDUNITS.fullmatch(readable_unit(unit))} == NOT_OF_UDUNITS
    assert set(UNITS) - {"years"} <= units and units >= NOT_OF_UDUNITS
    timed = {unit for unit in units if re.search("month|year", unit)}
    assert timed - set(UNITS) <= NOT_OF_UDUNITS, "a rate or a duration that would pass for a pure number"


def test_units_are_readable_and_the_models_own_are_kept(tmp_path):
    sweep = open_sweep(store_in(tmp_path))
    assert (sweep.quality.attrs["units"], sweep.quality.attrs[WORDS]) == ("1", "0..1")
    assert (sweep.grip_rate.attrs["units"], WORDS in sweep.grip_rate.attrs) == ("1/month", False)
    assert (sweep.mandate_detail.attrs["units"], sweep.mandate_detail.attrs[WORDS]) == ("1", "share")
    assert all("units" in row.attrs and "long_name" in row.attrs for row in sweep.variables.values())
    assert sweep.attrs["Conventions"] == "CF-1.11"


def test_flags_have_the_type_of_the_status_and_replicates_are_realizations(tmp_path):
    sweep = open_sweep(store_in(tmp_path))
    assert sweep.status.attrs["flag_values"].dtype == sweep.status.dtype
    assert sweep.status.attrs["flag_meanings"].split() == ["missing", "done", "failed"]
    assert sweep.replicate.attrs["standard_name"] == "realization"


def test_means_of_windows_say_so(tmp_path):
    (tmp_path / "yearly").mkdir()
    sweep, yearly = open_sweep(store_in(tmp_path)), open_sweep(store_in(tmp_path / "yearly", every=12))
    assert "cell_methods" not in sweep.quality.attrs
    assert yearly.quality.attrs["cell_methods"] == "month: mean"
    assert window_mean(sweep).quality.attrs["cell_methods"] == "month: mean"
    assert window_means(sweep, 6).quality.attrs["cell_methods"] == "month: mean"
    assert "cell_methods" not in sweep.quality.attrs, "the sweep itself stays as it is"


def test_years_lie_on_the_months_and_group_them(tmp_path):
    sweep = open_sweep(store_in(tmp_path))
    assert sweep.year.dims == ("month",) and sweep.year.values.tolist() == [1] * 12 + [2] * 12
    yearly = sweep.quality.groupby("year").mean()
    assert yearly.sizes["year"] == 2
    assert np.allclose(yearly.sel(year=2).values, sweep.quality.values[..., 12:].mean(-1), atol=1e-6)


def test_where_records_of_trusts_have_years_the_months_have_theirs_beside_them(tmp_path):
    records = {"trust_quality": False, "trust_year_quality": True}
    sweep = open_sweep(store_in(tmp_path, trust_records=records))
    assert sweep.trust_year_quality.dims[-1] == "year" and sweep.year_of_month.values.tolist() == [1] * 12 + [2] * 12
    assert sweep.trust_year_quality.attrs["cell_methods"] == "year: mean"


def test_months_have_dates_where_the_spec_has_a_start(tmp_path):
    sweep = open_sweep(store_in(tmp_path, "1997-05"))
    assert sweep.time.dims == ("month",) and sweep.time.attrs["axis"] == "T" and "axis" not in sweep.month.attrs
    assert sweep.time.values.astype("datetime64[D]")[[0, 8, 23]].tolist() == [
        np.datetime64(day).item() for day in ("1997-05-01", "1998-01-01", "1999-04-01")
    ]
    assert sweep.year.values.tolist() == [1] * 12 + [2] * 12, "years are those of the run"
    by_date = sweep.swap_dims(month="time").quality.sel(time=slice("1998-01", "1998-12"))
    assert by_date.sizes["time"] == 12


def test_the_date_of_a_window_is_that_of_its_last_month(tmp_path):
    sweep = open_sweep(store_in(tmp_path, "1997-05"))
    means = window_means(sweep, 6)
    assert means.month.values.tolist() == [6, 12, 18, 24] and means.year.values.tolist() == [1, 1, 2, 2]
    assert means.time.values.astype("datetime64[M]").astype(str).tolist() == [
        "1997-10",
        "1998-04",
        "1998-10",
        "1999-04",
    ]


def test_a_start_that_is_no_month_is_refused(tmp_path):
    for wrong in ("1997-5", "1997-13", "97-05", "May 1997", 1997, None, "0000-01", "0999-12", "1997-05-01"):
        with pytest.raises(
            ValueError, match="start must be the year and month of month 1, such as '1997-05', from '1000-01' on, got"
        ):
            read_start(wrong)
    with pytest.raises(ValueError, match="start must be the year and month"):
        open_sweep(store_in(tmp_path, "soon"))


def test_dates_end_with_the_year_9999_and_a_date_is_the_first_day_of_its_month():
    assert read_start(datetime.date(1997, 5, 1)) == read_start(pd.Timestamp("1997-05-01")) == "1997-05"
    with pytest.raises(ValueError, match="12 months from then end after the year 9999"):
        dates_of(range(1, 13), "9999-02")
    for wrong in (datetime.date(1997, 5, 2), pd.Timestamp("1997-05-01 13:30")):
        with pytest.raises(ValueError, match="start must be the year and month"):
            read_start(wrong)


def test_dates_reach_to_the_end_of_the_longest_run():
    assert str(dates_of([12_000], "1948-07")[0])[:10] == "2948-06-01"
    assert years_of([1, 12, 13, 12_000]).tolist() == [1, 1, 2, 1000]


def test_a_dataset_without_months_stays_without():
    found = with_descriptions(xr.Dataset({"quality": ("point", [0.5], {"units": "0..1"})}))
    assert list(found.coords) == [] and found.quality.attrs["units"] == "1"
