"""Relations between the varied quantities: groups that move together, and rank correlations of their values."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainValidator

from ...model.parameters import PARAMETERS, SIGN, base_of
from ...model.text.names import closest
from ...store.design_methods import factors_of
from .design import Varied
from .errors import SpecError, safe_name, shown
from .tables import FixedTable

MOST_LETTERS_OF_A_GROUP = 60
POINTS_PER_PARAMETER = 4
"""Fewer points than this for each parameter, and for one more, cannot have the correlations asked for (assumption)."""
LEAST_EIGENVALUE = 1e-9
"""A matrix whose eigenvalues are smaller is singular but for rounding."""
Matrix = NDArray[np.float64]


def _read_groups(groups: Any) -> dict[str, tuple[str, ...]] | None:
    """Return group -> members, both by name; None for none. Raises SpecError for what is no such table."""
    if groups is None:
        return None
    if not isinstance(groups, Mapping):
        raise SpecError(f"key 'design.groups' must be a table of lists of parameters, got {shown(groups)}")
    found = {_group_name(name): _members(name, members) for name, members in groups.items()}
    # By name, as they mean the same in every order.
    return FixedTable(sorted(found.items())) or None


def _group_name(name: Any) -> str:
    if not isinstance(name, str) or not name.isprintable() or not 1 <= len(name) <= MOST_LETTERS_OF_A_GROUP:
        raise SpecError(f"a group must have a name of 1 to {MOST_LETTERS_OF_A_GROUP} letters, got '{safe_name(name)}'")
    if SIGN in name:
        said = f"must have no '{SIGN}' in its name, which stands for a change in a month"
        raise SpecError(f"group '{safe_name(name)}' {said}")
    return name


def _members(name: str, members: Any) -> tuple[str, ...]:
    if not isinstance(members, list | tuple) or not members or not all(isinstance(each, str) for each in members):
        raise SpecError(f"group '{name}' under [design.groups] must list parameters, got {shown(members)}")
    return tuple(sorted(members))


def check_groups(groups: Mapping[str, Sequence[str]], varied: Sequence[str]) -> None:
    """Raise SpecError unless each member of ``groups`` is ``varied`` and stands in one of them, once."""
    owner: dict[str, str] = {}
    for group, members in groups.items():
        if base_of(group) in PARAMETERS or group in map(base_of, varied):
            raise SpecError(f"group '{safe_name(group)}' has the name of a parameter; give it another")
        for name in members:
            _check_varied(name, varied, f"group '{group}'")
            if name in owner:
                raise SpecError(f"parameter '{name}' stands in group '{owner[name]}' and in '{group}'; leave it in one")
            owner[name] = group


def _check_varied(name: str, varied: Sequence[str], where: str) -> None:
    if name not in varied:
        raise SpecError(f"{where} names '{safe_name(name)}', which is not varied{closest(name, varied)}")


def problem(ranges: Mapping[str, Varied], groups: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Return the description of the varied quantities that SALib's samplers and analysers take.

    ``groups`` are name -> members; those that are in none are groups of their own, as SALib wants it.

    >>> problem({"real_control": Varied(0.0, 1.0)})
    {'num_vars': 1, 'names': ['real_control'], 'bounds': [[0.0, 1.0]]}
    """
    found = {
        "num_vars": len(ranges),
        "names": list(ranges),
        "bounds": [[varied.low, varied.high] for varied in ranges.values()],
    }
    return found | ({"groups": list(factors_of(list(ranges), {"groups": groups}))} if groups else {})


def _read_correlations(given: Any) -> dict[str, dict[str, float]] | None:
    """Return first -> second -> rank correlation, each pair once, in the order of names; None where none is left."""
    if given is None:
        return None
    found: dict[tuple[str, str], float] = {}
    for one, other, value in _entries(given):
        if not isinstance(value, int | float) or isinstance(value, bool) or not -1.0 < value < 1.0:
            raise SpecError(f"correlation of '{one}' with '{other}' must lie between -1 and 1, got {shown(value)}")
        pair = (min(one, other), max(one, other))
        if one == other or found.get(pair, value) != value:
            said = "itself" if one == other else f"'{other}', which stands there twice and differs"
            raise SpecError(f"correlation of '{one}' with {said}: give each pair of two parameters once")
        found[pair] = float(value)
    table: dict[str, dict[str, float]] = {}
    for (one, other), value in sorted(found.items()):
        if value:
            table.setdefault(one, {})[other] = value
    return FixedTable({one: FixedTable(row) for one, row in table.items()}) or None


def _entries(given: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield the pairs of a table of tables, or of a table whose keys are pairs, safe to be printed."""
    form = "key 'design.correlations' must be a table of tables such as real_control = {solidarity = 0.5}"
    if not isinstance(given, Mapping):
        raise SpecError(f"{form}, got {shown(given)}")
    for one, row in given.items():
        if isinstance(one, tuple) and len(one) == 2 and all(isinstance(each, str) for each in one):
            yield safe_name(one[0]), safe_name(one[1]), row
            continue
        if not isinstance(one, str) or not isinstance(row, Mapping) or not all(isinstance(each, str) for each in row):
            raise SpecError(f"{form}, got {shown(row)} for {safe_name(one)}")
        yield from ((safe_name(one), safe_name(other), value) for other, value in row.items())


Groups = Annotated[
    dict[str, tuple[str, ...]] | None, PlainValidator(_read_groups), Field(default=None, description="a table")
]
"""Groups of parameters that a design varies as one factor: name -> members."""
Correlations = Annotated[
    dict[str, dict[str, float]] | None,
    PlainValidator(_read_correlations),
    Field(default=None, description="a table of tables"),
]
"""Spearman's rank correlations of parameters: name -> name -> correlation."""


class RankCorrelations(NamedTuple):
    """Rank correlations of all varied quantities: their ``names`` and Spearman's ``ranks`` (parameters, parameters)."""

    names: tuple[str, ...]
    ranks: Matrix

    @classmethod
    def of(cls, names: tuple[str, ...], pairs: Mapping[str, Mapping[str, float]]) -> RankCorrelations:
        """Return the matrix of ``names`` in which ``pairs`` are correlated, and no others.

        >>> RankCorrelations.of(("solidarity", "real_control"), {"real_control": {"solidarity": 0.5}}).ranks.tolist()
        [[1.0, 0.5], [0.5, 1.0]]
        """
        ranks = np.eye(len(names))
        for one, row in pairs.items():
            for other, value in row.items():
                place = names.index(one), names.index(other)
                ranks[place] = ranks[place[::-1]] = value
        return cls(names, ranks)


def _normal(ranks: Matrix) -> Matrix:
    """Return Pearson's correlations of normal variables whose ranks correlate so: 2 sin(pi r / 6) (Pearson 1907)."""
    found = 2.0 * np.sin(np.pi / 6.0 * ranks)
    # The diagonal is set: rounding leaves 2 sin(pi / 6) just below 1.
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def check_correlations(
    pairs: Mapping[str, Mapping[str, float]], varied: tuple[str, ...], points: int, choices: Container[str] = ()
) -> None:
    """Raise SpecError unless ``points`` points of the ``varied`` quantities can have these rank correlations.

    ``choices`` are those of them that choose between rules, which have no ranks.
    """
    if not pairs:
        return
    for name in (name for one, row in pairs.items() for name in (one, *row)):
        _check_varied(name, varied, "[design.correlations]")
        if name in choices:
            raise SpecError(f"[design.correlations] names '{name}', which chooses between rules: these have no ranks")
    least = POINTS_PER_PARAMETER * (len(varied) + 1)
    if points < least:
        raise SpecError(f"correlations of {len(varied)} parameters need at least {least} points, got {points}")
    wanted = RankCorrelations.of(varied, pairs)
    if np.linalg.eigvalsh(_normal(wanted.ranks))[0] < LEAST_EIGENVALUE:
        raise SpecError(f"[design.correlations] contradict each other (not positive definite): {_offence(wanted)}")


def _offence(wanted: RankCorrelations) -> str:
    """Name the pair whose correlation must change least for all to be possible, and what it may be."""
    given = [pair for pair in combinations(range(len(wanted.names)), 2) if wanted.ranks[pair]]
    allowed = {pair: found for pair in given if (found := _possible(_normal(wanted.ranks), *pair)) is not None}

    def lack(pair: tuple[int, int]) -> float:
        low, high = allowed[pair]
        return max(low - wanted.ranks[pair], wanted.ranks[pair] - high)

    if allowed:
        nearest = min(allowed, key=lack)
        # Rounded inwards, so that what is said is possible.
        low, high = np.ceil(1000.0 * allowed[nearest][0]) / 1000.0, np.floor(1000.0 * allowed[nearest][1]) / 1000.0
        return f"{_said(wanted, nearest)} must lie in {low:g} .. {high:g} with the others as they are"
    _, vectors = np.linalg.eigh(_normal(wanted.ranks))
    # No change of one pair suffices: the pair that adds most to the direction in which the variance is negative.
    worst = max(given, key=lambda pair: -vectors[pair[0], 0] * vectors[pair[1], 0] * wanted.ranks[pair])
    return f"{_said(wanted, worst)} is the worst of several; nearer to 0 is possible"


def _said(wanted: RankCorrelations, pair: tuple[int, int]) -> str:
    one, other = (wanted.names[place] for place in pair)
    return f"that of '{one}' with '{other}', {wanted.ranks[pair]:g},"


def _possible(normal: Matrix, one: int, other: int) -> tuple[float, float] | None:
    """Return between which rank correlations of a pair the matrix is positive definite, all others as they are."""
    rest = [place for place in range(len(normal)) if place not in (one, other)]
    inner = normal[np.ix_(rest, rest)]
    if len(rest) and np.linalg.eigvalsh(inner)[0] < LEAST_EIGENVALUE:
        return None
    ends = normal[np.ix_(rest, [one, other])]
    explained = ends.T @ np.linalg.solve(inner, ends)
    # What is left of each once the others are known; the partial correlation of the two lies between -1 and 1.
    left = 1.0 - np.diag(explained)
    if left.min() < LEAST_EIGENVALUE:
        return None
    reach = np.sqrt(left[0] * left[1])
    low, high = (np.clip(explained[0, 1] + sign * reach, -1.0, 1.0) for sign in (-1.0, 1.0))
    return float(6.0 / np.pi * np.arcsin(low / 2.0)), float(6.0 / np.pi * np.arcsin(high / 2.0))


def with_rank_correlations(sample: Matrix, names: tuple[str, ...], pairs: Mapping[str, Mapping[str, float]]) -> Matrix:
    """Return ``sample`` (points, parameters) with each column in another order, its ranks correlated as ``pairs``.

    ``names`` are those of the columns. The values of a column stay, to the bit: a Latin hypercube remains one. The
    order is that of a Gaussian copula whose normal scores have the correlations exactly; those that the sample had by
    chance are taken out first (Iman & Conover 1982, Communications in Statistics B11:311).

    >>> sample = np.random.default_rng(1).permuted(np.tile(np.arange(99.0), (2, 1)), axis=1).T
    >>> found = with_rank_correlations(sample, ("solidarity", "real_control"), {"real_control": {"solidarity": 0.5}})
    >>> sorted(found[:, 1]) == sorted(sample[:, 1]), round(float(np.corrcoef(found.T)[0, 1]), 1)
    (True, 0.5)
    """
    from scipy import special, stats

    scores = special.ndtri(stats.rankdata(sample, axis=0) / (len(sample) + 1.0))
    own = np.linalg.cholesky(np.corrcoef(scores, rowvar=False))
    free = np.linalg.solve(own, scores.T)
    places = np.argsort(
        np.argsort(np.linalg.cholesky(_normal(RankCorrelations.of(names, pairs).ranks)) @ free, axis=1, kind="stable"),
        axis=1,
    )
    return np.ascontiguousarray(np.take_along_axis(np.sort(sample, axis=0).T, places, axis=1).T)
