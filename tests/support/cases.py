"""Runs to compare engines on: what a case is, how it is drawn, and how two engines' answers are compared by bits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from numpy.typing import NDArray

from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.kernels.batch.batch import Country, Record, Recorded, RunBatch
from tredegar.kernels.engine_table import engines, load_engine
from tredegar.model.constants import CONSTANTS, constants_with
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.parameters import PARAMETERS, Parameter
from tredegar.model.providers import Providers

from ..model.strict_array import STRICT, to_host

PLACES = ("number_of_units", "size_spread", "boundary_mismatch")
AVAILABLE = tuple(info.name for info in engines() if info.available)
"""Engines that run on this machine."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A batch of runs in small numbers: what is not named is at its default."""

    trusts: int = 3
    clinicians: int = 2
    months: int = 12
    seed: int = 7
    runs: tuple[int, ...] = (0,)
    settings: tuple[dict[str, float], ...] = ({},)  # one for each run
    changes: dict[int, dict[str, float]] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    providers: Providers | None = None
    every: int = 1
    outcomes: tuple[str, ...] = tuple(OUTCOMES)
    trust_records: bool = True


def batch_of(case: Case) -> RunBatch:
    """Return the batch that an engine is given for ``case``."""
    parameters = {
        name: np.array([float(run.get(name, row.default)) for run in case.settings]) for name, row in PARAMETERS.items()
    }
    changes = {
        month: {name: np.full(len(case.runs), float(value)) for name, value in changed.items()}
        for month, changed in case.changes.items()
    }
    trusts = case.trusts if case.providers is None else len(case.providers)
    return RunBatch(
        Country(trusts, case.clinicians, case.providers),
        case.months,
        case.seed,
        np.array(case.runs, dtype=np.uint64),
        parameters,
        changes,
        constants_with(case.constants),
        Record(case.outcomes, case.every, case.trust_records),
    )


def run_case(engine: str, case: Case) -> Recorded:
    """Run ``case`` on an engine, "strict" being the array engine on strict arrays."""
    return run_batch(engine, batch_of(case))


def run_batch(engine: str, batch: RunBatch) -> Recorded:
    """Run ``batch`` on an engine, "strict" being the array engine on strict arrays."""
    if engine == "strict":
        return run_arrays(batch, STRICT, to_host)
    return load_engine(engine, batch.rules)[1](batch)


def all_values(recorded: Recorded) -> dict[str, NDArray[np.float64]]:
    """Everything recorded, by name, NaN for the runs that failed."""
    values = {name: np.array(array) for name, array in {**recorded.outcomes, **recorded.trust_records}.items()}
    for array in values.values():
        array[np.asarray(recorded.failed) > 0] = np.nan
    return values


def differences(found: Recorded, expected: Recorded) -> list[str]:
    """Say where two engines differ in any bit: the first place of every quantity, the earliest month first."""
    here, there = all_values(found), all_values(expected)
    lines = [f"recorded {sorted(set(here) ^ set(there))} on one side only"] if set(here) != set(there) else []
    first: list[tuple[int, str]] = []
    for name in set(here) & set(there):
        if here[name].shape != there[name].shape or here[name].dtype != there[name].dtype:
            lines.append(f"{name}: {here[name].dtype} {here[name].shape}, {there[name].dtype} {there[name].shape}")
            continue
        unlike = np.ascontiguousarray(here[name]).view(np.uint64) != np.ascontiguousarray(there[name]).view(np.uint64)
        unlike &= ~(np.isnan(here[name]) & np.isnan(there[name]))
        if unlike.any():
            place = min((tuple(int(i) for i in p) for p in np.argwhere(unlike)), key=lambda p: (p[-1], p))
            text = f"{name} at {place}: {float(here[name][place]).hex()}, {float(there[name][place]).hex()}"
            first.append((place[-1], text))
    return lines + [text for _, text in sorted(first)]


def assert_same_bits(found: Recorded, expected: Recorded, engine: str = "") -> None:
    """Fail, naming the first difference of each quantity, unless two engines' answers agree in every bit."""
    failed = np.asarray(found.failed).tolist(), np.asarray(expected.failed).tolist()
    assert failed[0] == failed[1], f"{engine}: runs failed in months {failed[0]}, expected {failed[1]}"
    unlike = differences(found, expected)
    assert unlike == [], f"{engine}: {len(unlike)} quantities differ, first {unlike[0]}"


def far_end(row: Parameter, high: bool) -> float:
    """A value near an end of what the equations accept, where that is not absurdly far from what is plausible."""
    if high:
        return min(row.most, max(10.0 * abs(row.high), 5.0))
    return max(row.least, row.low - 10.0 * abs(row.high))


def parameter_values(row: Parameter) -> SearchStrategy[float]:
    """Values of a parameter: the default, anything declared, the ends of the declared and of the accepted range."""
    ends = (row.low, row.high, far_end(row, False), far_end(row, True))
    return st.one_of(st.just(row.default), st.floats(row.low, row.high), st.sampled_from(ends))


@st.composite
def settings(draw: DrawFn, placed: bool = False) -> dict[str, float]:
    """Draw values for some of the parameters; ``placed`` leaves out those without effect on real trusts."""
    names = [name for name in PARAMETERS if not (placed and name in PLACES)]
    chosen = draw(st.just(names) | st.lists(st.sampled_from(names), unique=True, max_size=12))
    return {name: draw(parameter_values(PARAMETERS[name])) for name in chosen}


@st.composite
def provider_tables(draw: DrawFn) -> Providers:
    """Draw real trusts: few areas or many, catchments with and without a council, with and without overlap."""
    trusts = draw(st.integers(1, 6))
    areas = st.sampled_from("NSEW")
    listed = lambda each: tuple(draw(st.lists(each, min_size=trusts, max_size=trusts)))  # noqa: E731
    return Providers(
        code=tuple(f"R{number}" for number in range(trusts)),
        name=tuple(f"Trust {number}" for number in range(trusts)),
        size=listed(st.floats(0.1, 5000.0)),
        council=listed(areas),
        catchment=listed(areas),
        overlap=listed(st.floats(0.0, 1.0)) if draw(st.booleans()) else None,
    )


CHANGEABLE = [name for name, row in PARAMETERS.items() if not row.initial_only]
CHANGED_CONSTANTS = list(CONSTANTS)


@st.composite
def constant_sets(draw: DrawFn) -> dict[str, float]:
    """Draw some constants within 30 % of their values."""
    chosen = draw(st.lists(st.sampled_from(CHANGED_CONSTANTS), unique=True, max_size=20))
    return {
        name: min(CONSTANTS[name].most, CONSTANTS[name].value * draw(st.integers(70, 130)) / 100.0) for name in chosen
    }


@st.composite
def cases(draw: DrawFn, most_months: int = 30) -> Case:
    """Draw a case: size, luck, parameters, changes, constants, trusts made up or real, windows."""
    providers = draw(st.none() | provider_tables())
    count = draw(st.integers(1, 3))
    every = draw(st.sampled_from([1, 1, 2, 3, 12]))
    months = every * draw(st.integers(1, max(1, most_months // every)))
    changes: dict[int, dict[str, float]] = {}
    for name in draw(st.lists(st.sampled_from(CHANGEABLE), unique=True, max_size=3)):
        changes.setdefault(draw(st.integers(1, months)), {})[name] = draw(parameter_values(PARAMETERS[name]))
    return Case(
        trusts=draw(st.sampled_from([1, 2, 3, 5, 8])),
        clinicians=draw(st.sampled_from([1, 2, 4])),
        months=months,
        seed=draw(st.integers(0, 2**32 - 1)),
        runs=tuple(draw(st.lists(st.integers(0, 2**32 - 1), min_size=count, max_size=count))),
        settings=tuple(draw(settings(providers is not None)) for _ in range(count)),
        changes=changes,
        constants=draw(constant_sets()),
        providers=providers,
        every=every,
    )


def one_run(case: Case, position: int) -> Case:
    """The run at ``position`` of a case by itself."""
    return replace(case, runs=(case.runs[position],), settings=(case.settings[position],))


def england_shaped(rng: np.random.Generator) -> Providers:
    """A table like England's: trusts of very unequal size, a few to a board, catchments mostly those of the board."""
    trusts, boards = int(rng.integers(12, 41)), int(rng.integers(4, 13))
    council = [f"board {int(number):02}" for number in rng.integers(0, boards, trusts)]
    moved = rng.random(trusts) < 0.2
    elsewhere = [f"board {int(number):02}" for number in rng.integers(0, boards + 1, trusts)]
    return Providers(
        code=tuple(f"R{number:03}" for number in range(trusts)),
        name=tuple(f"Trust {number}" for number in range(trusts)),
        size=tuple(float(size) for size in np.round(rng.lognormal(9.0, 0.6, trusts))),
        council=tuple(council),
        catchment=tuple(there if move else here for here, there, move in zip(council, elsewhere, moved, strict=True)),
        overlap=tuple(float(share) for share in rng.random(trusts)) if rng.random() < 0.5 else None,
    )


def random_case(rng: np.random.Generator, real: bool) -> Case:
    """A case with all parameters drawn from their declared ranges, one in six at an end, and 30 to 120 months."""

    def drawn() -> dict[str, float]:
        values = {}
        for name, row in PARAMETERS.items():
            if not (real and name in PLACES):
                end = float(rng.choice([row.low, row.high]))
                values[name] = end if rng.random() < 1 / 6 else float(rng.uniform(row.low, row.high))
        return values

    months = int(rng.integers(30, 121))
    changed = str(rng.choice(CHANGEABLE))
    row = PARAMETERS[changed]
    return Case(
        trusts=int(rng.integers(1, 13)),
        clinicians=int(rng.integers(1, 6)),
        months=months,
        seed=int(rng.integers(0, 2**32)),
        runs=tuple(int(run) for run in rng.integers(0, 2**32, 2)),
        settings=(drawn(), drawn()),
        changes={int(rng.integers(2, months + 1)): {changed: float(rng.uniform(row.low, row.high))}},
        constants={
            name: min(CONSTANTS[name].most, CONSTANTS[name].value * float(rng.uniform(0.7, 1.3)))
            for name in rng.choice(CHANGED_CONSTANTS, 30, replace=False)
        },
        providers=england_shaped(rng) if real else None,
    )


EDGES: dict[str, Case] = {
    "money without end": Case(
        settings=({"funding_response": 100.0, "target_level": 1.0},), constants={"FUND_MAX": 1.05}
    ),
    "no money": Case(settings=({"funding_response": 100.0, "target_level": 0.0},)),
    "everybody alerts": Case(constants={"ALERT_NEED": 50.0}),
    "nobody stays": Case(settings=({"clinician_turnover": 100.0},)),
    "talent of all kinds": Case(
        clinicians=6, settings=({"skill_spread": 5.0, "clinician_turnover": 1.0},), constants={"TAIL_SD": 5.0}
    ),
    "a pool without talent": Case(
        clinicians=8,
        settings=({"poor_performer_share": 1.0, "displacement_rate": 5.0, "displacing_share": 1.0},),
        constants={"TAIL_MEAN": 0.0, "TAIL_SD": 0.0},
    ),
    "skill overshoots": Case(settings=({"skill_spread": 1.0},), constants={"SKILL_MEMORY": 0.3, "TRAIN_RATE": 5.0}),
    "a ring of many nodes": Case(trusts=57, clinicians=1, months=1),
    "nobody leads": Case(trusts=1, constants={"LEAD_OFFSET": 0.0}),
    "everybody leads": Case(constants={"LEAD_MAX": 0.1}),
    "perfect safety": Case(constants={"SAFETY_BASE": 5.0, "TRUST_BASE": 5.0}),
    "no trust": Case(constants={"TRUST_BASE": 0.0, "TRUST_CAPABILITY": 5.0, "SAFETY_BASE": 0.0}),
    "a calm centre": Case(
        trusts=1,
        settings=({"blame_salience": 0.0, "target_level": 0.0, "centre_growth": 0.0},),
        constants={"BLAME_MEMORY": 1.0, "ANXIETY_RATE": 1.0},
    ),
    "localism for ever": Case(
        settings=({"initial_challenge": 1.0, "solidarity": 5.0, "rhetoric_of_localism": 1.0},),
        constants={"ENTRENCH": 50.0, "SCLEROSIS_NEUTRAL": 0.0},
    ),
    "no room for the centre": Case(settings=({"real_control": 1.0},), constants={"CENTRALISE_ROOM": 0.3}),
    "total control": Case(
        settings=({"real_control": 1.0, "mandate_detail": 1.0, "political_responsiveness": 0.0},),
    ),
    "fewer units than trusts": Case(trusts=7, settings=({"number_of_units": 2.0},)),
    "no motivation": Case(settings=({"professional_motivation": 0.0},)),
    "seats that stand for few": Case(constants={"SEATS_REF": 1.0}),
    "unruly": Case(
        constants={
            "COMPLY_RATE": 1.0,
            "COMPLY_BASE": 0.0,
            "COMPLY_FEAR": 0.0,
            "COMPLY_PEERS": 0.0,
            "COMPLY_CYNICISM": 0.0,
            "COMPLY_NEW": 0.0,
        },
    ),
    "joint work as wished": Case(constants={"INTEGRATION_WISH": 0.1}),
    "servile": Case(settings=({"manager_tenure": 1.0},), constants={"COMPLY_NEW": 5.0}),
    "trusts very unlike": Case(trusts=8, months=24, settings=({"trust_difference": 1.0},)),
    "capacity without end": Case(settings=({"capacity_ratio": 100.0},), constants={"BACKLOG_COVER": 0.1}),
    "shaken again and again": Case(settings=({"merger_rate": 1.0, "reform_spread": 1.0, "reorganisation_shock": 1.0},)),
    "doctors who stay, trusts that push": Case(settings=({"doctor_coupling": 100.0, "notch_effort": 5.0},)),
    "nothing prescribed": Case(
        settings=({"mandate_detail": 0.0, "political_responsiveness": 0.0, "professional_motivation": 1.0},),
        constants={"CROWD_BASE": 0.0, "MORALE_DISCRETION": 5.0, "MORALE_WORK": 0.0},
    ),
}
"""Cases that take what the declared ranges hardly reach: the guards and ends of the rules."""
