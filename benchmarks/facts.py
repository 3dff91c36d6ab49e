"""The 86 arms of the table of stylised facts, run again and compared: `make facts`.

Every arm has 16 runs (seed 7, common random numbers). Its figures are means over the runs and the last
half of the months of outcomes rounded to float32, as ``tests/golden/facts.toml`` says; they must be met to 1e-12.
`python benchmarks/facts.py --write` runs all arms and writes the table anew: the arms stay, the figures are those of
the rules as they are.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tredegar.kernels import simulate
from tredegar.model import PARAMETERS

TABLE = Path(__file__).resolve().parent.parent / "tests" / "golden" / "facts.toml"
SIZES = ("trusts", "clinicians", "months")
SEED, RUNS, TOLERANCE = 7, 16, 1e-12
HEADING = """\
# Figures of the stylised facts, written by `python benchmarks/facts.py --write` and held to by `make facts`.
# Every arm: seed 7, runs 0..15, common luck, parameters at defaults but for `set`. `mean` is the float64 mean over the
# 16 runs and the last half of the months of the outcome rounded to float32; `error` is the standard error over the runs
# of their means. An implementation with the same bits meets `mean` to 1e-12.
"""
Arms = dict[str, dict[str, Any]]


class Figure(NamedTuple):
    """One figure of one arm: what the table says and what came out here, with its standard error over the runs."""

    fact: str
    arm: str
    outcome: str
    expected: float
    found: float
    error: float

    @property
    def met(self) -> bool:
        """Whether the figure is met to 1e-12 (a NaN is not)."""
        return abs(self.found - self.expected) <= TOLERANCE


def figures(fact: str, arms: Arms, engine: str) -> Iterator[Figure]:
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
                yield Figure(fact, name, outcome, arm[outcome]["mean"], float(values.mean()), float(error))


def every(step: int, table: Mapping[str, Arms]) -> dict[str, Arms]:
    """Return every ``step``-th arm of the table, counted over all facts; facts without one are left out.

    >>> list(every(2, {"SF1": {"a": {}, "b": {}, "c": {}}, "SF2": {"d": {}}, "SF3": {"e": {}}}).items())
    [('SF1', {'a': {}, 'c': {}}), ('SF3', {'e': {}})]
    """
    numbered = [(fact, name) for fact, arms in table.items() for name in arms]
    kept = set(numbered[::step])
    chosen = {fact: {name: arm for name, arm in arms.items() if (fact, name) in kept} for fact, arms in table.items()}
    return {fact: arms for fact, arms in chosen.items() if arms}


def as_text(table: Mapping[str, Arms], found: list[Figure]) -> str:
    """Return the table in TOML, its arms with the figures that were ``found``."""
    told = {(figure.fact, figure.arm, figure.outcome): figure for figure in found}
    lines = [HEADING]
    for fact, arms in table.items():
        for name, arm in arms.items():
            settings = ", ".join(f"{parameter} = {value!r}" for parameter, value in arm["set"].items())
            lines.append(f'[{fact}."{name}"]')
            lines += [f"{key} = {arm[key]}" for key in SIZES]
            lines.append(f"set = {{ {settings} }}" if settings else "set = {}")
            for outcome in (key for key in arm if key not in (*SIZES, "set")):
                figure = told[fact, name, outcome]
                lines.append(f"{outcome} = {{ mean = {figure.found!r}, error = {figure.error:.2g} }}")
            lines.append("")
    return "\n".join(lines)


def shown(figure: Figure, writes: bool) -> str:
    """Return the line of a figure."""
    verdict = "" if writes else "met" if figure.met else f"MISSED: the table says {figure.expected:.17g}"
    name = f"{figure.fact} {figure.arm}"
    return f"{name:48} {figure.outcome:26} {figure.found:12.6f} +- {figure.error:8.6f}  {verdict}".rstrip()


def main() -> int:
    """Print every figure, a line for each, and return 1 if one is not met."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("facts", nargs="*", help="facts to run, such as SF1 SF4; all when none is named")
    options.add_argument("--engine", default="auto", help="engine to run them on (default: the fastest here)")
    options.add_argument("--every", type=int, default=1, metavar="N", help="run every N-th arm alone")
    options.add_argument("--write", action="store_true", help="write the table anew, with what comes out here")
    chosen = options.parse_args()
    whole: dict[str, Arms] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if unknown := set(chosen.facts) - set(whole):
        options.error(f"unknown fact {', '.join(sorted(unknown))}; the table has {', '.join(whole)}")
    if chosen.every < 1 or (chosen.write and (chosen.facts or chosen.every > 1)):
        options.error("--every needs 1 or more, and --write runs all arms of all facts")
    started = time.perf_counter()
    table = every(chosen.every, {fact: arms for fact, arms in whole.items() if fact in (chosen.facts or whole)})
    done: list[Figure] = []
    for fact, arms in table.items():
        for figure in figures(fact, arms, chosen.engine):
            print(shown(figure, chosen.write), flush=True)
            done.append(figure)
    number, took = sum(len(arms) for arms in table.values()), time.perf_counter() - started
    if chosen.write:
        TABLE.write_text(as_text(whole, done), encoding="utf-8", newline="\n")
        print(f"{number} arms, {len(done)} figures written to {TABLE} ({took:.0f} s)")
        return 0
    missed = sum(not figure.met for figure in done)
    print(f"{number} arms, {len(done)} figures, {missed} missed ({took:.0f} s)")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
