"""Other people's tools drive the model by the scripts of examples/, and give what ``simulate`` gives."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar import Spec, run_sweep
from tredegar.kernels import simulate
from tredegar.results import analyze_sensitivity, open_sweep

from ..support.example_scripts import output_on_the_page, printed, script
from ..support.places import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:ipyparallel not installed")
SCRIPTS = sorted(path.stem for path in (ROOT / "examples").glob("with_*.py"))
MOST_LINES = 72


@pytest.fixture(scope="module")
def ema() -> Any:
    return script("with_ema")


@pytest.fixture(scope="module")
def salib() -> Any:
    return script("with_salib")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_prints_what_the_page_says_and_fits_on_one(name: str) -> None:
    assert len((ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert printed(name) == output_on_the_page(name)


def experiments_of_ema(ema: Any, **options: Any) -> tuple[Any, dict[str, np.ndarray]]:
    from ema_workbench import Scenario, perform_experiments

    scenarios = [
        Scenario("calm", method_heterogeneity=0.2, solidarity=0.5, crowding_out=0.1),
        Scenario("torn", method_heterogeneity=1.2, solidarity=0.9, crowding_out=0.8),
    ]
    return perform_experiments(ema.MODEL, scenarios=scenarios, policies=ema.POLICIES, **options)


def test_the_workbench_gets_the_bits_of_simulate(ema: Any) -> None:
    experiments, outcomes = experiments_of_ema(ema, evaluator=ema.OneCall(ema.MODEL))
    assert len(experiments) == 4
    names = [*ema.MODEL.uncertainties.keys(), *ema.MODEL.levers.keys()]
    points = {name: experiments[name].to_numpy(dtype=float) for name in names}
    found = simulate({**points, "real_control": 0.8}, **ema.SIZE)
    assert outcomes["quality"].tolist() == found["quality"][..., -12:].mean(2).mean(1).tolist()
    assert outcomes["access"].tolist() == found["true_access"].mean(1).tolist()


def test_the_workbench_gets_the_same_one_by_one_as_together(ema: Any) -> None:
    (alone, one_by_one), (batched, together) = (
        experiments_of_ema(ema),
        experiments_of_ema(ema, evaluator=ema.OneCall(ema.MODEL)),
    )
    assert alone.equals(batched)
    assert {name: values.tobytes() for name, values in one_by_one.items()} == {
        name: values.tobytes() for name, values in together.items()
    }


def test_the_workbench_optimises_a_generation_at_a_time(ema: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ema_workbench import Scenario

    random.seed(1)
    calls: list[int] = []
    run = ema.health_service
    monkeypatch.setattr(
        ema, "health_service", lambda **points: calls.append(len(points["solidarity"])) or run(**points)
    )
    reference = Scenario("calm", method_heterogeneity=0.2, solidarity=0.5, crowding_out=0.1)
    best = ema.OneCall(ema.MODEL).optimize(nfe=20, epsilons=[0.01], reference=reference, population_size=10)
    assert len(calls) == 2 and calls[0] == 10, "a generation is one call"
    assert best["quality"].max() > run(solidarity=[0.5], crowding_out=0.1, method_heterogeneity=0.2)["quality"][0]


def test_salib_and_our_own_analysis_agree_on_one_sample(salib: Any, tmp_path: Path) -> None:
    theirs = salib.analysed(points=16, seed=5)
    ranges = {name: list(bounds) for name, bounds in zip(theirs["names"], theirs["bounds"], strict=True)}
    size = salib.SIZE
    run_sweep(
        Spec(
            name="salib",
            seed=size["seed"],
            months=size["months"],
            replicates=size["replicates"],
            country={"trusts": size["trusts"], "clinicians": size["clinicians"]},
            design={"method": "sobol", "points": 16, "second_order": False, "seed": 5},
            vary=ranges,
            record={"outcomes": ["quality"]},
        ),
        tmp_path / "salib.zarr",
    )
    sweep = open_sweep(tmp_path / "salib.zarr")
    assert np.column_stack([sweep[name] for name in ranges]).tolist() == theirs.samples.tolist()
    ours = analyze_sensitivity(sweep, ["quality"], from_month=25).isel(outcome=0, month=0)
    for index in ("S1", "ST"):  # before chance is taken from them; the store holds float32
        np.testing.assert_allclose(ours[f"{index}_raw"].values, theirs.analysis[index], rtol=0, atol=1e-4)


def test_scipy_finds_what_no_point_of_a_grid_beats() -> None:
    scipy = script("with_scipy")
    (toughness, least), (levels, losses) = scipy.best(), scipy.on_grid()
    assert least <= losses.min() < losses[[0, -1]].min()
    assert abs(toughness - levels[losses.argmin()]) < 0.1
    assert scipy.loss(np.array([[toughness]]))[0] == least


@pytest.mark.parametrize("workers", [1, 3])
def test_bits_do_not_depend_on_the_workers(workers: int) -> None:
    parallel = script("with_workers")
    whole = simulate(parallel.POINTS, **parallel.SIZE)["quality"].tobytes()
    assert parallel.with_joblib(workers).tobytes() == whole
    for scheduler in ("threads", "processes"):
        assert parallel.with_dask(workers, scheduler).tobytes() == whole


def test_a_batch_of_mesa_is_a_batch_of_simulate() -> None:
    mesa = script("with_mesa")
    rows, design = mesa.batch(), mesa.DESIGN
    found = simulate({"target_toughness": design["target_toughness"]}, 3, design["months"], design["trusts"],
                     design["clinicians"], design["rng"], dtype="float64")  # fmt: skip
    by_run = rows.set_index(["target_toughness", "run"])["quality"].unstack()
    assert by_run.to_numpy().tolist() == found["quality"][..., -1].tolist()
    assert mesa.fear_of_managers().shape == (design["months"], design["trusts"])
