"""The health service as a ``mesa.Model``: ministers, managers, clinicians and trusts, a month at a time.

The reference engine: slow, plain, one agent at a time. ``HealthService(Parameters(real_control=0.8)).run_for(240)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from math import floor
from os import PathLike
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Unpack

from mesa import Model, __version__
from mesa.datacollection import DataCollector

from ..arithmetic import FIXED_ONE, most_added
from ..constants import constants_with
from ..failed_run import RULE_ERRORS, RunFailed
from ..groups.by_group import labels_by_group
from ..groups.on_paths import book_for
from ..own.books import book_in_groups, book_of
from ..parameters import Parameters
from ..providers import Providers, read_providers
from ..records import Now, Sums
from ..rules.outcomes import percentile_bin, percentile_rank, percentile_value
from ..schedule.month import Phase, Tally
from ..schedule.recording import BINNED, TENTHS
from ..text.names import whole_number
from ..trust_groups import read_groups
from .arguments import DEFAULT_SEED, model_reporters_with, names_in, seed_of, settings_of, values_by_name
from .people import Clinician, Manager, Minister, Trust, cannot_be_computed, follow_checked
from .scalar import Scripts, scripts_of
from .start import LuckOfTheMonth, build

if TYPE_CHECKING:
    from ..settings import ParameterValues

ACTS = {
    "centre": (Minister, "govern"),
    "managers": (Manager, "decide"),
    "signals": (Trust, "brief"),
    "clinicians": (Clinician, "work"),
    "output": (Trust, "organise"),
    "service": (Trust, "serve"),
    "examples": (Trust, "compare"),
}
"""Who acts in which phase, and what the act is called; the other phases are arithmetic on the country's records."""

MOST_AGENTS = 2_000_000
"""Agents of the largest country: a few gigabytes, and some minutes until they are made."""


COUNTED_FROM_0 = tuple(map(int, __version__.split(".")[:2])) < (3, 5)
"""Whether ``batch_run`` asks for month m of a model under the number m - 1; from Mesa 3.5 on it asks for m."""


class MonthCollector(DataCollector):
    """A ``DataCollector`` of which every ``batch_run`` gets the outcomes and the agents of one and the same month."""

    def collect(self, model: Any) -> None:
        """Collect what there is at the end of a month."""
        super().collect(model)
        if COUNTED_FROM_0:
            for records in (self._agent_records, self._agenttype_records):
                if model.steps in records:
                    records[model.steps - 1] = records.pop(model.steps)
            if hasattr(self, "_collection_steps"):  # Mesa 3.4
                self._collection_steps[-1] -= 1


class HealthService(Model):
    """A country with one minister, ``trusts`` trusts, a manager each, and ``clinicians`` seats per trust.

    Args:
        parameters: settings; all at their default for None.
        trusts: number of trusts of the synthetic country; with ``providers`` their number stands.
        clinicians: seats per trust.
        seed: 0 .. 2**32 - 1; with ``run`` (0 .. 2**32 - 1) it fixes all luck. None draws one afresh, as in Mesa.
        run: number of the run; that of replicate k of :func:`simulate` is k.
        providers: real trusts instead of the synthetic ring: a table, or the path of one.
        constants: structural constants that differ from the table.
        changes: month -> {parameter: value} from the start of that month on.
        checked: check that every rule gives finite numbers (slow), naming the first that does not.
        months: months after which ``running`` is False, for ``run_model`` and ``batch_run``; None for no end.
        rng: Mesa's other name of ``seed``, which counts over a ``seed`` of 7, the default; a generator of NumPy will
            do, too.
        scenario: a ``Scenario`` of Mesa 3.5, whose values are parameters.
        model_reporters, agent_reporters, agenttype_reporters: what ``datacollector`` collects each month besides the
            outcomes, as Mesa's ``DataCollector`` takes them.
        rules: rules of one's own, as :func:`simulate` takes them; their parameters are given by name.
        groups, group_outcomes: groups of trusts and what of them is an outcome, ``quality[treated]``, as
            :func:`simulate` takes them; ``lever[group]`` and ``lever[group]@month`` are then parameters.
        kwargs: parameters by name, ``real_control=0.8``, or ``parameter@month``; they count over ``parameters``.

    Attributes: ``outcomes`` (name -> value of the last month), ``datacollector`` (all months), ``seed``, ``minister``,
    ``trusts``, ``managers``, ``clinicians`` (lists, by number), and the records that rules read (``nation``, ...).

    Raises ValueError for an argument that cannot be used or a country of more than ``MOST_AGENTS``; and RunFailed in a
    month in which a rule cannot be computed, or a number leaves the range that exact sums hold.

    >>> country = HealthService(real_control=0.8, trusts=3, clinicians=4, seed=1)
    >>> country.step()
    >>> len(country.managers), len(country.outcomes), len(country.datacollector.get_model_vars_dataframe())
    (3, 102, 1)
    """

    def __init__(
        self,
        parameters: Parameters | None = None,
        trusts: int = 150,
        clinicians: int = 40,
        seed: int | None = DEFAULT_SEED,
        run: int = 0,
        providers: Providers | str | PathLike[str] | None = None,
        constants: Mapping[str, float] | None = None,
        changes: Mapping[int, Mapping[str, float]] | None = None,
        checked: bool = False,
        *,
        months: int | None = None,
        rng: Any = None,
        scenario: Any = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        agenttype_reporters: Mapping[type, Mapping[str, Any]] | None = None,
        rules: Any = None,
        groups: Mapping[str, float] | Iterable[str] | None = None,
        group_outcomes: Iterable[str] | None = None,
        **kwargs: Unpack[ParameterValues],  # of this very name: Mesa's page asks for it
    ) -> None:
        trusts, clinicians = (whole_number(*size, 1) for size in (("trusts", trusts), ("clinicians", clinicians)))
        rng = getattr(scenario, "rng", None) if rng is None else rng
        self.seed, run = seed_of(seed, rng), whole_number("run", run)
        self.months = months if months is None else whole_number("months", months, 1)
        names = names_in(scenario, kwargs, changes)
        self.rules = book_in_groups(book_of(rules), read_groups(groups, group_outcomes), names)
        named = values_by_name(scenario, kwargs, self.rules)
        settings, self.changes = settings_of(parameters, changes, named, self.months, self.rules)
        providers = read_providers(providers) if isinstance(providers, str | PathLike) else providers
        self.rules = book_for(self.rules, providers)
        trusts = len(providers) if providers is not None else trusts
        check_agents(trusts, clinicians)
        reporters = model_reporters_with(model_reporters, self.rules)
        super().__init__(**({"rng": self.seed} if scenario is None else {"scenario": scenario}))
        self.p: Any = SimpleNamespace(**settings)
        self.k = constants_with({**(constants or {}), **{name: settings[name] for name in self.rules.varied_constants}})
        self.checked = checked
        self.now = Now()
        self.now.month = 0.0
        self.country_sums = Sums()
        self.outcomes: dict[str, float] = {}
        self._luck = LuckOfTheMonth(self.seed, run, self.rules)
        known = {"now": self.now, "p": self.p, "k": self.k, "country_sums": self.country_sums}
        made = build(self, known, (trusts, clinicians), providers, self._luck, self.rules)
        self.setting, self.nation, self.minister = made.setting, made.nation, made.minister
        self.trusts, self.managers, self.clinicians, self.circles, self.groups = made[3:]
        self.datacollector = MonthCollector(reporters, agent_reporters, agenttype_reporters)

    @property
    def scripts(self) -> Scripts:
        """What agents do, by phase; looked up, as functions made of text cannot be pickled with the model."""
        return scripts_of(self.rules)

    def step(self) -> None:
        """Let one month pass: every phase in order, exact sums between phases."""
        month = self.steps
        self.now.month = float(month)
        for name, value in self.changes.get(month, {}).items():
            setattr(self.p, name, value)
        self._luck.deal(month, self.minister, self.trusts, self.clinicians)
        for phase in self.rules.month:
            if phase.name in ACTS:
                kind, act = ACTS[phase.name]
                self.agents_by_type[kind].do(act)
            elif phase.steps:
                self._reckon(phase)
            for tally in phase.tallies:
                self._add_up(tally)
        self.outcomes = self._read_outcomes()
        self.datacollector.collect(self)
        if month == self.months:
            self.running = False

    def run_for(self, months: int) -> None:
        """Let ``months`` months pass."""
        for _ in range(months):
            self.step()

    def _reckon(self, phase: Phase) -> None:
        """Carry out the rules of the country, of every council or of every catchment."""
        for records in self.circles[phase.level]:
            if self.checked:
                follow_checked(phase, records, self.steps, f"the {phase.level}")
                continue
            script = self.scripts.follow[phase.name]
            read = [records[name] for name in script.records]
            try:
                script.follow(*read)
            except RULE_ERRORS as error:
                raise self._failure(f"the phase '{phase.name}' of the {phase.level}", error) from error

    def _add_up(self, tally: Tally) -> None:
        """Sum exactly what agents add: over the seats of a trust, a council, a catchment or the country."""
        added = self.scripts.added[tally.rule]
        for members, sums in self.groups[tally.over]:
            try:
                rows = [added(*member.tally_arguments[tally.rule]) for member in members]
            except RULE_ERRORS as error:
                raise self._failure(f"{tally.rule.__name__} over the {tally.over}", error) from error
            for name, column in zip(tally.fields, zip(*rows, strict=True), strict=True):
                setattr(sums[tally.into], name, self._total(column, tally, name))

    def _total(self, column: tuple[Any, ...], tally: Tally, name: str) -> int:
        if column[0].__class__ is bool:
            return sum(column)
        limit = most_added(self.setting.clinicians if tally.over == "trust" else self.setting.trusts)
        scaled = [value * FIXED_ONE for value in column]
        try:
            units = [floor(value) for value in scaled]  # refuses NaN and infinities
            held = -limit < min(scaled) and max(scaled) < limit
        except (ValueError, OverflowError):
            units, held = [], False
        if not held:
            raise RunFailed(f"month {self.steps}: {tally.rule.__name__} would add a {name} that no exact sum can hold")
        return sum(units)

    def _read_outcomes(self) -> dict[str, float]:
        try:
            values = self._outcomes_of_the_month()
            for name, value in values.items():
                if not math.isfinite(value):
                    raise RunFailed(f"month {self.steps}: outcome {name} is {value}")
            values |= self._percentiles()
        except RULE_ERRORS as error:
            raise self._failure("the outcomes", error) from error
        return {name: values[name] for name in (*self.rules.outcomes, *labels_by_group(self.rules.groups))}

    def _outcomes_of_the_month(self) -> dict[str, float]:
        country = {"nation": self.nation, "country_sums": self.country_sums, "setting": self.setting, "now": self.now}
        return self.rules.values_of_month({**country, "centre": self.minister, "p": self.p, "k": self.k})

    def _percentiles(self) -> dict[str, float]:
        values = {}
        for quantity in BINNED:
            in_order = sorted(percentile_bin(getattr(trust, quantity)) for trust in self.trusts)
            for which, tenths in TENTHS.items():
                rank = percentile_rank(tenths, len(in_order))
                values[f"{quantity}_{which}"] = percentile_value(in_order[rank])
        return values

    def _failure(self, what: str, error: Exception) -> RunFailed:
        return cannot_be_computed(self.steps, what, error)


def check_agents(trusts: int, clinicians: int) -> None:
    """Raise ValueError for a country of more agents than one should make one by one."""
    agents = 1 + trusts * (2 + clinicians)
    if agents > MOST_AGENTS:
        raise ValueError(
            f"trusts = {trusts} with clinicians = {clinicians} each make {agents:,} agents, and at most "
            f"{MOST_AGENTS:,} can be made one by one; take fewer, or simulate(engine='numpy')"
        )
