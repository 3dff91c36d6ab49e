"""Record of a call of ``simulate``: all that its arrays need to become a labelled Dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.providers import Providers
from ..store.random_streams import COMMON, INDEPENDENT, PAIRED


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that could not be completed: its outcomes are all NaN. ``point`` and ``replicate`` count from 0."""

    point: int
    replicate: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateCall:
    """What was asked of ``simulate``.

    ``points``: name -> (point,); of those in ``varied`` the values were given point by point, of others one number
    holds for all. ``runs``: the run numbers (point, replicate), None for common random numbers in the usual order.
    ``country``: its trusts and clinicians. ``own_rules``: the text of own rules that a store keeps, "" without any.
    ``sums``: what is said of the sums of the runs, None where none were made.
    """

    points: Mapping[str, NDArray[np.float64]]
    varied: tuple[str, ...]
    number_of_points: int
    replicates: int
    months: int
    every: int
    seed: int
    country: tuple[int, int]
    outcomes: tuple[str, ...]
    trust_records: bool
    runs: NDArray[np.uint64] | None = None
    providers: Providers | None = None
    constants: Mapping[str, float] | None = None
    own_rules: str = ""
    sums: Mapping[str, Any] | None = None

    @property
    def streams(self) -> str:
        """Of which kind the random streams are, by the run numbers.

        "common": replicate k has one stream at all points; "paired": at those of a sample, and no other sample has it;
        "independent": whatever else.
        """
        runs = self.runs
        if runs is None or bool((runs == runs[:1]).all()):
            return COMMON
        sets, sizes = np.unique(runs, axis=0, return_counts=True)
        # Streams of which some are shared, and others not, would pass for what they are not.
        apart = np.unique(sets).size == sets.size
        return PAIRED if apart and int(sizes.max()) > 1 else INDEPENDENT

    @property
    def arms(self) -> int | None:
        """How many points in turn are the arms of a sample, where paired streams tell it; None elsewhere."""
        if self.streams != PAIRED or self.runs is None:
            return None
        starts = np.flatnonzero((self.runs[1:] != self.runs[:-1]).any(axis=1)) + 1
        lengths = {*np.diff([0, *starts.tolist(), self.number_of_points]).tolist()}
        # Each sample stands in one place, and all have as many arms.
        whole = len(lengths) == 1 and len(np.unique(self.runs, axis=0)) == len(starts) + 1
        return lengths.pop() if whole else None

    @property
    def fixed(self) -> dict[str, float]:
        """The parameters of which one number holds for all points, by name."""
        return {name: float(values[0]) for name, values in sorted(self.points.items()) if name not in self.varied}

    @property
    def settings(self) -> dict[str, Any]:
        """The call in the form of a spec, as plain values."""
        country: dict[str, Any] = {"trusts": self.country[0], "clinicians": self.country[1]}
        if self.providers is not None:
            country["providers"] = "providers.csv"
        record = {"outcomes": list(self.outcomes), "every": self.every, "trusts": self.trust_records}
        record |= {} if self.sums is None else {"summaries": True}
        return {
            "seed": self.seed,
            "months": self.months,
            "replicates": self.replicates,
            "streams": self.streams,
            "country": country,
            "fixed": self.fixed,
            "design": {"method": "table"} | ({} if self.arms is None else {"arms": self.arms}),
            "constants": dict(self.constants or {}),
            "record": record,
        }
