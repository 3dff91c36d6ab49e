"""The order of a month and the law of a rule, held by the rules themselves."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections import Counter
from types import SimpleNamespace
from typing import Any, get_type_hints

import numpy as np
import pytest

from tredegar.kernels.array_engine.engine import ArrayBatch
from tredegar.model import random_records as luck_records
from tredegar.model import records
from tredegar.model.constants import CONSTANTS
from tredegar.model.outcomes import OUTCOMES, PERCENTILES
from tredegar.model.parameters import PARAMETERS
from tredegar.model.rules import outcomes as rules_outcomes
from tredegar.model.rules import tallies
from tredegar.model.schedule import month
from tredegar.model.schedule.month import MONTH, START, Step, step_of
from tredegar.model.schedule.recording import final_trust_records, monthly_outcomes

from ..support.cases import Case, batch_of
from ..support.places import ROOT

RULES = ROOT / "model" / "rules"

RECORDS = {
    "centre": records.CentreState,
    "nation": records.NationState,
    "trust": records.TrustState,
    "manager": records.ManagerState,
    "seat": records.SeatState,
    "council": records.CouncilState,
    "catchment": records.CatchmentState,
    "setting": records.Setting,
    "now": records.Now,
    "place": records.PlaceState,
}
STEPS = [(phase, step) for phase in MONTH for step in phase.steps]
TALLIES = [(phase, tally) for phase in MONTH for tally in phase.tallies]
ALL_STEPS = [*((phase, step) for phase in START for step in phase.steps), *STEPS]
RULE_NAMES = [step.rule.__name__ for _, step in ALL_STEPS]
REVISED = {
    *("centre.tenure", "centre.buffer", "centre.pride", "centre.blame", "centre.anxiety", "centre.sclerosis"),
    *("centre.body", "centre.control_volunteered", "centre.rhetoric", "centre.months_since", "centre.disruption"),
    *("centre.transition_left", "manager.compliance", "manager.challenges", "manager.gaming", "manager.staff_trust"),
    *("trust.method", "trust.access", "seat.morale", "seat.effort_access", "seat.effort_integration", "seat.skill"),
}
ONLY_TOLD = {"trust.treated", "trust.autonomy", "trust.burned_out", "place.first", "place.second"}
"""Quantities that no rule reads: for whoever follows one trust, or for its yearly means, and the numbers of nodes whose
luck is drawn."""


@pytest.mark.parametrize(("phase", "step"), ALL_STEPS, ids=RULE_NAMES)
def test_a_rule_writes_quantities_that_its_actors_record_describes(phase: month.Phase, step: Step) -> None:
    assert step.actor in RECORDS
    assert set(step.writes) <= set(RECORDS[step.actor].__annotations__)


@pytest.mark.parametrize(("phase", "step"), ALL_STEPS, ids=RULE_NAMES)
def test_a_rule_names_its_records_as_their_types_say(phase: month.Phase, step: Step) -> None:
    hints = {name: kind.__name__ for name, kind in get_type_hints(step.rule).items() if name in RECORDS}
    assert hints == {name: RECORDS[name].__name__ for name in step.reads if name in RECORDS}


@pytest.mark.parametrize(("phase", "step"), ALL_STEPS, ids=RULE_NAMES)
def test_a_rule_returns_the_kind_of_value_that_the_record_describes(phase: month.Phase, step: Step) -> None:
    returned = get_type_hints(step.rule)["return"]
    made = {step.writes[0]: returned} if step.single else get_type_hints(returned)
    described = get_type_hints(RECORDS[step.actor])
    assert {name: made[name] for name in step.writes} == {name: described[name] for name in step.writes}


def test_rules_act_on_their_own_level() -> None:
    levels = {
        "country": {"centre", "nation"},
        "trust": {"trust", "manager"},
        "seat": {"seat"},
        "council": {"council"},
        "catchment": {"catchment"},
    }
    assert {step.actor for phase, step in STEPS if step.actor not in levels[phase.level]} == set()


def test_only_sums_cross_levels() -> None:
    assert {tally.into for _, tally in TALLIES} == {"totals", "country_sums", "council_sums", "catchment_sums"}


def test_a_quantity_is_written_in_one_phase_alone() -> None:
    """So that nobody can see half of a month: before its phase a quantity is last month's, after it this month's."""
    written = Counter(quantity for phase in MONTH for quantity in phase.writes)
    assert [quantity for quantity, times in written.items() if times > 1] == []


def test_within_a_phase_only_these_quantities_are_written_by_several_rules_of_their_actor() -> None:
    """A later rule of the same agent may revise what an earlier one wrote; each case is on purpose."""
    revised = {
        f"{step.actor}.{name}"
        for phase in MONTH
        for i, step in enumerate(phase.steps)
        for name in step.writes
        if any(name in earlier.writes and earlier.actor == step.actor for earlier in phase.steps[:i])
    }
    assert revised == REVISED


def test_no_two_sums_share_a_name_within_a_record() -> None:
    names = Counter(f"{tally.into}.{name}" for _, tally in TALLIES for name in tally.fields)
    assert [name for name, times in names.items() if times > 1] == []


def test_every_rule_of_the_modules_is_part_of_the_start_or_of_the_month() -> None:
    """A rule that nothing calls would be a promise that is not kept; helpers are called by rules."""
    rules = {step.rule for _, step in ALL_STEPS} | {tally.rule for phase in (*START, *MONTH) for tally in phase.tallies}
    modules = [p.stem for p in RULES.glob("*.py") if p.stem not in ("__init__", "outcomes")]
    for name in modules:
        module = importlib.import_module(f"tredegar.model.rules.{name}")
        source = inspect.getsource(module)
        for function in (f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__):
            called_by_a_rule = source.count(f"{function.__name__}(") > 1
            assert function in rules or called_by_a_rule, f"{name}.{function.__name__} is never used"


def reads_of(source: str, record: str) -> set[str]:
    """The attributes that a piece of source reads of the argument ``record``."""
    attributes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == record}


def sources_of_rules() -> str:
    paths = sorted(RULES.glob("*.py"))
    return "\n".join(
        path.read_text(encoding="utf-8").replace("from __future__ import annotations", "") for path in paths
    )


def test_every_parameter_is_read_by_a_rule_and_rules_read_no_others() -> None:
    assert reads_of(sources_of_rules(), "p") == set(PARAMETERS)


def test_every_constant_is_read_by_a_rule_and_rules_read_no_others() -> None:
    assert reads_of(sources_of_rules(), "k") == set(CONSTANTS)


def test_every_uniform_that_is_drawn_is_used_and_no_other() -> None:
    described = {
        name for kind in vars(luck_records).values() if isinstance(kind, type) for name in kind.__annotations__
    }
    read = {name for luck in ("luck", "first_node", "second_node") for name in reads_of(sources_of_rules(), luck)}
    # Who belongs to a group of trusts is no rule of the month.
    assert read | {"group"} == described and "group" not in read


def test_the_outcomes_that_rules_make_are_those_of_the_table() -> None:
    made = [
        name
        for part in ("ServiceOutcomes", "StaffOutcomes", "ManagerOutcomes", "CentreOutcomes")
        for name in getattr(rules_outcomes, part)._fields
    ]
    assert len(made) == 93
    assert sorted(made) == sorted(name for name in OUTCOMES if name not in PERCENTILES)
    assert tuple(OUTCOMES)[-9:] == PERCENTILES


class Watched(SimpleNamespace):
    """A record that notes which quantities were read before anything was written to them."""

    def __init__(self, held: Any, name: str, unset: list[str]) -> None:
        object.__setattr__(self, "_held", held)
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_unset", unset)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        held = self._held
        if not hasattr(held, name):
            self._unset.append(f"{self._name}.{name}")
        return getattr(held, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._held, name, value)


def test_rules_read_only_what_the_start_or_an_earlier_rule_has_written() -> None:
    engine = ArrayBatch(batch_of(Case()), np)
    unset: list[str] = []
    engine.records = {name: Watched(record, name, unset) for name, record in engine.records.items()}
    engine.seats = [Watched(seat, "seat", unset) for seat in engine.seats]
    engine.advance(1)
    monthly_outcomes(engine.records)
    final_trust_records(engine.records)
    assert unset == []


def test_every_quantity_of_the_records_is_written_and_read() -> None:
    """A state that nothing reads is no state; a state that nothing writes has no value."""
    engine = ArrayBatch(batch_of(Case()), np)
    engine.advance(1)
    held = {**engine.records, "seat": engine.seats[0]}
    source = sources_of_rules()
    for name, kind in RECORDS.items():
        described = set(kind.__annotations__)
        assert set(vars(held[name])) == described, name
        unread = {f"{name}.{quantity}" for quantity in described - reads_of(source, name)}
        assert unread <= ONLY_TOLD


def test_steps_are_read_off_signatures() -> None:
    step = step_of(month.minister.ministry)
    assert step.reads == ("centre", "luck", "p", "k")
    assert step.writes == ("minister_changed", "tenure", "zeal", "buffer")
    assert (step.actor, step.single) == ("centre", False)
    assert step_of(month.manager.fear).writes == ("fear",)
    assert {"centre.buffer", "centre.zeal"} <= MONTH[0].writes
    assert "nation" in MONTH[0].reads
    assert MONTH[0].rules[0].__name__ == "national_optimum"


def test_the_phases_are_those_of_the_documentation_in_their_order() -> None:
    assert month.__doc__ is not None
    order = [month.__doc__.index(f"``{phase.name}``") for phase in MONTH]
    assert order == sorted(order)


def test_tallies_of_conditions_become_the_means_of_the_country() -> None:
    assert tallies.Means._fields[:3] == ("access", "reported", "quality")
    assert set(tallies.Means._fields) <= set(records.NationState.__annotations__)
