"""Tables of the findings of experiments: rows for people, and tables of data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ..intervals import NO_RUNS, Estimate, said
from .findings import ExperimentFindings
from .records import Experiment
from .wording import (
    DIGITS,
    is_exception,
    percent_of_space,
    published_in_words,
    verdict_at_defaults,
    verdict_over_space,
)

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]
LIST_HEAD = ("name", "speaks", "question", "published")
SUMMARY_HEAD = ("experiment", "speaks", "published", "at the defaults", "true", "dressed", "space", "verdict")


def listed(experiments: Iterable[Experiment]) -> Rows:
    """Return the header and the rows of the list of experiments."""
    return LIST_HEAD, [
        (
            one.name,
            one.side,
            one.question,
            f"{published_in_words(one.published)}{' (null)' if one.published.null else ''}",
        )
        for one in experiments
    ]


def summary_rows(findings: Sequence[ExperimentFindings]) -> Rows:
    """Return the header and a row for each experiment: published, at the defaults, over the space, verdict."""
    return SUMMARY_HEAD, [_summary_row(found) for found in findings]


def _summary_row(found: ExperimentFindings) -> tuple[str, ...]:
    experiment, space = found.experiment, found.space
    cells = [_short(found.at_defaults[part]) for part in ("effect", "true", "dressed")]
    null = "null; " if experiment.published.null else ""
    return (
        experiment.name,
        experiment.side,
        f"{null}{published_in_words(experiment.published)}",
        *cells,
        "-" if space is None else percent_of_space(space),
        f"{'**exception** ' if is_exception(found) else ''}{verdict_at_defaults(found)}; {verdict_over_space(found)}",
    )


def _short(estimate: Estimate) -> str:
    return said(float(estimate.mean), float(estimate.low), float(estimate.high), DIGITS, sign=True)


def effects_rows(found: ExperimentFindings) -> Rows:
    """Return the header and the rows of the parts of an effect at the defaults, and of what stands beside it."""
    rows = [(name.replace("_", "-"), _short(estimate)) for name, estimate in found.at_defaults.items()]
    rows += [(f"beside: {name}", _short(estimate)) for name, estimate in found.beside.items()]
    if found.space is not None:
        low, middle, high = found.space.quantiles
        rows.append(
            ("over the space", f"{middle:+.{DIGITS}f} in the middle, 90 % {low:+.{DIGITS}f} to {high:+.{DIGITS}f}")
        )
    return ("part", "effect"), [row for row in rows if row[1] != NO_RUNS]


def effects_table(findings: Iterable[ExperimentFindings]) -> pd.DataFrame:
    """Return a row for each experiment and part: published and found effect with their intervals, the space's share.

    Effects are in the unit of the published one, what stands beside in its own.
    """
    rows = []
    for found in findings:
        published, space = found.experiment.published, found.space
        for part, estimate in (*found.at_defaults.items(), *found.beside.items()):
            told = part == "effect"
            rows.append(
                {
                    "experiment": found.experiment.name,
                    "part": part,
                    "effect": float(estimate.mean),
                    "effect_low": float(estimate.low),
                    "effect_high": float(estimate.high),
                    "published": published.effect if told else None,
                    "published_from": published.low if told else None,
                    "published_to": published.high if told else None,
                    "space_share": space.share if told and space is not None else None,
                    "space_share_low": space.space_share_low if told and space is not None else None,
                    "space_share_high": space.space_share_high if told and space is not None else None,
                }
            )
    return pd.DataFrame(rows)


def settings_table(found: ExperimentFindings) -> pd.DataFrame:
    """Return a row for each setting of the space: its parameters, the effect, its two parts, and whether it is inside.

    Empty where no settings were drawn.
    """
    space = found.space
    if space is None:
        return pd.DataFrame()
    columns = {**space.settings, "effect": space.effect, "true": space.true, "dressed": space.dressed}
    return pd.DataFrame({**columns, "inside": space.inside})
