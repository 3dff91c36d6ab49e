"""Arguments of ``simulate`` and ``complete_sweep`` at random: a right result, or one line that names the argument."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from tredegar.kernels import EngineUnavailable, simulate
from tredegar.kernels.simulation import Simulated
from tredegar.results import open_sweep
from tredegar.sweeps import Spec, complete_sweep
from tredegar.sweeps.spec.checks import points_sharing

from ..support import fake_model
from ..support.sweep_cases import small_spec
from .fuzz_arguments import SMALL, SWEEP, arguments, points
from .fuzz_counts import asked, fuzz
from .fuzz_oracles import check_line
from .fuzz_specs import Tables, specs

pytestmark = pytest.mark.fuzz
KINDS = (ValueError, EngineUnavailable)


def check_simulated(out: Simulated, given: dict[str, Any]) -> None:
    """What comes back has the asked shape, and a run that did not fail is a number throughout."""
    failed = {(one.point, one.replicate) for one in out.failures}
    for values in out.values():
        assert values.shape[1] == int(given["replicates"])
        for point, replicate in np.ndindex(values.shape[:2]):
            assert np.isnan(values[point, replicate]).all() or not np.isnan(values[point, replicate]).any()
            assert np.isnan(values[point, replicate]).any() == ((point, replicate) in failed)


def simulated(given: dict[str, Any]) -> None:
    """Run ``simulate``: it gives what was asked, or says in one line what was wrong with it."""
    try:
        out = simulate(**given)
    except KINDS as error:
        check_line(str(error))
        return
    check_simulated(out, given)


def test_any_points_are_run_or_refused_in_one_line() -> None:
    count = fuzz("points of simulate", lambda given: simulated(SMALL | {"points": given}), given=points())
    assert count >= asked("points of simulate")


def test_any_arguments_are_used_or_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def check(given: dict[str, Any]) -> None:
        simulated(copy.copy(given) | {"points": {"solidarity": [0.25, 0.5]}})

    assert fuzz("arguments of simulate", check, given=arguments()) >= asked("arguments of simulate")


def test_a_wrong_argument_of_a_sweep_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("no store")
    good: dict[str, Any] = {"spec": small_spec(), "path": "s.zarr", "workers": 0, "engine": "numpy"}

    def check(name: str, number: int) -> None:
        wrong = SWEEP[name][number % len(SWEEP[name])]
        with pytest.raises(ValueError) as refusal:
            complete_sweep(**good | {name: wrong}, simulate=fake_model.simulate if name != "engine" else None)
        check_line(str(refusal.value))
        assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]

    count = fuzz("arguments of complete_sweep", check, name=st.sampled_from(sorted(SWEEP)), number=st.integers(0, 99))
    assert count >= asked("arguments of complete_sweep")


def test_a_sweep_holds_what_simulate_gives_and_is_complete(tmp_path: Path) -> None:
    """A few runs of each store are equal to ``simulate``'s by bits."""
    path = tmp_path / "s.zarr"
    number = 0

    def check(tables: Tables) -> None:
        nonlocal path, number
        number += 1
        path = tmp_path / f"{number}.zarr"
        spec = Spec(**tables)
        summary = complete_sweep(spec, path, workers=0, engine="numpy")
        assert summary.complete and not summary.stopped
        sweep = open_sweep(path, verify=True).load()
        assert int((sweep["status"].values == 0).sum()) == sweep.attrs["runs_missing"] == 0
        check_equal(sweep, spec)

    assert fuzz("sweeps", check, tables=specs(runnable=True)) >= asked("sweeps")


def check_equal(sweep: Any, spec: Spec) -> None:
    """The last point of a store is what ``simulate`` gives of its parameters and run numbers."""
    last = sweep.isel(point=[-1])
    values = {name: last[name].values for name in (*spec.vary, *spec.fixed)}
    point = int(last["point"].values[0])
    first = 4096 * {"common": 0, "independent": point, "paired": point // points_sharing(spec)}[spec.streams]
    runs = np.arange(first, first + spec.replicates)[None, :]
    out = simulate(
        values, spec.replicates, spec.months, spec.trusts, spec.clinicians, spec.seed, "numpy",
        spec.outcomes, spec.record.every, runs, constants=spec.constants, trust_records=spec.record.trusts,
    )  # fmt: skip
    for name, made in out.items():
        if made.size == 0:  # of a run that is shorter than a year
            assert name not in last
            continue
        assert np.array_equal(last[name].values, made, equal_nan=True), name
