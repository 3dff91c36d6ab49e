"""Fairness: every claim can hold and can fail, shown by running its witnesses again; what cannot is few, and named.

The witnesses come from the standard run that made docs/claims.md (`make claims`). Here they are run, not read: a claim
that no setting can turn, or a table that belongs to other rules, fails.
"""

from __future__ import annotations

import csv
import re
import tomllib
from io import StringIO

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import qmc

from tredegar.kernels import simulate
from tredegar.model import PARAMETERS
from tredegar.model.graph.merkle import rules_hash
from tredegar.results.claims.claims import CLAIMS, Claim
from tredegar.results.claims.contrasts import ArmStore, effects_of
from tredegar.results.claims.designs import FAMILIES, SIZES, design_of_claim, sampled_space
from tredegar.results.claims.pages.report import designs_of
from tredegar.results.claims.phases import PHASES
from tredegar.results.claims.proofs import proof_of
from tredegar.results.claims.verdicts import HOLDS, classes_of, joint_score
from tredegar.results.claims.witness_regions import SIDES, Witness, read_witnesses
from tredegar.results.claims.wording import line_of
from tredegar.results.statistics.interval_kinds import CLAIMS as CLAIM_KINDS
from tredegar.results.statistics.interval_kinds import PHASES as PHASE_KINDS
from tredegar.results.statistics.interval_kinds import doubts, printed_by

from ...support.places import ROOT

DOCS = ROOT / "docs"
PAGE = DOCS / "claims.md"
STANDARD = SIZES["standard"]
MOST_UNSEEN = 8
NEAR = 0.05
"""Around a witness: within this share of each parameter's range."""
FRESH = 24
MANY = 64
"""Replicates of a witness that a few put on the wrong side."""


def verdicts() -> pd.DataFrame:
    """The verdicts of the page, a row for each claim."""
    table = pd.read_csv(DOCS / "claims" / "verdicts.csv", keep_default_na=False)
    return table[table["also"] == ""].set_index("claim")


VERDICTS = verdicts()
BY_CONSTRUCTION = set(VERDICTS.index[VERDICTS["by_construction"] == "True"])
WITNESSES = read_witnesses(DOCS / "claims" / "witnesses.csv")
UNSEEN = {name: row["unseen"].split(" and ") for name, row in VERDICTS.iterrows() if row["unseen"]}


def holds(
    claim: Claim, sample: np.ndarray, names: tuple[str, ...], replicates: int = STANDARD.replicates
) -> np.ndarray:
    """Run the arms of a claim at the rows of ``sample`` and return where it holds, (sample,) of bool."""
    design = design_of_claim(claim, sample, names, STANDARD)
    spec = tomllib.loads(design.spec)
    heading, *rows = csv.reader(StringIO(design.points))
    points = dict(zip(heading, np.array(rows, dtype=float).T, strict=True))
    fixed = {name: np.full(len(rows), value) for name, value in spec["fixed"].items()}
    every = spec["record"]["every"]
    found = simulate(
        points | fixed, replicates=replicates, months=spec["months"], trusts=STANDARD.trusts,
        clinicians=STANDARD.clinicians, seed=spec["seed"], outcomes=claim.outcomes, every=every,
    )  # fmt: skip
    sweep = xr.Dataset(
        {name: (("point", "replicate", "month"), found[name]) for name in claim.outcomes},
        coords={name: ("point", values) for name, values in points.items()}
        | {"month": np.arange(every, spec["months"] + 1, every)},
    )
    store = ArmStore(sweep, design.arms)
    score = joint_score([effects_of(store, part) for part in claim.parts])
    return classes_of(score, claim.parts[0].sign == 0) == HOLDS


def around(witness: Witness, samples: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return fresh settings within a twentieth of each range around a witness, and the names of their columns.

    What a corner switches off, or sets to the end of its range, stays there.
    """
    space = sampled_space(FAMILIES[CLAIMS[witness.claim].family], STANDARD)
    names = tuple(name for name in space if name in witness.settings)
    low, high = np.array([space[name] for name in names]).T
    centre, reach = np.array([witness.settings[name] for name in names]), NEAR * (high - low)
    reach = np.where((centre == low) | (centre == high), 0.0, reach)
    luck = qmc.LatinHypercube(len(names), seed=99).random(samples)
    edges = np.maximum(low, centre - reach), np.minimum(high, centre + reach)
    return edges[0] + luck * (edges[1] - edges[0]), names


def test_by_construction_is_said_of_what_the_rules_prove_and_of_nothing_else() -> None:
    assert list(VERDICTS.index) == list(CLAIMS)
    designs = designs_of(STANDARD, CLAIMS.values(), ())
    assert {name for name, claim in CLAIMS.items() if proof_of(claim, designs[claim.family].arms)} == BY_CONSTRUCTION


def test_of_few_claims_one_side_was_never_seen_and_the_page_names_them_and_their_rule() -> None:
    assert len(UNSEEN) <= MOST_UNSEEN
    text = PAGE.read_text(encoding="utf-8")
    for name, sides in UNSEEN.items():
        told = rf"^- {name}, .*: no sure setting where it {' or '.join(sides)}; {re.escape(line_of(CLAIMS[name]))}$"
        assert re.search(told, text, re.MULTILINE)


def test_every_claim_has_a_witness_of_each_side_that_was_seen_within_the_declared_ranges() -> None:
    sides = {(one.claim, one.side) for one in WITNESSES}
    assert sides == {(name, side) for name in CLAIMS for side in SIDES if side not in UNSEEN.get(name, ())}
    for one in WITNESSES:
        space = sampled_space(FAMILIES[CLAIMS[one.claim].family], STANDARD)
        assert set(one.settings) == set(space), "a witness sets every parameter that its design samples"
        for name, value in one.settings.items():
            assert PARAMETERS[name].low <= value <= PARAMETERS[name].high


@pytest.mark.parametrize("name", sorted({one.claim for one in WITNESSES}))
def test_a_claim_holds_at_the_one_witness_and_fails_at_the_other(name: str) -> None:
    chosen = {one.side: one.settings for one in WITNESSES if one.claim == name}
    names = tuple(next(iter(chosen.values())))
    sample = np.array([[settings[parameter] for parameter in names] for settings in chosen.values()])
    expected = [side == "holds" for side in chosen]
    # Near an edge a few replicates tell by chance: whoever is on the wrong side is asked again, with many.
    assert expected in (holds(CLAIMS[name], sample, names, many).tolist() for many in (STANDARD.replicates, MANY))


@pytest.mark.slow
@pytest.mark.parametrize("witness", WITNESSES, ids=lambda one: f"{one.claim} {one.side}")
def test_around_a_witness_lies_a_region_most_of_which_is_on_its_side(witness: Witness) -> None:
    sample, names = around(witness, FRESH)
    share = holds(CLAIMS[witness.claim], sample, names).mean()
    assert (share if witness.side == "holds" else 1.0 - share) >= 0.5


def test_the_page_names_what_is_not_shown_to_cover_of_what_it_prints() -> None:
    text = PAGE.read_text(encoding="utf-8")
    told = [mark for place in (CLAIM_KINDS, PHASE_KINDS) if (mark := doubts(printed_by(place)).removesuffix("."))]
    assert [text.count(mark) for mark in told] == [1] * len(told)
    assert text.count("Not shown to cover: ") == len(told)


def test_the_page_is_of_these_rules_and_these_designs_and_says_the_numbers_of_its_tables() -> None:
    text = PAGE.read_text(encoding="utf-8")
    advice = "docs/claims.md is of an earlier state: run `make claims`"
    assert f"rules `{rules_hash()[:12]}`" in text, advice
    for name, design in designs_of(STANDARD, CLAIMS.values(), PHASES.values()).items():
        assert re.search(rf"^\| `{name}` \|.*\| `{design.mark}` \|$", text, re.MULTILINE), f"{name}: {advice}"
    for name, row in VERDICTS.iterrows():
        shares = [f"{float(row[kind]):.0%}" for kind in ("holds", "null", "reverses")]
        line = next(line for line in text.splitlines() if line.startswith(f"| [{name}](#"))
        assert [cell.split()[0] for cell in line.split("|")[5:8]] == shares
