"""Constants under [vary]: known by their own table, drawn like parameters, and in one place of a spec alone."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tredegar import Spec, SpecError
from tredegar.model.constants import CONSTANTS
from tredegar.model.schedule.rulebook import BUILT_IN, with_varied_constants
from tredegar.store.root_file import read_root
from tredegar.sweeps.spec.sampling import draw_points, sampler_settings
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore

HYPERCUBE = {"design": {"method": "latin-hypercube", "points": 10}}
SIZE: dict[str, Any] = {"months": 2, "trusts": 2, "clinicians": 2, "replicates": 1, "outcomes": ["quality"]}


def refusal(**tables: Any) -> str:
    with pytest.raises(SpecError) as refused:
        Spec(**tables)
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def test_a_constant_is_drawn_as_a_parameter_is() -> None:
    spec = Spec(**HYPERCUBE, vary={"VOICE_BASE": [0.2, 0.4], "solidarity": [0.2, 0.4]})
    points = draw_points(spec)
    same = draw_points(Spec(**HYPERCUBE, vary={"real_control": [0.2, 0.4], "solidarity": [0.2, 0.4]}))
    assert points["VOICE_BASE"].tobytes() == same["real_control"].tobytes()
    assert spec.rules is with_varied_constants(BUILT_IN, ["VOICE_BASE"])
    assert spec.rules.text == ""
    assert sampler_settings(spec)["names"] == ["VOICE_BASE", "solidarity"]


@pytest.mark.parametrize(
    "tables",
    [
        {"design": "grid", "vary": {"VOICE_BASE": {"values": [0.2, 0.4]}}},
        {"design": {"method": "sobol", "points": 4}, "vary": {"VOICE_BASE": {"distribution": "beta", "a": 1, "b": 2}}},
        {"design": {"method": "morris", "trajectories": 4}, "vary": {"VOICE_BASE": (0.2, 0.4), "GAMING_RATE": (0, 1)}},
        {"points": pd.DataFrame({"VOICE_BASE": [0.2, 0.4], "real_control": [0.1, 0.2]})},
        {"points": pd.DataFrame({"real_control": [0.1, 0.2]}, index=pd.Index([0.2, 0.4], name="VOICE_BASE"))},
    ],
    ids=["grid", "sobol", "morris", "table", "index of a table"],
)
def test_text_store_and_pickle_give_the_spec_back(tables: dict[str, Any], tmp_path: Path) -> None:
    spec = Spec(**SIZE, **tables)
    assert spec.rules.varied_constants[0] == "VOICE_BASE"
    for again in (Spec.from_text(spec.to_toml()), pickle.loads(pickle.dumps(spec))):
        assert again == spec and again.rules is spec.rules
    create_store(spec, tmp_path / "s.zarr")
    store = SweepStore(tmp_path / "s.zarr")
    facts = read_root(tmp_path / "s.zarr")["attributes"]
    assert store.spec == spec and store.spec.rules is spec.rules
    assert facts["tredegar_store"] == 5 and "own_rules" not in facts
    about = dict(store.array("VOICE_BASE").attrs)
    row = CONSTANTS["VOICE_BASE"]
    assert (about["default"], about["declared_range"], about["design"]) == (row.value, [0.0, row.most], "varied")
    assert facts["defaults"]["VOICE_BASE"] == row.value
    assert np.array_equal(store.array("VOICE_BASE")[...], draw_points(spec)["VOICE_BASE"])


def test_a_sweep_without_varied_constants_has_the_book_of_the_model() -> None:
    spec = Spec(**HYPERCUBE, vary={"solidarity": [0.2, 0.4]}, constants={"VOICE_BASE": 0.3})
    assert spec.rules is BUILT_IN and spec.constants["VOICE_BASE"] == 0.3
    other = Spec(**HYPERCUBE, vary={"VOICE_BASE": [0.2, 0.4]})
    # A book that is handed on knows the constants of the new spec, not of the old.
    assert Spec(**HYPERCUBE, vary={"solidarity": [0.2, 0.4]}, rules=other.rules).rules is BUILT_IN


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            {"vary": {"VOICE_BASE": [0.2, 0.4]}, "constants": {"VOICE_BASE": 0.3}},
            "constant 'VOICE_BASE' is both set and varied; leave it in one of [constants] and [vary]",
        ),
        (
            {"vary": {"VOICE_BASE": [0.2, 0.4]}, "fixed": {"VOICE_BASE": 0.3}},
            "constant 'VOICE_BASE' is both fixed and varied; leave it in one of [fixed] and [vary]",
        ),
        ({"vary": {"VOICE_BASE": [-0.2, 0.4]}}, "constant 'VOICE_BASE' must lie in 0 .."),
        ({"vary": {"VOICE_BASE@2": [0.2, 0.4]}}, "'VOICE_BASE@2' cannot change: 'VOICE_BASE' is a constant, which"),
        ({"vary": {"VOICE_BAS": [0.2, 0.4]}}, "unknown parameter 'VOICE_BAS'; 'VOICE_BASE' is a constant: it belongs"),
        (
            {"vary": {"solidarity": [0.2, 0.4]}, "fixed": {"VOICE_BASE": 0.3}},
            "unknown parameter 'VOICE_BASE'; 'VOICE_BASE' is a constant: it belongs below [constants] or [vary]",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tables: dict[str, Any], said: str) -> None:
    assert said in refusal(**HYPERCUBE, **tables)


def test_a_table_of_points_refuses_a_constant_that_is_set(tmp_path: Path) -> None:
    points = {"VOICE_BASE": [0.2, 0.4]}
    assert "'VOICE_BASE' is both set and varied" in refusal(points=points, constants={"VOICE_BASE": 0.3})
    assert "row 3: constant 'VOICE_BASE' must lie in" in refusal(points={"VOICE_BASE": [0.2, -0.4]})
