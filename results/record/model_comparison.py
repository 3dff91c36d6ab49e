"""Comparison of models by the record: target by target, what each mechanism does, and what levers do under either.

A model is a set of rules; the runs of each are given, of several seeds, and nothing is computed here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import xarray as xr

from ..intervals import LEVEL, estimate_by_point
from .validation import Finding, validate

Cells = tuple[str, ...]
TARGETS_THAT_CAN_FAIL = (
    *("V01", "V02", "V03", "V04", "V05", "V06", "V07", "V08", "V09", "V10", "V11", "V12", "V13", "V14", "V20"),
    *("V21", "V22", "V23", "V24", "V25", "V26", "V27", "V28", "V29", "V30", "V31", "V32", "V34", "V39", "V40"),
)
"""Targets that are counted, of any model and whatever its runs show: chosen before the runs that are compared."""
WHY_OTHERS_CANNOT: Mapping[str, str] = MappingProxyType(
    {
        "V15": "an effect of an onset, which is an experiment: no level of a run is held against it",
        "V16": "the window begins at none, as the survey asks about other waits too: hardly any setting misses it",
        "V17": "a rise won by money and extra capacity, which is an experiment: no level of a run is held against it",
        "V18": "of another service, with another limit: nothing in the model is held against it",
        "V19": "case mix and chance make up nearly all of it, by assumption: hardly any setting misses it",
        "V33": "the level drifts, so that a return to it is not defined: nothing in the model is held against it",
        "V35": "goes into the model",
        "V36": "goes into the model",
        "V37": "goes into the model",
        "V38": "goes into the model",
    }
)
"""Name of each other target -> why no model can fail it."""


class ModelFindings(NamedTuple):
    """What the record says of one model: ``pooled`` over all seeds, and ``by_seed`` of each."""

    pooled: list[Finding]
    by_seed: list[list[Finding]]


class LeverEffect(NamedTuple):
    """What a lever does to an outcome: ``mean``, ``low`` and ``high`` of its 95 % interval, in the outcome's unit.

    ``sign`` is 1 or -1 where it is told from zero at 95 % for all effects of a table together, else 0.
    """

    lever: str
    outcome: str
    mean: float
    low: float
    high: float
    sign: int


def lever_effect(lever: str, outcome: str, changes: np.ndarray, effects: int) -> LeverEffect:
    """Return the effect of ``lever`` from ``changes`` (run,) of the outcome, one of so many ``effects`` (Bonferroni).

    >>> lever_effect("training", "quality", np.array([0.1, 0.2, 0.3]), effects=1).sign
    0
    """
    each = estimate_by_point(changes[None])
    together = estimate_by_point(changes[None], 1.0 - (1.0 - LEVEL) / effects)
    sign = int(together.low[0] > 0.0) - int(together.high[0] < 0.0)
    return LeverEffect(lever, outcome, float(each.mean[0]), float(each.low[0]), float(each.high[0]), sign)


def findings_of(sweeps: Sequence[xr.Dataset]) -> ModelFindings:
    """Hold the runs of one model, a dataset with sums for each seed, against the record.

    ``sweeps`` hold ``summaries`` and ``status`` (point, replicate, ...). Raises ValueError as ``validate`` does.

    >>> from tredegar import simulate
    >>> size = {"replicates": 2, "months": 96, "trusts": 12, "clinicians": 5, "engine": "numpy", "summaries": True}
    >>> runs = [simulate({"real_control": [0.5]}, seed=seed, **size).to_dataset() for seed in (1, 2)]
    >>> len(findings_of(runs).by_seed)
    2
    """
    joined = xr.concat(sweeps, "replicate", combine_attrs="override")
    return ModelFindings(validate(joined), [validate(one) for one in sweeps])


def with_verdict(one: ModelFindings, *verdicts: str) -> list[str]:
    """Return the names of the targets that can fail and have one of these ``verdicts``."""
    found = {each.target.name: each.verdict for each in one.pooled}
    return [name for name in TARGETS_THAT_CAN_FAIL if found.get(name) in verdicts]


def inside_in_words(name: str, one: ModelFindings) -> str:
    """Return how many of the targets that can fail are inside, and which of them the runs cannot show, in a sentence.

    What the runs cannot show is not inside: the targets that are counted are the same of every model and all runs.
    """
    met, missed = with_verdict(one, "inside"), with_verdict(one, "outside")
    total = len(TARGETS_THAT_CAN_FAIL)
    others = [each for each in TARGETS_THAT_CAN_FAIL if each not in (*met, *missed)]
    untold = f", and the runs cannot show {', '.join(others)}" if others else ""
    return f"{name} has {len(met)} of the {total} targets that can fail inside{untold}."


def target_rows(models: Mapping[str, ModelFindings]) -> tuple[Cells, list[Cells]]:
    """Return the header and the rows of the table of targets: record and, for each of ``models``, value and verdict.

    *seeds* is the number of seeds whose own value lies in the window of the target.
    """
    header = ["target", "quantity", "unit", "record", "window", "used"]
    for name in models:
        header += [name, "verdict", "seeds"]
    rows = []
    first = next(iter(models.values()))
    for place, found in enumerate(first.pooled):
        if found.target.name in TARGETS_THAT_CAN_FAIL:
            target = found.target
            row = [target.name, target.quantity, target.unit, f"{target.value:.3g}"]
            row += [f"{target.low:g} to {target.high:g}", target.use]
            for one in models.values():
                row += _judged_cells(one, place)
            rows.append(tuple(row))
    return tuple(header), rows


def _judged_cells(one: ModelFindings, place: int) -> list[str]:
    found = one.pooled[place]
    if found.verdict not in ("inside", "outside"):
        return ["-", found.verdict, "-"]
    target = found.target
    seeds = sum(target.low <= each[place].value <= target.high for each in one.by_seed)
    verdict = "**outside**" if found.verdict == "outside" else "inside"
    return [f"{found.value:.3g} ({found.low:.3g} to {found.high:.3g})", verdict, f"{seeds} of {len(one.by_seed)}"]


def ablation_rows(whole: ModelFindings, without: Mapping[str, ModelFindings]) -> tuple[Cells, list[Cells]]:
    """Return the table of what leaving out each mechanism does: targets inside, those lost and those gained by it."""
    met, total = {*with_verdict(whole, "inside")}, len(TARGETS_THAT_CAN_FAIL)
    rows: list[Cells] = [("none", f"{len(met)} of {total}", "-", "-")]
    for name, one in without.items():
        left = {*with_verdict(one, "inside")}
        rows.append((f"`{name}`", f"{len(left)} of {total}", _listed(met - left), _listed(left - met)))
    return ("left out", "inside", "lost", "gained"), rows


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "-"


def lever_rows(first: Sequence[LeverEffect], second: Sequence[LeverEffect]) -> tuple[Cells, list[Cells]]:
    """Return the table of effects of levers under two models, side by side; what turns its sign is marked."""
    rows: list[Cells] = []
    for one, other in zip(first, second, strict=True):
        turned = "**turns**" if one.sign * other.sign < 0 else ""
        rows.append((f"`{one.lever}`", one.outcome, _effect(one), _effect(other), turned))
    return ("lever", "outcome", "model 1", "model 2", ""), rows


def _effect(one: LeverEffect) -> str:
    return f"{one.mean:+.4f} ({one.low:+.4f} to {one.high:+.4f})"


def effects_agree(first: Sequence[LeverEffect], second: Sequence[LeverEffect]) -> str:
    """Return how two models' effects of levers agree, in a sentence."""
    signs = [(one.sign, other.sign) for one, other in zip(first, second, strict=True)]
    both = sum(a != 0 and b != 0 for a, b in signs)
    turned = sum(a * b < 0 for a, b in signs)
    correlation = np.corrcoef([one.mean for one in first], [one.mean for one in second])[0, 1]
    return (
        f"Of {len(signs)} effects {both} are told from zero under both models, {turned} of them with opposite signs; "
        f"the correlation of the effects is {correlation:.2f}."
    )


def section(title: str, words: str, header: Cells, rows: Iterable[Cells]) -> list[str]:
    """Return the lines of a section in Markdown: its title, what it says, and its table."""
    table = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *(f"| {' | '.join(row)} |" for row in rows)]
    said = textwrap.fill(words, 120, break_long_words=False, break_on_hyphens=False)
    return [f"## {title}", "", said, "", *table, ""]
