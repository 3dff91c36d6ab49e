"""Runs spent where settings are undecided: who asks, who gets, and that further replicates are read with the first."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from tredegar.results.claims.claims import CLAIMS, part_of
from tredegar.results.claims.contrasts import ArmStore, effects_of
from tredegar.results.claims.designs import SEED, SIZES, claim_designs
from tredegar.results.claims.experiments import further
from tredegar.results.claims.experiments.further import Choice, further_designs, read_choices, to_text
from tredegar.results.claims.experiments.joined_arms import JoinedArms, open_arms

TINY = SIZES["tiny"]
BOTH = tuple(CLAIMS[name] for name in ("A01", "A05"))
ENTRY = {"outcome": "quality", "months": [1, 12], "sign": 1, "band": 0.1}
PART = part_of(ENTRY, "an example", "difference", ("b", "a"))
LEVELS = (0.0, 0.5, 1.0)


def store(values: np.ndarray, levels: list[float]) -> ArmStore:
    """A store of the arms a, b and c whose quality is ``values`` (sample, arm, replicate)."""
    samples, arms, replicates = values.shape
    runs = {"quality": (("point", "replicate", "month"), values.reshape(samples * arms, replicates, 1))}
    levers = {"mandate_detail": ("point", np.tile(LEVELS[:arms], samples))}
    sweep = xr.Dataset(runs, {**levers, "target_level": ("point", np.repeat(levels, arms)), "month": [12]})
    return ArmStore(sweep, {name: {"mandate_detail": level} for name, level in zip("abc"[:arms], LEVELS, strict=False)})


def test_further_replicates_come_after_the_first_and_are_unknown_where_none_were_run() -> None:
    rng = np.random.default_rng(1)
    first, more = rng.normal(size=(4, 3, 2)), rng.normal(size=(2, 2, 3))
    joined = JoinedArms(store(first, [0.1, 0.2, 0.3, 0.4]), store(more, [0.2, 0.4]), chosen=[1, 3])
    values = effects_of(joined, PART).values
    assert values.shape == (2, 4, 5)
    assert np.array_equal(values[..., :2], first[:, [1, 0]].transpose(1, 0, 2))
    assert np.array_equal(values[:, [1, 3], 2:], more[:, [1, 0]].transpose(1, 0, 2))
    assert np.isnan(values[:, [0, 2], 2:]).all()
    effect = effects_of(joined, PART).effect()
    assert effect[0] == pytest.approx((first[0, 1] - first[0, 0]).mean())
    assert effect[3] == pytest.approx(np.concatenate([first[3, 1] - first[3, 0], more[1, 1] - more[1, 0]]).mean())
    assert np.isnan(joined.series("c", "quality")[..., 2:, :]).all(), "an arm that was not run again"
    assert joined.parameter("target_level").tolist() == [0.1, 0.2, 0.3, 0.4]
    with pytest.raises(ValueError, match="of 2 settings, and 1 were chosen"):
        JoinedArms(store(first, [0.1, 0.2, 0.3, 0.4]), store(more, [0.2, 0.4]), chosen=[1])


def made_verdict(asked: list[bool], chance: float) -> SimpleNamespace:
    posterior = [[0.5, 0.5, 0.0] if one else [0.95, 0.05, 0.0] for one in asked]
    return SimpleNamespace(posterior=np.array(posterior), chance=chance)


def test_a_claim_asks_where_it_is_undecided_and_chance_is_large() -> None:
    asked = [True, False, True]
    assert further.undecided(made_verdict(asked, 0.71)).tolist() == asked
    assert not further.undecided(made_verdict(asked, 0.69)).any()
    assert not further.undecided(made_verdict(asked, np.nan)).any()
    failed = made_verdict(asked, 2.0)
    failed.posterior[0] = np.nan
    assert further.undecided(failed).tolist() == [False, False, True]


def test_at_most_half_of_the_settings_are_chosen_those_that_most_claims_ask_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = store(np.zeros((6, 3, 2)), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    found = iter(
        [
            made_verdict([True, True, True, False, True, True], 1.0),
            made_verdict([False, False, True, False, True, True], 1.0),
            made_verdict([True] * 6, 0.5),
        ]
    )
    monkeypatch.setattr(further, "effects_of", lambda *words: None)
    monkeypatch.setattr(further, "verdict", lambda *words: next(found))
    claims = [CLAIMS[name] for name in ("A01", "A05", "A06")]
    choice = further._choose(claims, runs, SimpleNamespace(mark="m"))
    assert choice == Choice(mark="m", claims=("A01", "A05"), samples=(2, 4, 5))


def test_the_further_design_has_the_arms_of_who_asks_at_the_chosen_settings_under_other_streams(tmp_path: Path) -> None:
    whole = claim_designs(TINY, BOTH)["frozen"]
    choices = {"frozen": Choice(mark=whole.mark, claims=("A05",), samples=(1, 7))}
    (design,) = further_designs(choices, TINY).values()
    assert design.name == "frozen-more" and design.samples == 2
    assert set(design.arms) == set(CLAIMS["A05"].arms) < set(whole.arms)
    spec, before = tomllib.loads(design.spec), tomllib.loads(whole.spec)
    assert spec["seed"] == SEED + 2**31 and spec["replicates"] == TINY.replicates
    assert spec["streams"] == "paired" and spec["design"] == {"method": "table", "file": "frozen-more.csv", "arms": 2}
    assert set(spec["record"]["outcomes"]) <= set(before["record"]["outcomes"])
    assert further_designs({"frozen": Choice(mark="m", claims=(), samples=())}, TINY) == {}
    (tmp_path / further.FILE).write_text(to_text(choices), encoding="utf-8")
    assert read_choices(tmp_path, {"frozen": whole}) == choices
    assert read_choices(tmp_path, claim_designs(TINY, BOTH[:1])) is None, "chosen of another design"
    (tmp_path / further.FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged: delete it"):
        read_choices(tmp_path, {"frozen": whole})


def test_further_replicates_of_settings_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = {
        "e.zarr": store(np.zeros((2, 3, 2)), [0.1, 0.2]).sweep,
        "e-more.zarr": store(np.zeros((1, 3, 2)), [0.15]).sweep,
    }
    arms = {"a": {"mandate_detail": 0.0}, "b": {"mandate_detail": 0.5}, "c": {"mandate_detail": 1.0}}
    designs = {name: SimpleNamespace(name=name, arms=arms, sampled=("target_level",)) for name in ("e", "e-more")}
    monkeypatch.setattr(
        "tredegar.results.claims.experiments.joined_arms.open_sweep", lambda path, chunks: stores[Path(path).name]
    )
    with pytest.raises(ValueError, match="holds settings that e does not"):
        open_arms("folder", designs)
    stores["e-more.zarr"] = store(np.ones((1, 3, 2)), [0.2]).sweep
    (joined,) = open_arms("folder", designs).values()
    assert np.isfinite(joined.series("a", "quality")).sum(axis=1).ravel().tolist() == [2, 4]
