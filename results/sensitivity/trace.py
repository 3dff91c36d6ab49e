"""Traces of indices: the same analysis on growing parts of a sweep, and the number of points that was enough."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
import xarray as xr

from ...datasets.attributes import with_texts
from ...store.design_methods import POINTS
from ..dataset import chosen_outcomes, design_of, label_of
from ..design import Design
from ..sample import complete_points, sample_of, series_of
from ..statistics.interval_kinds import doubts, with_doubts
from .indices import finite_only, together_in_words, usable_rows
from .methods import AUTO, Bootstrap, SensitivityMethod, find_method, method_for
from .precision import units_for
from .table import cell_of, kinds_shown

FEWEST = 8
"""A trace begins with no fewer units: a bootstrap of less says little (assumption)."""
IMPORTANT = 0.1
"""Parameters count whose index is at least this share of the largest (assumption)."""


def trace_sensitivity(
    sweep: xr.Dataset,
    outcomes: Iterable[str] | None = None,
    method: str = AUTO,
    limit: float | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> xr.Dataset:
    """Return the indices of each outcome at growing numbers of points, dims ``(outcome, number, parameter)``.

    ``sweep`` is an opened sweep, the methods and their variables are those of :func:`analyze_sensitivity`; one mean
    over months is analysed. ``number`` counts base points of a Sobol design, trajectories, or points, and halves from
    all that there are. Base points and trajectories are taken in the order of the design, so that a part is the smaller
    design; points in a drawn order of one seed.

    ``important`` (outcome, parameter): the index is, at the largest number, at least a tenth of the largest.
    ``widest`` (outcome, number): the greatest half-width of the intervals of these, in the unit of the index; for
    effects, which have the unit of the outcome, as a share of the largest (Sarrazin et al. 2016, Environmental
    Modelling & Software 79:135). ``enough`` (outcome): the number from which on ``widest`` is at most ``limit``, NaN
    where none is; ``needed`` (outcome): about how many it would take. Raises what :func:`analyze_sensitivity` raises,
    and ValueError for a limit that is not above zero.

    >>> attrs = {"sampler": '{"method": "table", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray(np.linspace(0.9, 0.5, 40).reshape(40, 1, 1), dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", np.arange(40) / 40), "month": [1]}, attrs)
    >>> trace = trace_sensitivity(sweep.assign(status=xr.ones_like(runs[..., 0], dtype=int)), limit=0.05)
    >>> trace["number"].values.tolist(), float(trace["enough"][0])
    ([10, 20, 40], 10.0)
    """
    if limit is not None and not limit > 0.0:
        raise ValueError(f"the limit of an interval must be above zero, got {limit:g}")
    names, design, bootstrap = chosen_outcomes(sweep, outcomes), design_of(sweep), bootstrap or Bootstrap()
    chosen = method_for(method, design)
    rows, used, dropped, unit = usable_rows(complete_points(sweep), design, chosen)
    parts = _parts(rows.reshape(used, -1), chosen, design, bootstrap.seed)
    sample = sample_of(sweep)
    runs = [(series.mean, series.deviations) for _, series in series_of(sweep, names, None, from_month, to_month)]
    found = []
    for part in parts.values():
        analyse = chosen.prepare(design, sample[part], bootstrap)
        found.append([finite_only(analyse, mean[part], apart[part]) for mean, apart in runs])
    trace = _dataset(found, names, [*parts], chosen.factors(design))
    trace.attrs.update(
        method=chosen.name, source=chosen.source, design=design.method, used=used, dropped=dropped, unit=unit,
        resamples=bootstrap.resamples, seed=bootstrap.seed, level=bootstrap.level,
        **together_in_words(design, chosen),
    )  # fmt: skip
    return _judged(trace, chosen, design, limit)


def _parts(units: np.ndarray, method: SensitivityMethod, design: Design, seed: int) -> dict[int, np.ndarray]:
    """Return number of units -> their rows, for all units, half of them and so on, the smallest number first."""
    size = method.together(design)
    parcels = units.reshape(-1, size, *units.shape[1:])
    # The first points of a grid are a corner of it; the first units of a design are a design.
    order = np.random.default_rng(seed).permutation(len(parcels)) if method.unit is POINTS else np.arange(len(parcels))
    numbers, number = [len(parcels)], len(parcels)
    while (number := ceil(number / 2)) * size >= max(FEWEST, method.least(len(method.factors(design)))):
        numbers.append(number)
    return {number * size: parcels[order[:number]].ravel() for number in reversed(numbers)}


def _dataset(
    found: list[list[dict[str, np.ndarray]]], names: tuple[str, ...], numbers: list[int], factors: tuple[str, ...]
) -> xr.Dataset:
    axes = {1: (), 2: ("parameter",)}
    variables = {
        key: (
            ("outcome", "number", *axes[array.ndim]),
            np.array([[part[place][key][..., 0] for part in found] for place in range(len(names))]),
        )
        for key, array in found[0][0].items()
        if array.ndim in axes  # a pair of parameters has an axis more: it decides nothing here
    }
    coordinates = {"outcome": list(names), "number": numbers, "parameter": list(factors)}
    return with_doubts(with_texts(xr.Dataset(variables, coordinates)))


def _judged(trace: xr.Dataset, method: SensitivityMethod, design: Design, limit: float | None) -> xr.Dataset:
    """Return the trace with what decides whether the points were enough."""
    index = method.shown[0]
    last = trace[index].isel(number=-1)
    largest = last.max("parameter")
    trace["important"] = last >= IMPORTANT * largest
    widest = trace[f"{index}_conf"].where(trace["important"]).max("parameter", skipna=True)
    trace["widest"] = widest / largest if method.relative else widest
    wide = trace["widest"].values
    met = np.zeros(wide.shape, dtype=bool) if limit is None else wide <= limit
    # Met here and at every larger number: an interval may be narrow once by chance.
    stays = np.logical_and.accumulate(met[:, ::-1], axis=1)[:, ::-1]
    numbers = trace["number"].values
    enough = np.where(stays.any(axis=1), numbers[stays.argmax(axis=1)], np.nan)
    trace["enough"] = ("outcome", enough)
    needed = [np.nan if limit is None else units_for(int(numbers[-1]), each, limit) for each in wide[:, -1]]
    trace["needed"] = ("outcome", np.where(np.isnan(enough), needed, enough))
    trace.attrs["limit"] = float("nan") if limit is None else limit
    lacking = trace["needed"].values[np.isnan(enough)]
    trace.attrs["more"] = _how_to_get_more(design, method, float(np.nanmax([*lacking, 0.0])))
    return trace


def _how_to_get_more(design: Design, method: SensitivityMethod, needed: float) -> str:
    """Say what would bring the points that are needed; empty where there are enough."""
    if not needed:
        return ""
    kind = design.kind
    per = kind.unit.points(len(design.factors), design.settings) if method.unit is POINTS else 1
    number = ceil(needed / per)
    if kind.doubled:
        number = 1 << (number - 1).bit_length()
    if kind.counted_by is None:
        return f"'tredegar extend' takes {kind.gains}"
    asked = f"{kind.counted_by} = {number} under [design]"
    if kind.gains:
        return f"'tredegar extend' with {asked} keeps all that is done"
    return f"more {kind.unit.plural} are another {design.method} design: sweep one anew, with {asked}"


def trace_rows(trace: xr.Dataset) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows, as text, of the index of each important parameter at each number of points.

    ``trace`` is that of :func:`trace_sensitivity`, dims (outcome, number, parameter). Parameters stand in the order of
    their indices at the largest number, in whose unit the numbers are.

    >>> cells = {"ST": (("outcome", "number", "parameter"), [[[0.2, 0.6], [0.1, 0.7]]])}
    >>> names = {"outcome": ["quality"], "number": [8, 16], "parameter": ["target_level", "mandate_detail"]}
    >>> important = {"important": (("outcome", "parameter"), [[False, True]])}
    >>> trace_rows(xr.Dataset(cells | important, names, {"method": "sobol", "unit": "base points"}))
    (('outcome', 'parameter', '8 base points', '16'), [('quality', 'mandate detail', '0.600', '0.700')])
    """
    index = find_method(trace.attrs["method"]).shown[0]
    numbers = [f"{number}" for number in trace["number"].values]
    rows: list[tuple[str, ...]] = []
    for outcome in trace["outcome"].values:
        one = trace.sel(outcome=outcome)
        last = one[index].isel(number=-1).values
        shown = [place for place in np.argsort(-last, kind="stable") if one["important"].values[place]]
        for rank, place in enumerate(shown):
            values = one.isel(parameter=int(place))
            cells = (cell_of(values.isel(number=at), index) for at in range(len(numbers)))
            name = label_of(str(values["parameter"].item()), unit=False)
            rows.append((label_of(str(outcome), unit=False) if rank == 0 else "", name, *cells))
    return ("outcome", "parameter", f"{numbers[0]} {trace.attrs['unit']}", *numbers[1:]), rows


def stopping_lines(trace: xr.Dataset) -> list[str]:
    """Return, for each outcome, at which number the widest interval fell below the limit, or not; at last, doubts.

    ``trace`` is that of :func:`trace_sensitivity`, dims (outcome, number, parameter).

    >>> facts = {"limit": 0.05, "unit": "base points", "method": "sobol", "more": "extend it"}
    >>> cells = {"widest": (("outcome", "number"), [[0.2, 0.1]])}
    >>> cells |= {"enough": ("outcome", [np.nan]), "needed": ("outcome", [64.0])}
    >>> stopping_lines(xr.Dataset(cells, {"outcome": ["quality"], "number": [8, 16]}, facts))[:2]
    ['quality: the widest interval is still ± 0.1 with 16 base points, above ± 0.05; about 64 would do.', 'Extend it.']
    """
    facts, lines = trace.attrs, []
    share = " of the largest effect" if find_method(facts["method"]).relative else ""
    for outcome in trace["outcome"].values:
        one = trace.sel(outcome=outcome)
        name, last = label_of(str(outcome), unit=False), float(one["widest"][-1])
        at = f"with {int(one['number'][-1])} {facts['unit']}"
        if not np.isfinite(last):
            known = bool(one["important"].any()) if "important" in one else False
            why = "no resamples were drawn" if known else "it does not vary beyond chance"
            lines.append(f"{name}: no interval is known; {why}.")
        elif not np.isfinite(facts["limit"]):
            lines.append(f"{name}: the widest interval of the important parameters is ± {last:.2g}{share} {at}.")
        elif np.isnan(one["enough"]):
            lines.append(f"{name}: the widest interval is still ± {last:.2g}{share} {at}, above ± {facts['limit']:g};"
                         f" about {int(one['needed'])} would do.")  # fmt: skip
        else:
            lines.append(f"{name}: the widest interval is at most ± {facts['limit']:g}{share} from"
                         f" {int(one['enough'])} {facts['unit']} on.")  # fmt: skip
    more = str(facts["more"])
    forecast = (
        ("points that would do",) if np.isnan(trace["enough"].where(np.isfinite(trace["needed"]), 0.0)).any() else ()
    )
    doubted = doubts((*kinds_shown(trace, find_method(facts["method"]).shown[:1]), *forecast))
    return [*lines, *([f"{more[0].upper()}{more[1:]}."] if more else []), *([doubted] if doubted else [])]
