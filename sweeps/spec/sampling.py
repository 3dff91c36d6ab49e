"""The points of a sweep: drawn as the record of its design method says, or read from a table; one seed, one design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .checks import varied_names
from .samplers import Points, problem, sampler_of

if TYPE_CHECKING:
    from .spec import Spec


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
    columns = sampler.draw(spec.design, spec.vary, spec.sampler_seed)
    # A sum of rounded terms can pass the end of a range by one step, which the equations may refuse.
    return {
        name: np.clip(np.ascontiguousarray(column), varied.low, varied.high)
        for (name, varied), column in zip(spec.vary.items(), columns, strict=True)
    }


def sampler_settings(spec: Spec) -> dict[str, Any]:
    """Return what an analyser must know of the design: method, settings, seed, names and bounds (plain JSON values)."""
    settings = spec.design.model_dump(exclude={"seed", "beyond_range", "file"}, exclude_none=True)
    bounds = [[varied.low, varied.high] for varied in spec.vary.values()]
    return {**settings, "seed": spec.sampler_seed, "names": list(varied_names(spec)), "bounds": bounds}


__all__ = ["Points", "draw_points", "problem", "sampler_settings"]
