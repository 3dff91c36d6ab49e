"""Levers that hold up: each setting of the levers over all states of what no government chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...model.text.names import closest
from ...store.random_streams import COMMON
from ..dataset import chosen_outcomes, design_of, label_of, levels_in, with_labels
from ..intervals import Estimate, said
from ..random_numbers import sets_of_points
from ..statistics.mean_intervals import Scatter, mean_with_interval
from ..windows import window_mean

WORST_TENTH = 0.1


def measure_robustness(
    sweep: xr.Dataset,
    outcome: str,
    levers: str | tuple[str, ...],
    smaller_is_better: bool = False,
    from_month: int | None = None,
) -> pd.DataFrame:
    """Return one row per setting of the ``levers``: how it does over all states of the other varied parameters.

    ``sweep`` is an opened sweep. Columns, in the unit of the outcome but for the first and the last: the levers, of a
    choice the labels of its levels;
    ``mean``; ``worst``, the worst state, and ``p10``, which a tenth of the states fall short of; ``mean_regret`` and
    ``greatest_regret``, what is lost against the best setting in the same state; ``best``, the share of the states in
    which it is the best. Means have a 95 % interval (``_low``, ``_high``): chance and states are its two sources.
    Regret is taken replicate by replicate, so that what chance does to a state cancels, and in two ways: where the
    replicates that choose the best setting also measure it, regret comes out too great; where the others choose, too
    small. The interval reaches from the low end of the second, at least 0, to the high end of the first, and the mean
    lies half way. A state with a failed run is left out.

    A grid of everything has every setting in every state, and so has a table of points that sets the levers anew at
    each of its states. Raises ValueError for levers that are not varied, for other designs, and where no state is
    complete.

    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail", "target_level"], "bounds": []}'}
    >>> varied = {"mandate_detail": ("point", [0.0, 1.0, 0.0, 1.0]), "target_level": ("point", [0.8, 0.8, 0.9, 0.9])}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.6]], [[0.7]], [[0.4]]])}
    >>> table = measure_robustness(xr.Dataset(runs, varied | {"month": [1]}, attrs), "quality", ("mandate_detail",))
    >>> table["mean_regret"].round(6).tolist(), table["best"].tolist()
    ([0.05, 0.15], [0.5, 0.5])
    """
    varied = design_of(sweep).varied
    levers = (levers,) if isinstance(levers, str) else tuple(levers)
    unknown = [name for name in levers if name not in varied]
    if unknown or not levers:
        meant = closest(unknown[0], varied) if unknown else ""
        got = f"{', '.join(unknown) or 'none'}{meant}"
        raise ValueError(f"levers must be varied parameters ({', '.join(varied)}), got {got}")
    (outcome,) = chosen_outcomes(sweep, outcome)
    settings, values = _by_setting_and_state(sweep, outcome, levers, from_month)
    # A state counts for all settings or for none: they are compared in the same states.
    complete = np.isfinite(values).all(axis=(0, 2))
    if not complete.any():
        raise ValueError("robustness needs a state in which all runs are done; every one has a failed or missing run")
    values = values[:, complete]
    sign = -1.0 if smaller_is_better else 1.0
    means = sign * values.mean(axis=2)
    states = values.shape[1]
    regret = _regrets(sign * values)
    found = pd.DataFrame(
        {name: with_labels(settings[:, place], levels_in(sweep, name)) for place, name in enumerate(levers)}
    )
    # States are a sample of what may come, also where they form a grid.
    scatter = Scatter(sampled=True, common=_states_share_streams(sweep, levers), units=np.arange(states))
    found = found.assign(**_spread("mean", [mean_with_interval(one, scatter) for one in values]))
    found["worst"], found["p10"] = sign * means.min(axis=1), sign * np.quantile(means, WORST_TENTH, axis=1)
    found = found.assign(**_spread("mean_regret", [_mean_regret(*pair, scatter) for pair in zip(*regret, strict=True)]))
    found["greatest_regret"] = regret[0].mean(axis=2).max(axis=1)
    found["best"] = (means == means.max(axis=0)).mean(axis=1)
    found.attrs["states"] = states
    return found


def _regrets(gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the regrets (setting, state, replicate) where all replicates choose the best setting, and where others do.

    ``gains`` (setting, state, replicate) is better where it is greater. With one replicate no other can choose.
    """
    total, replicates = gains.sum(axis=2, keepdims=True), gains.shape[2]
    best = np.take_along_axis(gains, np.broadcast_to(total.argmax(axis=0), (1, *gains.shape[1:])), axis=0)
    if replicates == 1:
        return best - gains, np.full_like(gains, np.nan)
    by_others = np.take_along_axis(gains, (total - gains).argmax(axis=0)[None], axis=0)
    return best - gains, by_others - gains


def _mean_regret(same: np.ndarray, crossed: np.ndarray, scatter: Scatter) -> Estimate:
    high, low = mean_with_interval(same, scatter), mean_with_interval(crossed, scatter)
    if not np.isfinite(low.mean):
        return Estimate(high.mean, np.array(np.nan), np.array(np.nan))
    return Estimate(np.maximum((low.mean + high.mean) / 2.0, 0.0), np.maximum(low.low, 0.0), high.high)


def _by_setting_and_state(
    sweep: xr.Dataset, outcome: str, levers: tuple[str, ...], from_month: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the settings (setting, lever) and the values of the outcome (setting, state, replicate)."""
    varied = design_of(sweep).varied
    by_point = window_mean(sweep, [outcome], from_month)[outcome].transpose("point", "replicate").values
    settings, setting = _rows(sweep, levers)
    states, state = _rows(sweep, tuple(name for name in varied if name not in levers))
    if len(np.unique(setting * len(states) + state)) != len(by_point) or len(by_point) != len(settings) * len(states):
        raise ValueError(
            f"robustness needs every setting of the levers once in every state: {len(settings)} settings and "
            f"{len(states)} states make {len(settings) * len(states)} points, the store has {len(by_point)}; vary them "
            "in a grid, or in a table that repeats each state for each setting"
        )
    values = np.empty((len(settings), len(states), by_point.shape[1]))
    values[setting, state] = by_point
    return settings, values


def _states_share_streams(sweep: xr.Dataset, levers: tuple[str, ...]) -> bool:
    """Whether some states share random numbers, so that what chance does to both does not show between them."""
    design = design_of(sweep)
    _, state = _rows(sweep, tuple(name for name in design.varied if name not in levers))
    pairs = np.unique(np.column_stack([sets_of_points(sweep), state]), axis=0)
    return design.streams == COMMON or len(np.unique(pairs[:, 0])) < len(pairs)


def _rows(sweep: xr.Dataset, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the different rows of some parameters, and the number of the row at each point."""
    if not names:
        return np.empty((1, 0)), np.zeros(sweep.sizes["point"], dtype=np.int64)
    rows, number = np.unique(np.column_stack([sweep[name].values for name in names]), axis=0, return_inverse=True)
    # NumPy 2.0 gave these numbers a second axis.
    return rows, number.reshape(-1)


def _spread(name: str, found: list[Estimate]) -> dict[str, list[float]]:
    return {
        name: [float(one.mean) for one in found],
        f"{name}_low": [float(one.low) for one in found],
        f"{name}_high": [float(one.high) for one in found],
    }


def ranked(table: pd.DataFrame, outcome: str, smaller_is_better: bool) -> str:
    """Say what was ranked and how, in one sentence."""
    return (
        f"{len(table)} settings in the same {table.attrs['states']} states, by mean regret: how much "
        f"{'higher' if smaller_is_better else 'lower'} {label_of(outcome, False)} is than under the best of them; "
        "in brackets 95% intervals."
    )


def robust_rows(
    table: pd.DataFrame, levers: tuple[str, ...], digits: int = 3
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of the printed table: least regret on average first."""
    header = (*(label_of(name, False) for name in levers), "mean", "a tenth is worse than", "worst", "mean regret",
              "greatest regret", "best in")  # fmt: skip
    rows = [
        (
            *(row[name] if isinstance(row[name], str) else f"{row[name]:.3g}" for name in levers),
            _said(row, "mean", digits),
            *(f"{row[name]:.{digits}f}" for name in ("p10", "worst")),
            _said(row, "mean_regret", digits),
            f"{row['greatest_regret']:.{digits}f}",
            f"{row['best']:.0%}",
        )
        for row in table.sort_values("mean_regret", kind="stable").to_dict("records")
    ]
    return header, rows


def _said(row: Mapping[Any, Any], name: str, digits: int) -> str:
    return said(row[name], row[f"{name}_low"], row[f"{name}_high"], digits)
