"""The model as one would write it in JAX: vmap over runs, scan over months, jit around both, in float64.

The rules are those of ``tredegar.model``, read with JAX's operations (``jnp.where``, ``jnp.maximum``, ``jnp.clip``);
everything else is JAX's own way: its random numbers, plain sums instead of exact ones, segment sums over councils and
catchments. So its numbers are other draws from the same distributions, and are compared as such.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable
from functools import cache
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp

from tredegar.model import constants_with, draws
from tredegar.model.rules import outcomes as rules_outcomes
from tredegar.model.rules import start as rules_start
from tredegar.model.schedule import month
from tredegar.model.schedule.month import MONTH, Phase

jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]

CONSTANTS = constants_with()
OPERATIONS: dict[str, Callable[..., Any]] = {
    "select": jnp.where,
    "negation": jnp.logical_not,
    "larger": lambda a, b: jnp.maximum(a, b),
    "smaller": lambda a, b: jnp.minimum(a, b),
    "clip01": lambda x: jnp.clip(x, 0.0, 1.0),
    "root": jnp.sqrt,
    "magnitude": jnp.abs,
    "floor": jnp.floor,
    "fixed": lambda x: x,  # sums are plain sums of floats here
    "unfixed": lambda x: x,
    "as_float": lambda x: x,
}


@cache
def _module(name: str) -> dict[str, Any]:
    """The names of a module of the model, its functions reading JAX's operations."""
    names = dict(vars(sys.modules[name]))
    for key, value in names.items():
        if isinstance(value, types.FunctionType) and value.__module__.startswith("tredegar.model"):
            if key in OPERATIONS:
                names[key] = OPERATIONS[key]
            elif value.__module__ == name:
                names[key] = types.FunctionType(value.__code__, names, key, value.__defaults__)
            else:
                names[key] = _module(value.__module__)[key]
    return names


def in_jax(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``rule`` with JAX's operations in place of those of ``model.arithmetic``."""
    return _module(rule.__module__)[rule.__name__]  # type: ignore[no-any-return]


START = _module(rules_start.__name__)


def uniforms(key: Any, names: Iterable[tuple[str, ...]], shape: tuple[int, ...]) -> SimpleNamespace:
    """A record of uniforms, one array of ``shape`` for each name."""
    wanted = [name for group in names for name in group if name]
    drawn = jax.random.uniform(key, (len(wanted), *shape), dtype=jnp.float64)
    return SimpleNamespace(**dict(zip(wanted, drawn, strict=True)))


def taken(values: Any) -> dict[str, Any]:
    """The fields of a NamedTuple, by name."""
    return dict(zip(values._fields, values, strict=True))


class Country:
    """What does not change in a run: places, sizes, groups and the form of the units."""

    def __init__(self, key: Any, p: Any, trusts: int, clinicians: int) -> None:
        self.trusts, self.clinicians = trusts, clinicians
        k, index = CONSTANTS, jnp.arange(trusts, dtype=jnp.float64)
        self.luck = uniforms(key, draws.START_LUCK.values(), (trusts,))
        setting = SimpleNamespace(
            trusts=float(trusts), clinicians=float(clinicians), seats=float(trusts * clinicians), weight=float(trusts)
        )
        setting.units = START["number_of_units"](setting, p)
        vars(setting).update(taken(START["units"](setting, k)))
        self.setting, self.index = setting, index
        self.place = START["position"](index, self.luck, setting)
        arcs = START["arcs"](self.place, setting, p)
        self.council, self.catchment = arcs.council.astype(jnp.int32), arcs.catchment.astype(jnp.int32)
        drawn = START["drawn_size"](self.luck, p)
        self.size = drawn / (jnp.sum(drawn) / trusts)
        self.council_size = self.over(self.council, self.size)
        self.catchment_size = self.over(self.catchment, self.size)
        self.catchment_trusts = self.over(self.catchment, jnp.ones(trusts))
        same = self.council == self.catchment
        shared = self.over(self.catchment, jnp.where(same, self.size, 0.0))
        self.overlap = jnp.where(same, shared, self.catchment_size - shared) / self.catchment_size

    def over(self, group: Any, values: Any) -> Any:
        """For each trust, the sum over its group."""
        return jax.ops.segment_sum(values, group, num_segments=self.trusts)[group]


def start(key: Any, p: Any, country: Country) -> dict[str, dict[str, Any]]:
    """The state at month 0: record -> field -> array."""
    k, trusts = CONSTANTS, country.trusts
    keys = jax.random.split(key, 3)
    per_trust, one = jnp.ones(trusts), jnp.ones(())
    filled = {name: {field: value * one for field, value in table.items()} for name, table in (
        ("centre", rules_start.CENTRE_START), ("nation", rules_start.NATION_START))}  # fmt: skip
    filled |= {name: {field: value * per_trust for field, value in table.items()} for name, table in (
        ("council", rules_start.COUNCIL_START), ("catchment", rules_start.CATCHMENT_START),
        ("trust", rules_start.TRUST_START), ("manager", rules_start.MANAGER_START))}  # fmt: skip
    filled["centre"] |= taken(START["centre_start"](jax.random.uniform(keys[0], dtype=jnp.float64), p))
    filled["nation"] |= {"wait": k.BASE_WAIT * one, "challenge": p.initial_challenge * one}
    filled["council"]["challenge"] = p.initial_challenge * per_trust
    nodes = START["nodes"](country.place, float(max(2, trusts // 10)))
    at_nodes = jnp.sum(jax.random.uniform(keys[1], (3, max(2, trusts // 10)), dtype=jnp.float64), axis=0) - 1.5
    ends = (at_nodes[node.astype(jnp.int32)] for node in (nodes.first, nodes.second))
    regional = START["regional_optimum"](*ends, nodes.nearness)
    filled["trust"] |= {
        "queue": k.BASE_WAIT * per_trust, "wait": k.BASE_WAIT * per_trust, "size": country.size,
        "overlap": country.overlap, "regional_optimum": regional,
        **taken(START["trust_start"](regional, country.luck, p, k)),
    }  # fmt: skip
    filled["manager"] |= taken(START["manager_start"](country.index, country.luck, country.setting, p, k))
    seats = (trusts, country.clinicians)
    luck = uniforms(keys[2], draws.START_SEAT_LUCK.values(), seats)
    filled["seat"] = {f: jnp.broadcast_to(v, seats) for f, v in taken(START["seat_start"](luck, p, k)).items()}
    return filled


def follow(phase: Phase, state: dict[str, Any]) -> None:
    """Apply the rules of ``phase`` to the records, in order."""
    for step in phase.steps:
        result = in_jax(step.rule)(*[state[name] for name in step.reads])
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            setattr(state[step.actor], name, value)


def advance(key: Any, now: Any, carried: dict[str, dict[str, Any]], p: Any, country: Country) -> Any:
    """One month: the state after it, and its outcomes."""
    keys = jax.random.split(key, 3)
    seats = (country.trusts, country.clinicians)
    luck = {
        "country": uniforms(keys[0], draws.CENTRE_LUCK.values(), ()),
        "trust": uniforms(keys[1], draws.TRUST_LUCK.values(), (country.trusts,)),
        "seat": uniforms(keys[2], draws.SEAT_LUCK.values(), seats),
    }
    state: dict[str, Any] = {name: SimpleNamespace(**fields) for name, fields in carried.items()}
    state |= {"setting": country.setting, "now": SimpleNamespace(month=now), "p": p, "k": CONSTANTS}
    state |= {name: SimpleNamespace() for name in ("country_sums", "totals")}
    state["council_sums"] = SimpleNamespace(size=country.council_size)
    state["catchment_sums"] = SimpleNamespace(size=country.catchment_size, trusts=country.catchment_trusts)
    for phase in MONTH:
        here = {**state, "luck": luck.get(phase.level, luck["country"])}
        if phase.level == "seat":
            trust = {name: jnp.broadcast_to(value, seats[:1]) for name, value in vars(state["trust"]).items()}
            here["trust"] = SimpleNamespace(**{name: value[:, None] for name, value in trust.items()})
        follow(phase, here)
        for tally in phase.tallies:
            given = in_jax(tally.rule)(*[here[name] for name in tally.reads])
            for name, value in zip(tally.fields, given, strict=True):
                setattr(state[tally.into], name, summed(value, tally.over, country))
    after = {
        name: {field: jnp.broadcast_to(getattr(state[name], field), old.shape) for field, old in fields.items()}
        for name, fields in carried.items()
    }
    return after, outcomes(state)


def summed(values: Any, over: month.Level, country: Country) -> Any:
    """The sum of ``values`` over seats, groups or trusts."""
    if over == "trust":
        return jnp.sum(jnp.broadcast_to(values, (country.trusts, country.clinicians)).astype(jnp.float64), axis=1)
    values = jnp.broadcast_to(values, (country.trusts,)).astype(jnp.float64)
    if over == "country":
        return jnp.sum(values)
    return country.over(country.council if over == "council" else country.catchment, values)


def outcomes(state: dict[str, Any]) -> dict[str, Any]:
    """The 73 outcomes of a month that are not percentiles."""
    nation, sums, setting = state["nation"], state["country_sums"], state["setting"]
    return {
        **taken(in_jax(rules_outcomes.service_outcomes)(nation, sums, setting)),
        **taken(in_jax(rules_outcomes.staff_outcomes)(nation, sums)),
        **taken(in_jax(rules_outcomes.manager_outcomes)(nation, sums, setting)),
        **taken(in_jax(rules_outcomes.centre_outcomes)(nation, state["centre"])),
    }


def sweep(trusts: int, clinicians: int, months: int) -> Callable[[Any, dict[str, Any]], dict[str, Any]]:
    """Return a compiled function: keys (run, ..), parameters (run,) by name -> outcomes (run, month) by name."""

    def one(key: Any, parameters: dict[str, Any]) -> dict[str, Any]:
        p = SimpleNamespace(**parameters)
        places, begins, goes_on = jax.random.split(key, 3)
        country = Country(places, p, trusts, clinicians)

        def body(carried: Any, now: Any) -> Any:
            return advance(jax.random.fold_in(goes_on, now), now.astype(jnp.float64), carried, p, country)

        return jax.lax.scan(body, start(begins, p, country), jnp.arange(1, months + 1))[1]

    return jax.jit(jax.vmap(one))
