"""One run of a store again, agent by agent: the same bits, and the story behind them.

The Mesa model is run with the settings, seed and run number that the store tells; every recorded value must come out
equal to the last bit before anything is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...datasets.attributes import json_attribute
from ...model.graph.merkle import rules_hash
from ...model.parameters import PARAMETERS, Parameters, parse_setting
from ...model.providers import Providers, parse_providers
from ...model.trust_groups import group_lever_of
from ...store.format import DONE, FAILED
from ..dataset import book_in, fixed_parameters, spec_of, varied_parameters
from ..random_numbers import run_numbers_of

if TYPE_CHECKING:
    from ...model.agents.health_service import HealthService
    from ...model.schedule.rulebook import RuleBook
    from .log import Chronicle


class NotTheSameRun(RuntimeError):
    """The run that was made again differs from the record, or belongs to other rules; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """What decides every bit of one run, as the store tells it; ``book`` has the rules, own ones among them."""

    point: int
    replicate: int
    months: int
    every: int
    trusts: int
    clinicians: int
    seed: int
    run: int
    settings: Mapping[str, float]
    changes: Mapping[int, Mapping[str, float]]
    constants: Mapping[str, float]
    providers: Providers | None
    outcomes: tuple[str, ...]
    book: RuleBook

    def model(self) -> HealthService:
        """Return the model of the run, at month 0. Raises ModuleNotFoundError naming the extra where Mesa is absent."""
        try:
            from ...model.agents.health_service import HealthService
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError('replay needs Mesa; install it with: pip install "tredegar[mesa]"') from error
        own: Any = {name: value for name, value in self.settings.items() if name not in PARAMETERS}
        return HealthService(
            Parameters(**{name: value for name, value in self.settings.items() if name in PARAMETERS}),
            trusts=self.trusts,
            clinicians=self.clinicians,
            seed=self.seed,
            run=self.run,
            providers=self.providers,
            constants=dict(self.constants),
            changes=self.changes,
            rules=self.book,
            **own,
        )


def rerun_of(sweep: xr.Dataset, point: int, replicate: int) -> Rerun:
    """Return what decides run (``point``, ``replicate``) of an opened sweep.

    Settings are in the units of their parameters. Own rules are those that the store carries: nobody's Python is run.
    Raises ValueError for a run that the store does not have or that failed and for own rules that cannot be read, and
    NotTheSameRun if the store was made with other rules than those installed.

    >>> from tredegar import Spec, open_sweep, run_sweep
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> size = {"trusts": 3, "clinicians": 4}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record, country=size, months=12, replicates=1)
    >>> _ = run_sweep(spec, "store.zarr", workers=0, engine="numpy")
    >>> rerun = rerun_of(open_sweep("store.zarr"), point=1, replicate=0)
    >>> rerun.months, rerun.trusts, rerun.settings["real_control"]
    (12, 3, 0.8)
    """
    for name, number in (("point", point), ("replicate", replicate)):
        if not 0 <= number < sweep.sizes[name]:
            raise ValueError(f"{name} must lie in 0 .. {sweep.sizes[name] - 1}, got {number}")
    status = int(sweep["status"][point, replicate])
    if status != DONE:
        why = "failed" if status == FAILED else "is missing"
        raise ValueError(f"run (point {point}, replicate {replicate}) {why}; choose one that is complete")
    book = book_in(sweep)
    if sweep.attrs["rules_hash"] != rules_hash(book):
        raise NotTheSameRun("the store was made with other rules than those installed; replay it with its own version")
    spec = spec_of(sweep)
    named = {name: float(sweep[name][point]) for name in varied_parameters(sweep)}
    named |= {name: float(sweep[name]) for name in fixed_parameters(sweep)}
    changes: dict[int, dict[str, float]] = {}
    for name, value in named.items():
        base, month = parse_setting(name)
        if month is not None:
            changes.setdefault(month, {})[base] = value
    defaults = json_attribute(sweep.attrs, "defaults")
    text = sweep.attrs.get("providers")
    return Rerun(
        point=point,
        replicate=replicate,
        months=int(spec["months"]),
        every=int(spec["record"]["every"]),
        trusts=int(spec["country"]["trusts"]),
        clinicians=int(spec["country"]["clinicians"]),
        seed=int(spec["seed"]),
        run=int(run_numbers_of(sweep)[point, replicate]),
        # What a group was not given at the start follows the nation.
        settings={
            name: named.get(name, defaults.get(name, row.default))
            for name, row in book.parameters.items()
            if name in named or group_lever_of(name) is None
        },
        changes=changes,
        constants={name: float(value) for name, value in spec.get("constants", {}).items()},
        providers=None if text is None else parse_providers(text, "the providers table in the store"),
        outcomes=tuple(name for name in book.outcomes if name in sweep.data_vars),
        book=book,
    )


class Windows:
    """Means of windows of months as engines make them: values added in month order, one division."""

    def __init__(self, rerun: Rerun) -> None:
        self._every = rerun.every
        self._open = dict.fromkeys(rerun.outcomes, 0.0)
        self.kept: dict[str, list[float]] = {name: [] for name in rerun.outcomes}

    def add(self, month: int, outcomes: Mapping[str, float]) -> None:
        """Take in the outcomes of ``month``."""
        for name in self._open:
            self._open[name] = self._open[name] + outcomes[name]
            if month % self._every == 0:
                self.kept[name].append(self._open[name] / float(self._every))
                self._open[name] = 0.0


def run_again(rerun: Rerun) -> tuple[Chronicle, dict[str, np.ndarray]]:
    """Run the run again and return its chronicle and its recorded values, outcome -> float32 (month,) in its unit.

    Raises ModuleNotFoundError, naming the extra to install, where Mesa is absent.

    >>> from tredegar import Spec, open_sweep, run_sweep
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> size = {"trusts": 3, "clinicians": 4}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record, country=size, months=12, replicates=1)
    >>> _ = run_sweep(spec, "store.zarr", workers=0, engine="numpy")
    >>> chronicle, again = run_again(rerun_of(open_sweep("store.zarr"), point=1, replicate=0))
    >>> again["quality"].shape
    (12,)
    """
    from .log import Chronicle

    model, windows = rerun.model(), Windows(rerun)
    chronicle = Chronicle(model, rerun.changes)
    for month in range(1, rerun.months + 1):
        chronicle.before()
        model.step()
        chronicle.after(month)
        windows.add(month, model.outcomes)
    return chronicle, {name: np.array(values).astype(np.float32) for name, values in windows.kept.items()}


def check_equal(rerun: Rerun, again: Mapping[str, np.ndarray], sweep: xr.Dataset) -> int:
    """Compare ``again`` with the record bit for bit; return how many values were compared.

    ``again`` is outcome -> float32 (month,), ``sweep`` the opened sweep that ``rerun`` is of. Raises NotTheSameRun
    naming the first outcome and month that differ.

    >>> from types import SimpleNamespace
    >>> runs = {"quality": (("point", "replicate", "month"), np.array([[[0.5, 0.25]]], dtype=np.float32))}
    >>> sweep = xr.Dataset(runs, {"month": [1, 2]})
    >>> check_equal(SimpleNamespace(point=0, replicate=0), {"quality": np.array([0.5, 0.25], np.float32)}, sweep)
    2
    """
    compared = 0
    for name, values in again.items():
        stored = np.asarray(sweep[name][rerun.point, rerun.replicate].values, dtype=np.float32)
        differing = np.flatnonzero(stored.view(np.uint32) != values.view(np.uint32))
        if differing.size:
            place = int(differing[0])
            raise NotTheSameRun(
                f"{name} of month {int(sweep['month'][place])} is {values[place]!r} again, but {stored[place]!r} in "
                "the store; run `tredegar verify` on it"
            )
        compared += values.size
    return compared
