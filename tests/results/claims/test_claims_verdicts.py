"""Verdicts on effects whose answer is known: what holds, and what is only chance."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from tredegar.results.claims.claims import Less, Part
from tredegar.results.claims.contrasts import ArmStore, Effects, combined_arms, effects_of
from tredegar.results.claims.verdicts import HOLDS, NULL, REVERSES, classes_of, verdict
from tredegar.results.intervals import LEVEL

from ...support.made_stores import made_store


def part(sign: int = 1, band: float = 1.0, form: str = "difference", **others: object) -> Part:
    arms = {"difference": ("a", "b"), "level": ("a",), "hump": ("a", "b", "c")}[form]
    given = {"terms": MappingProxyType({"quality": 1.0}), "months": (1, 12), "reason": "made", **others}
    return Part(sign=sign, band=band, form=form, arms=arms, **given)


def effects(values: np.ndarray, replicates: int = 4, luck: float = 0.0, **others: object) -> Effects:
    """Effects (sample,) as the first of two arms, with luck of that standard deviation added."""
    noise = luck * np.random.default_rng(1).standard_normal((len(values), replicates))
    first = values[:, None] + noise
    return Effects(part(**others), np.stack([first, np.zeros_like(first)]))


def test_an_effect_counts_only_beyond_the_band_and_in_the_direction_of_the_claim() -> None:
    score = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, np.nan])
    assert classes_of(score, no_change=False).tolist() == [REVERSES, NULL, NULL, NULL, HOLDS, NULL]
    assert effects(np.array([2.0, -2.0]), sign=-1).score().tolist() == [-2.0, 2.0]


def test_a_claim_of_no_change_holds_within_the_band_and_fails_beyond_it() -> None:
    found = verdict([effects(np.array([0.0, 0.5, -0.9, 3.0, -3.0] * 20), sign=0)], 3)
    assert found.holds.share == pytest.approx(0.6)
    assert found.reverses.share == pytest.approx(0.4)
    assert found.null.share == 0.0
    assert "fails" in found.contrary


def test_a_claim_of_several_parts_holds_only_where_all_of_them_do() -> None:
    one, other = effects(np.array([3.0, 3.0, 3.0, 0.0])), effects(np.array([3.0, 0.0, -3.0, 0.0]))
    found = verdict([one, other], 3)
    assert found.classes.tolist() == [HOLDS, NULL, REVERSES, NULL]


def test_a_leeway_asks_only_that_an_effect_is_not_against_the_claim() -> None:
    found = verdict([effects(np.array([0.0, -0.9, 2.0, 4.0]), sign=-1, leeway=2.0)], 3)
    assert found.classes.tolist() == [HOLDS, HOLDS, NULL, REVERSES]


def test_shares_are_those_of_the_sample_and_lie_in_their_intervals() -> None:
    found = verdict([effects(np.repeat([5.0, 0.0, -5.0], [60, 30, 10]))], 3)
    for share, expected in ((found.holds, 0.6), (found.null, 0.3), (found.reverses, 0.1)):
        assert share.share == pytest.approx(expected)
        assert 0.0 <= share.low < expected < share.high <= 1.0
    assert found.word == "depends, more often holds than reverses"
    assert verdict([effects(np.full(100, 5.0))], 3).word == "mostly holds"


def test_the_more_claims_are_judged_together_the_wider_the_intervals() -> None:
    values = np.repeat([5.0, -5.0], 50)
    alone, among_many = verdict([effects(values)], 1), verdict([effects(values)], 300)
    assert among_many.holds.low < alone.holds.low < alone.holds.high < among_many.holds.high


def test_simultaneous_intervals_cover_all_true_shares_at_their_level() -> None:
    rng = np.random.default_rng(2)
    truths = np.array([0.05, 0.3, 0.6, 0.95])
    misses = 0
    for _ in range(100):
        covered = []
        for truth in truths:
            values = np.where(rng.random(120) < truth, 5.0, 0.0)
            share = verdict([effects(values, replicates=1)], len(truths)).holds
            covered.append(share.low <= truth <= share.high)
        misses += not all(covered)
    assert misses / 100 <= 2.0 * (1.0 - LEVEL)


def test_luck_makes_the_intervals_wider_and_is_told_in_bands() -> None:
    values = np.linspace(-3.0, 3.0, 200)
    calm, lucky = verdict([effects(values, luck=0.05)], 3), verdict([effects(values, luck=4.0)], 3)
    assert calm.chance < 0.1 < 1.0 < lucky.chance
    assert lucky.holds.high - lucky.holds.low >= calm.holds.high - calm.holds.low


def test_a_failed_run_leaves_its_sample_out() -> None:
    values = np.array([5.0, 5.0, np.nan, -5.0])
    found = verdict([effects(values)], 3)
    assert found.samples == 3
    assert found.holds.share == pytest.approx(2.0 / 3.0)


def test_forms_combine_arms_as_they_say() -> None:
    a, b, c, d = (np.array([value]) for value in (5.0, 2.0, 4.0, 3.0))
    assert combined_arms("difference", [a, b]) == 3.0
    assert combined_arms("interaction", [a, b, c, d]) == 2.0
    assert combined_arms("magnitude", [b, a, c, d]) == 2.0
    assert combined_arms("level", [a]) == 5.0
    assert combined_arms("hump", [a, b, c]) == 1.0
    assert combined_arms("contest", [a, b, c, d]) == 1.0


def test_effects_are_read_from_a_store_arm_by_arm_and_window_by_window(tmp_path) -> None:
    points = {"mandate_detail": np.tile([0.9, 0.1], 3), "solidarity": np.repeat([0.2, 0.5, 0.8], 2)}
    surface = {"quality": lambda p, luck, month: p["mandate_detail"] * p["solidarity"] * month + luck}
    store = made_store(tmp_path / "arms.zarr", points, surface, months=24, every=12)
    from tredegar.results import open_sweep

    arms = {"high": {"mandate_detail": 0.9}, "low": {"mandate_detail": 0.1}}
    read = ArmStore(open_sweep(store, chunks=None), arms)
    one = Part(
        terms=MappingProxyType({"quality": 1.0}), months=(13, 24), sign=1, band=0.1, reason="made", form="difference",
        arms=("high", "low"), less=Less((1, 12), 1.0),
    )  # fmt: skip
    assert effects_of(read, one).effect() == pytest.approx(0.8 * np.array([0.2, 0.5, 0.8]) * 12.0, rel=1e-5)
    assert read.parameter("solidarity").tolist() == [0.2, 0.5, 0.8]
    with pytest.raises(ValueError, match="this store is of another design"):
        ArmStore(open_sweep(store, chunks=None), {"high": {"mandate_detail": 0.9}, "low": {"mandate_detail": 0.2}})
    with pytest.raises(ValueError, match="no recorded window of 12 months"):
        read.window((14, 20))
