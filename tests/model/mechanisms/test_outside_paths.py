"""Outside paths: 1 as without any, paths by month in a call, in a sweep and in other processes, that of an example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar import Spec, simulate
from tredegar.model.outcomes import OUTCOMES
from tredegar.results import open_sweep
from tredegar.sweeps import complete_sweep

RIVAL = {"outside": "none"}
SIZE: dict[str, Any] = {"replicates": 2, "months": 24, "trusts": 8, "clinicians": 6, "engine": "numpy", "seed": 3}
PATH = {"demand_path@7": 1.1, "demand_path@13": 1.2, "money_path@13": 0.9}


def test_paths_of_one_are_no_paths() -> None:
    rival, found = simulate({}, rules=RIVAL, **SIZE), simulate({}, **SIZE)
    assert all(found[name].tobytes() == rival[name].tobytes() for name in OUTCOMES)
    deaf, heard = simulate(PATH, rules=RIVAL, **SIZE), simulate(PATH, **SIZE)
    assert all(deaf[name].tobytes() == rival[name].tobytes() for name in OUTCOMES)
    assert heard["quality"].tobytes() != rival["quality"].tobytes()


def test_a_path_works_from_its_month_on_and_not_before() -> None:
    built_in, found = simulate({}, **SIZE), simulate(PATH, **SIZE)
    for name in OUTCOMES:
        assert found[name][..., :6].tobytes() == built_in[name][..., :6].tobytes()
    assert (found["wait_months"][..., 6:] > built_in["wait_months"][..., 6:]).all()
    # In its first month spending is cut by just the path: what funding answers to is last month's access.
    more = simulate({"demand_path@7": 1.1, "demand_path@13": 1.2}, **SIZE)["funding_level"][..., 12]
    np.testing.assert_allclose(found["funding_level"][..., 12], 0.9 * more, rtol=1e-6)


def test_more_demand_lengthens_waits_and_as_much_more_money_shortens_them() -> None:
    points = {"demand_path": [1.0, 1.1, 1.1], "money_path": [1.0, 1.0, 1.1]}
    plain, asked, paid = simulate(points, **SIZE)["wait_months"].mean(axis=(1, 2))
    assert asked > paid and asked > plain


def test_a_path_must_be_above_nothing() -> None:
    for name in ("demand_path", "money_path", "demand_path@3"):
        with pytest.raises(ValueError, match=name.partition("@")[0]):
            simulate({name: 0.0}, **SIZE)


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.processes)])
def test_a_sweep_follows_a_path_by_month_in_this_process_and_in_others(workers: int, tmp_path: Path) -> None:
    spec = Spec(
        seed=3,
        months=24,
        replicates=2,
        country={"trusts": 8, "clinicians": 6},
        fixed=PATH,
        design={"method": "grid"},
        vary={"solidarity": {"values": [0.2, 0.8]}},
        record={"outcomes": ["wait_months", "funding_level"]},
    )
    assert complete_sweep(spec, tmp_path / "s.zarr", workers=workers, engine="numpy").complete
    sweep = open_sweep(tmp_path / "s.zarr")
    called = simulate({"solidarity": [0.2, 0.8], **PATH}, outcomes=["wait_months", "funding_level"], **SIZE)
    for name in ("wait_months", "funding_level"):
        assert sweep[name].transpose("point", "replicate", "month").values.tobytes() == called[name].tobytes()


def test_the_example_takes_englands_path_and_its_months(root: Path) -> None:
    spec = Spec.from_file(root / "examples" / "demand_path.toml")
    assert {"demand_path", "season_strength", "season_start"} <= set(spec.rules.parameters)
    assert spec.months == 60 + 9 * 12 and spec.fixed["demand_path@157"] == 1.229
    assert all(name.partition("@")[2] in {str(month) for month in range(61, 168, 12)}
               for name in spec.fixed if name.startswith("demand_path"))  # fmt: skip
