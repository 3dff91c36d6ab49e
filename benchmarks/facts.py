"""The 86 arms of the reference table, run again and compared: `make facts`.

Every arm has 16 runs (seed 7, common random numbers). Its figures are means over the runs and the last
half of the months of outcomes rounded to float32, as ``tests/golden/reference.toml`` says; they must be met to 1e-12.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tredegar.kernels import simulate
from tredegar.model import PARAMETERS

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "golden" / "reference.toml"
SIZES = ("trusts", "clinicians", "months")
SEED, RUNS, TOLERANCE = 7, 16, 1e-12


class Figure(NamedTuple):
    """One figure of one arm: what the table says and what came out here, with its standard error over the runs."""

    arm: str
    outcome: str
    expected: float
    found: float
    error: float

    @property
    def met(self) -> bool:
        """Whether the figure is met to 1e-12 (a NaN is not)."""
        return abs(self.found - self.expected) <= TOLERANCE


def figures(fact: str, arms: dict[str, dict[str, Any]], engine: str) -> Iterator[Figure]:
    """Run the arms of one fact, those of one size together, and yield every figure that the table has for them."""
    for size in {tuple(arm[key] for key in SIZES) for arm in arms.values()}:
        alike = {name: arm for name, arm in arms.items() if tuple(arm[key] for key in SIZES) == size}
        named = sorted({parameter for arm in alike.values() for parameter in arm["set"]})
        points = {p: [arm["set"].get(p, PARAMETERS[p].default) for arm in alike.values()] for p in named}
        outcomes = sorted({key for arm in alike.values() for key in arm} - {*SIZES, "set"})
        trusts, clinicians, months = size
        if not named:
            points = {"political_responsiveness": [PARAMETERS["political_responsiveness"].default] * len(alike)}
        out = simulate(
            points,
            replicates=RUNS,
            months=months,
            trusts=trusts,
            clinicians=clinicians,
            seed=SEED,
            engine=engine,
            outcomes=outcomes,
        )
        for point, (name, arm) in enumerate(alike.items()):
            for outcome in (key for key in outcomes if key in arm):
                values = out[outcome][point, :, months // 2 :].astype(np.float64)
                error = values.mean(axis=1).std(ddof=1) / np.sqrt(RUNS)
                yield Figure(f"{fact} {name}", outcome, arm[outcome]["mean"], float(values.mean()), float(error))


def main() -> int:
    """Print every figure, a line for each, and return 1 if one is not met."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("facts", nargs="*", help="facts to run, such as SF1 SF4; all when none is named")
    options.add_argument("--every", type=int, default=1, metavar="N", help="run only every N-th fact (default: 1, all)")
    options.add_argument("--engine", default="auto", help="engine to run them on (default: the fastest here)")
    chosen = options.parse_args()
    table = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))
    if unknown := set(chosen.facts) - set(table):
        options.error(f"unknown fact {', '.join(sorted(unknown))}; the table has {', '.join(table)}")
    if chosen.every < 1:
        options.error(f"--every must be at least 1, got {chosen.every}")
    started = time.perf_counter()
    done: list[Figure] = []
    for fact in (chosen.facts or list(table))[:: chosen.every]:
        for figure in figures(fact, table[fact], chosen.engine):
            verdict = "met" if figure.met else f"MISSED: the table says {figure.expected:.17g}"
            print(
                f"{figure.arm:48} {figure.outcome:26} {figure.found:12.6f} +- {figure.error:8.6f}  {verdict}",
                flush=True,
            )
            done.append(figure)
    missed = sum(not figure.met for figure in done)
    arms = len({figure.arm for figure in done})
    print(f"{arms} arms, {len(done)} figures, {missed} missed ({time.perf_counter() - started:.0f} s)")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
