"""The stylised facts SF1 to SF17 as paired contrasts: figures, standard errors and verdicts.

`python benchmarks/stylised_facts.py` writes docs/facts.md; with names of facts it prints those alone. The contrasts
stand in stylised_facts.toml. Runs of two arms have the same random numbers, so that a difference is taken run by run; t
is its mean over its standard error. A direction is met with |t| > 3.
"""

from __future__ import annotations

import argparse
import math
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tredegar.kernels import simulate

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path(__file__).with_suffix(".toml")
USUAL: dict[str, Any] = {"trusts": 60, "clinicians": 10, "months": 240, "runs": 64}
SEED = 20130401
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """The runs of one setting: ``monthly`` name -> (run, month); ``by_trust`` name -> (run, trust[, year])."""

    monthly: dict[str, Floats]
    by_trust: dict[str, Floats]
    target: float


@cache
def arm(settings: frozenset[tuple[str, float]], trusts: int, clinicians: int, months: int, runs: int) -> Arm:
    """Run one setting, each run with the random stream of its number."""
    values = dict(settings)
    size = {"trusts": int(values.pop("trusts", trusts)), "clinicians": int(values.pop("clinicians", clinicians))}
    points = {name: [value] for name, value in values.items()}
    out = simulate(points, runs, months, seed=SEED, dtype="float64", trust_records=True, **size)
    by_trust = {name: values[0] for name, values in out.items() if name.startswith("trust_")}
    monthly = {name: values[0] for name, values in out.items() if name not in by_trust}
    return Arm(monthly, by_trust, float(values.get("target_level", 0.9)))


def started(a: Arm, run: int) -> Floats:
    """Directions of a run's reorganisations that had one, in order."""
    direction = a.monthly["reorganisation_direction"][run]
    return direction[direction != 0.0]


def alternation(a: Arm, months: slice) -> Floats:
    """Share of reorganisations that go the other way than the one before; NaN for runs with fewer than two."""
    runs = [started(a, run) for run in range(len(a.monthly["fit"]))]
    return np.array([np.mean(d[1:] != d[:-1]) if len(d) > 1 else np.nan for d in runs])


def liberating_share(a: Arm, months: slice) -> Floats:
    """Share of reorganisations that liberate; NaN for runs without any."""
    runs = [started(a, run) for run in range(len(a.monthly["fit"]))]
    return np.array([np.mean(d < 0.0) if len(d) else np.nan for d in runs])


def interval_years(a: Arm, months: slice) -> Floats:
    """Mean years between reorganisations; NaN for runs with fewer than two."""
    starts = [np.flatnonzero(run) for run in a.monthly["reorganisation_started"]]
    return np.array([np.diff(s).mean() / 12.0 if len(s) > 1 else np.nan for s in starts])


def interval_cv(a: Arm, months: slice) -> Floats:
    """Spread of the intervals between reorganisations over their mean; NaN for runs with fewer than four."""
    gaps = [np.diff(np.flatnonzero(run)) for run in a.monthly["reorganisation_started"]]
    return np.array([g.std(ddof=1) / g.mean() if len(g) > 2 else np.nan for g in gaps])


def months_to(share: float, a: Arm) -> Floats:
    """Months until ``share`` of the trusts use the practice; one more than the run has where they never do."""
    adoption = a.monthly["adoption_share"]
    reached = adoption >= share
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, adoption.shape[1] + 1.0)


def heap(values: Floats, level: float) -> Floats:
    """Trusts within two points above ``level`` less those within two points below, as a share of all."""
    above = (values >= level) & (values < level + 0.02)
    below = (values < level) & (values >= level - 0.02)
    return np.asarray((above.sum(axis=1) - below.sum(axis=1)) / values.shape[1])


def spurt_of_adoption(a: Arm, months: slice) -> Floats:
    """What the third ten years add to adoption beyond what the first ten years did."""
    adoption = a.monthly["adoption_share"]
    return np.asarray(adoption[:, 359] - adoption[:, 239] - adoption[:, 119])


def persistence(a: Arm, years: int) -> Floats:
    """Rank correlation over trusts between reported access of a year and of ``years`` before; mean over years 11-20."""
    access = a.by_trust["trust_year_reported_access"]
    ranks = access.argsort(axis=1).argsort(axis=1)
    pairs = [(year, year - years) for year in range(10 + years, access.shape[2])]
    return np.array([np.mean([np.corrcoef(r[:, x], r[:, y])[0, 1] for x, y in pairs]) for r in ranks])


def ratio(over: str, under: str) -> Callable[[Arm, slice], Floats]:
    """The sum of one outcome over the sum of another."""
    return lambda a, m: np.asarray(
        a.monthly[over][:, m].sum(axis=1) / np.maximum(1e-9, a.monthly[under][:, m].sum(axis=1))
    )


def control_by_party(a: Arm, months: slice) -> Floats:
    """Mean control under centralists less that under localists; NaN where only one party governed."""
    control, party = a.monthly["real_control_now"], a.monthly["party"]
    pairs = [(c[p > 0.0], c[p < 0.0]) for c, p in zip(control, party, strict=True)]
    return np.array([x.mean() - y.mean() if len(x) and len(y) else np.nan for x, y in pairs])


MEASURES: dict[str, Callable[[Arm, slice], Floats]] = {
    "alternation": alternation,
    "liberating_share": liberating_share,
    "interval_years": interval_years,
    "interval_cv": interval_cv,
    "reorganisations": lambda a, m: a.monthly["reorganisation_started"].sum(axis=1),
    "cascade": lambda a, m: (a.monthly["challenge_share"][:, -24:].mean(axis=1) > 0.5).astype(float),
    "months_to_half": lambda a, m: months_to(0.5, a),
    "spurt_of_adoption": spurt_of_adoption,
    "bunching": lambda a, m: heap(a.by_trust["trust_reported_access"], a.target),
    "bunching_of_truth": lambda a, m: heap(a.by_trust["trust_true_access"], a.target),
    "bunching_at_placebo": lambda a, m: heap(a.by_trust["trust_reported_access"], a.target - 0.08),
    "control_by_party": control_by_party,
    "size_cv": lambda a, m: a.by_trust["trust_size"].std(axis=1),
    "swing_of_failures": lambda a, m: a.monthly["found_failures"][:, m].std(axis=1),
    "reported_sd": lambda a, m: a.by_trust["trust_year_reported_access"][:, :, 10:].std(axis=1).mean(axis=1),
    "persistence_1": lambda a, m: persistence(a, 1),
    "persistence_2": lambda a, m: persistence(a, 2),
    "persistence_4": lambda a, m: persistence(a, 4),
    "hazard_failing": ratio("departures_long_failing", "long_failing_share"),
    "hazard_good": ratio("departures_meeting_target", "meeting_target_share"),
    "hazard_all": lambda a, m: a.monthly["manager_departures"][:, m].mean(axis=1),
}
"""Measures that are not means of an outcome: arm and months -> one value per run."""


def measured(a: Arm, expression: str) -> Floats:
    """One value per run of "measure", "measure@first-last" or a difference of two of these."""
    if " - " in expression:
        left, right = expression.split(" - ")
        return measured(a, left) - measured(a, right)
    name, _, window = expression.partition("@")
    first, last = (int(part) for part in window.split("-")) if window else (121, 240)
    months = slice(min(first, a.monthly["fit"].shape[1] // 2 + 1) - 1, last)
    if name in MEASURES:
        return np.asarray(MEASURES[name](a, months), dtype=np.float64)
    return np.asarray(a.monthly[name][:, months].mean(axis=1))


@dataclass(frozen=True)
class Finding:
    """One figure: means of the two arms, their paired difference with its standard error, and what was expected."""

    fact: str
    says: str
    measure: str
    first: float
    second: float
    difference: float
    error: float
    expected: str
    met: bool

    @property
    def t(self) -> float:
        """The difference over its standard error."""
        return self.difference / self.error if self.error > 0.0 else math.copysign(math.inf, self.difference or 1.0)


def _arms(contrast: dict[str, Any], others: dict[str, float]) -> tuple[Arm | None, Arm]:
    size = [contrast.get(name, USUAL[name]) for name in ("trusts", "clinicians", "months", "runs")]
    politics = {} if contrast.get("politics") == "free" else {"political_responsiveness": 0.0}
    both = politics | contrast.get("set", {}) | others
    make: Callable[[str], Arm] = lambda key: arm(frozenset((both | contrast[key]).items()), *size)  # noqa: E731
    return (make("from") if "from" in contrast else None), make("to")


def figure(contrast: dict[str, Any], measure: str, expected: str, check: Callable[[Finding], bool]) -> Finding:
    """Take one measure of a contrast and judge it."""
    first, second = _arms(contrast, {})
    after = measured(second, measure)
    before = measured(first, measure) if first else np.full_like(after, contrast.get("level", 0.0))
    change = after - before
    if "than" in contrast:
        first, second = _arms(contrast, contrast["than"])
        assert first is not None
        change = change - (measured(second, measure) - measured(first, measure))
    change = change[np.isfinite(change)]
    error = float(change.std(ddof=1) / np.sqrt(len(change)))
    means = float(np.nanmean(before)), float(np.nanmean(after)), float(change.mean())
    says = contrast["says"] + (" (difference of differences)" if "than" in contrast else "")
    found = Finding(contrast["fact"], says, measure, *means, error, expected, False)
    return Finding(*[getattr(found, name) for name in list(Finding.__annotations__)[:-1]], check(found))


def findings(fact: str) -> Iterator[Finding]:
    """Yield every figure of one fact."""
    contrasts = tomllib.loads(TABLE.read_text(encoding="utf-8"))["contrast"]
    for contrast in (c for c in contrasts if c["fact"] == fact):
        for measure in contrast.get("raises", []):
            yield figure(contrast, measure, "rises", lambda f: f.t > 3.0)
        for measure in contrast.get("lowers", []):
            yield figure(contrast, measure, "falls", lambda f: f.t < -3.0)
        for measure, bound in contrast.get("hardly_moves", {}).items():
            yield figure(contrast, measure, f"within {bound:g}", lambda f, b=bound: abs(f.difference) < b)
        for measure, (low, high) in contrast.get("between", {}).items():
            yield figure(contrast, measure, f"{low:g} to {high:g}", lambda f, a=low, b=high: a <= f.second <= b)


def facts() -> list[str]:
    """Names of the facts of the table, in its order."""
    contrasts = tomllib.loads(TABLE.read_text(encoding="utf-8"))["contrast"]
    return list(dict.fromkeys(contrast["fact"] for contrast in contrasts))


HEADING = """# Figures of the stylised facts

Written by `python benchmarks/stylised_facts.py`, and compared by `make slow`. Each row compares two arms under common
random numbers: the mean of the first arm (or the level it is compared with) and of the second, the mean of the
differences run by run with its standard error, and t; or such a difference less that of a second pair of arms
(*difference of differences*).
Sizes, settings and windows of months stand in `benchmarks/stylised_facts.toml`; `make slow` asserts the verdicts.
SF12 (robustness) has no contrast: `make slow` runs 2,000 Latin-hypercube points and 2,000 corners of the ranges, and
1,500 points with all constants moved by up to 30 %, and asserts that no outcome is non-finite and no stock negative.
Figures show what the equations do, not what the NHS does.

| Fact | What | Measure | First | Second | Difference | t | Expected | |
|---|---|---|---|---|---|---|---|---|
"""


def row(f: Finding) -> str:
    """One line of the Markdown table."""
    t = "" if f.expected not in ("rises", "falls") else f"{f.t:.1f}" if math.isfinite(f.t) else "all"
    size = f"{f.difference:+.4f} ± {f.error:.4f}"
    verdict = "met" if f.met else "**not met**"
    cells = (f.fact, f.says, f"`{f.measure}`", f"{f.first:.4f}", f"{f.second:.4f}", size, t, f.expected, verdict)
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Print or write the figures; return 1 if one is not met."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "facts", nargs="*", help="facts to print, such as SF1; all, into docs/facts.md, when none is named"
    )
    chosen = options.parse_args()
    if unknown := set(chosen.facts) - set(facts()):
        options.error(f"unknown fact {', '.join(sorted(unknown))}; the table has {', '.join(facts())}")
    found = []
    for fact in chosen.facts or facts():
        for finding in findings(fact):
            print(row(finding), flush=True)
            found.append(finding)
    if not chosen.facts:
        (ROOT / "docs" / "facts.md").write_text(HEADING + "\n".join(map(row, found)) + "\n", encoding="utf-8")
    missed = [finding for finding in found if not finding.met]
    print(f"{len(found)} figures, {len(missed)} not met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
