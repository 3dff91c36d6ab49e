"""Sweeps joined along a new dimension, one arm for each: whatever must agree does, or one line says what differs."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from ...datasets.attributes import KNOWN_BY, LEVELS, OWN_RULE, json_attribute
from ...model.parameters import PARAMETERS, SIGN
from ...model.text.names import closest
from ...model.text.plain_text import brief
from ..dataset import fixed_parameters
from ..selection import evenly_chunked
from .agreement import FACTS, OF_STREAMS

COUNTS = ("runs", "runs_done", "runs_failed", "runs_missing")
"""Attributes that add up over arms."""
JOINED = "joined"
"""The attribute of a joined Dataset that tells its dimension, what each arm says of itself, and its streams."""


def join(arms: Mapping[Any, xr.Dataset], dim: str = "arm", may_differ: Iterable[str] = ()) -> xr.Dataset:
    """Return sweeps of the same points as one Dataset with the new dimension ``dim``, labelled by the keys of ``arms``.

    ``arms`` are opened sweeps, or what ``simulate(...).to_dataset()`` gives; dims become ``(arm, point, replicate,
    month)``. Points, months, replicates, seeds, kinds of streams, countries and rules must agree; of ``may_differ``
    (``"seeds"``, ``"streams"``, ``"country"``, ``"rules"``) they need not. Fixed parameters and constants may differ: a
    fixed parameter that does is a coordinate on ``dim``, at its default where an arm does not set it (a change at a
    month that an arm does not make is NaN). Outcomes are those that all arms have. Lazy arrays stay lazy. Attributes
    on which the arms agree are kept, counts of runs added up, all others are in the attribute ``joined``, as JSON.

    Raises ValueError, in one line, for what differs and must not.

    >>> attrs = {"spec": "seed = 7", "sampler": '{"method": "grid", "names": ["mandate_detail"]}'}
    >>> coords = {"point": [0, 1], "replicate": [0], "month": [1], "mandate_detail": ("point", [0.0, 1.0])}
    >>> runs = xr.DataArray([[[0.5]], [[0.7]]], dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, coords, attrs)
    >>> both = join({"before": sweep, "after": sweep.assign(quality=runs + 0.1)})
    >>> both["quality"].dims, both["arm"].values.tolist()
    (('arm', 'point', 'replicate', 'month'), ['before', 'after'])
    """
    allowed = _allowed(may_differ)
    _check_arms(arms, dim)
    differing = _differing(arms, allowed)
    parts = [_with_fixed(sweep, arms.values()) for sweep in arms.values()]
    names = _shared_variables(arms)
    labels = xr.DataArray(_labels(arms), dims=dim, name=dim, attrs={"long_name": dim, "meaning": "the sweep"})
    whole = xr.concat(
        [part[names] for part in parts],
        dim=labels,
        data_vars="all",
        coords="different",
        compat="equals",
        join="exact",
        combine_attrs="drop_conflicts",
    )
    whole = _still_known(whole, next(iter(arms.values())))
    return evenly_chunked(whole.assign_attrs(_attributes(arms, dim, whole.attrs, differing)))


def _still_known(whole: xr.Dataset, first: xr.Dataset) -> xr.Dataset:
    """Return ``whole`` with what own parameters and outcomes are known by, where arms wrote it differently."""
    for name, variable in whole.variables.items():
        known = first[name].attrs if name in first.variables else {}
        lost = {key: known[key] for key in (OWN_RULE, LEVELS, *KNOWN_BY) if key in known and key not in variable.attrs}
        variable.attrs.update(lost)
    return whole


def _allowed(may_differ: Iterable[str]) -> tuple[str, ...]:
    given = (may_differ,) if isinstance(may_differ, str) else tuple(may_differ)
    free = [name for name, fact in FACTS.items() if fact.free]
    for name in given:
        if name not in free:
            raise ValueError(f"may_differ must name some of {', '.join(free)}, got {brief(name)}{closest(name, free)}")
    return given


def _check_arms(arms: Any, dim: Any) -> None:
    if not isinstance(arms, Mapping) or len(arms) < 2 or not all(isinstance(s, xr.Dataset) for s in arms.values()):
        raise ValueError(f"arms must be two or more Datasets by name, {{'a': ds1, 'b': ds2}}, got {brief(arms)}")
    if not isinstance(dim, str) or not dim.isidentifier():
        raise ValueError(f"dim must be the name of the new dimension, such as 'arm', got {brief(dim)}")
    for label, sweep in arms.items():
        if dim in sweep.variables or dim in sweep.dims:
            raise ValueError(f"arm {brief(label)} has a '{dim}' already; give the new dimension another name")
        lacking = [name for name in ("point", "replicate", "month") if name not in sweep.dims]
        if lacking:
            raise ValueError(f"arm {brief(label)} has no dimension '{lacking[0]}'; join sweeps before other steps")


def _labels(arms: Mapping[Any, xr.Dataset]) -> np.ndarray:
    """Return the names of the arms (arm,), texts as objects: of these every format keeps the length."""
    labels = list(arms)
    texts = all(isinstance(label, str) for label in labels)
    if not texts and not all(isinstance(label, int | float) and not isinstance(label, bool) for label in labels):
        raise ValueError(f"the names of arms must be texts, or numbers, got {brief(labels)}")
    return np.array(labels, dtype=object if texts else None)


def _differing(arms: Mapping[Any, xr.Dataset], allowed: tuple[str, ...]) -> dict[str, str]:
    """Return what differs between arms, of what may, in words; raise ValueError for what may not."""
    (first, sweep), *others = arms.items()
    found: dict[str, str] = {}
    for name, fact in FACTS.items():
        expected = fact.read(sweep)
        for label, other in others:
            read = fact.read(other)
            if read == expected:
                continue
            said = f"the {name} of {brief(first)} and {brief(label)} differ: {fact.say(expected, read)}"
            if name not in allowed:
                way = f"; may_differ=('{name}',) joins them all the same" if fact.free else ""
                raise ValueError(f"the arms cannot be joined: {said}{way}")
            found.setdefault(name, said)
    return found


def _with_fixed(sweep: xr.Dataset, sweeps: Iterable[xr.Dataset]) -> xr.Dataset:
    """Return ``sweep`` with every parameter that one of the ``sweeps`` fixes as a scalar coordinate."""
    ours = fixed_parameters(sweep)
    missing: dict[Hashable, Any] = {}
    for other in sweeps:
        for name in fixed_parameters(other):
            if name not in ours:
                missing[name] = ((), _default(sweep, name), other[name].attrs)
    return sweep.assign_coords(missing)


def _default(sweep: xr.Dataset, name: str) -> float:
    if SIGN in name:
        return float("nan")
    # Arms under other rules may lack a parameter of own rules: nothing is its value there.
    fallback = PARAMETERS[name].default if name in PARAMETERS else float("nan")
    return float(json_attribute(sweep.attrs, "defaults").get(name, fallback))


def _shared_variables(arms: Mapping[Any, xr.Dataset]) -> list[Hashable]:
    first, *others = arms.values()
    names = [name for name in first.data_vars if all(name in other.data_vars for other in others)]
    if not [name for name in names if name != "status"]:
        raise ValueError("the arms cannot be joined: they recorded no outcome in common")
    return names


def _attributes(
    arms: Mapping[Any, xr.Dataset], dim: str, kept: Mapping[Any, Any], differing: Mapping[str, str]
) -> dict[str, Any]:
    counts = {name: sum(int(sweep.attrs[name]) for sweep in arms.values()) for name in COUNTS if _all_have(arms, name)}
    own = {
        str(label): {str(n): _as_json(v) for n, v in sweep.attrs.items() if n not in kept and n not in counts}
        for label, sweep in arms.items()
    }
    why = next((differing[name] for name in OF_STREAMS if name in differing), "")
    return {**counts, JOINED: json.dumps({"dim": dim, "arms": own, "streams_differ": why})}


def _all_have(arms: Mapping[Any, xr.Dataset], name: str) -> bool:
    return all(name in sweep.attrs for sweep in arms.values())


def _as_json(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
