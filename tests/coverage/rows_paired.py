"""Rows of paired streams: the points of a sample share their random numbers, and no other sample has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import qmc

from tredegar.results import analyze_sensitivity, compare, contrast, measure_robustness
from tredegar.results.figures.maps import map_of
from tredegar.results.statistics.mean_intervals import mean_with_interval, scatter_of
from tredegar.sweeps.spec.spec import Spec

from .law import Row, Said
from .rows_indices import ACTS, MORRIS, in_band, interval_of, true_effects
from .rows_means import DESIGNS, population, scatter_names
from .rows_sobol import DESIGNS as SOBOL
from .rows_sobol import analysed, true_indices
from .truths import NAMES, TRUTHS, Truth, made_sweep, runs_at, space, sweep_of, with_failures

LEVER = "mandate_detail"
"""The parameter that the arms set: the one that acts in most truths."""
AXIS = NAMES.index(LEVER)
ARMS = (0.0, 1.0)
SHOWN = ("nothing acts", "everything acts", "product", "chance grows with the effect")
CLOSE = 0.95
"""The share of chance that points share where random numbers are nearly all that chance is."""
Read = Callable[[Truth, xr.Dataset, np.random.Generator], Said]


def arms_of(truth: Truth, samples: int, replicates: int, stratified: bool, rng: np.random.Generator) -> xr.Dataset:
    """Return a sweep of a table of samples, at random or a Latin hypercube, each with the lever at both ARMS."""
    drawn = (
        qmc.LatinHypercube(len(NAMES), seed=rng).random(samples) if stratified else rng.random((samples, len(NAMES)))
    )
    at = np.repeat(drawn, len(ARMS), axis=0)
    at[:, AXIS] = np.tile(ARMS, samples)
    points = dict(zip(NAMES, at.T, strict=True))
    return sweep_of(truth, Spec(points=points, arms=len(ARMS), streams="paired", months=1, replicates=replicates), rng)


def at_arms(truth: Truth) -> np.ndarray:
    """Return the surface over the space in each of the arms, (arm, points)."""
    found = []
    for value in ARMS:
        at = space().copy()
        at[:, AXIS] = value
        found.append(truth.surface(at))
    return np.array(found)


def of_mean(truth: Truth, sweep: xr.Dataset, rng: np.random.Generator) -> Said:
    """The mean over samples and arms."""
    found = mean_with_interval(sweep["quality"].values, scatter_of(sweep))
    return Said(*found, at_arms(truth).mean(keepdims=True)[0])


def _of_table(table: Any, names: tuple[str, str, str], truths: list[float]) -> Said:
    return Said(*(table[name].to_numpy(dtype=float) for name in names), np.array(truths))


def of_contrast(truth: Truth, sweep: xr.Dataset, rng: np.random.Generator) -> Said:
    """The change from one arm to the other, run by run."""
    found = contrast(sweep, {LEVER: 0.0}, {LEVER: 1.0}, ["quality"], 1, 1)
    assert found.paired
    low, high = at_arms(truth).mean(axis=1)
    return _of_table(found.table, ("change", "change_low", "change_high"), [high - low])


def of_other_seed(truth: Truth, sweep: xr.Dataset, rng: np.random.Generator) -> Said:
    """The change to a sweep of the same points and another seed, which adds nothing."""
    at = np.column_stack([sweep[name].values for name in NAMES])
    sets = np.arange(len(at)) // len(ARMS)
    again = runs_at(truth, at, sweep.sizes["replicate"], "paired", rng, sets)[:, :, None]
    other = sweep.assign(quality=xr.zeros_like(sweep["quality"]) + again)
    other.attrs["spec"] = other.attrs["spec"].replace("seed = 7", "seed = 8", 1)
    found = compare(sweep, other, ["quality"], 1, 1)
    assert not found.paired
    return _of_table(found.table, ("change", "change_low", "change_high"), [0.0])


def of_regret(truth: Truth, sweep: xr.Dataset, rng: np.random.Generator) -> Said:
    """The mean regret of each arm over the samples."""
    table = measure_robustness(sweep, "quality", (LEVER,))
    by_arm = at_arms(truth)
    regret = (by_arm.max(axis=0) - by_arm).mean(axis=1)
    return _of_table(table, ("mean_regret", "mean_regret_low", "mean_regret_high"), regret.tolist())


READ: dict[str, Read] = {
    "mean over a design": of_mean,
    "change between arms, run by run": of_contrast,
    "change between sweeps of other seeds": of_other_seed,
    "mean regret": of_regret,
}


def _arms_row(
    kind: str, truth: Truth, samples: int, replicates: int, failed: float = 0.0, stratified: bool = False
) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        sweep = arms_of(truth, samples, replicates, stratified, rng)
        return READ[kind](truth, with_failures(sweep, failed, rng) if failed else sweep, rng)

    lost = f", {failed:.0%} of runs failed" if failed else ""
    drawn = " of a Latin hypercube" if stratified else ""
    design = f"{samples} samples{drawn}, 2 arms x {replicates}, paired{lost}"
    return Row(kind=kind, truth=truth.name, design=design, trial=trial, trials=200)


def _design_row(truth: Truth, label: str, replicates: int) -> Row:
    design = DESIGNS[label]

    def trial(rng: np.random.Generator) -> Said:
        sweep = made_sweep(truth, design, replicates, "paired", rng)
        at = np.column_stack([sweep[name].values for name in scatter_names(sweep)])
        found = mean_with_interval(sweep["quality"].values, scatter_of(sweep))
        return Said(*found, truth.surface(population(design, at)).mean(keepdims=True))

    words = f"{label} x {replicates}, paired"
    return Row(kind="mean over a design", truth=truth.name, design=words, trial=trial, trials=200)


def _grid(levels: int = 3) -> np.ndarray:
    axes = np.meshgrid(*[np.linspace(0.0, 1.0, levels)] * len(NAMES), indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, len(NAMES))


def _chosen_row(truth: Truth, replicates: int, failed: float = 0.0) -> Row:
    """Return a row of points that stand for themselves, of which one, two or three share their random numbers."""
    at = _grid()
    sets = np.repeat(np.arange(len(at)), np.arange(len(at)) % 3 + 1)[: len(at)]

    def trial(rng: np.random.Generator) -> Said:
        values = runs_at(truth, at, replicates, "paired", rng, sets)
        points = {name: ("point", column) for name, column in zip(NAMES, at.T, strict=True)}
        run = ("point", "replicate"), sets[:, None] * 4096 + np.arange(replicates)
        facts = {"streams": "paired", "sampler": '{"method": "table", "names": [], "bounds": []}'}
        status = ("point", "replicate"), np.ones(values.shape, dtype="u1")
        quality = ("point", "replicate", "month"), values[:, :, None]
        sweep = xr.Dataset({"quality": quality, "status": status}, {**points, "run": run, "month": [1]}, facts)
        sweep = with_failures(sweep, failed, rng) if failed else sweep
        kept = np.isfinite(sweep["quality"].values).any(axis=(1, 2))
        found = mean_with_interval(sweep["quality"].values, scatter_of(sweep))
        return Said(*found, truth.surface(at[kept]).mean(keepdims=True))

    lost = f", {failed:.0%} of runs failed" if failed else ""
    design = f"81 points, of which 1 to 3 share streams, x {replicates}, paired{lost}"
    return Row(kind="mean over a design", truth=truth.name, design=design, trial=trial, trials=200)


def _map_row(truth: Truth, replicates: int) -> Row:
    """Return a row of a full grid in a table, whose last parameter makes the arms: points of a cell share streams."""
    at = _grid()
    points = dict(zip(NAMES, at.T, strict=True))
    levels = np.unique(at)
    cells = np.array(
        [[truth.surface(at[(at[:, 0] == up) & (at[:, AXIS] == across)]).mean() for across in levels] for up in levels]
    )

    def trial(rng: np.random.Generator) -> Said:
        spec = Spec(points=points, arms=3, streams="paired", months=1, replicates=replicates)
        chart = map_of((sweep := sweep_of(truth, spec, rng))["quality"].mean("month"), sweep, LEVER, NAMES[0])
        truths = {"mean": cells, "change": (cells - cells[:, :1])[:, 1:]}
        parts = [
            [
                *(chart[name + suffix].values[:, 3 - true.shape[1] :].ravel() for suffix in ("", "_low", "_high")),
                true.ravel(),
            ]
            for name, true in truths.items()
        ]
        return Said(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    words = f"grid 3^4 in a table of 3 arms x {replicates}, paired"
    return Row(kind="cell of a map of a grid", truth=truth.name, design=words, trial=trial, trials=100)


def _sobol_rows(name: str, label: str) -> list[Row]:
    """Return the rows of both indices and of their bands, at two replicates."""
    idle = true_indices(name)["ST"] < 1e-6
    words = f"{label} x 2, paired"

    def found_in(rng: np.random.Generator) -> xr.Dataset:
        return analysed(made_sweep(TRUTHS[name], SOBOL[label], 2, "paired", rng))

    def interval(index: str) -> Callable[[np.random.Generator], Said]:
        return lambda rng: interval_of(found_in(rng), index, [0, 1, 2, 3], true_indices(name)[index])

    def band(index: str) -> Callable[[np.random.Generator], Said]:
        # Where points do not vary beyond chance no index is printed, and no parameter is named as acting.
        return lambda rng: Said(*map(np.nan_to_num, in_band(found_in(rng), index, np.flatnonzero(idle).tolist())))

    kinds = {"S1": "first-order index", "ST": "total-order index"}
    asked = [(kind, interval(index)) for index, kind in kinds.items()] if not idle.all() else []
    if idle.any():
        asked += [(f"band of an idle {kind}", band(index)) for index, kind in kinds.items()]
    return [Row(kind=kind, truth=name, design=words, trial=trial, trials=100) for kind, trial in asked]


def _morris_rows(name: str) -> list[Row]:
    label, design = next(iter(MORRIS.items()))
    words, idle = f"{label} x 2, paired", [place for place in range(len(NAMES)) if place not in ACTS[name]]

    def found_in(rng: np.random.Generator) -> xr.Dataset:
        sweep = made_sweep(TRUTHS[name], design, 2, "paired", rng)
        return analyze_sensitivity(sweep, method="morris", window=1).isel(outcome=0, month=0)

    def effects(rng: np.random.Generator) -> Said:
        return interval_of(found_in(rng), "mu_star", [0, 1, 2, 3], true_effects(name))

    found = [Row(kind="Morris mu_star", truth=name, design=words, trial=effects, trials=100)]
    if idle:
        kind = "band of idle parameters, mu_star"
        found.append(
            Row(
                kind=kind,
                truth=name,
                design=words,
                trial=lambda rng: in_band(found_in(rng), "mu_star", idle),
                trials=100,
            )
        )
    return found


def _close(truth: Truth) -> Truth:
    return replace(truth, name=f"{truth.name}, nearly all of chance shared", shared=CLOSE)


def rows() -> list[Row]:
    """Return the rows of paired streams."""
    shown = [TRUTHS[name] for name in SHOWN]
    product, grows = TRUTHS["product"], TRUTHS["chance grows with the effect"]
    mean, change, seeds, regret = READ
    arms = [_arms_row(kind, truth, 40, 1) for kind in (mean, change) for truth in shown]
    arms += [_arms_row(seeds, grows, 40, count) for count in (1, 4)]
    arms += [_arms_row(kind, grows, 40, 4) for kind in (mean, change, regret)]
    arms += [_arms_row(kind, _close(grows), 12, 4) for kind in (mean, change)]
    arms += [_arms_row(kind, grows, 40, 4, failed=0.1) for kind in (mean, change)]
    arms += [_arms_row(kind, product, 40, 1, stratified=True) for kind in (mean, change)]
    designs = [
        _design_row(truth, label, count)
        for truth in (product, grows, _close(grows))
        for label in ("Sobol base 32", "Morris 10")
        for count in (1, 2)
    ]
    chosen = [_chosen_row(truth, count) for truth in (*shown, _close(grows)) for count in (2, 4)]
    chosen += [_chosen_row(grows, 4, 0.1), _chosen_row(_close(grows), 2, 0.1), _chosen_row(product, 1)]
    indices = [row for name in ("nothing acts", "product", grows.name) for row in _sobol_rows(name, "Sobol base 32")]
    effects = [row for name in ("nothing acts", "product", grows.name) for row in _morris_rows(name)]
    return [*arms, *designs, *chosen, _map_row(_close(grows), 4), *indices, *effects]
