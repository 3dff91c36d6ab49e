"""Design of a sweep: how its points were chosen, over which distributions, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..datasets.inputs import Input, input_of
from ..store.design_methods import DesignMethod, factors_of, find_design_method
from ..store.random_streams import COMMON, INDEPENDENT, PAIRED

STREAMS_IN_WORDS = {
    COMMON: "common random numbers",
    INDEPENDENT: "independent random streams",
    PAIRED: "random streams paired within samples",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the points of a sweep were chosen, as the store tells.

    ``varied`` are the varied parameters in the order of the spec, which is that of the columns of the sample;
    ``bounds`` their (low, high); ``settings`` are those of the sampler. ``streams``: common random numbers ("common"),
    a random stream for each run ("independent"), or streams common to the points of a sample ("paired"). ``choices``
    are the varied parameters that choose between rules, with the labels of their levels.
    """

    method: str
    settings: dict[str, Any]
    varied: tuple[str, ...]
    bounds: dict[str, tuple[float, float]]
    replicates: int
    streams: str
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Input]:
        """The distribution of each varied parameter; that of a range is uniform. ValueError for one not known here."""
        tables, levels = (self.settings.get(key) or {} for key in ("distributions", "levels"))
        return {
            name: input_of(bounds, tables.get(name, {}), self.choices.get(name, ()), self._levels(levels, name))
            for name, bounds in self.bounds.items()
        }

    @staticmethod
    def _levels(levels: Any, name: str) -> Sequence[Any]:
        # The key is that of a Morris design, too, where it is the number of levels of all parameters.
        return levels.get(name, ()) if isinstance(levels, Mapping) else ()

    @property
    def weighted(self) -> dict[str, Input]:
        """The varied parameters that the spec gives a distribution, by name; empty where all are uniform."""
        return {name: one for name, one in self.inputs.items() if name in (self.settings.get("distributions") or {})}

    def evenly(self, sample: np.ndarray) -> tuple[np.ndarray, list[tuple[float, float]], list[bool]]:
        """Return ``sample`` (points, parameters) with columns in which parts of equal size are equally likely.

        With the ends of each column, and whether it takes few values. Columns of ranges are left as they are; others
        become probabilities.

        >>> about = {"settings": {}, "varied": ("mandate_detail",), "bounds": {"mandate_detail": (0.0, 1.0)}}
        >>> design = Design(method="latin-hypercube", replicates=1, streams="common", **about)
        >>> design.evenly(np.array([[0.2], [0.7]]))[1:]
        ([(0.0, 1.0)], [False])
        """
        inputs, columns, bounds, few = self.inputs, [], [], []
        for name, column in zip(self.varied, sample.T, strict=True):
            one = inputs.get(name)
            plain = one is None or one.uniform
            columns.append(column if one is None or plain else one.in_unit(column))
            bounds.append(self.bounds.get(name, (0.0, 0.0)) if plain else (0.0, 1.0))
            few.append(one is not None and len(one.values) > 0)
        return np.column_stack(columns), bounds, few

    @property
    def over_in_words(self) -> str:
        """What the points are drawn over where that is no uniform space, for a bracket; else empty."""
        return f", drawn from your distributions of {' and '.join(self.weighted)}" if self.weighted else ""

    @property
    def kind(self) -> DesignMethod:
        """What is known of the method, whatever the sweep."""
        return find_design_method(self.method)

    @property
    def points_in_unit(self) -> int:
        """How many points the design draws together: those of a trajectory, of a base point, or one."""
        # As it was drawn: of some of its points a parameter may vary no longer.
        drawn = factors_of(self.settings.get("names") or self.varied, self.settings)
        return self.kind.unit.points(len(set(drawn)), self.settings)

    @property
    def points_drawn(self) -> int | None:
        """How many points the design has, whatever is left of them; None where it does not say."""
        count = self.settings.get(self.kind.counted_by or "")
        return None if count is None else int(count) * self.points_in_unit

    @property
    def streams_in_words(self) -> str:
        """What its replicates share, such as "common random numbers" or "independent random streams"."""
        # A Dataset that others made may name a kind that is not known.
        return STREAMS_IN_WORDS.get(self.streams, f"{self.streams} random streams")

    @property
    def sampled(self) -> bool:
        """Whether the points stand for a space, so that their choice is a source of uncertainty."""
        return self.kind.is_sample(self.settings)

    @property
    def shares_streams(self) -> bool:
        """Whether some points share random numbers."""
        alone = self.kind.sampled and self.points_in_unit == 1
        return self.streams == COMMON or (self.streams == PAIRED and not alone)

    @property
    def second_order(self) -> bool:
        """Whether a Sobol design holds the rows that second-order indices need."""
        return bool(self.settings.get("second_order", True))

    @property
    def owners(self) -> tuple[str, ...]:
        """The factor of each varied parameter: the group that it moves with, or itself."""
        return factors_of(self.varied, self.settings)

    @property
    def factors(self) -> tuple[str, ...]:
        """What the design moves by itself: groups, and parameters that are in none."""
        return tuple(dict.fromkeys(self.owners))

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The members of each group of parameters."""
        return {name: tuple(members) for name, members in (self.settings.get("groups") or {}).items()}

    @property
    def correlations(self) -> dict[tuple[str, str], float]:
        """The rank correlations that the points were drawn with, by pairs of parameters; empty where independent."""
        pairs = self.settings.get("correlations") or {}
        return {(one, other): value for one, row in pairs.items() for other, value in row.items()}

    @property
    def correlated_in_words(self) -> str:
        """Which parameters are correlated, the first two of them, and what that does; empty where none are."""
        for (one, other), value in self.correlations.items():
            pair = f"'{one}' and '{other}' have a rank correlation of {value:g}"
            return f"{pair}, so that what one does would count as the other's"
        return ""

    def check_independent(self, what: str, instead: str) -> None:
        """Raise ValueError, saying ``what`` is refused and what can be done ``instead``, for correlated parameters."""
        if self.correlations:
            raise ValueError(f"{what} of independent parameters alone: {self.correlated_in_words}; {instead}")

    def check_ordered(self, what: str, instead: str, most: int = 0, among: Iterable[str] | None = None) -> None:
        """Raise ValueError, saying ``what`` is refused and what can be done ``instead``, for choices of many levels.

        ``most`` levels are allowed: two are the ends of an axis, whose order means nothing. Of ``among`` alone, if
        given.
        """
        for name, labels in self.choices.items():
            if len(labels) > most and (among is None or name in among):
                count = f" has {len(labels)} levels, {', '.join(labels[:4])}{' and more' if len(labels) > 4 else ''}"
                raise ValueError(f"{what}: the choice '{name}'{count}, which have no order; {instead}")
