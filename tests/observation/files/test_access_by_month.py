"""Monthly access in files: trusts and countries by month, what is refused, and England's years as they were."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tredegar.observation.files.access_by_month import log_odds, monthly_access
from tredegar.observation.files.trust_months import TrustMonths

MONTHS = [f"{year}-{month:02d}" for year in range(2016, 2020) for month in range(1, 13)][3:39]
ENGLAND = "ae_attendances_trust_month_2016_2019.csv"


def write_files(folder: Path, without: str = "") -> None:
    """Write small files in the shape of the open ones: three trusts, a walk-in centre, and two more countries."""
    rows = ["period,org_code,type,attendances,breaches,admissions"]
    for place, month in enumerate(MONTHS):
        if month != without:
            rows += [f"{month}-01,R0{unit},1,{1000 + unit},{100 * unit + place},50" for unit in (1, 2, 3)]
            rows += [f"{month}-01,R01,other,500,0,0", f"{month}-01,X99,other,400,1,0"]
    (folder / ENGLAND).write_text("\n".join(rows) + "\n")
    scotland = ["date,attendances,within_4_hours,over_4_hours"]
    scotland += [f"{month}-28,{2000 + place},{1900 + place},100" for place, month in enumerate(MONTHS)]
    (folder / "ae_scotland_month_2007_2025.csv").write_text("\n".join(scotland) + "\n")
    wales = ["date,attendances,within_4h", *(f"{month}-01,{1000 + len(month)},800" for month in MONTHS[:-1])]
    (folder / "ae_wales_month.csv").write_text("\n".join(wales) + "\n")


def test_trusts_and_countries_are_read_by_month(tmp_path: Path) -> None:
    write_files(tmp_path)
    found = monthly_access(tmp_path)
    assert found.trusts.units == ("R01", "R02", "R03") and found.trusts.breaches[1, 5] == 205.0
    assert found.countries["England"].attendances[0, 0] == 3006.0
    assert found.countries["Scotland"].breaches.tolist() == [[100.0] * 36]


def test_a_country_that_lacks_a_month_is_left_out(tmp_path: Path) -> None:
    write_files(tmp_path)
    assert "Wales" not in monthly_access(tmp_path).countries


def test_a_month_that_is_missing_is_named(tmp_path: Path) -> None:
    write_files(tmp_path, without="2017-06")
    with pytest.raises(ValueError, match="has no numbers for June 2017"):
        monthly_access(tmp_path)


def test_a_folder_without_the_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"has no file '{ENGLAND}'"):
        monthly_access(tmp_path)


def test_log_odds_are_finite_where_nobody_waits() -> None:
    assert np.isfinite(log_odds(TrustMonths(("R1",), np.array([[50.0]]), np.array([[0.0]])))).all()


@pytest.mark.skipif("TREDEGAR_DATA" not in os.environ, reason="needs the open tables of the NHS (TREDEGAR_DATA)")
def test_england_fell_from_year_to_year() -> None:
    found = monthly_access(os.environ["TREDEGAR_DATA"])
    odds = log_odds(found.countries["England"])[0].reshape(3, 12).mean(axis=1)
    assert len(found.trusts.units) == 130 and odds[0] > odds[1] > odds[2]
    assert set(found.countries) == {"England", "Scotland", "Wales"}
