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
from tredegar.model.schedule import month
from tredegar.model.schedule.month import MONTH, START, Phase

jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]

CONSTANTS = constants_with()
CARRIED = ("centre", "nation", "council", "catchment", "trust", "manager", "seat")
"""The records that change from month to month."""
GROUP_SUMS = ("council_sums", "catchment_sums")
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


def uniforms(key: Any, names: Iterable[tuple[str, ...]], shape: tuple[int, ...]) -> SimpleNamespace:
    """A record of uniforms, one array of ``shape`` for each name."""
    wanted = [name for group in names for name in group if name]
    drawn = jax.random.uniform(key, (len(wanted), *shape), dtype=jnp.float64)
    return SimpleNamespace(**dict(zip(wanted, drawn, strict=True)))


def taken(values: Any) -> dict[str, Any]:
    """The fields of a NamedTuple, by name."""
    return dict(zip(values._fields, values, strict=True))


class Country:
    """What does not change in a run: places, sizes, groups and the form of the units; and the state at month 0."""

    def __init__(self, key: Any, p: Any, trusts: int, clinicians: int) -> None:
        self.trusts, self.clinicians = trusts, clinicians
        sizes = {"trusts": float(trusts), "clinicians": float(clinicians), "seats": float(trusts * clinicians)}
        state: dict[str, Any] = {name: SimpleNamespace() for name in (*CARRIED, "country_sums", *GROUP_SUMS)}
        state |= {"p": p, "k": CONSTANTS, "setting": SimpleNamespace(**sizes)}
        state["place"] = SimpleNamespace(index=jnp.arange(trusts, dtype=jnp.float64))
        state["seat"] = SimpleNamespace(number=jnp.arange(clinicians, dtype=jnp.float64)[None])
        keys = dict(zip(("country", "trust", "seat", "nodes"), jax.random.split(key, 4), strict=True))
        luck = {
            "country": uniforms(keys["country"], draws.START_CENTRE_LUCK.values(), ()),
            "trust": uniforms(keys["trust"], draws.START_LUCK.values(), (trusts,)),
            "seat": uniforms(keys["seat"], draws.START_SEAT_LUCK.values(), (trusts, clinicians)),
        }
        nodes = uniforms(keys["nodes"], draws.NODE_LUCK.values(), (trusts,))
        for phase in START:
            here = {**state, "luck": luck.get(phase.level, luck["country"])}
            for name, field in draws.NODES.items() if hasattr(state["place"], "first") else ():
                number = getattr(state["place"], field).astype(jnp.int32)
                here[name] = SimpleNamespace(**{use: words[number] for use, words in vars(nodes).items()})
            follow(phase, spread(here, (trusts, clinicians)) if phase.level == "seat" else here)
            if phase.name == "places":
                place = state["place"]
                self.council, self.catchment = place.council.astype(jnp.int32), place.catchment.astype(jnp.int32)
            for tally in phase.tallies:
                given = in_jax(tally.rule)(*[here[name] for name in tally.reads])
                for name, value in zip(tally.fields, given, strict=True):
                    setattr(state[tally.into], name, summed(value, tally.over, self))
        self.setting, self.sums = state["setting"], {name: vars(state[name]) for name in GROUP_SUMS}
        shapes = {"centre": (), "nation": (), "seat": (trusts, clinicians)}
        self.start = {
            name: {
                field: jnp.broadcast_to(strong(value), shapes.get(name, (trusts,)))
                for field, value in vars(state[name]).items()
            }
            for name in CARRIED
        }

    def over(self, group: Any, values: Any) -> Any:
        """For each trust, the sum over its group."""
        return jax.ops.segment_sum(values, group, num_segments=self.trusts)[group]


def strong(value: Any) -> Any:
    """The value as an array of float64 or of conditions, which keeps its type in a loop."""
    array = jnp.asarray(value)
    return array if array.dtype == jnp.bool_ else array.astype(jnp.float64)


def spread(state: dict[str, Any], seats: tuple[int, int]) -> dict[str, Any]:
    """The records with those of trusts laid along the seats of each trust."""
    spread_out = {}
    for record in ("trust", "manager", "place"):
        fields = vars(state[record]).items() if record in state else ()
        spread_out[record] = SimpleNamespace(
            **{name: jnp.broadcast_to(value, seats[:1])[:, None] for name, value in fields}
        )
    return {**state, **spread_out}


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
    state |= {name: SimpleNamespace(**sums) for name, sums in country.sums.items()}
    for phase in MONTH:
        here = {**state, "luck": luck.get(phase.level, luck["country"])}
        if phase.level == "seat":
            here = spread(here, seats)
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
    """The 93 outcomes of a month that are not percentiles."""
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
        begins, goes_on = jax.random.split(key)
        country = Country(begins, p, trusts, clinicians)

        def body(carried: Any, now: Any) -> Any:
            return advance(jax.random.fold_in(goes_on, now), now.astype(jnp.float64), carried, p, country)

        return jax.lax.scan(body, country.start, jnp.arange(1, months + 1))[1]

    return jax.jit(jax.vmap(one))
