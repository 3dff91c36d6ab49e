"""Cross-sections of trusts: their spread and skew in runs and in files, on numbers that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar import simulate
from tredegar.observation.files.defects import mend_table
from tredegar.observation.files.definitions import ALL_TYPES, MAJOR
from tredegar.observation.files.shapes import SHAPES
from tredegar.observation.files.table_reader import read_file_table
from tredegar.observation.target_table import targets
from tredegar.results.record.cross_section import (
    CrossSection,
    cross_section_rows,
    cross_sections_of,
    recorded_cross_sections,
    shape_of_trusts,
)

from ...support.places import NHS_DATA


def test_spread_and_skew_are_those_of_numpy_and_scipy_whoever_was_not_observed() -> None:
    values = np.random.default_rng(4).gamma(2.0, size=(3, 50, 4))
    found = shape_of_trusts(values)
    assert found.spread == pytest.approx(values.std(axis=1, ddof=1))
    assert found.skewness == pytest.approx(stats.skew(values, axis=1))
    short = np.concatenate([values, np.full((3, 7, 4), np.nan)], axis=1)
    assert shape_of_trusts(short).spread == pytest.approx(found.spread)
    assert shape_of_trusts(short).skewness == pytest.approx(found.skewness)


def test_alike_trusts_have_no_skew() -> None:
    alike = shape_of_trusts(np.full((1, 5, 2), 0.5))
    assert alike.spread.tolist() == alike.skewness.tolist() == [[0.0, 0.0]]


def test_runs_are_read_after_the_burn_in_all_seeds_together() -> None:
    size = {"months": 96, "trusts": 12, "clinicians": 5, "engine": "numpy", "trust_records": True}
    given = [simulate({"real_control": [0.5]}, 2, seed=seed, outcomes=["quality"], **size) for seed in (1, 2)]
    found = cross_sections_of([one.to_dataset() for one in given])["true_access"]
    assert found.spread.shape == (4, 3)
    late = given[1]["trust_year_true_access"][0, 1, :, 5:].astype(float)
    assert found.spread[3] == pytest.approx(late.std(axis=0, ddof=1))
    assert found.skewness[3] == pytest.approx(stats.skew(late, axis=0))


def test_a_row_tells_models_beside_the_record_and_where_no_file_is() -> None:
    flat = CrossSection(np.array([[0.1, 0.3], [0.2, 0.2]]), np.array([[-1.0, -1.0], [-1.0, -1.0]]))
    model = dict.fromkeys(("reported_access", "true_access", "quality"), flat)
    header, rows = cross_section_rows({"model 1": model}, {"here": CrossSection(flat.spread[:1], flat.skewness[:1])})
    assert header == ("yearly mean of", "over trusts", "model 1", "record, by year") and len(rows) == 6
    assert rows[0] == ("reported_access", "standard deviation", "0.2 (0.2 to 0.2)", "here: 0.1, 0.3")
    assert rows[1][2:] == ("-1 (-1 to -1)", "here: -1, -1") and {row[3] for row in rows[2:]} == {"no file"}
    assert recorded_cross_sections({}) == {}


@pytest.mark.skipif(not (NHS_DATA / MAJOR).exists(), reason="TREDEGAR_DATA names no folder with the open tables")
def test_the_spread_of_the_record_is_v08_and_reports_lean_to_the_low_side() -> None:
    tables = {name: mend_table(read_file_table(NHS_DATA / name, SHAPES[name]))[0] for name in (MAJOR, ALL_TYPES)}
    first, last = recorded_cross_sections(tables).values()
    assert first.spread.shape == (1, 3) and last.spread.shape == (1, 2)
    assert first.spread[0, 1] == pytest.approx(targets()["V08"].value, abs=5e-5)
