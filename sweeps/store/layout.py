"""Layout of a store: its variables, with their dimensions, chunks and attributes, and the attributes of the whole.

Everything here follows from the spec, the tables of the model and the batch size, so that two stores made of the same
spec are equal byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import model
from ...datasets.attributes import (
    STATUS_ATTRIBUTES,
    axis_attributes,
    group_attributes,
    outcome_attributes,
    parameter_attributes,
)
from ...model.groups.by_group import rows_by_group, values_by_group
from ...model.outcomes import TRUST_RECORDS, Outcome
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ...model.trust_groups import MEMBERSHIP
from ...observation.summaries import about_sums, observation_hash
from ...store.blocks import Batches
from ...store.digest import BYTES, coordinate_digest
from ...store.format import (
    DIGEST,
    MISSING,
    OBSERVATION,
    OWN_RULES,
    STATUS,
    STORE_FORMAT,
    SUMMARIES,
    WITHOUT_ARMS,
    WITHOUT_OWN_RULES,
)
from ...store.random_streams import PAIRED
from ..spec.sampling import Points, sampler_settings
from ..spec.spec import Spec


@dataclass(frozen=True, slots=True)
class Variable:
    """One array of the store. ``values`` are those of a coordinate; what runs fill has None."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str
    fill: float
    attributes: dict[str, Any] = field(default_factory=dict)
    values: NDArray[Any] | None = None


def variables(spec: Spec, points: Points, points_per_batch: int) -> tuple[Variable, ...]:
    """Return the variables of the store of ``spec``: coordinates, what batches fill, and ``status`` last.

    ``points`` are name -> (point,).

    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> spec, points = Spec(design={"method": "grid"}, vary=vary, record=record), {"real_control": np.array([0.2, 0.8])}
    >>> {row.name: row.shape for row in variables(spec, points, 1)}
    {'point': (2,), 'replicate': (8,), 'month': (240,), 'real_control': (2,),
     'quality': (2, 8, 240), 'digest': (2, 1, 2, 16), 'status': (2, 8)}
    """
    return (*coordinates(spec, points), *filled(spec, len(next(iter(points.values()))), points_per_batch))


def filled(spec: Spec, number_of_points: int, points_per_batch: int) -> tuple[Variable, ...]:
    """Return the variables that batches fill: recorded quantities, digests, ``status``; a chunk of each is a batch."""
    windows = spec.months // spec.record.every
    found = [
        _filled(row, number_of_points, points_per_batch, spec.replicates, ("month", windows), yearly=False)
        for row in (spec.rules.outcomes[name] for name in spec.outcomes)
    ]
    found += [_by_group(name, spec, number_of_points, points_per_batch) for name in values_by_group_of(spec)]
    if spec.record.trusts:
        found += [
            _filled(row, number_of_points, points_per_batch, spec.replicates, ("trust", spec.trusts), row.yearly, years)
            for years in (spec.months // 12,)
            for row in TRUST_RECORDS.values()
            if years or not row.yearly
        ]
        if spec.rules.groups is not None:
            found.append(_by_group(MEMBERSHIP, spec, number_of_points, points_per_batch))
    if spec.record.summaries:
        found.append(_summed(spec, number_of_points, points_per_batch))
    digest = _digest_of([*(row.name for row in found), STATUS], number_of_points, points_per_batch, spec.replicates)
    status = Variable(
        name=STATUS,
        dims=("point", "replicate"),
        shape=(number_of_points, spec.replicates),
        chunks=(points_per_batch, spec.replicates),
        dtype="uint8",
        fill=MISSING,
        attributes=dict(STATUS_ATTRIBUTES),
    )
    return (*found, digest, status)


def _digest_of(names: list[str], points: int, points_per_batch: int, replicates: int) -> Variable:
    blocks = Batches((points, replicates), (points_per_batch, replicates)).blocks
    return Variable(
        name=DIGEST,
        dims=("point_block", "replicate_block", "variable", "byte"),
        shape=(*blocks, len(names), BYTES),
        chunks=(1, 1, len(names), BYTES),
        dtype="uint8",
        fill=0,
        attributes={
            "long_name": "digest of the values",
            "meaning": "BLAKE2b of the values of each variable in a batch, of the variable and of its place",
            "units": "1",
            "variables": " ".join(names),
        },
    )


def _filled(
    row: Outcome,
    points: int,
    points_per_batch: int,
    replicates: int,
    third: tuple[str, int],
    yearly: bool,
    years: int = 0,
) -> Variable:
    dims: tuple[str, ...] = ("point", "replicate", third[0])
    sizes: tuple[int, ...] = (replicates, third[1])
    if yearly:
        dims, sizes = (*dims, "year"), (*sizes, years)
    about = outcome_attributes(row)
    return Variable(row.name, dims, (points, *sizes), (points_per_batch, *sizes), "float32", float("nan"), about)


def values_by_group_of(spec: Spec) -> tuple[str, ...]:
    """Return the names of the variables that ``spec`` records by group of trusts, none where it has no groups.

    >>> values_by_group_of(Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}))
    ()
    """
    return () if spec.rules.groups is None else tuple(values_by_group(spec.rules.groups))


def _by_group(name: str, spec: Spec, points: int, points_per_batch: int) -> Variable:
    """Return the variable of an outcome by group, or of the group of each trust."""
    groups = spec.rules.groups
    assert groups is not None, "only what has groups is recorded by group"
    dims: tuple[str, ...] = ("group", "month")
    sizes: tuple[int, ...] = (len(groups.labels), spec.months // spec.record.every)
    if name == MEMBERSHIP:
        dims, sizes = ("trust",), (spec.trusts,)
    dims, sizes = ("point", "replicate", *dims), (spec.replicates, *sizes)
    about = group_attributes(rows_by_group(spec.rules)[name], groups)
    return Variable(name, dims, (points, *sizes), (points_per_batch, *sizes), "float32", float("nan"), about)


def _summed(spec: Spec, points: int, points_per_batch: int) -> Variable:
    about, replicates = about_sums(spec.months, spec.trusts), spec.replicates
    shape = (points, replicates, len(about["sums"]))
    chunks, dims = (points_per_batch, *shape[1:]), ("point", "replicate", "sum")
    return Variable(SUMMARIES, dims, shape, chunks, "float64", float("nan"), about)


def coordinates(spec: Spec, points: Points) -> list[Variable]:
    """Return the coordinates of the store of ``spec``: axes, varied parameters (point,) and fixed ones (scalars).

    Units stand in their attributes.

    >>> spec = Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}, months=24)
    >>> [(row.name, row.shape) for row in coordinates(spec, {"real_control": np.array([0.2, 0.8])})]
    [('point', (2,)), ('replicate', (8,)), ('month', (24,)), ('real_control', (2,))]
    """
    number = len(next(iter(points.values())))
    windows = np.arange(spec.record.every, spec.months + 1, spec.record.every, dtype=np.int32)
    found = [
        _axis("point", np.arange(number, dtype=np.int64)),
        _axis("replicate", np.arange(spec.replicates, dtype=np.int64)),
        _axis("month", windows),
    ]
    if spec.record.trusts:
        trusts = np.arange(spec.trusts, dtype=np.int32)
        found.append(_axis("trust", trusts))
        if spec.months >= 12:
            years = np.arange(1, spec.months // 12 + 1, dtype=np.int32)
            found.append(_axis("year", years))
    found += [_parameter(name, values, ("point",), spec.rules) for name, values in points.items()]
    fixed = {name: np.asarray(spec.fixed[name], dtype=np.float64) for name in sorted(spec.fixed)}
    found += [_parameter(name, value, (), spec.rules) for name, value in fixed.items()]
    return found


def _axis(name: str, values: NDArray[Any]) -> Variable:
    return Variable(name, (name,), values.shape, values.shape, str(values.dtype), 0, axis_attributes(name), values)


def _parameter(name: str, values: NDArray[np.float64], dims: tuple[str, ...], book: RuleBook) -> Variable:
    attributes = parameter_attributes(name, bool(dims), book)
    return Variable(name, dims, values.shape, values.shape, "float64", float("nan"), attributes, values)


def store_attributes(spec: Spec, points: Points, points_per_batch: int, rules_hash: str) -> dict[str, Any]:
    """Return the attributes of the whole store: the spec and all else that a reader needs to know where it is from.

    ``points`` are name -> (point,).

    >>> spec = Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}, months=24)
    >>> found = store_attributes(spec, {"real_control": np.array([0.2, 0.8])}, points_per_batch=1, rules_hash="")
    >>> found["points"], found["coordinates"], found["streams"]
    (2, 'real_control', 'common')
    """
    return {
        "tredegar_store": store_format(spec),
        "title": spec.name,
        "spec": spec.canonical(),
        "spec_hash": spec.hash(),
        "specs": [spec.canonical()],
        "rules_hash": rules_hash,
        "seed": spec.seed,
        "streams": spec.streams,
        "sampler": sampler_settings(spec),
        "providers": spec.providers_text,
        "defaults": {name: row.default for name, row in spec.rules.parameters.items()},
        "points": len(next(iter(points.values()))),
        "points_per_batch": points_per_batch,
        "replicates_per_batch": spec.replicates,
        "coordinates": " ".join([*points, *sorted(spec.fixed)]),
        "coordinate_digests": coordinate_digests(spec, points),
        # Absent without own rules or sums: stores of the model as it stands keep their bytes.
        **({OWN_RULES: spec.rules.text} if spec.rules.text else {}),
        **({OBSERVATION: observation_hash()} if spec.record.summaries else {}),
    }


def store_format(spec: Spec) -> int:
    """Return the format of the store of ``spec``: the oldest that has all that it says.

    >>> store_format(Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}))
    3
    """
    settings = sampler_settings(spec)
    # What is discrete has levels; those of a morris design are a number.
    if spec.rules is not BUILT_IN or "distributions" in settings or isinstance(settings.get("levels"), Mapping):
        return STORE_FORMAT
    return WITHOUT_OWN_RULES if spec.streams == PAIRED or "arms" in settings else WITHOUT_ARMS


def coordinate_digests(spec: Spec, points: Points) -> dict[str, str]:
    """Return the digests of the coordinates of the store of ``spec``, by name; ``points`` are name -> (point,).

    >>> spec = Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}, months=24)
    >>> sorted(coordinate_digests(spec, {"real_control": np.array([0.2, 0.8])}))
    ['month', 'point', 'real_control', 'replicate']
    """
    return {
        row.name: coordinate_digest(row.name, row.values) for row in coordinates(spec, points) if row.values is not None
    }


def other_observation(facts: Mapping[str, Any]) -> str:
    """Return which other sums than those of the installed version a store of these ``facts`` has; "" if none.

    >>> other_observation({}), other_observation({"observation": observation_hash()})
    ('', '')
    """
    begun = str(facts.get(OBSERVATION, ""))
    if begun == "" or begun == (now := observation_hash()):
        return ""
    return f"other definitions of the record's targets (observation hash {begun[:12]}, installed {now[:12]})"


def current_rules_hash(book: RuleBook = BUILT_IN) -> str:
    """Return the hash of the rules of ``book``, with the constants and the order of a month of the installed model."""
    return model.rules_hash() if book is BUILT_IN else model.rules_hash(book)
