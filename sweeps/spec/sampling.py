"""The points of a sweep: drawn as the record of its design method says, or read from a table; one seed, one design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..quantities.distributions import KIND, Continuous, Discrete
from .checks import varied_names
from .design import Varied
from .relations import problem
from .samplers import Points, sampler_of

if TYPE_CHECKING:
    from .spec import Spec

UNIT = Varied(0.0, 1.0)
"""The range of a column whose quantiles are taken."""


def draw_points(spec: Spec) -> Points:
    """Return the points of ``spec``: name -> (point,) float64 values, in the order of [vary] or of the table.

    The order of the points is that of the sampler, which the analysers of SALib rely on; a grid varies its last
    parameter fastest. Every seed, 0 too, has one design, whatever was drawn before and in whichever process (SALib
    took 0 for no seed before its version 1.5.2, the oldest that ``pyproject.toml`` allows). Raises SpecError where
    SALib is needed and absent.

    >>> from tredegar import Spec
    >>> vary = {"real_control": {"values": [0, 1]}, "mandate_detail": {"values": [0.2, 0.8]}}
    >>> draw_points(Spec(design={"method": "grid"}, vary=vary))
    {'real_control': array([0., 0., 1., 1.]), 'mandate_detail': array([0.2, 0.8, 0.2, 0.8])}
    """
    sampler = sampler_of(spec.design)
    if sampler.from_file:
        assert spec.table is not None, "a stored spec has no table: its points stand in the store"
        return dict(spec.table)
    distributions = distributions_of(spec)
    ranges = {name: UNIT if name in distributions else varied for name, varied in spec.vary.items()}
    columns = sampler.draw(spec.design, ranges, spec.sampler_seed)
    points = {name: np.ascontiguousarray(column) for name, column in zip(ranges, columns, strict=True)}
    points |= {name: distribution.at(points[name]) for name, distribution in distributions.items()}
    # A sum of rounded terms can pass the end of a range by one step, which the equations may refuse.
    return {name: np.clip(values, spec.vary[name].low, spec.vary[name].high) for name, values in points.items()}


def distributions_of(spec: Spec) -> dict[str, Continuous | Discrete]:
    """Return the distributions of what ``spec`` samples: name -> distribution; what is not named is uniform."""
    if sampler_of(spec.design).by_levels:
        return {}
    return {name: varied.distribution for name, varied in spec.vary.items() if varied.distribution is not None}


def sampler_settings(spec: Spec) -> dict[str, Any]:
    """Return what an analyser must know of the design: method, settings, seed, names and bounds (plain JSON values).

    ``distributions``, name -> table, and ``levels``, name -> values or labels, are there only where there are some.
    """
    settings = spec.design.model_dump(exclude={"seed", "beyond_range", "file"}, exclude_none=True)
    bounds = [[varied.low, varied.high] for varied in spec.vary.values()]
    found = {**settings, "seed": spec.sampler_seed, "names": list(varied_names(spec)), "bounds": bounds}
    # Absent where there are none: stores from before there were any keep their bytes.
    further = {"distributions": _distribution_tables(spec), "levels": _levels(spec)}
    return found | {key: table for key, table in further.items() if table}


def _distribution_tables(spec: Spec) -> dict[str, Any]:
    """Return the distributions as they are written; a choice has one where its levels are not equally likely."""
    tables: dict[str, Any] = {name: spec.vary[name].as_toml(by_levels=False) for name in distributions_of(spec)}
    return {name: {KIND: Discrete.kind, **row} for name, row in tables.items() if KIND in row or "weights" in row}


def _levels(spec: Spec) -> dict[str, list[Any]]:
    """Return the values of discrete distributions, in order, and the labels of choices."""
    discrete = {name for name, found in distributions_of(spec).items() if isinstance(found, Discrete)}
    tables: dict[str, Any] = {name: varied.as_toml(name not in discrete) for name, varied in spec.vary.items()}
    return {name: tables[name]["values"] for name, varied in spec.vary.items() if varied.labels or name in discrete}


__all__ = ["Points", "draw_points", "problem", "sampler_settings"]
