"""Paired contrasts of arms: what one arm does that another does not, point by point under the same random numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from .claims import Less, Part
from .experiments.points import Settings


class ArmStore:
    """The store of a design with arms, read as ``(sample, arm, replicate, month)``.

    Raises ValueError where the points of the store are not those of the ``arms`` (name -> settings) of the design.
    """

    def __init__(self, sweep: xr.Dataset, arms: Mapping[str, Settings]) -> None:
        self.sweep = sweep
        self.arms = {name: place for place, name in enumerate(arms)}
        points = sweep.sizes["point"]
        if points % len(arms):
            raise ValueError(f"the store has {points} points, which is no multiple of the {len(arms)} arms")
        self.samples, self.replicates = points // len(arms), sweep.sizes["replicate"]
        self.months = sweep["month"].values
        self._loaded: dict[str, np.ndarray] = {}
        for place, (name, settings) in enumerate(arms.items()):
            for parameter, value in settings.items():
                if parameter not in sweep.coords or not np.all(sweep[parameter].values[place :: len(arms)] == value):
                    raise ValueError(
                        f"point {place} and every {len(arms)}th after it should have {parameter} = {value:g} "
                        f"(arm '{name}'); this store is of another design"
                    )

    @property
    def common(self) -> bool:
        """Whether a replicate has the same random numbers at all samples, as in stores that do not say otherwise."""
        return str(self.sweep.attrs.get("streams", "common")) == "common"

    def series(self, arm: str, outcome: str) -> np.ndarray:
        """Return the recorded values of ``outcome`` in its unit, float64 (sample, replicate, month).

        Raises KeyError for an arm or an outcome that the store does not hold.

        >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.7]]])}
        >>> sweep = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0]), "month": [12]})
        >>> store = ArmStore(sweep, {"low": {"mandate_detail": 0.0}, "high": {"mandate_detail": 1.0}})
        >>> store.series("high", "quality").tolist()
        [[[0.7]]]
        """
        if outcome not in self._loaded:
            self._loaded[outcome] = np.asarray(self.sweep[outcome].values)
        return self._loaded[outcome][self.arms[arm] :: len(self.arms)].astype(np.float64)

    def parameter(self, name: str, arm: str | None = None) -> np.ndarray:
        """Return the values of a parameter at the samples (in an arm that does not set it, or in ``arm``).

        They are float64 (sample,), in the unit of the parameter. Raises KeyError for an arm or a parameter that the
        store does not hold.

        >>> levers = {"mandate_detail": ("point", [0.0, 1.0]), "target_level": ("point", [0.8, 0.8])}
        >>> sweep = xr.Dataset({"status": (("point", "replicate"), [[1], [1]])}, levers | {"month": [12]})
        >>> store = ArmStore(sweep, {"low": {"mandate_detail": 0.0}, "high": {"mandate_detail": 1.0}})
        >>> store.parameter("target_level").tolist(), store.parameter("mandate_detail", "high").tolist()
        ([0.8], [1.0])
        """
        place = 0 if arm is None else self.arms[arm]
        return np.asarray(self.sweep[name].values[place :: len(self.arms)], dtype=np.float64)

    def window(self, months: tuple[int, int]) -> np.ndarray:
        """Return which recorded windows of months lie wholly in ``months`` (first and last), (month,) of bool.

        Raises ValueError where none does.

        >>> sweep = xr.Dataset({"status": (("point", "replicate"), [[1]])}, {"month": [12, 24, 36]})
        >>> ArmStore(sweep, {"as it is": {}}).window((13, 36)).tolist()
        [False, True, True]
        """
        step = int(self.months[0])
        inside = (self.months - step + 1 >= months[0]) & (self.months <= months[1])
        if not inside.any():
            raise ValueError(f"no recorded window of {step} months lies in months {months[0]} to {months[1]}")
        return inside

    def read(self, part: Part, arm: str) -> np.ndarray:
        """Return what ``part`` measures in ``arm``, in the unit of the outcome: float64 (sample, replicate).

        Raises ValueError where no recorded window lies in its months.

        >>> from tredegar.results.claims.claims import part_of
        >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5, 0.6, 0.8]]])}
        >>> store = ArmStore(xr.Dataset(runs, {"month": [12, 24, 36]}), {"now": {}})
        >>> part = part_of({"outcome": "quality", "months": [13, 36], "sign": 1}, "an example", "level", ("now",))
        >>> store.read(part, "now").round(6).tolist()
        [[0.7]]
        """
        values = _STATISTICS[part.statistic](self, part, arm, part.months)
        if part.less is not None:
            values = values - part.less.weight * _STATISTICS[part.statistic](self, part, arm, part.less.months)
        return values


def _mean(store: ArmStore, part: Part, arm: str, months: tuple[int, int]) -> np.ndarray:
    inside = store.window(months)
    return sum(
        (weight * store.series(arm, name)[..., inside].mean(-1) for name, weight in part.terms.items()),
        start=np.zeros((store.samples, store.replicates)),
    )


def _by_party(store: ArmStore, part: Part, arm: str, months: tuple[int, int]) -> np.ndarray:
    """Mean under the centralist party minus mean under the localist one; NaN where one party governed alone."""
    inside = store.window(months)
    party = store.series(arm, "party")[..., inside]
    values = store.series(arm, next(iter(part.terms)))[..., inside]
    # Party is -1 or 1; a recorded window may hold months of both, and counts for each by its share.
    shares = (1.0 + party) / 2.0
    with np.errstate(invalid="ignore", divide="ignore"):
        central = (values * shares).sum(-1) / shares.sum(-1)
        local = (values * (1.0 - shares)).sum(-1) / (1.0 - shares).sum(-1)
    return np.asarray(central - local)


def _alternation(store: ArmStore, part: Part, arm: str, months: tuple[int, int]) -> np.ndarray:
    """Reorganisations whose direction differs from that of the one before, minus those that repeat it."""
    inside = store.window(months)
    direction = np.sign(store.series(arm, next(iter(part.terms)))[..., inside])
    last = np.zeros(direction.shape[:-1])
    balance = np.zeros(direction.shape[:-1])
    for month in range(direction.shape[-1]):
        now = direction[..., month]
        balance -= now * last
        last = np.where(now != 0.0, now, last)
    return balance


_STATISTICS: dict[str, Callable[[ArmStore, Part, str, tuple[int, int]], np.ndarray]] = {
    "mean": _mean,
    "by_party": _by_party,
    "alternation": _alternation,
}


def combined_arms(form: str, arms: Sequence[np.ndarray]) -> np.ndarray:
    """Return the effect that ``form`` makes of the values of its arms, elementwise (see ``claims.toml``).

    The effect has the unit of the values. Raises ValueError for an unknown form.

    >>> combined_arms("difference", [np.array([0.75, 0.5]), np.array([0.5, 0.75])]).tolist()
    [0.25, -0.25]
    """
    if form == "level":
        return arms[0]
    if form == "difference":
        return arms[0] - arms[1]
    if form == "interaction":
        return (arms[0] - arms[1]) - (arms[2] - arms[3])
    if form == "magnitude":
        return np.abs(arms[0] - arms[1]) - np.abs(arms[2] - arms[3])
    if form == "hump":
        return arms[0] - np.maximum(arms[1], arms[2])
    if form == "contest":
        return np.maximum(arms[0], arms[1]) - np.maximum(arms[2], arms[3])
    raise ValueError(f"unknown form '{form}' of a contrast")


class Effects:
    """The effect of one part at every sample, in units of its band and in the direction that the claim predicts.

    ``values`` (arm, sample, replicate). A sample with a failed run in any arm is NaN.
    """

    def __init__(self, part: Part, values: np.ndarray) -> None:
        self.part = part
        self.values = values

    def effect(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return the effect (sample,) in the unit of the outcome; ``weights`` (replicate,) weigh the replicates.

        Replicates are averaged arm by arm before arms are combined, so that chance does not pass for a difference of
        sizes. Replicates that say nothing (NaN) are left out.

        >>> from tredegar.results.claims.claims import part_of
        >>> entry = {"outcome": "quality", "months": [1, 12], "sign": 1}
        >>> part = part_of(entry, "an example", "difference", ("new", "old"))
        >>> Effects(part, np.array([[[0.6, 0.8]], [[0.5, 0.6]]])).effect().round(6).tolist()
        [0.15]
        """
        weights = np.ones(self.values.shape[-1]) if weights is None else weights
        # A replicate counts in all arms or in none: arms are compared under the same random numbers.
        known = np.isfinite(self.values).all(axis=0) * weights
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (np.where(known > 0.0, self.values, 0.0) * known).sum(-1) / known.sum(-1)
        return combined_arms(self.part.form, means)

    def score(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return the effect (sample,) in bands, in the direction of the claim; for "no change" minus its size.

        ``weights`` (replicate,) weigh the replicates.

        >>> from tredegar.results.claims.claims import part_of
        >>> entry = {"outcome": "quality", "months": [1, 12], "sign": -1, "band": 0.05}
        >>> part = part_of(entry, "an example", "difference", ("new", "old"))
        >>> Effects(part, np.array([[[0.6, 0.8]], [[0.5, 0.6]]])).score().round(6).tolist()
        [-3.0]
        """
        effect = self.effect(weights) / self.part.band
        return -np.abs(effect) if self.part.sign == 0 else self.part.sign * effect + self.part.leeway


def effects_of(store: ArmStore, part: Part, names: Mapping[str, str] | None = None) -> Effects:
    """Return the effects of ``part`` from ``store``; ``names`` translates its arms into those of the store."""
    arms = [names[arm] if names else arm for arm in part.arms]
    return Effects(part, np.stack([store.read(part, arm) for arm in arms]))


__all__ = ["ArmStore", "Effects", "Less", "combined_arms", "effects_of"]
