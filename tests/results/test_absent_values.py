"""Absence never becomes a value: nothing to divide by, one point, no completed run are said in words, never as NaN."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.cli.entry import main
from tredegar.observation.counterparts import COURSES, PANELS
from tredegar.observation.target_table import targets
from tredegar.results import open_sweep
from tredegar.results.arms.comparison import compare, compared_rows
from tredegar.results.discovery.regions import discover
from tredegar.results.discovery.robust import measure_robustness, robust_rows
from tredegar.results.figures.maps import map_of
from tredegar.results.record.figure import draw_validation
from tredegar.results.record.table import absence_lines, as_markdown, finding_rows, tally
from tredegar.results.record.validation import Finding, validate
from tredegar.results.sensitivity.indices import analyze_sensitivity
from tredegar.results.sensitivity.pawn import pawn_indices
from tredegar.results.sensitivity.table import remarks, summary
from tredegar.results.windows import window_mean

from ..support.made_stores import grid, made_store

LEVELS = [0.0, 0.5, 1.0]


@pytest.fixture(scope="module")
def uneventful(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    records = {f"trust_year_{name}": True for name in PANELS} | {"trust_size": False}
    still: dict[str, Callable[..., np.ndarray]] = {
        name: lambda points, luck, month: 0.0 * (points["solidarity"] + luck + month) for name in COURSES
    }
    store = made_store(tmp_path_factory.mktemp("still") / "v.zarr", grid(solidarity=[0.0, 1.0]), still, months=120,
                       trust_records=records)  # fmt: skip
    return open_sweep(store)


def test_a_target_that_runs_cannot_show_is_not_measurable_and_says_why(
    uneventful: xr.Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = validate(uneventful, from_month=25)
    absent = {one.target.name: one for one in findings if one.verdict == "not measurable"}
    assert {"V02", "V05", "V07"} <= set(absent) and all(one.reason for one in absent.values())
    rows = {row[0]: row for row in finding_rows(findings)[1]}
    assert rows["V05"][4] == "-" and any(line.startswith("V05: these runs lack ") for line in absence_lines(findings))
    # What never happens has a frequency: never.
    assert rows["V01"][4] == "inf (8 histories)" and rows["V01"][7] == "too few histories"
    page = as_markdown(findings, uneventful)
    for text in (*(cell for row in rows.values() for cell in row), page, tally(findings)):
        assert not re.search(r"\bnan\b", text)
    assert f"{len(absent)} of them not measurable in these runs" in tally(findings)
    draw_validation(findings, 8)
    with pytest.raises(SystemExit) as ended:
        main(["validate", uneventful.attrs["store"], "--from-month", "25", "--figure", str(tmp_path / "f.png")])
    assert not ended.value.code
    assert "V05: these runs lack" in capsys.readouterr().out


def test_a_value_without_an_interval_says_so() -> None:
    one = Finding(target=targets()["V01"], value=7.0, low=float("nan"), high=float("nan"), verdict="inside")
    assert finding_rows([one])[1][0][4] == "7 (no interval)"


def sweep_of(
    folder: Path, surface: Callable[..., np.ndarray], status: np.ndarray | None = None, **how: object
) -> xr.Dataset:
    outcomes = {"quality": surface, "true_access": lambda p, luck, month: 0.5 + 0.0 * (p["solidarity"] + luck + month)}
    points = grid(mandate_detail=LEVELS, solidarity=LEVELS)
    store = made_store(folder / "s.zarr", points, outcomes, status=status, **how)  # type: ignore[arg-type]
    return open_sweep(store, partial=True)


def rising(points: dict[str, np.ndarray], luck: np.ndarray, month: np.ndarray) -> np.ndarray:
    return points["mandate_detail"] + 0.01 * luck + 0.0 * (month + points["solidarity"])


def test_a_point_whose_runs_all_failed_neither_rises_nor_falls(tmp_path: Path) -> None:
    status = np.where(np.arange(9)[:, None] < 6, 2, 1) * np.ones((9, 4))
    sweep = sweep_of(tmp_path, rising, status)
    better = sweep.assign(quality=sweep.quality + 1.0)
    found = compare(sweep, better, ["quality"])
    assert found.table["rises"].tolist() == [1.0]
    assert compared_rows(found)[1][0][-1] == "100%"


def test_stores_without_a_completed_run_have_nothing_to_compare(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, rising, np.full((9, 4), 2))
    with pytest.raises(ValueError, match="no completed run at the points that both have; nothing to compare"):
        compare(sweep, sweep)
    with pytest.raises(ValueError, match="no point has all its runs done"):
        discover(sweep, "quality")


def test_an_outcome_that_does_not_vary_has_no_share_of_luck_and_no_interval(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, rising)
    both = analyze_sensitivity(sweep, ["quality", "true_access"], "regression")
    lines = " ".join(remarks(both))
    assert "true access does not vary" in lines and "nan" not in lines
    still = analyze_sensitivity(sweep, ["true_access"], "regression")
    assert all(cell == "does not vary" for row in summary(still)[1] for cell in row[2:])
    assert "No interval" in " ".join(remarks(still)) and "nan" not in " ".join(remarks(still))


def test_one_replicate_gives_means_without_intervals(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, rising, replicates=1)
    table = measure_robustness(sweep, "quality", ("mandate_detail",))
    cells = [cell for row in robust_rows(table, ("mandate_detail",))[1] for cell in row]
    assert not any("nan" in cell for cell in cells)


@pytest.mark.parametrize("points", [2, 3, 5])
def test_pawn_of_a_few_points_has_no_warning(points: int) -> None:
    draw = np.random.default_rng(0)
    found = pawn_indices(draw.random((points, 2)), draw.random((points, 3)))
    assert all(array.shape == (2, 3) for array in found)


@pytest.mark.parametrize("left", [[4], pytest.param([6, 7, 8], marks=pytest.mark.slow)])
def test_a_report_of_a_few_completed_points_is_written_without_nan(
    left: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = np.where(np.isin(np.arange(9), left)[:, None], 1, 2) * np.ones((9, 4))
    sweep = sweep_of(tmp_path, rising, status)
    with pytest.raises(SystemExit) as ended:
        main(["--debug", "report", sweep.attrs["store"], "--out", str(tmp_path / "out"), "--partial"])
    assert not ended.value.code
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    words = re.sub(r'src="data:[^"]*"', "", page) + capsys.readouterr().out
    assert not re.search(r"\bnan\b", words), re.findall(r".{80}\bnan\b.{40}", words)[:3]


def test_a_map_of_nothing_is_no_map_of_zeros(tmp_path: Path) -> None:
    status = np.where(np.arange(9)[:, None] == 4, 1, 2) * np.ones((9, 4))
    sweep = sweep_of(tmp_path, rising, status)
    chart = map_of(window_mean(sweep, ["quality"])["quality"], sweep, "mandate_detail", "solidarity")
    assert np.isfinite(chart["mean"].values).sum() == 1
    assert not np.isfinite(chart["change"].values).any()
