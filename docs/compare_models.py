"""Compare model 1 with model 2 by the record and write docs/models.md: what `make models` runs.

Both run at their defaults under the same seeds, then what is built in, which is model 2, with each mechanism in turn as
in model 1, then both with each lever at either end of its range under the same luck.

`python docs/compare_models.py --run-claims FOLDER` puts the claims to the test under model 1 (as long as `make claims`
takes); `--claims FOLDER1 FOLDER2` then sets the verdicts of model 1 and of model 2 side by side in the page.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tredegar import simulate
from tredegar.cli.claims_run import run_designs, second_stage
from tredegar.model.mechanisms.table import MECHANISMS, MODEL_1
from tredegar.model.parameters import PARAMETERS
from tredegar.observation.files.defects import mend_table
from tredegar.observation.files.definitions import ALL_TYPES, MAJOR
from tredegar.observation.files.shapes import SHAPES
from tredegar.observation.files.table_reader import read_file_table
from tredegar.results.claims.claims import CLAIMS
from tredegar.results.claims.designs import find_size
from tredegar.results.claims.pages.report import designs_of, write_claims
from tredegar.results.claims.phases import PHASES
from tredegar.results.record.claims_compared import claims_agree, contradiction_rows, read_judged, verdict_rows
from tredegar.results.record.cross_section import cross_section_rows, cross_sections_of, recorded_cross_sections
from tredegar.results.record.model_comparison import (
    WHY_OTHERS_CANNOT,
    LeverEffect,
    ModelFindings,
    ablation_rows,
    effects_agree,
    findings_of,
    inside_in_words,
    lever_effect,
    lever_rows,
    section,
    target_rows,
)

PAGE = Path(__file__).resolve().parent / "models.md"
SEEDS = (1688, 1707, 1832, 1945)
"""Seeds that no constant was set with, and that nothing was run with before the list of targets stood."""
RUNS, TRUSTS, CLINICIANS, BURN_IN = 24, 140, 40, 60
LENGTHS = 240, 672
"""Months of a run: twenty years, in which demand has not outgrown its supply, and the longest history of the record."""
OUTCOMES = ("quality", "true_access", "reported_access", "morale")
Rules = tuple[tuple[str, str], ...]
MODELS: Mapping[str, Rules] = {"model 1": tuple(MODEL_1.items()), "model 2": ()}
"""Name of a model -> its rivals, (mechanism, rival) each: model 2 is what is built in."""


@cache
def runs_of(rules: Rules, months: int) -> list[xr.Dataset]:
    """Return runs at the defaults, a dataset for each seed, with sums for the record and records of trusts by year."""
    size: dict[str, Any] = {"months": months, "trusts": TRUSTS, "clinicians": CLINICIANS, "every": months}
    at = {"real_control": [PARAMETERS["real_control"].default]}
    size |= {"outcomes": ["quality"], "summaries": True, "trust_records": True}
    return [simulate(at, RUNS, seed=seed, rules=dict(rules), **size).to_dataset() for seed in SEEDS]


def held_against_the_record(rules: Rules, months: int) -> ModelFindings:
    """Return what the record says of runs by ``rules`` at the defaults."""
    return findings_of(runs_of(rules, months))


def effects_of_levers(rules: Rules) -> list[LeverEffect]:
    """Return what each lever does to each outcome: upper against lower end of its range, run by run."""
    levers = [row for row in PARAMETERS.values() if row.kind == "lever"]
    found = []
    for row in levers:
        ends = {row.name: [row.low, row.high]}
        runs = simulate(ends, RUNS, LENGTHS[0], TRUSTS, CLINICIANS, SEEDS[0], outcomes=OUTCOMES, rules=dict(rules))
        for outcome in OUTCOMES:
            level = np.asarray(runs[outcome], dtype=np.float64)[:, :, BURN_IN:].mean(axis=2)
            found.append(lever_effect(row.name, outcome, level[1] - level[0], len(levers) * len(OUTCOMES)))
    return found


def mechanism_rows() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the rows of the table of mechanisms."""
    rivals = {name: MECHANISMS[name].rivals[rival] for name, rival in MODEL_1.items()}
    return ("mechanism", "model 1: rival", "model 1", "model 2: built in", "source of the rival"), [
        (f"`{name}`", f"`{each.name}`", each.meaning, MECHANISMS[name].meaning, each.source)
        for name, each in rivals.items()
    ]


def spec_lines() -> list[str]:
    """Return the table that brings model 1 into a spec."""
    return ["```toml", "[rules]", *(f'{name} = "{rival}"' for name, rival in MODEL_1.items()), "```", ""]


def uncounted_section() -> list[str]:
    """Return the table of the targets that are not counted."""
    words = "All others can fail. The list was fixed before the runs that are compared, and is that of both models."
    return section("Targets that cannot fail", words, ("target", "why it is not counted"), WHY_OTHERS_CANNOT.items())


def target_sections() -> list[str]:
    """Return the tables of targets, one for each length of a run."""
    lines = []
    for months in LENGTHS:
        models = {name: held_against_the_record(rules, months) for name, rules in MODELS.items()}
        tally = " ".join(inside_in_words(name.capitalize(), found) for name, found in models.items())
        words = (
            f"**{tally}** {RUNS} runs for each of the seeds {', '.join(map(str, SEEDS))}, {TRUSTS} trusts of "
            f"{CLINICIANS} clinicians over {months} months, {BURN_IN} left out, parameters at defaults. "
            "*Model*: value of all runs and, in brackets, the bounds of 95 % of single runs. *Seeds*: those whose own "
            "value lies in the window."
        )
        lines += section(f"Target by target, in runs of {months} months", words, *target_rows(models))
    return lines


def cross_section_part(data: Path | None) -> list[str]:
    """Return the table of the cross-sections of trusts, with the record's where ``data`` has its files."""
    names = [name for name in (MAJOR, ALL_TYPES) if data is not None and (data / name).exists()]
    tables = {name: mend_table(read_file_table(data / name, SHAPES[name]))[0] for name in names if data is not None}
    models = {name: cross_sections_of(runs_of(rules, LENGTHS[0])) for name, rules in MODELS.items()}
    words = (
        f"The same runs of {LENGTHS[0]} months. Nothing was fitted to the skewness; the spread of reported access is "
        "near V08, which was. *Model*: mean over the years after the burn-in and over runs and, in brackets, the "
        "bounds of 95 % of single runs. *Record*: of each year, by the definitions of V08 and V11."
    )
    rows = cross_section_rows(models, recorded_cross_sections(tables))
    return section("How trusts differ within a year", words, *rows)


def ablation_section() -> list[str]:
    """Return the table of what each mechanism does, in the shorter runs."""
    without = {name: held_against_the_record(((name, rival),), LENGTHS[0]) for name, rival in MODEL_1.items()}
    words = f"What is built in, with one mechanism as in model 1, in runs of {LENGTHS[0]} months."
    rows = ablation_rows(held_against_the_record((), LENGTHS[0]), without)
    return section("What each mechanism does", words, *rows)


def lever_section() -> list[str]:
    """Return the table of what levers do under either model."""
    levers = [effects_of_levers(rules) for rules in MODELS.values()]
    words = (
        f"{effects_agree(*levers)} Upper end of the declared range against its lower end, mean of months "
        f"{BURN_IN + 1} to {LENGTHS[0]}, paired run by run in {RUNS} runs of seed {SEEDS[0]}; intervals hold at 95 % "
        "each, signs at 95 % for all effects together."
    )
    return section("What levers do", words, *lever_rows(*levers))


def claim_sections(folders: Sequence[Path]) -> list[str]:
    """Return the tables of claims and contradictions from the runs in two ``folders``, of model 1 and of model 2."""
    if not folders:
        return []
    (one, first), (two, second) = map(read_judged, folders)
    words = (
        f"{claims_agree(one, two)} The same settings, random numbers and arms ([claims.md](claims.md)); constants of "
        "the rivals at their defaults. *Holds*: share of the space, with its 95 % interval."
    )
    beside = "Shares of the space of each phase diagram; what turns has more of it on the other side, surely."
    return [
        *section("Claim by claim", words, *verdict_rows(one, two)),
        *section("Contradiction by contradiction", beside, *contradiction_rows(first, second)),
    ]


def run_claims(folder: Path, size_name: str, workers: int) -> None:
    """Put all claims and contradictions to the test under model 1; what ``folder`` has already is not run again."""
    size = replace(find_size(size_name), rules=MODELS["model 1"])
    claims, phases = tuple(CLAIMS.values()), tuple(PHASES.values())
    run_designs(designs := designs_of(size, claims, phases), folder, "auto", workers)
    run_designs(second_stage(designs, folder, size, claims), folder, "auto", workers)
    write_claims(folder, folder, size, claims, phases)


def page(claims: Sequence[Path], data: Path | None) -> str:
    """Return the page; ``claims`` are two folders of verdicts or none, ``data`` the files of the record."""
    words = "What is built in is model 2. Model 1 is the set of these rivals, chosen under `[rules]`."
    lines = [
        "# Model 1 and model 2",
        "",
        "Generated by `make models`, not by hand. Constants of model 2 were set with targets in sight, at other",
        "seeds: their sources say which are fits. The yardstick is that of [validation.md](validation.md).",
        "",
        *section("Mechanisms", words, *mechanism_rows()),
        *spec_lines(),
        *uncounted_section(),
        *target_sections(),
        *cross_section_part(data),
        *ablation_section(),
        *lever_section(),
        *claim_sections(claims),
    ]
    return "\n".join(lines)


def main() -> None:
    """Write the page, or run the claims under model 1."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--page", type=Path, default=PAGE)
    reader.add_argument("--claims", type=Path, nargs=2, default=(), metavar="FOLDER", help="of model 1 and of model 2")
    reader.add_argument("--run-claims", type=Path, metavar="FOLDER", help="run the claims under model 1, write no page")
    reader.add_argument("--size", default="standard", help="size of the designs of claims (default: standard)")
    reader.add_argument("--workers", type=int, default=2, help="processes that run claims (default: 2)")
    chosen = reader.parse_args()
    if chosen.run_claims is not None:
        run_claims(chosen.run_claims, chosen.size, chosen.workers)
        return
    data = os.environ.get("TREDEGAR_DATA")
    text = page(chosen.claims, Path(data) if data else None)
    chosen.page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
