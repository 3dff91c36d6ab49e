"""Toys: a design method, a method of sensitivity, an engine and a format, each added by its record, go the whole road.

Each record is put into its table and into nothing else; then the command sweeps, analyses, reports and exports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from tredegar.kernels import engines, simulate
from tredegar.kernels.engine_table import ENGINES
from tredegar.results import analyze_sensitivity, discover, open_sweep
from tredegar.results.formats import FORMATS, Exported, Format, endings
from tredegar.results.sensitivity.methods import METHODS, SensitivityMethod, names_in_words
from tredegar.store.design_methods import DESIGN_METHODS, DesignMethod, Unit
from tredegar.sweeps.jobs.gpus import gpus_for
from tredegar.sweeps.jobs.script import Job
from tredegar.sweeps.jobs.warming import is_of_use
from tredegar.sweeps.spec.design import BeyondRange, Seed
from tredegar.sweeps.spec.samplers import SAMPLERS, DesignSpec, Sampler
from tredegar.sweeps.spec.spec import Spec, SpecError

from ..support.commands import tredegar
from ..support.sweep_cases import SMALL, contents

pytestmark = pytest.mark.readers

LEVELS = "{low = 0.0, high = 1.0, levels = 5}"
UNIFORM = SMALL.replace('method = "grid"', 'method = "uniform"\npoints = 20').replace(LEVELS, "[0.0, 1.0]")
HYPERCUBE = UNIFORM.replace("uniform", "latin-hypercube")


class Uniform(DesignSpec):
    """``points`` points, each drawn by itself."""

    method: Literal["uniform"]
    points: int = Field(ge=1, le=1000, description="a whole number from 1 to 1000")
    seed: Seed
    beyond_range: BeyondRange


def draw_uniform(design: Uniform, ranges: Mapping[str, Any], seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(varied.low, varied.high, design.points) for varied in ranges.values()]


PAIRS = Unit("pairs", lambda parameters, settings: 2)
FACTS = DesignMethod(name="uniform", sampled=True, space_filling=True, boxes=True, unit=PAIRS)
SAMPLER = Sampler(
    method=FACTS,
    settings=Uniform,
    example="points = N",
    count=lambda design, ranges: int(design.points),
    draw=draw_uniform,
    why_not="its points are drawn as one set",
)


def correlations(design: Any, sample: np.ndarray, bootstrap: Any) -> Callable[..., dict[str, np.ndarray]]:
    def analyse(values: np.ndarray, deviations: np.ndarray) -> dict[str, np.ndarray]:
        found = [[abs(np.corrcoef(column, series)[0, 1]) for series in values.T] for column in sample.T]
        return {"reach": np.array(found), "reach_conf": np.full((sample.shape[1], values.shape[1]), 0.125)}

    return analyse


CORRELATION = SensitivityMethod(
    name="correlation",
    prepare=correlations,
    shown=("reach",),
    index="absolute correlation",
    meaning="reach: absolute correlation with the outcome",
    axis="correlation [0..1]",
    source="a toy",
    unit=PAIRS,
)


def write_lines(exported: Exported, path: Path) -> None:
    tables = [table.to_json(orient="records", lines=True) for table in exported.tables()]
    path.write_text("".join(tables), encoding="utf-8")


LINES = Format(ending=".jsonl", name="lines of JSON", write=write_lines)
ABACUS = replace(ENGINES["numpy"], name="abacus", look=lambda: (True, "a toy"))


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the toy design: one record for those who read its points, one for those who draw them."""
    monkeypatch.setitem(DESIGN_METHODS, "uniform", FACTS)
    monkeypatch.setitem(SAMPLERS, "uniform", SAMPLER)


@pytest.fixture
def abacus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the toy engine."""
    monkeypatch.setitem(ENGINES, "abacus", ABACUS)


def swept(text: str, name: str, engine: str) -> None:
    """Write a spec and sweep it into the store ``name``.zarr, by the command."""
    Path(f"{name}.toml").write_text(text, encoding="utf-8")
    assert tredegar("sweep", f"{name}.toml", "--out", f"{name}.zarr", "--workers", "0", "--engine", engine) == 0


@pytest.mark.usefixtures("uniform", "abacus")
def test_toys_of_every_kind_go_the_whole_road_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(METHODS, "correlation", CORRELATION)
    monkeypatch.setitem(FORMATS, ".jsonl", LINES)
    swept(UNIFORM, "s", "abacus")
    assert "s.zarr is complete: 60 runs" in capsys.readouterr().out
    assert tredegar("verify", "s.zarr", "--runs", "2", "--engine", "abacus") == 0
    assert "2 runs computed again here with engine abacus are equal bit for bit" in capsys.readouterr().out
    assert tredegar("sensitivity", "s.zarr", "--out", "i.jsonl") == 0
    said = capsys.readouterr().out
    assert "reach: absolute correlation with the outcome; ± is the half-width" in said
    assert "the widest interval of the absolute correlation (reach) is ± 0.12 with 10 pairs" in said.lower()
    indices = pd.read_json("i.jsonl", lines=True)
    assert set(indices["parameter"]) == {"real_control", "mandate_detail"} and indices["reach"].between(0, 1).all()
    assert tredegar("export", "s.zarr", "--out", "runs.jsonl") == 0
    assert tredegar("export", "s.zarr", "--out", "runs.csv") == 0
    lines, table = pd.read_json("runs.jsonl", lines=True), pd.read_csv("runs.csv")
    assert [*lines.columns] == [*table.columns] and np.allclose(lines["quality"], table["quality"], atol=1e-9)
    assert tredegar("report", "s.zarr", "--out", "page") == 0
    page = Path("page/index.html").read_text(encoding="utf-8")
    assert "uniform: 20 points" in page and "absolute correlation" in page
    assert "reach" in pd.read_csv("page/sensitivity.csv").columns


@pytest.mark.usefixtures("uniform")
def test_a_toy_design_is_read_drawn_and_analysed_as_its_records_say() -> None:
    spec = Spec.from_text(UNIFORM)
    assert 'method = "uniform"' in spec.canonical() and Spec.from_text(spec.canonical()).hash() == spec.hash()
    swept(UNIFORM, "s", "numpy")
    sweep = open_sweep("s.zarr")
    points = np.random.default_rng(3).uniform(0.0, 1.0, 20)
    assert np.array_equal(sweep["real_control"].values, points)
    assert analyze_sensitivity(sweep).attrs["method"] == "regression"
    assert analyze_sensitivity(sweep, method="pawn").attrs["unit"] == "points"
    with pytest.raises(ValueError, match="method 'sobol' cannot use a uniform design: it needs sobol; this store"):
        analyze_sensitivity(sweep, method="sobol")
    assert discover(sweep, "quality").points == 20


@pytest.mark.usefixtures("uniform")
def test_a_toy_design_is_repaired_extended_and_refused_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    swept(UNIFORM, "s", "numpy")
    before = contents(Path("s.zarr"))
    Path("s.zarr/real_control/c.0").write_bytes(b"")
    assert tredegar("verify", "s.zarr", "--runs", "0", "--engine", "numpy") == 0
    assert contents(Path("s.zarr")) == before
    Path("more.toml").write_text(UNIFORM.replace("points = 20", "points = 30"), encoding="utf-8")
    capsys.readouterr()
    assert tredegar("extend", "s.zarr", "more.toml", "--engine", "numpy") == 1
    assert "its points are drawn as one set" in capsys.readouterr().err
    with pytest.raises(SpecError, match=r"unknown key 'design.point'; did you mean 'points'\? \(keys of \[design\]"):
        Spec.from_text(UNIFORM.replace("points = 20", "point = 20"))
    with pytest.raises(SpecError, match="key 'design.points' must be a whole number from 1 to 1000, got 0"):
        Spec.from_text(UNIFORM.replace("points = 20", "points = 0"))


def test_a_store_of_a_toy_engine_is_that_of_the_engine_it_is_made_of(abacus: None) -> None:
    swept(HYPERCUBE, "a", "abacus")
    swept(HYPERCUBE, "b", "numpy")
    assert contents(Path("a.zarr")) == contents(Path("b.zarr"))
    assert ("abacus", True, "a toy") in [(info.name, info.available, info.detail) for info in engines()]
    assert simulate({}, replicates=1, months=2, trusts=2, clinicians=2, engine="abacus").engine == "abacus"


def test_a_toy_engine_takes_gpus_and_is_warmed_up_for_as_its_record_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setenv("TREDEGAR_CACHE", "/scratch/cache")
    job = Job(spec=Path("s.toml"), store=Path("s.zarr"), name="s", tasks=4, engine="abacus")
    monkeypatch.setitem(ENGINES, "abacus", ABACUS)
    assert (gpus_for("abacus"), is_of_use(job)) == ((), False)
    monkeypatch.setitem(ENGINES, "abacus", replace(ABACUS, on_gpu=True, keeps_code_with="numpy"))
    assert (gpus_for("abacus"), is_of_use(job)) == (("0", "1"), True)


def test_a_toy_method_and_a_toy_format_stand_in_the_help_and_the_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "correlation", CORRELATION)
    monkeypatch.setitem(FORMATS, ".jsonl", LINES)
    assert names_in_words() == "auto, sobol, morris, pawn, delta, regression or correlation"
    assert endings() == ".nc, .csv, .parquet or .jsonl"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sensitivity", "s.zarr", "--method", "correlaton"), "unknown method 'correlaton'"),
        (("sensitivity", "s.zarr", "--method", "sobal"), "unknown method 'sobal'; did you mean 'sobol'?"),
        (("sensitivity", "s.zarr", "--out", "i.cvs"), "got '.cvs'; did you mean '.csv'?"),
        (("export", "s.zarr", "--out", "runs.cvs"), "got '.cvs'; did you mean '.csv'?"),
        (("sweep", "s.toml", "--out", "t.zarr", "--engine", "nunba"), "unknown engine 'nunba'; did you mean 'numba'?"),
        (("verify", "s.zarr", "--engine", "nunba"), "unknown engine 'nunba'; did you mean 'numba'?"),
        (("sweep", "t.toml", "--out", "t.zarr"), "unknown method 'uniform' (methods: latin-hypercube, sobol"),
    ],
)
def test_without_its_record_a_name_is_refused_in_a_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(HYPERCUBE, "s", "numpy")
    Path("t.toml").write_text(UNIFORM, encoding="utf-8")
    capsys.readouterr()
    assert tredegar(*words) in (1, 2)
    assert said in " ".join(capsys.readouterr().err.split())
    assert not Path("t.zarr").exists()


def test_a_store_of_an_unknown_design_is_not_taken_for_that_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as known:
        known.setitem(DESIGN_METHODS, "uniform", FACTS)
        known.setitem(SAMPLERS, "uniform", SAMPLER)
        swept(UNIFORM, "s", "numpy")
    sweep = open_sweep("s.zarr")
    with pytest.raises(ValueError, match=r"unknown design method 'uniform' \(known: latin-hypercube, sobol"):
        analyze_sensitivity(sweep)
