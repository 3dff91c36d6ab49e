"""Parameters that decide a claim, and boxes where it holds: found where they are there, and not where they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tredegar.results.claims.claims import CLAIMS
from tredegar.results.claims.deciding import HALVES, THIRDS, box_where, find_deciders
from tredegar.results.claims.judged import Judgement
from tredegar.results.claims.proofs import proof_of
from tredegar.results.claims.verdicts import Verdict, verdict
from tredegar.results.claims.witness_regions import Searched, find_witnesses
from tredegar.results.claims.wording import sides_sentences

from .test_claims_verdicts import effects

NAMES = [f"parameter {place}" for place in range(20)]


def settings(points: int = 400) -> np.ndarray:
    return np.random.default_rng(4).random((points, 20))


def certain(holds: np.ndarray, reverses: np.ndarray | bool = False) -> np.ndarray:
    """Return the posterior of settings of which everything is known."""
    reverses = np.broadcast_to(reverses, holds.shape)
    return np.column_stack([holds, ~holds & ~reverses, reverses]).astype(float)


def test_what_decides_is_found_with_how_the_claim_does_along_its_thirds() -> None:
    sample = settings()
    score = np.where(sample[:, 2] > 0.6, 2.5, -1.5) + np.where(sample[:, 7] > 0.3, 0.4, -0.4)
    first, second = find_deciders(sample, NAMES, score, certain(score > 1.0, score < -1.0))
    assert (first.parameters, second.parameters) == (("parameter 2",), ("parameter 7",))
    assert first.share > second.share > 0.0 and first.chance <= 0.05
    assert [one.parts for one in first.along] == [(third,) for third in THIRDS]
    low, middle, top = first.along
    assert low.holds == 0.0 and low.reverses == 1.0 and top.holds == 1.0
    assert 0.1 < middle.holds < 0.4
    assert sum(one.settings for one in first.along) == len(sample)


def test_a_u_shape_is_found_and_shows_in_the_middle_third() -> None:
    sample = settings()
    score = 12.0 * np.abs(sample[:, 5] - 0.5) - 3.0
    (found,) = find_deciders(sample, NAMES, score, certain(score > 1.0))
    assert found.parameters == ("parameter 5",)
    assert found.along[1].holds == 0.0 < min(found.along[0].holds, found.along[2].holds)


def test_a_product_is_found_and_told_at_its_four_corners() -> None:
    sample = settings()
    score = 12.0 * (sample[:, 3] - 0.5) * (sample[:, 9] - 0.5)
    found, *_ = find_deciders(sample, NAMES, score, certain(score > 0.0, score < 0.0))
    assert found.parameters == ("parameter 3", "parameter 9")
    assert found.label == "parameter 3 x parameter 9"
    told = {one.parts: one.holds for one in found.along}
    assert told == {(a, b): float(a == b) for a in HALVES for b in HALVES}


def test_chance_decides_nothing_as_often_as_is_promised() -> None:
    names = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        score = 2.0 * rng.standard_normal(60)
        names += bool(find_deciders(rng.random((60, 8)), NAMES[:8], score, certain(score > 1.0, score < -1.0)))
    assert names <= 6  # of 40 at 5 %: seven come in 1 of 150


def test_settings_of_which_nothing_is_known_are_left_out_of_deciders_and_boxes() -> None:
    sample = settings(120)
    score = np.where(sample[:, 2] > 0.5, 2.0, 0.0)
    posterior = certain(score > 1.0)
    score[:20], posterior[:20] = np.nan, np.nan
    (found,) = find_deciders(sample, NAMES, score, posterior)
    assert sum(one.settings for one in found.along) == 100
    box = box_where(sample, NAMES, posterior, (0,))
    assert box is not None and box.bounds["parameter 2"][0] > 0.4
    assert box_where(sample, NAMES, np.full((120, 3), np.nan), (0,)) is None


def test_a_box_is_told_only_where_a_verdict_is_likelier_than_everywhere() -> None:
    sample = settings()
    found = box_where(sample, NAMES, certain(sample[:, 2] > 0.6), (0,))
    assert found is not None and found.low > found.everywhere and found.bounds["parameter 2"][0] > 0.5
    fails = box_where(sample, NAMES, certain(sample[:, 2] > 0.6), (1, 2))
    assert fails is not None and fails.bounds["parameter 2"][1] < 0.7
    boxes = 0
    for seed in range(40):
        member = np.random.default_rng(seed).random(400) < 0.3
        boxes += box_where(sample, NAMES, certain(member), (0,)) is not None
    assert boxes <= 6


def judged(found: Verdict, proof: str = "") -> Judgement:
    claim = CLAIMS["A30"]
    searched = Searched("", found, np.linspace(0.0, 1.0, len(found.score))[:, None], ("solidarity",), {})
    seen = find_witnesses(claim.name, [searched])
    return Judgement(claim, found, (), {}, None, None, None, (), (), 0, proof=proof, witnesses=seen)


def test_a_sample_without_a_case_proves_nothing_and_the_page_says_so() -> None:
    found = judged(verdict([effects(np.full(60, 5.0))], 3))
    assert found.unseen == ("fails",) and not found.by_construction
    told = " ".join(sides_sentences(found))
    assert "surely shows where it fails, which proves nothing" in told and "construction" not in told


def test_what_the_rules_prove_is_by_construction() -> None:
    claim = CLAIMS["A30"]
    last = max(part.months[1] for part in claim.parts)
    late = {arm: {f"grip_rate@{last + 1}": place / 10.0} for place, arm in enumerate(claim.arms)}
    proof = proof_of(claim, late)
    assert proof.startswith(f"no path of the rules leads from grip rate@{last + 1} to ")
    assert proof_of(claim, {arm: {"grip_rate": place / 10.0} for place, arm in enumerate(claim.arms)}) == ""
    levels = tuple(replace(part, form="level", arms=part.arms[:1]) for part in claim.parts)
    assert proof_of(replace(claim, parts=levels), late) == ""
    found = judged(verdict([effects(np.zeros(60))], 3), proof)
    assert found.by_construction and f"By construction: {proof}." in sides_sentences(found)


def test_a_witness_is_a_sure_setting_and_comes_from_a_corner_where_one_shows_it() -> None:
    found = verdict([effects(np.array([5.0, 9.0, 0.0, -4.0]))], 3)
    doubtful = found._replace(posterior=np.array([[1.0, 0.0, 0.0], [0.6, 0.4, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    sample = np.arange(4.0)[:, None]
    whole = Searched("", doubtful, sample, ("solidarity",), {})
    holds, fails = find_witnesses("A01", [whole])
    assert (holds.side, holds.score, holds.settings) == ("holds", 5.0, {"solidarity": 0.0})
    assert (fails.side, fails.score) == ("fails", -4.0)
    corner = Searched("fails", verdict([effects(np.array([0.0]))], 3), sample[:1], ("solidarity",), {"grip_rate": 0.2})
    assert find_witnesses("A01", [whole, corner])[1].settings == {"solidarity": 0.0, "grip_rate": 0.2}
    undecided = found._replace(posterior=np.full((4, 3), 1.0 / 3.0))
    assert find_witnesses("A01", [whole._replace(verdict=undecided)]) == ()


@pytest.mark.parametrize("points", [3, 9])
def test_too_few_settings_decide_nothing(points: int) -> None:
    sample = settings(points)
    assert find_deciders(sample, NAMES, sample[:, 0] * 9.0, certain(sample[:, 0] > 0.5)) == ()
