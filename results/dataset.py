"""Facts that a store states of itself: its spec, its design, which variables are parameters and which outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from ..datasets.attributes import json_attribute
from ..model.outcomes import OUTCOMES, TRUST_RECORDS, Outcome
from ..model.parameters import PARAMETERS, Parameter, base_of, parse_setting
from ..model.text.names import closest
from ..store.design_methods import DesignMethod, factors_of, find_design_method
from ..store.random_streams import COMMON, INDEPENDENT, PAIRED
from ..store.root_file import with_present_keys
from ..store.spec_text import spec_tables

MAIN_OUTCOMES = ("quality", "fit", "true_access", "overall", "integration", "morale")
"""What a report shows first, where it was recorded."""


STREAMS_IN_WORDS = {
    COMMON: "common random numbers",
    INDEPENDENT: "independent random streams",
    PAIRED: "random streams paired within samples",
}
LONG_LABEL = 26
"""Longer labels put their unit on a second line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the points of a sweep were chosen, as the store tells.

    ``varied`` are the varied parameters in the order of the spec, which is that of the columns of the sample;
    ``bounds`` their (low, high); ``settings`` are those of the sampler. ``streams``: common random numbers ("common"),
    a random stream for each run ("independent"), or streams common to the points of a sample ("paired").
    """

    method: str
    settings: dict[str, Any]
    varied: tuple[str, ...]
    bounds: dict[str, tuple[float, float]]
    replicates: int
    streams: str

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


def spec_of(sweep: xr.Dataset) -> Mapping[str, Any]:
    """Return the spec of an opened sweep as the nested dictionary that its TOML text says.

    Raises ValueError for a dataset without one.

    >>> spec_of(xr.Dataset(attrs={"spec": "months = 120"}))["months"]
    120
    """
    if "settings" in sweep.attrs:  # of a call of simulate, in the form of a spec
        return json_attribute(sweep.attrs, "settings")
    if "spec" not in sweep.attrs:
        raise ValueError("the dataset carries no spec; open the store with tredegar.results.open_sweep")
    return spec_tables(sweep.attrs["spec"])


def design_of(sweep: xr.Dataset) -> Design:
    """Return the design of an opened sweep; raises ValueError for a dataset that ``open_sweep`` did not open.

    So it does for a design method that is not known here.

    >>> sampler = '{"method": "sobol", "names": ["mandate_detail"], "bounds": [[0.0, 1.0]]}'
    >>> runs = {"status": (("point", "replicate"), [[1, 1], [1, 1]])}
    >>> design = design_of(xr.Dataset(runs, {"mandate_detail": ("point", [0.2, 0.7])}, {"sampler": sampler}))
    >>> design.method, design.bounds, design.replicates
    ('sobol', {'mandate_detail': (0.0, 1.0)}, 2)
    """
    if "sampler" not in sweep.attrs:
        raise ValueError("the dataset does not tell its design; open the store with tredegar.results.open_sweep")
    settings = json_attribute(sweep.attrs, "sampler")
    ranges = dict(zip(settings["names"], settings["bounds"], strict=False))  # a table of points has no bounds
    varied = varied_parameters(sweep)
    return Design(
        method=find_design_method(str(settings["method"])).name,
        settings=settings,
        varied=varied,
        bounds={name: _bounds(ranges.get(name), sweep[name]) for name in varied},
        replicates=sweep.sizes["replicate"],
        streams=str(with_present_keys(sweep.attrs).get("streams", "common")),
    )


def _bounds(given: Sequence[float] | None, values: xr.DataArray) -> tuple[float, float]:
    low, high = (values.min(), values.max()) if given is None else given
    return float(low), float(high)


def parameter_row(name: str) -> Parameter | None:
    """Return the row of the table for ``name`` or ``name@month``; None where ``name`` is no parameter."""
    return PARAMETERS.get(base_of(name))


def varied_parameters(sweep: xr.Dataset) -> tuple[str, ...]:
    """Return the parameters of an opened sweep that differ between its points, in the order of the spec.

    They are coordinates on ``point`` or dimensions of an unstacked grid.

    >>> varied_parameters(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7]), "target_level": 0.9}))
    ('mandate_detail',)
    """
    # A fixed parameter that differs between arms of joined sweeps lies on their dimension, not on that of the points.
    on_points = (str(name) for name, c in sweep.coords.items() if c.dims in (("point",), (name,)))
    found = {name for name in on_points if parameter_row(name) is not None}
    order = [*json_attribute(sweep.attrs, "sampler").get("names", ()), *PARAMETERS, *sorted(found)]
    return tuple(dict.fromkeys(name for name in order if name in found))


def fixed_parameters(sweep: xr.Dataset) -> dict[str, float]:
    """Return the parameters that are scalar coordinates, with their values in the units of ``parameters.toml``.

    >>> fixed_parameters(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7]), "target_level": 0.9}))
    {'target_level': 0.9}
    """
    scalars = ((str(n), c) for n, c in sweep.coords.items() if c.ndim == 0)
    return {name: float(c) for name, c in scalars if parameter_row(name) is not None}


def recorded_outcomes(sweep: xr.Dataset) -> tuple[str, ...]:
    """Return the monthly outcomes that an opened sweep holds, in the order of the table ``outcomes.toml``.

    >>> recorded_outcomes(xr.Dataset({"quality": ("month", [0.5]), "true_access": ("month", [0.8])}))
    ('true_access', 'quality')
    """
    return tuple(name for name in OUTCOMES if name in sweep.data_vars)


def chosen_outcomes(sweep: xr.Dataset, names: Iterable[str] | None, most: int | None = None) -> tuple[str, ...]:
    """Return ``names``, checked; for None the main outcomes that were recorded (else the first ones), ``most`` at most.

    Raises ValueError for an outcome that the store, an opened sweep, does not hold.

    >>> sweep = xr.Dataset({"quality": ("month", [0.5]), "true_access": ("month", [0.8])})
    >>> chosen_outcomes(sweep, None), chosen_outcomes(sweep, ["true_access"])
    (('quality', 'true_access'), ('true_access',))
    """
    recorded = recorded_outcomes(sweep)
    if names is None:
        return (tuple(name for name in MAIN_OUTCOMES if name in recorded) or recorded)[:most]
    chosen = (names,) if isinstance(names, str) else tuple(names)
    for name in chosen:
        if name not in recorded:
            raise ValueError(
                f"outcome '{name}' is not in this store{closest(name, recorded)}; recorded: {', '.join(recorded)}"
            )
    return chosen


def chosen_parameters(sweep: xr.Dataset, names: Iterable[str] | None) -> tuple[str, ...]:
    """Return ``names``, checked to be varied in an opened sweep; all varied parameters for None.

    Raises ValueError for a parameter that is not varied.

    >>> chosen_parameters(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7])}), None)
    ('mandate_detail',)
    """
    varied = varied_parameters(sweep)
    chosen = varied if names is None else tuple(names)
    for name in chosen:
        if name not in varied:
            raise ValueError(
                f"parameter '{name}' is not varied in this store{closest(name, varied)}; varied: {', '.join(varied)}"
            )
    return chosen


def label_of(name: str, unit: bool = True) -> str:
    """Return what an axis says of a parameter or an outcome: its name in words, and its unit in brackets."""
    base, month = parse_setting(name)
    row: Parameter | Outcome | None = parameter_row(base) or OUTCOMES.get(base) or TRUST_RECORDS.get(base)
    words = base.replace("_", " ") + (f" from month {month}" if month else "")
    if not unit or row is None:
        return words
    return f"{words}{' ' if len(words) + len(row.unit) < LONG_LABEL else chr(10)}[{row.unit}]"
