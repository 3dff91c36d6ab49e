"""The points of a sweep: drawn by SALib or scipy, spanned by a grid or read from a table; one seed, one design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .checks import varied_names
from .design import LatinHypercube, Morris, Sobol, Varied
from .errors import SpecError

if TYPE_CHECKING:
    from .spec import Spec

Points = dict[str, NDArray[np.float64]]


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
    design = spec.design
    if design.method == "table":
        assert spec.table is not None, "a stored spec has no table: its points stand in the store"
        return dict(spec.table)
    if design.method == "grid":
        levels = [np.array(varied.values) for varied in spec.vary.values()]
        columns = [axis.ravel() for axis in np.meshgrid(*levels, indexing="ij")]
    else:
        columns = list(_sample(design, spec.vary, spec.sampler_seed).T)
    # A sum of rounded terms can pass the end of a range by one step, which the equations may refuse.
    return {
        name: np.clip(np.ascontiguousarray(column), varied.low, varied.high)
        for (name, varied), column in zip(spec.vary.items(), columns, strict=True)
    }


def _sample(design: LatinHypercube | Sobol | Morris, vary: Mapping[str, Varied], seed: int) -> NDArray[np.float64]:
    if isinstance(design, LatinHypercube):
        from scipy.stats import qmc

        # To scipy, points that are not scrambled are those in the middle of their slices.
        unit = qmc.LatinHypercube(len(vary), scramble=not design.centred, seed=seed)
        low, high = ([getattr(varied, end) for varied in vary.values()] for end in ("low", "high"))
        return np.asarray(qmc.scale(unit.random(design.points), low, high))
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        raise SpecError(f'a {design.method} design needs SALib: pip install "tredegar[sensitivity]"') from None
    if isinstance(design, Sobol):
        return np.asarray(sobol.sample(problem(vary), design.points, calc_second_order=design.second_order, seed=seed))
    return np.asarray(morris.sample(problem(vary), design.trajectories, num_levels=design.levels, seed=seed))


def problem(vary: Mapping[str, Varied]) -> dict[str, Any]:
    """Return the description of the varied quantities that SALib's samplers and analysers take.

    >>> problem({"real_control": Varied(0.0, 1.0)})
    {'num_vars': 1, 'names': ['real_control'], 'bounds': [[0.0, 1.0]]}
    """
    return {
        "num_vars": len(vary),
        "names": list(vary),
        "bounds": [[varied.low, varied.high] for varied in vary.values()],
    }


def sampler_settings(spec: Spec) -> dict[str, Any]:
    """Return what an analyser must know of the design: method, settings, seed, names and bounds (plain JSON values)."""
    settings = spec.design.model_dump(exclude={"seed", "beyond_range", "file"})
    bounds = [[varied.low, varied.high] for varied in spec.vary.values()]
    return {**settings, "seed": spec.sampler_seed, "names": list(varied_names(spec)), "bounds": bounds}
