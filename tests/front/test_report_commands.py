"""The commands that read stores print what the functions return, and end in one line where they cannot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tredegar.cli.entry import main

from ..support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=list(np.linspace(0.0, 1.5, 6)))


def quality(points, luck, month):
    own = np.random.default_rng(4).standard_normal((18, luck.shape[1], 1))
    return 0.5 + points["mandate_detail"] * (0.06 - 0.1 * points["method_heterogeneity"]) + 0.02 * luck + 0.001 * own


@pytest.fixture
def store(tmp_path):
    return made_store(tmp_path / "made.zarr", POINTS, {"quality": lambda p, luck, m: quality(p, luck, m) + 0.0 * m})


def run(*words):
    """Run the command and return its exit status (0 where it simply ends)."""
    try:
        main([str(word) for word in words])
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_report_prints_the_table_and_the_sentence(store, tmp_path, capsys):
    assert run("report", store, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "change (95%)" in said and "Raising mandate detail from 0 to 1 changes quality by +0.06" in said
    assert (tmp_path / "out" / "index.html").exists() and "index.html, map.png" in said


def test_sensitivity_prints_indices_and_writes_them(store, tmp_path, capsys):
    assert run("sensitivity", store, "--out", tmp_path / "i.csv") == 0
    said = capsys.readouterr().out
    assert "method heterogeneity" in said and "Share of chance in the variance of single runs: quality" in said
    table = pd.read_csv(tmp_path / "i.csv")
    assert set(table["parameter"]) == {"mandate_detail", "method_heterogeneity"} and table["total_share"].notna().all()


def test_compare_and_export_work_on_made_stores(store, tmp_path, capsys):
    assert run("compare", store, store) == 0
    assert "18 points in both; differences run by run under common random numbers" in capsys.readouterr().out
    assert run("export", store, "--out", tmp_path / "runs.csv", "--from-month", "13") == 0
    assert len(pd.read_csv(tmp_path / "runs.csv")) == 18 * 4


def test_discover_says_what_was_sought(store, capsys):
    assert run("discover", store, "--threshold", "0.5") == 0
    assert "Sought: quality of at least 0.5" in capsys.readouterr().out


def test_tables_of_boxes_and_of_settings_name_the_level_of_their_intervals(tmp_path, capsys):
    pytest.importorskip("ema_workbench")
    levels = list(np.linspace(0.0, 1.0, 12))
    corner = made_store(
        tmp_path / "corner.zarr",
        grid(mandate_detail=levels, method_heterogeneity=levels),
        {"quality": lambda p, luck, m: 0.5 + 0.3 * (p["mandate_detail"] > 0.5) + 0.01 * luck + 0.0 * m},
    )
    assert run("discover", corner, "--threshold", "0.7") == 0
    said = capsys.readouterr().out
    assert "box 1" in said and "In brackets 95 % intervals (Wilson" in said
    assert run("discover", corner, "--lever", "mandate_detail") == 0
    assert "in brackets 95% intervals" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["report", "nowhere.zarr"], "no store at 'nowhere.zarr'"),
        (["sensitivity", "STORE", "--method", "sobol"], "method 'sobol' cannot use a grid design"),
        (["export", "STORE", "--out", "x.xlsx"], "must be .nc (NetCDF), .csv or .parquet"),
        (["validate", "STORE"], "validation needs at least 96 months, got 24"),
        (["discover", "STORE", "--outcome", "qualty"], "did you mean 'quality'"),
    ],
)
def test_what_cannot_be_done_ends_in_one_line(store, capsys, words, expected):
    assert run(*(store if word == "STORE" else word for word in words)) == 1
    said = capsys.readouterr().err
    assert expected in said and said.count("\n") == 1


@pytest.mark.parametrize("command", [("report", "."), ("replay", ".", "--point", "0", "--replicate", "0")])
def test_the_place_where_one_stands_is_no_store_and_is_told_so(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main([*command])
    assert end.value.code == 1 and "'.' is not a store" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
