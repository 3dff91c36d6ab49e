"""Compare model 1 with model 2 by the record and write docs/models.md: what `make models` runs.

Both run at their defaults under the same seeds, then model 2 without each of its mechanisms, then both with each lever
at either end of its range under the same luck.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tredegar import simulate
from tredegar.model.mechanisms.table import MECHANISMS, MODEL_2
from tredegar.model.parameters import PARAMETERS
from tredegar.results.record.model_comparison import (
    LeverEffect,
    ModelFindings,
    ablation_rows,
    effects_agree,
    findings_of,
    inside,
    judged_targets,
    lever_effect,
    lever_rows,
    section,
    target_rows,
)

PAGE = Path(__file__).resolve().parent / "models.md"
SEEDS = (1601, 1834, 1911, 1942)
"""Seeds that no constant was set with."""
RUNS, TRUSTS, CLINICIANS, BURN_IN = 24, 140, 40, 60
LENGTHS = 240, 672
"""Months of a run: twenty years, in which demand has not outgrown its supply, and the longest history of the record."""
OUTCOMES = ("quality", "true_access", "reported_access", "morale")


def held_against_the_record(rules: Mapping[str, str], months: int) -> ModelFindings:
    """Return what the record says of runs by ``rules`` (mechanism -> rival) at the defaults."""
    size: dict[str, Any] = {"months": months, "trusts": TRUSTS, "clinicians": CLINICIANS, "every": months}
    at = {"real_control": [PARAMETERS["real_control"].default]}
    runs = (
        simulate(at, RUNS, seed=seed, rules=dict(rules), outcomes=["quality"], summaries=True, **size) for seed in SEEDS
    )
    return findings_of([one.to_dataset() for one in runs])


def effects_of_levers(rules: Mapping[str, str]) -> list[LeverEffect]:
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
    rivals = {name: MECHANISMS[name].rivals[rival] for name, rival in MODEL_2.items()}
    return ("mechanism", "model 1", "rival", "model 2", "source"), [
        (f"`{name}`", MECHANISMS[name].meaning, f"`{each.name}`", each.meaning, each.source)
        for name, each in rivals.items()
    ]


def spec_lines() -> list[str]:
    """Return the table that brings model 2 into a spec."""
    return ["```toml", "[rules]", *(f'{name} = "{rival}"' for name, rival in MODEL_2.items()), "```", ""]


def target_sections() -> list[str]:
    """Return the tables of targets, one for each length of a run."""
    lines = []
    for months in LENGTHS:
        one, two = held_against_the_record({}, months), held_against_the_record(MODEL_2, months)
        tally = " ".join(
            f"{name} has {len(inside(found))} of {len(judged_targets(found))} targets that can fail inside."
            for name, found in (("Model 1", one), ("Model 2", two))
        )
        words = (
            f"**{tally}** {RUNS} runs for each of the seeds {', '.join(map(str, SEEDS))}, {TRUSTS} trusts of "
            f"{CLINICIANS} clinicians over {months} months, {BURN_IN} left out, parameters at defaults. "
            "*Model*: value of all runs and, in brackets, the bounds of 95 % of single runs. *Seeds*: those whose own "
            "value lies in the window."
        )
        rows = target_rows({"model 1": one, "model 2": two})
        lines += section(f"Target by target, in runs of {months} months", words, *rows)
    return lines


def ablation_section() -> list[str]:
    """Return the table of what each mechanism does, in the shorter runs."""
    without = {
        name: held_against_the_record({key: value for key, value in MODEL_2.items() if key != name}, LENGTHS[0])
        for name in MODEL_2
    }
    words = f"Model 2 with one mechanism as in model 1, in runs of {LENGTHS[0]} months."
    rows = ablation_rows(held_against_the_record(MODEL_2, LENGTHS[0]), without)
    return section("What each mechanism does", words, *rows)


def lever_section() -> list[str]:
    """Return the table of what levers do under either model."""
    levers = effects_of_levers({}), effects_of_levers(MODEL_2)
    words = (
        f"{effects_agree(*levers)} Upper end of the declared range against its lower end, mean of months "
        f"{BURN_IN + 1} to {LENGTHS[0]}, paired run by run in {RUNS} runs of seed {SEEDS[0]}; intervals hold at 95 % "
        "each, signs at 95 % for all effects together."
    )
    return section("What levers do", words, *lever_rows(*levers))


def page() -> str:
    """Return the page."""
    words = "What is built in is model 1. Model 2 is the set of these rivals, chosen under `[rules]`."
    lines = [
        "# Model 1 and model 2",
        "",
        "Generated by `make models`, not by hand. Constants of the rivals were set with targets in sight, at other",
        "seeds: their sources say which are fits. The yardstick is that of [validation.md](validation.md).",
        "",
        *section("Mechanisms", words, *mechanism_rows()),
        *spec_lines(),
        *target_sections(),
        *ablation_section(),
        *lever_section(),
    ]
    return "\n".join(lines)


def main() -> None:
    """Write the page."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--page", type=Path, default=PAGE)
    reader.parse_args().page.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
