"""Stores of sweeps under own rules, with a choice, a distribution and a varied constant: from the file to the answers.

The file of the rules is gone before anything is read: all that is needed stands in the store.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tredegar as tg
from tredegar.results.dataset import design_of
from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.sensitivity.table import remarks

from ..support.own_rules import RULES

LINE = RULES.splitlines().index("def fear(manager, centre, p):") + 1
BETA = {"distribution": "beta", "a": 2, "b": 5, "low": 0.0, "high": 1.0}
VARY = {
    "gaming": {"values": ["built-in", "proportional"]},
    "bite": BETA,
    "solidarity": {"distribution": "log-uniform", "low": 0.5, "high": 1.5},
    "VOICE_BASE": {"distribution": "triangular", "low": 0.1, "mode": 0.15, "high": 0.3},
    "real_control": {"distribution": "normal", "mean": 0.5, "sd": 0.2, "low": 0.0, "high": 1.0},
    "target_toughness": {"distribution": "discrete", "values": [0.2, 0.6, 0.9], "weights": [1, 2, 1]},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_rules.py").write_text(RULES, encoding="utf-8")
    spec = tg.Spec(
        name="own",
        rules={"file": str(folder / "my_rules.py")},
        design={"method": "latin-hypercube", "points": 40},
        vary=VARY,
        months=24,
        replicates=2,
        country={"trusts": 4, "clinicians": 3},
        record={"outcomes": ["quality", "mean_dread"]},
    )
    tg.run_sweep(spec, folder / "own.zarr", workers=0, engine="numpy")
    (folder / "my_rules.py").unlink()
    return folder / "own.zarr"


def test_probabilities_of_the_drawn_points_fill_their_strata_once(store):
    design, sweep = design_of(tg.open_sweep(store)), tg.open_sweep(store)
    for name, one in design.inputs.items():
        places = one.in_unit(sweep[name].values)
        if len(one.values):
            counts = [int((np.round(places, 9) == place).sum()) for place in np.unique(np.round(places, 9))]
            assert counts == pytest.approx((40 * one.chances).tolist(), abs=1), name
        else:
            assert sorted(np.floor(places * 40).astype(int)) == [*range(40)], name


def test_what_the_store_says_of_itself(store):
    sweep = tg.open_sweep(store)
    assert design_of(sweep).choices == {"gaming": ("built-in", "proportional")}
    assert [*design_of(sweep).weighted] == ["bite", "solidarity", "VOICE_BASE", "real_control", "target_toughness"]
    assert tg.at(sweep, gaming="proportional").sizes["point"] == 20
    (row,) = tg.list_sweeps(store.parent).to_dict("records")
    assert (row["state"], row["rules_agree"], row["problem"]) == ("complete", True, "")


def test_indices_are_of_own_parameters_choices_and_constants(store):
    found = tg.analyze_sensitivity(tg.open_sweep(store), ["mean_dread"], method="regression", bootstrap=Bootstrap(4))
    shares = found["total_share"].isel(outcome=0, month=-1).to_series()
    assert shares.idxmax() == "bite" and shares["bite"] > 0.9 and {"gaming", "VOICE_BASE"} < set(shares.index)
    assert "Levels of choices: gaming: built-in, proportional." in remarks(found)


def test_the_report_and_the_replay_need_no_file(store, tmp_path):
    report = tg.write_report(store, tmp_path / "report", ["mean_dread"])
    page = report.paths[0].read_text(encoding="utf-8")
    assert "how strongly inspection frightens; drawn from: beta (a 2, b 5)" in page and "<h2>Own rules</h2>" in page
    assert "0.9 * manager.dread + 0.1 * manager.fear" in page and f"my_rules.py:{LINE}" in page
    story = tg.write_replay(store, tmp_path / "replay", point=3, replicate=1)
    assert "48 recorded values are equal to the last bit" in story.statement
    assert (story.log["level"] == "own rules").sum() > 4
