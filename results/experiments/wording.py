"""Wording of the findings of an experiment: where the model's effect lies, and what follows from it."""

from __future__ import annotations

import math

import numpy as np

from ...model.text.amounts import counted
from ..intervals import Estimate, said
from .findings import REACHED, ExperimentFindings, SpaceEffects
from .records import Experiment, PublishedEffect

DIGITS = 3
INSIDE = "inside"


def place_of(published: PublishedEffect, effect: float) -> str:
    """Return where ``effect`` lies: "inside" the published interval, "short of", "beyond" or "against" it.

    Of a null result, which has no direction, it is "inside" or "outside".

    >>> from .reading import find_experiment
    >>> published = find_experiment("england-less-wales").published
    >>> [place_of(published, effect) for effect in (0.08, 0.01, 0.3, -0.02)]
    ['inside', 'short of', 'beyond', 'against']
    """
    if not math.isfinite(effect):
        return "unknown"
    if published.holds(effect):
        return INSIDE
    if published.null:
        return "outside"
    sign = math.copysign(1.0, published.effect)
    if sign * effect < 0.0:
        return "against"
    return "short of" if abs(effect) < abs(published.effect) else "beyond"


def chance_decides(published: PublishedEffect, low: float, high: float) -> bool:
    """Whether the interval from ``low`` to ``high`` of the model's effect lies on both sides of a published bound."""
    return any(low < bound < high for bound in (published.low, published.high))


def published_in_words(published: PublishedEffect) -> str:
    """Return the published effect with its interval, its unit and its mark."""
    return f"{said(published.effect, published.low, published.high, DIGITS, sign=True)} {published.unit}"


def percent_of_space(space: SpaceEffects) -> str:
    """Return the share of the space inside the published interval, with its interval, as percentages."""
    return f"{space.share:.0%} ({space.space_share_low:.0%} to {space.space_share_high:.0%})"


def verdict_at_defaults(findings: ExperimentFindings) -> str:
    """Return in a few words where the effect at the defaults lies."""
    estimate, published = findings.at_defaults["effect"], findings.experiment.published
    place = place_of(published, float(estimate.mean))
    told = place if place in (INSIDE, "outside", "unknown") else f"{place} the published interval"
    doubt = chance_decides(published, float(estimate.low), float(estimate.high))
    return f"{told}, within chance of its bound" if doubt else told


def verdict_over_space(findings: ExperimentFindings) -> str:
    """Return in a few words whether the published effect is within reach, or a null result is a test."""
    space = findings.space
    if space is None:
        return "not asked (--space 0)"
    if not space.told:
        return "no setting ran"
    if findings.experiment.published.null:
        counts = space.outside >= REACHED
        outside = f"{space.outside:.0%} of the space lies outside"
        return f"counts as a test: {outside}" if counts else f"no test: {outside}, less than a tenth"
    return "within reach" if space.share >= REACHED else "out of reach: less than a tenth of the space"


def is_exception(findings: ExperimentFindings) -> bool:
    """Whether the model fails the experiment: off at the defaults or, if it is no null, out of reach over the space."""
    off = place_of(findings.experiment.published, float(findings.at_defaults["effect"].mean)) != INSIDE
    space = findings.space
    return off or (space is not None and not findings.experiment.published.null and space.share < REACHED)


def told_in_words(findings: ExperimentFindings) -> list[str]:
    """Return the findings as the lines that the command prints."""
    experiment, size = findings.experiment, findings.size
    published, estimates = experiment.published, findings.at_defaults
    lines = [
        f"{experiment.name}: {experiment.title}",
        f"  {experiment.question}",
        f"  speaks {experiment.side}; cited by {', '.join(experiment.cited_by)}",
        f"  published  {published_in_words(published)}{' (a null result)' if published.null else ''}",
        f"             {published.on}; {published.source} [{published.status}]",
        f"             interval: {published.interval}",
        f"  at the defaults, {counted(size.replicates, 'run')}",
        f"    effect   {_told(estimates['effect'])}: {verdict_at_defaults(findings)}",
        f"    true     {_told(estimates['true'])}",
        f"    dressed  {_told(estimates['dressed'])}",
    ]
    if math.isfinite(float(estimates["pre_trend"].mean)):
        lines.append(f"    before   {_told(estimates['pre_trend'])} (pre-trend)")
    lines += [f"    {name}: {_told(estimate)}" for name, estimate in findings.beside.items()]
    lines += _space_lines(findings)
    if findings.failed:
        lines.append(f"  {counted(findings.failed, 'run')} failed, left out")
    return lines


def _space_lines(findings: ExperimentFindings) -> list[str]:
    space, size = findings.space, findings.size
    if space is None:
        return [f"  over the space: {verdict_over_space(findings)}"]
    low, middle, high = space.quantiles
    return [
        f"  over the space, {counted(size.settings, 'setting')} of {counted(size.setting_replicates, 'run')} each",
        f"    effect   {middle:+.{DIGITS}f} in the middle, 90 % from {low:+.{DIGITS}f} to {high:+.{DIGITS}f}",
        f"    true     {_middle(space.true)} in the middle, dressed {_middle(space.dressed)}",
        f"    inside   {percent_of_space(space)}: {verdict_over_space(findings)}",
    ]


def _middle(values: np.ndarray) -> str:
    kept = values[np.isfinite(values)]
    return f"{np.median(kept) if kept.size else np.nan:+.{DIGITS}f}"


def _told(estimate: Estimate) -> str:
    return said(float(estimate.mean), float(estimate.low), float(estimate.high), DIGITS, sign=True)


def basis_in_words(findings: ExperimentFindings) -> str:
    """Return how the runs were made: country, seed and engine."""
    size = findings.size
    return (
        f"{size.trusts:,} trusts of {size.clinicians:,} clinicians, {findings.experiment.schedule.months} months, seed "
        f"{size.seed}, engine {size.engine}"
    )


def mapping_in_words(experiment: Experiment) -> str:
    """Return why the lever stands for the policy, and what the comparison cannot bear, as one paragraph."""
    return " ".join((*experiment.mapping, *(f"But: {caveat}" for caveat in experiment.caveats)))
