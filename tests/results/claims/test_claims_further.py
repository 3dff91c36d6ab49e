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
from tredegar.results.claims.experiments.joined_arms import join_replicates, join_stores
from tredegar.results.claims.stages import further
from tredegar.results.claims.stages.further import Choice, all_choices, further_designs, read_choices, to_text

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


ARMS = {name: {"mandate_detail": level} for name, level in zip("abc", LEVELS, strict=True)}


def test_further_replicates_come_after_the_first_and_are_unknown_where_none_were_run() -> None:
    rng = np.random.default_rng(1)
    first, more = rng.normal(size=(4, 3, 2)), rng.normal(size=(2, 2, 3))
    places = np.array([3, 4, 9, 10])  # arms a and b of samples 1 and 3
    whole = store(first, [0.1, 0.2, 0.3, 0.4]).sweep
    joined = ArmStore(join_replicates(whole, store(more, [0.2, 0.4]).sweep, places), ARMS)
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
    other = join_replicates(whole, store(more, [0.2, 0.4]).sweep.rename(quality="fit"), places)
    assert np.isnan(other["quality"].values[:, 2:]).all(), "an outcome that was not recorded again"


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
    assert read_choices(tmp_path, {}) == {}, "contradictions ask for nothing"
    assert read_choices(tmp_path / "elsewhere", {"frozen": whole}) is None
    assert all_choices(tmp_path) == choices
    (tmp_path / further.FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged: delete it"):
        read_choices(tmp_path, {"frozen": whole})


def test_further_replicates_of_settings_that_are_not_there_are_refused() -> None:
    designs = {name: SimpleNamespace(name=name, arms=ARMS, sampled=("target_level",)) for name in ("e", "e-more")}

    def joined(more: xr.Dataset) -> list[int]:
        whole = store(np.zeros((2, 3, 2)), [0.1, 0.2]).sweep
        (found,) = join_stores({"e": whole, "e-more": more}, designs).values()
        return np.isfinite(found["quality"].values).sum(axis=1).ravel().tolist()

    with pytest.raises(ValueError, match="holds settings that e does not"):
        joined(store(np.zeros((1, 3, 2)), [0.15]).sweep)
    assert joined(store(np.ones((1, 3, 2)), [0.2]).sweep) == [2, 2, 2, 4, 4, 4]
    designs["e-more"].arms = {"b": ARMS["b"]}
    assert joined(store(np.ones((1, 3, 2)), [0.1]).sweep.isel(point=[1])) == [2, 4, 2, 2, 2, 2]
