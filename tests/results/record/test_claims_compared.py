"""Claims under two models, on verdicts that are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.model.mechanisms.table import MODEL_1
from tredegar.results.claims.designs import claim_designs, find_size
from tredegar.results.record.claims_compared import (
    claims_agree,
    contradiction_rows,
    read_judged,
    verdict_rows,
)
from tredegar.sweeps.spec.spec import Spec


def verdicts(words: list[str], shares: list[float]) -> xr.Dataset:
    held = np.array([[share, 1.0 - share, 0.0] for share in shares])
    bounds = {"share": held, "share_low": held - 0.05, "share_high": held + 0.05}
    return xr.Dataset(
        {"word": ("claim", words), "says": ("claim", ["so"] * len(words))}
        | {name: (("claim", "kind"), values) for name, values in bounds.items()},
        {"claim": [f"A{place:02}" for place in range(len(words))], "kind": ["holds", "null", "reverses"]},
    )


def question(up: float, down: float) -> pd.DataFrame:
    row = {"contradiction": "P1", "question": "Which?", "meaning_up": "this", "meaning_down": "that"}
    for name, share in (("up", up), ("null", 1.0 - up - down), ("down", down)):
        row |= {name: share, f"{name}_low": share - 0.05, f"{name}_high": share + 0.05}
    return pd.DataFrame([row])


def test_a_verdict_that_goes_the_other_way_turns_and_another_word_changes() -> None:
    one = verdicts(["mostly holds", "mostly fails", "depends", "mostly no difference"], [0.9, 0.1, 0.4, 0.0])
    other = verdicts(["mostly holds", "depends, more often holds than fails", "mostly holds", "depends"],
                     [0.8, 0.5, 0.7, 0.2])  # fmt: skip
    rows = verdict_rows(one, other)[1]
    assert [row[-1] for row in rows] == ["", "**turns**", "changes", "changes"]
    assert rows[0] == ("A00", "so", "mostly holds", "90% (85% to 95%)", "mostly holds", "80% (75% to 85%)", "")
    assert claims_agree(one, other).startswith("Of 4 claims 1 have the same verdict under both models, 1 turn;")


def test_a_contradiction_turns_only_where_both_models_are_sure() -> None:
    sure, back, loose = question(0.6, 0.2), question(0.1, 0.7), question(0.4, 0.45)
    assert contradiction_rows(sure, back)[1][0][-1] == "**turns**"
    assert contradiction_rows(sure, loose)[1][0][-1] == "" == contradiction_rows(sure, sure)[1][0][-1]
    assert contradiction_rows(sure, back)[1][0][4] == "60%, 20%, 20%"


def test_runs_of_other_claims_are_not_compared_and_a_folder_without_verdicts_says_what_to_run(tmp_path: Path) -> None:
    one = verdicts(["depends"], [0.5])
    with pytest.raises(ValueError, match="the two runs are of other claims"):
        verdict_rows(one, one.assign_coords(claim=["A09"]))
    with pytest.raises(FileNotFoundError, match=r"has no verdicts.zarr: run 'tredegar claims --out"):
        read_judged(tmp_path)


def test_designs_of_model_1_differ_from_those_of_the_built_in_rules_in_their_rules_alone(tmp_path: Path) -> None:
    size, vary = find_size("tiny"), {"real_control": {"values": [0.2, 0.3]}}
    rules = Spec(design="grid", vary=vary, rules=dict(MODEL_1)).rules
    built, first = (claim_designs(one) for one in (size, replace(size, rules=tuple(MODEL_1.items()))))
    assert [one.points for one in first.values()] == [one.points for one in built.values()]
    assert all(one.mark != built[name].mark for name, one in first.items())
    for name, one in first.items():
        (tmp_path / f"{name}.csv").write_text(one.points)
        (tmp_path / f"{name}.toml").write_text(one.spec)
        assert Spec.from_file(tmp_path / f"{name}.toml").rules.text == rules.text != ""
        rivals = "".join(f'{mechanism} = "{rival}"\n' for mechanism, rival in MODEL_1.items())
        assert one.spec.replace(f"[rules]\n{rivals}\n", "") == built[name].spec
