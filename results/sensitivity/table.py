"""Indices of sensitivity as tables: printed, and written for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ..dataset import label_of
from ..formats import Exported, write_whole
from ..statistics.interval_kinds import doubts, kinds_of
from .methods import find_method

SHOWN_PARAMETERS = 10
IDLE = 0.01
"""Indices of idle parameters, due to chance, that are worth telling."""
SIGNED = ("mu", "SRC", "SRRC")
"""Indices whose sign says which way an outcome moves; others are shares and sizes."""
MARK = "(as idle)"
"""Stands beside an index that cannot be told from that of a parameter which does nothing."""


def summary(indices: xr.Dataset) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows, as text, of the ten parameters that matter most to each outcome, in the last window.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter).

    >>> cells = {name: (("outcome", "month", "parameter"), [[[0.2, 0.7]]]) for name in ("ST", "S1")}
    >>> names = {"outcome": ["quality"], "month": [12], "parameter": ["target_level", "mandate_detail"]}
    >>> summary(xr.Dataset(cells, names, {"method": "sobol"}))[1]
    [('quality', 'mandate detail', '0.700', '0.700'), ('', 'target level', '0.200', '0.200')]

    An index of size at most ``NAME_idle``, where the method has that variable, is marked (:func:`as_idle`).
    """
    shown = find_method(indices.attrs["method"]).shown
    last = indices.isel(month=-1)
    rows: list[tuple[str, ...]] = []
    for outcome in last["outcome"].values:
        one = last.sel(outcome=outcome)
        order = np.argsort(-np.nan_to_num(one[shown[0]].values, nan=-np.inf), kind="stable")[:SHOWN_PARAMETERS]
        for rank, place in enumerate(order):
            cells = (cell_of(one.isel(parameter=place), name) for name in shown)
            name = label_of(str(one["parameter"].values[place]), unit=False)
            rows.append((label_of(str(outcome), unit=False) if rank == 0 else "", name, *cells))
    return ("outcome", "parameter", *shown), rows


def cell_of(one: xr.Dataset, name: str, digits: int = 3) -> str:
    """Return an index as text, with its half-width and mark; in words where it has no value.

    ``one`` has the index NAME of one outcome and parameter, a scalar, with ``NAME_conf`` and ``NAME_idle`` where known.

    >>> cell_of(xr.Dataset({"ST": 0.01, "ST_conf": 0.02, "ST_idle": 0.05}), "ST")
    '0.010 ± 0.020 (as idle)'
    """
    value = float(one[name])
    if not np.isfinite(value):
        # Where the index with chance in it is known, it is chance alone that varies.
        return "not beyond chance" if np.isfinite(one.get(f"{name}_raw", np.nan)) else "does not vary"
    said = f"{value:.{digits}f}"
    half = float(one[f"{name}_conf"]) if f"{name}_conf" in one else np.nan
    said = f"{said} ± {half:.{digits}f}" if np.isfinite(half) else said
    return f"{said} {MARK}" if bool(as_idle(one, name)) else said


def as_idle(indices: xr.Dataset, name: str) -> xr.DataArray:
    """Return where an index cannot be told from that of a parameter which does nothing, (outcome, month, parameter).

    ``indices`` are those of :func:`analyze_sensitivity`. Its variable ``NAME_idle`` is the size, in the unit of the
    index, that such a parameter stays below at the level of the intervals. False for a method without it, and where
    the index is NaN.

    >>> found = xr.Dataset({"ST": ("parameter", [0.01, 0.7]), "ST_idle": ("parameter", [0.05, 0.05])})
    >>> as_idle(found, "ST").values.tolist()
    [True, False]
    """
    if f"{name}_idle" not in indices:
        return xr.zeros_like(indices[name], dtype=bool)
    # A share below zero says less than nothing; an effect below zero is one.
    size = abs(indices[name]) if name in SIGNED else indices[name]
    return size <= indices[f"{name}_idle"]


def kinds_shown(indices: xr.Dataset, names: Iterable[str], ends: tuple[str, ...] = ("conf", "idle")) -> tuple[str, ...]:
    """Return the kinds of the intervals (``conf``) and bands (``idle``) of the indices ``names``, as far as known.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter). The kinds are those of
    ``interval_kinds``; that of the share of chance is among them where its interval is known.

    >>> kinds_shown(xr.Dataset({"S1_conf": ("parameter", [0.1]), "ST_idle": ("parameter", [np.nan])}), ("S1", "ST"))
    ('first-order index',)
    """
    held = [*(f"{name}_{end}" for name in names for end in ends), "seed_share_conf"]
    return kinds_of(name for name in held if name in indices and np.isfinite(indices[name]).any())


def strongest(indices: xr.Dataset) -> str:
    """Say in one line what each outcome depends on most in the last window, with its index; empty if none varies.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter). A parameter that cannot be
    told from one that does nothing is never named.

    >>> cells = {"ST": (("outcome", "month", "parameter"), [[[0.2, 0.7]]])}
    >>> names = {"outcome": ["quality"], "month": [12], "parameter": ["target_level", "mandate_detail"]}
    >>> strongest(xr.Dataset(cells, names, {"method": "sobol"}))
    'depends most (share of variance with interactions): quality on mandate detail, 0.70'
    """
    method = find_method(indices.attrs["method"])
    name, words = method.shown[0], method.index
    last = indices.isel(month=-1)
    parts = []
    for outcome in last["outcome"].values:
        one = last.sel(outcome=outcome)
        acting = one[name].where(~as_idle(one, name))
        if np.isfinite(acting).any():
            first = one.isel(parameter=int(acting.argmax("parameter")))
            parameter = label_of(str(first["parameter"].item()), unit=False)
            parts.append(f"{label_of(str(outcome), unit=False)} on {parameter}, {cell_of(first, name, 2)}")
        elif np.isfinite(one[name]).any():
            parts.append(f"{label_of(str(outcome), unit=False)} on no parameter that can be told from an idle one")
    return f"depends most ({words}): {'; '.join(parts)}" if parts else ""


def legend_lines(indices: xr.Dataset) -> list[str]:
    """Return what the cells of a table of indices mean: the indices, their half-widths and the mark.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter), or of
    :func:`trace_sensitivity`, dims (outcome, number, parameter).

    >>> legend_lines(xr.Dataset(attrs={"method": "morris", "level": 0.95}))
    ['mu_star: mean absolute effect of the whole range; mu: mean effect; ± is the half-width of a 95% interval.']
    """
    method, often = find_method(indices.attrs["method"]), f"{indices.attrs['level']:.0%}"
    lines = [f"{method.meaning}; ± is the half-width of a {often} interval."]
    if any(f"{name}_idle" in indices for name in method.shown):
        lines.append(f"{MARK}: no larger than a parameter that does nothing shows in {often} of sweeps.")
    return lines


def remarks(indices: xr.Dataset) -> list[str]:
    """Return what must be said beside the table: meaning, what was dropped, the share of chance, advice, and doubts.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter).

    >>> facts = {"method": "pawn", "level": 0.95, "used": 64, "dropped": 1, "unit": "points", "advice": "sweep more."}
    >>> cells = {"seed_share": (("outcome", "month"), [[np.nan]])}
    >>> remarks(xr.Dataset(cells, {"outcome": ["quality"]}, facts))[1:3]
    ['1 of 65 points dropped: a run failed.', 'Sweep more.']
    """
    facts, method = indices.attrs, find_method(indices.attrs["method"])
    lines = legend_lines(indices)
    if "groups" in facts:
        lines.append(f"Groups, each moved as one: {facts['groups']}.")
    if "correlations" in facts:
        lines.append(f"Rank correlations of the parameters: {facts['correlations']}.")
    if "choices" in facts:
        lines.append(f"Levels of choices: {facts['choices']}.")
    if "distributions" in facts:
        lines.append(f"Points are drawn from your distributions, of which the indices are: {facts['distributions']}.")
    if facts["dropped"]:
        lines.append(f"{facts['dropped']} of {facts['used'] + facts['dropped']} {facts['unit']} dropped: a run failed.")
    if shares := chance_in_words(indices):
        lines.append(f"Share of chance in the variance of single runs: {shares}.")
    # Random numbers differ from row to row, which to the total order looks like an effect of every parameter.
    if method.freed and facts["replicates"] < 2:
        lines.append(
            f"One replicate: no chance can be taken from {method.freed}; a parameter that does nothing shows it."
        )
    elif method.freed and facts["chance_in_means"] >= IDLE:
        left = f"up to {facts['chance_in_means']:.0%} of their variance"
        lines.append(f"Chance left in the means ({left}) is taken from {method.freed}.")
    doubted = doubts((*kinds_shown(indices, method.shown), "advice on intervals"))
    return [*lines, facts["advice"][0].upper() + facts["advice"][1:], *([doubted] if doubted else [])]


def chance_in_words(indices: xr.Dataset) -> str:
    """Return the share of chance in single runs of each outcome in the last window; empty where no share is known.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month). In words where an outcome has no
    variance, or its share no interval.

    >>> cells = {"seed_share": 0.12, "seed_share_low": 0.1, "seed_share_high": 0.2}
    >>> cells = {name: (("outcome", "month"), [[value]]) for name, value in cells.items()}
    >>> chance_in_words(xr.Dataset(cells, {"outcome": ["quality"]}))
    'quality 12% (10% to 20%)'
    """
    last = indices.isel(month=-1)
    if not np.isfinite(last["seed_share"]).any():
        return ""
    ends = (last[name].values.tolist() for name in ("seed_share", "seed_share_low", "seed_share_high"))
    rows = zip(last["outcome"].values, *ends, strict=True)
    return ", ".join(f"{label_of(str(name), unit=False)} {_share(*values)}" for name, *values in rows)


def _share(share: float, low: float, high: float) -> str:
    if not np.isfinite(share):
        return "does not vary"
    return f"{share:.0%} ({low:.0%} to {high:.0%})" if np.isfinite(low) else f"{share:.0%} (no interval)"


def write_indices(indices: xr.Dataset, path: str | Path) -> Path:
    """Write all indices to ``path`` (.nc, .csv, .parquet; one row per outcome, month and parameter); return the path.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter). Tables leave out
    second-order indices, which have two parameters. Raises ValueError for another ending.

    >>> from tempfile import TemporaryDirectory
    >>> cells = {"ST": (("outcome", "month", "parameter"), [[[0.7]]])}
    >>> names = {"outcome": ["quality"], "month": [12], "parameter": ["mandate_detail"]}
    >>> with TemporaryDirectory() as folder:
    ...     write_indices(xr.Dataset(cells, names), Path(folder) / "indices.csv").read_text().split()
    ['outcome,month,parameter,ST', 'quality,12,mandate_detail,0.7']
    """

    def tables() -> Iterator[pd.DataFrame]:
        single = indices.drop_dims("parameter_2", errors="ignore")
        order = [name for name in ("outcome", "month", "number", "parameter") if name in single.dims]
        yield single.to_dataframe(dim_order=order).reset_index()

    path = Path(path)
    write_whole(Exported(lambda: indices, tables), path)
    return path
