"""Checks of a spec that no single key can make alone: what its parts must be to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...model.groups.membership import check_providers
from ...model.parameters import base_of
from ...observation.summaries import LEAST_RUN, LEAST_RUN_SAID
from ...store.design_methods import points_in_unit
from ...store.random_streams import COMMON, MOST_SETS, PAIRED, STRIDE
from ..quantities.distributions import Discrete
from .design import GRID_FORMS, MOST_POINTS, RANGE_FORMS, Varied, check_declared_range, find_quantity, word_for
from .errors import SpecError, safe_name
from .samplers import Sampler, Table, sampler_of
from .tables import checked_start

if TYPE_CHECKING:
    from .spec import Spec

MOST_AGENTS = 10_000_000
MOST_RUNS = 2**30
WITHOUT_EFFECT_ON_REAL_TRUSTS = ("number_of_units", "size_spread", "boundary_mismatch")


def check_spec(spec: Spec) -> None:
    """Raise SpecError for the first thing in which the parts of ``spec`` do not fit together."""
    if not spec.name.isprintable():
        raise SpecError(f"key 'name' must be printable letters, got '{safe_name(spec.name)}'")
    if spec.months % spec.record.every:
        raise SpecError(
            f"key 'record.every' must divide months: {spec.months} months are no whole number of windows of"
            f" {spec.record.every}"
        )
    if spec.record.summaries and spec.months < LEAST_RUN:
        raise SpecError(
            f"key 'record.summaries' needs months = {LEAST_RUN} or more ({LEAST_RUN_SAID}), got {spec.months}"
        )
    checked_start(spec.start, spec.months)
    _check_country(spec)
    for name in (*spec.fixed, *varied_names(spec)):
        find_quantity(name, spec.months, spec.rules)
    _check_vary(spec)
    _check_size(spec)


def varied_names(spec: Spec) -> tuple[str, ...]:
    """Return the names of the quantities that differ between points, in the order of the design."""
    return tuple(spec.table) if spec.table is not None else tuple(spec.vary)


def _check_country(spec: Spec) -> None:
    try:
        check_providers(spec.rules.groups, spec.providers)
    except ValueError as error:
        raise SpecError(str(error)) from None
    if spec.providers is not None:
        if spec.country.trusts not in (None, len(spec.providers)):
            raise SpecError(
                f"key 'country.trusts' is {spec.country.trusts}, but the providers table has {len(spec.providers)}"
                " rows; leave 'trusts' out"
            )
        for name in (*varied_names(spec), *spec.fixed):
            if base_of(name) in WITHOUT_EFFECT_ON_REAL_TRUSTS:
                place = "fixed" if name in spec.fixed else "vary"
                raise SpecError(f"{place} '{name}' has no effect with a providers table; leave it out")
    agents = spec.trusts * spec.clinicians
    if agents > MOST_AGENTS:
        raise SpecError(
            f"the country is too large: {spec.trusts:,} trusts x {spec.clinicians:,} clinicians = {agents:,} agents,"
            f" at most {MOST_AGENTS:,}"
        )


def _check_vary(spec: Spec) -> None:
    sampler = sampler_of(spec.design)
    if sampler.from_file:
        if spec.vary:
            raise SpecError(f"a {sampler.method.name} design takes its parameters from the file; leave [vary] out")
    elif not spec.vary:
        raise SpecError(
            "nothing is varied: name at least one parameter under [vary], such as real_control = [0.0, 1.0]"
        )
    for name in varied_names(spec):
        if name in spec.fixed:
            what = word_for(name, spec.rules)
            raise SpecError(f"{what} '{name}' is both fixed and varied; leave it in one of [fixed] and [vary]")
        if name in spec.constants:
            raise SpecError(f"constant '{name}' is both set and varied; leave it in one of [constants] and [vary]")
    for name, varied in spec.vary.items():
        for value in varied.values or (varied.low, varied.high):
            check_declared_range(name, value, spec.design.beyond_range, spec.rules)
        _check_form(name, varied, sampler)


def _check_form(name: str, varied: Varied, sampler: Sampler) -> None:
    """Raise SpecError for a form of what is varied that the design has no use for."""
    method, distribution = sampler.method.name, varied.distribution
    if varied.labels:
        if sampler.why_no_choices:
            why = sampler.why_no_choices
            raise SpecError(f"vary '{name}' chooses between rules, which a {method} design cannot: {why}")
    elif distribution is not None and sampler.why_no_distributions and not _is_levels(varied, sampler):
        why = sampler.why_no_distributions
        raise SpecError(f"vary '{name}' has a {distribution.kind} distribution, which a {method} design cannot: {why}")
    if sampler.by_levels and varied.values is None:
        raise SpecError(f"vary '{name}' under {method} must be {GRID_FORMS}, got a range without levels")
    if sampler.by_levels and isinstance(distribution, Discrete) and distribution.weights is not None:
        raise SpecError(f"vary '{name}' has weights, but a {method} has all levels equally often; leave them out")
    if not sampler.by_levels and varied.values is not None and distribution is None:
        raise SpecError(f"vary '{name}' under {method} must be {RANGE_FORMS}; {_where_levels_belong(sampler)}")


def _is_levels(varied: Varied, sampler: Sampler) -> bool:
    """Return whether a design by levels takes a discrete distribution for its levels."""
    return sampler.by_levels and isinstance(varied.distribution, Discrete)


def _where_levels_belong(sampler: Sampler) -> str:
    single = "" if sampler.why_no_distributions else ', or are { distribution = "discrete", values = [...] }'
    return f"levels belong to a grid{single}"


def number_of_points(spec: Spec) -> int:
    """Return how many points the design of ``spec`` has, without drawing them."""
    if spec.table is not None:
        return len(next(iter(spec.table.values()), ()))
    return sampler_of(spec.design).count(spec.design, spec.vary)


def _check_size(spec: Spec) -> None:
    design = spec.design
    sampler_of(design).check(design, spec.vary)
    points = number_of_points(spec)
    if points > MOST_POINTS:
        raise SpecError(f"the design is too large: {points:,} points under {design.method}, at most {MOST_POINTS:,}")
    _check_arms(spec, points)
    if spec.streams != COMMON:
        _check_streams(spec, points)
    if points * spec.replicates > MOST_RUNS:
        raise SpecError(
            f"the sweep is too large: {points:,} points x {spec.replicates:,} replicates ="
            f" {points * spec.replicates:,} runs, at most {MOST_RUNS:,}"
        )


def _check_arms(spec: Spec, points: int) -> None:
    arms = getattr(spec.design, "arms", None) or 1
    if points % arms:
        raise SpecError(
            f"key 'design.arms' is {arms}, and {points:,} rows are no whole number of samples of {arms} arms"
        )


def _check_streams(spec: Spec, points: int) -> None:
    method = sampler_of(spec.design).method
    if spec.streams == PAIRED and not method.paired:
        raise SpecError(
            f"streams = '{PAIRED}' are shared by the arms of a sample, and a {method.name} has none: take '{COMMON}',"
            " or a table of points with the key 'design.arms'"
        )
    if spec.streams == PAIRED and isinstance(spec.design, Table) and spec.design.arms is None:
        raise SpecError(
            f"key 'design.arms' is missing: with streams = '{PAIRED}' it says how many rows in turn are the arms of a"
            " sample"
        )
    if spec.replicates > STRIDE:
        raise SpecError(
            f"key 'replicates' must be at most {STRIDE} with streams = '{spec.streams}', got {spec.replicates}"
        )
    check_stream_sets(spec, points)


def check_stream_sets(spec: Spec, points: int) -> None:
    """Raise SpecError for more ``points`` than run numbers let have streams of their own."""
    if spec.streams == COMMON:
        return
    together = points_sharing(spec)
    if points > MOST_SETS * together:
        what = f"{MOST_SETS:,}" if together == 1 else f"{MOST_SETS:,} x {together}"
        raise SpecError(f"the design has {points:,} points; at most {what} fit streams = '{spec.streams}'")


def points_sharing(spec: Spec) -> int:
    """Return how many points in turn share paired streams: a base point, a trajectory, the arms of a sample.

    1 under other streams.
    """
    if spec.streams != PAIRED:
        return 1
    return points_in_unit({**spec.design.model_dump(), "names": varied_names(spec)})
