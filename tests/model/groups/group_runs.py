"""Runs with groups of trusts: books and batches that engines are compared on, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from numpy.typing import NDArray

from tredegar.kernels.batch.batch import Record, Recorded, RunBatch
from tredegar.model.groups.by_group import labels_by_group
from tredegar.model.groups.following import follow_nation
from tredegar.model.groups.levers import levers_of_trusts
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_in_groups
from tredegar.model.parameters import PARAMETERS
from tredegar.model.schedule.rulebook import BUILT_IN, RuleBook
from tredegar.model.trust_groups import EVENTS, FREEDOM, GroupLever, TrustGroups

from ...support.cases import Case, batch_of, cases, parameter_values

LEVERS = levers_of_trusts(BUILT_IN)
BY_GROUP = ("quality", "true_access", "morale", "failing_share", "skill_tail", "objecting_supply_share", "overall_sd")
"""Outcomes of every kind that is summed: by size, by staff, by counts, by squares."""


@dataclass(frozen=True, kw_only=True)
class GroupCase:
    """A case with groups: what is set of levers ``lever[group]`` at the start, and from which month on."""

    case: Case
    groups: TrustGroups
    starts: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[int, Mapping[str, float]] = field(default_factory=dict)


def batch_in_groups(given: GroupCase, book: RuleBook = BUILT_IN, **values: float) -> RunBatch:
    """Return the batch of ``given`` under the rules of ``book``; ``values`` are own parameters of every run."""
    book, made = book_in_groups(book, given.groups), batch_of(given.case)
    rows = {name: row for name, row in book.parameters.items() if name not in PARAMETERS}
    added = {name: np.full(len(made.runs), values.get(name, row.default)) for name, row in rows.items()}
    parameters = {**made.parameters, **added, **_spread(given.starts, len(made.runs))}
    changes = {month: dict(changed) for month, changed in made.changes.items()}
    for month, changed in given.changes.items():
        changes.setdefault(month, {}).update(_spread(changed, len(made.runs)))
    follow_nation(book, parameters, changes, given.starts)
    own = tuple(name for name in book.outcomes if name not in OUTCOMES)
    record = Record((*given.case.outcomes, *own, *labels_by_group(book.groups)), given.case.every, True)
    return replace(made, rules=book, parameters=parameters, changes=changes, record=record)


def _spread(values: Mapping[str, float], runs: int) -> dict[str, NDArray[np.float64]]:
    return {name: np.full(runs, float(value)) for name, value in values.items()}


def unlike(found: Recorded, expected: Recorded) -> set[str]:
    """Return the outcomes and records of trusts of ``expected`` that have other bits in ``found``."""
    assert found.failed.tolist() == expected.failed.tolist()
    there = {**expected.outcomes, **expected.trust_records}
    here = {**found.outcomes, **found.trust_records}
    return {name for name, values in there.items() if here[name].tobytes() != values.tobytes()}


@st.composite
def group_cases(draw: DrawFn) -> GroupCase:
    """Draw a case with one or two groups, by shares or by a column, and levers of every kind that are theirs."""
    case = draw(cases(most_months=6))
    names = draw(st.sampled_from([("a",), ("a", "b")]))
    levers = draw(st.lists(st.sampled_from([*LEVERS, FREEDOM, *EVENTS]), unique=True, min_size=1, max_size=4))
    chosen = [GroupLever(lever, draw(st.sampled_from(names))) for lever in levers]
    starts: dict[str, float] = {}
    changes: dict[int, dict[str, float]] = {}
    for lever in chosen:
        value = 1.0 if lever.lever in EVENTS else 0.5 if lever.lever == FREEDOM else None
        value = draw(parameter_values(PARAMETERS[lever.lever])) if value is None else value
        if lever.lever in EVENTS or draw(st.booleans()):
            changes.setdefault(draw(st.integers(1, case.months)), {})[lever.name] = value
        else:
            starts[lever.name] = value
    shares: tuple[float, ...] | None = draw(st.sampled_from([(0.3,), (1.0,)] if len(names) == 1 else [(0.3, 0.4)]))
    if case.providers is not None and draw(st.booleans()):
        listed = st.lists(st.sampled_from(["", *names]), min_size=len(case.providers), max_size=len(case.providers))
        column = tuple(draw(listed))
        if set(column) >= set(names):
            case, shares = replace(case, providers=replace(case.providers, group=column)), None
    groups = TrustGroups(names=names, shares=shares, levers=tuple(chosen), outcomes=BY_GROUP)
    return GroupCase(case=case, groups=groups, starts=starts, changes=changes)


FIXED = GroupCase(
    case=Case(
        trusts=40, clinicians=3, months=14, seed=3, runs=(0, 4), every=2,
        settings=({"trust_difference": 0.3, "inspection_intensity": 1.0}, {"size_spread": 0.6}),
        changes={5: {"target_level": 0.8, "target_toughness": 0.9}},
    ),
    groups=TrustGroups(
        names=("treated", "other"),
        shares=(0.3, 0.2),
        levers=(
            GroupLever("target_level", "other"), GroupLever("target_toughness", "treated"),
            GroupLever("outcome_payment", "treated"), GroupLever("protocol_strength", "other"),
            GroupLever("freedom", "other"), GroupLever("reorganised", "treated"),
            GroupLever("manager_leaves", "other"),
        ),
        outcomes=BY_GROUP,
    ),
    starts={"target_level[other]": 0.7, "protocol_strength[other]": 0.9},
    changes={
        3: {"freedom[other]": 0.6, "reorganised[treated]": 1.0, "outcome_payment[treated]": 0.8},
        7: {"target_toughness[treated]": 1.3, "manager_leaves[other]": 1.0},
    },
)  # fmt: skip
"""Two groups with levers of every kind; compiled engines are compared on it."""
