"""Specs that are written: as one text or as a file with its tables beside it, from which the same spec comes back."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tredegar as tg
from tredegar.sweeps.spec.spec import Spec

from .test_spec import GOOD
from .test_spec_in_python import FRAME, GRID, LEVELS, SAID_IN_PYTHON, providers

HASH_OF_GOOD = "dfb60c336419aa0349339f255d373cc2c180fe24f77ecd1ffb4e72bb31132375"
"""Hash of the example of the contract, taken before a spec could have a start."""
WRITTEN: dict[str, dict[str, Any]] = {
    "keywords": SAID_IN_PYTHON,
    "a grid": {**GRID, "vary": {"real_control": np.array(LEVELS)}, "streams": "independent", "start": "1997-05"},
    "sobol": {"design": "sobol", "points": 4, "second_order": False, "vary": {"real_control": (0, 1)}, "every": 12},
    "morris": {"design": "morris", "trajectories": 4, "levels": 6, "vary": {"real_control": (0, 1)}, "sampler_seed": 3},
    "constants": {**GRID, "vary": {"solidarity": np.array([0.0, 1.0])}, "constants": {"NORM_ACCESS": 0.46}},
    "beyond the range": {"design": "latin-hypercube", "points": 3, "centred": True, "beyond_range": True,
                         "vary": {"method_heterogeneity": (0.0, 9.0)}},
    "groups": {"design": "morris", "trajectories": 4, "groups": {"both": ("real_control", "solidarity")},
               "vary": {"real_control": (0, 1), "solidarity": (0, 1), "mandate_detail": (0, 1)}},
    "correlations": {"design": "latin-hypercube", "points": 16, "correlations": {"real_control": {"solidarity": 0.5}},
                     "vary": {"real_control": (0, 1), "solidarity": (0, 1)}},
    "hostile texts": {**GRID, "name": 'a "b" \\ [c] # é <d>', "vary": {"real_control": np.array(LEVELS)}},
    "points": {"months": 12, "points": FRAME},
    "points and providers": {"months": 12, "points": FRAME, "providers": providers(), "trust_records": True},
}  # fmt: skip


@pytest.mark.parametrize("which", WRITTEN)
def test_a_spec_comes_back_from_its_text_and_from_its_file(which: str, tmp_path: Path) -> None:
    spec = Spec(**WRITTEN[which])
    assert Spec.from_text(spec.to_toml()) == spec
    spec.to_file(tmp_path / "my.toml")
    assert Spec.from_file(tmp_path / "my.toml") == spec
    beside = {"points": ["my-points.csv"], "points and providers": ["my-points.csv", "my-providers.csv"]}
    assert sorted(path.name for path in tmp_path.iterdir()) == [*beside.get(which, []), "my.toml"]
    spec.to_file(tmp_path / "my.toml")
    assert Spec.from_file(tmp_path / "my.toml") == spec


def test_the_text_of_a_spec_says_what_was_said_and_not_all_outcomes() -> None:
    assert "outcomes" not in Spec(**WRITTEN["a grid"]).to_toml()
    assert 'outcomes = ["true_access", "quality"]' in Spec(**SAID_IN_PYTHON).to_toml()
    assert "[constants]" not in Spec(**SAID_IN_PYTHON).to_toml()


def test_a_spec_that_is_too_long_for_one_text_is_written_with_its_table_beside_it(tmp_path: Path) -> None:
    spec = Spec(months=12, points={"real_control": np.linspace(0.0, 1.0, 60_000)})
    with pytest.raises(tg.SpecError, match=r"would have [0-9,]+ bytes, at most 1,000,000 are read; to_file writes it"):
        spec.to_toml()
    spec.to_file(tmp_path / "my.toml")
    assert Spec.from_file(tmp_path / "my.toml") == spec


def test_a_file_that_cannot_be_written_is_told_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for path in (tmp_path / "none" / "my.toml", tmp_path / "folder.toml"):
        with pytest.raises(tg.SpecError, match="cannot be written") as refusal:
            Spec(**SAID_IN_PYTHON).to_file(path)
        assert "\n" not in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.toml"]


@pytest.mark.parametrize(
    "start",
    [
        "1997-05",
        datetime.date(1997, 5, 1),
        datetime.datetime(1997, 5, 1),  # noqa: DTZ001
        pd.Timestamp("1997-05-01"),
        np.datetime64("1997-05"),
        np.datetime64("1997-05-01"),
    ],
)
def test_a_start_is_the_year_and_month_of_month_1(start: Any) -> None:
    spec = Spec(**GRID, vary={"real_control": np.array(LEVELS)}, start=start)
    assert spec.start == "1997-05"
    assert 'start = "1997-05"\n' in spec.canonical()
    assert spec == Spec.from_text(spec.canonical())
    assert spec != Spec(**GRID, vary={"real_control": np.array(LEVELS)})


def test_a_start_may_be_a_date_of_toml_and_none_changes_nothing() -> None:
    text = "[design]\nmethod = 'grid'\n[vary]\nreal_control = {values = [0.0, 1.0]}\n"
    assert Spec.from_text(f"start = 1997-05-01\n{text}").start == "1997-05"
    assert Spec.from_text(text).start is None
    assert "start =" not in Spec.from_text(text).canonical()
    assert Spec.from_text(GOOD).hash() == HASH_OF_GOOD


@pytest.mark.parametrize(
    "start", ["1997", "1997-5", "1997-13", "97-05", "0999-12", "1997-05-01", 1997, 1997.05, True, [1997, 5],
              datetime.date(1997, 5, 2), pd.NaT, np.datetime64("NaT"), np.datetime64("1997-05-02"), " 1997-05"]
)  # fmt: skip
def test_any_other_start_is_refused(start: Any) -> None:
    with pytest.raises(tg.SpecError, match="key 'start' must be the year and month of month 1, such as '1997-05'"):
        Spec(**GRID, vary={"real_control": np.array(LEVELS)}, start=start)


def test_a_sweep_cannot_end_after_the_last_year_that_a_date_can_have() -> None:
    words = {**GRID, "months": 24, "vary": {"real_control": np.array(LEVELS)}}
    assert Spec(**words, start="9998-01").start == "9998-01"
    with pytest.raises(tg.SpecError, match="24 months from then end after the year 9999"):
        Spec(**words, start="9998-02")
