"""Verdicts on effects whose answer is known: what holds, and what is only chance."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from tredegar.results.claims.claims import Less, Part
from tredegar.results.claims.contrasts import ArmStore, Effects, combined_arms, effects_of
from tredegar.results.claims.verdicts import HOLDS, NOISY, NULL, REVERSES, classes_of, verdict

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


def test_words_come_from_intervals_that_are_the_wider_the_more_claims_are_judged_together() -> None:
    values = np.repeat([5.0, -5.0], [65, 35])
    alone, among_many = verdict([effects(values)], 1), verdict([effects(values)], 300)
    assert among_many.joint[0].low < alone.joint[0].low < alone.joint[0].high < among_many.joint[0].high
    assert among_many.holds == alone.holds == alone.joint[0]
    assert (alone.word, among_many.word) == ("mostly holds", "depends")


def test_a_claim_that_holds_nearly_everywhere_is_surer_than_one_that_holds_less_often() -> None:
    found = [
        verdict([effects(np.repeat([5.0, 0.0], [held, 128 - held]), luck=0.2)], 174) for held in range(100, 129, 3)
    ]
    for which in (lambda one: one.holds, lambda one: one.joint[0]):
        lows = [which(one).low for one in found]
        assert lows == sorted(lows)
    assert found[-1].word == found[-2].word == "mostly holds"


def test_chance_is_taken_out_of_shares_and_told_in_bands() -> None:
    values = np.zeros(256)
    calm, lucky, mad = (verdict([effects(values, luck=luck)], 3) for luck in (0.05, 2.0, 6.0))
    assert lucky.counted[0] > 0.1 > 0.03 > lucky.holds.share
    assert calm.chance < 0.1 < 0.9 < lucky.chance < 1.1 < 2.5 < mad.chance
    assert mad.holds.high - mad.holds.low > calm.holds.high - calm.holds.low
    assert (calm.word, lucky.word, mad.word) == ("mostly no difference", "mostly no difference", "too noisy")


def test_effects_that_dwarf_their_chance_are_not_too_noisy_however_large_that_is() -> None:
    found = verdict([effects(np.full(256, 40.0), luck=6.0)], 3)
    assert found.chance > NOISY and (found.word, found.too_noisy) == ("mostly holds", False)
    two = verdict([effects(np.full(256, 40.0), luck=6.0), effects(np.full(256, 3.0), luck=0.1)], 3)
    assert two.chance > NOISY and two.word == "mostly holds", "the noisy part is the one that is far beyond its band"


def test_nothing_is_said_of_a_claim_of_which_every_run_failed() -> None:
    found = verdict([effects(np.full(20, np.nan))], 3)
    assert (found.samples, found.word) == (0, "unknown")


def test_a_setting_that_chance_may_have_carried_across_the_band_is_undecided() -> None:
    spread = np.linspace(-3.0, 3.0, 200)
    sure, unsure = verdict([effects(spread, luck=0.02)], 3), verdict([effects(spread, luck=1.5)], 3)
    assert sure.undecided < 0.05 < 0.2 < unsure.undecided < 0.9
    assert unsure.posterior.sum(axis=1) == pytest.approx(np.ones(200))
    assert (unsure.posterior.argmax(axis=1) == 1 - unsure.classes).all()


def test_chance_that_all_settings_share_makes_intervals_wide() -> None:
    rng = np.random.default_rng(3)
    shared = np.linspace(-1.0, 3.0, 120)[:, None] + 2.0 * rng.standard_normal(4) + 0.3 * rng.standard_normal((120, 4))
    made = Effects(part(), np.stack([shared, np.zeros_like(shared)]))
    apart, common = verdict([made], 3), verdict([made], 3, common=True)
    assert common.holds.high - common.holds.low > 2.0 * (apart.holds.high - apart.holds.low)


@pytest.mark.parametrize(("samples", "replicates"), [(4, 8), (60, 1)])
def test_of_few_settings_or_single_replicates_nothing_is_claimed(samples: int, replicates: int) -> None:
    found = verdict([effects(np.full(samples, 5.0), replicates=replicates)], 3)
    assert found.holds == (1.0, 0.0, 1.0)
    assert found.word == "depends"
    assert found.chance != found.chance


def test_two_replicates_and_missing_ones_are_enough() -> None:
    rng = np.random.default_rng(4)
    values = np.repeat([4.0, 0.0], 32)[:, None] + 0.5 * rng.standard_normal((64, 3))
    values[rng.random((64, 3)) < 0.3] = np.nan
    values[:, 0] = np.repeat([4.0, 0.0], 32)
    found = verdict([Effects(part(), np.stack([values, np.zeros((64, 3))]))], 3)
    assert found.samples == 64
    assert found.holds.share == pytest.approx(0.5, abs=0.03)
    assert verdict([effects(np.repeat([4.0, 0.0], 32), replicates=2, luck=0.5)], 3).holds.share == pytest.approx(
        0.5, abs=0.03
    )


def test_the_larger_of_two_noisy_arms_is_no_hump() -> None:
    arms = 1.5 * np.random.default_rng(6).standard_normal((3, 256, 4))
    hump = Part(
        terms=MappingProxyType({"quality": 1.0}), months=(1, 12), sign=1, band=1.0, reason="made", form="hump",
        arms=("a", "b", "c"),
    )  # fmt: skip
    found = verdict([Effects(hump, arms)], 3)
    assert found.counted[2] > 0.25 > 0.03 > found.reverses.share


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
