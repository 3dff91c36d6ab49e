"""Rows of what decides: names where nothing does, false names beside true ones, power, boxes, proofs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import qmc

from tredegar.kernels import simulate
from tredegar.model import OUTCOMES, PARAMETERS
from tredegar.results.claims.claims import part_of
from tredegar.results.claims.proofs import measured_alike
from tredegar.results.discovery.dense_boxes import find_dense_box, make_box
from tredegar.results.statistics.step_down import Term, find_terms

from .law import Row, Said

Shape = Callable[[np.ndarray], np.ndarray]
Asked = Callable[[tuple[Term, ...], frozenset[str]], bool]
SHAPES: dict[str, tuple[Shape, tuple[int, ...]]] = {
    "one acts, linear": (lambda at: at[:, 0], (0,)),
    "U-shape": (lambda at: (at[:, 0] - 0.5) ** 2, (0,)),
    "product": (lambda at: (at[:, 0] - 0.5) * (at[:, 1] - 0.5), (0, 1)),
    "step": (lambda at: 1.0 * (at[:, 0] > 0.62), (0,)),
    "one of two levels acts": (lambda at: 1.0 * (at[:, 0] > 0.5), (0,)),
    "steep curve": (lambda at: np.exp(4.0 * at[:, 0]), (0,)),
    "linear and product": (lambda at: 0.5 * at[:, 2] + 2.0 * (at[:, 0] - 0.5) * (at[:, 1] - 0.5), (0, 1, 2)),
}
"""Truth -> surface, and the parameters that act."""
CHANCE: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "nothing acts": lambda at, rng: rng.standard_normal(len(at)),
    "nothing acts, two values": lambda at, rng: 1.0 * (rng.random(len(at)) < 0.2),
    "nothing acts, rare extremes": lambda at, rng: rng.standard_t(2, len(at)).clip(-3.0, 3.0),
    "nothing acts, chance grows with one": lambda at, rng: (0.2 + 2.0 * at[:, 0]) * rng.standard_normal(len(at)),
}
"""Truth -> values on which no parameter acts."""
MANY, FEW, WIDE = (100, 12), (40, 12), (160, 40)
"""Points and parameters."""
STRENGTH = {MANY: 0.45, FEW: 0.8}
"""Share of the variance that acts: enough to be named nearly always."""
DENSE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "one in twenty anywhere": lambda at: np.full(len(at), 0.05),
    "one in three anywhere": lambda at: np.full(len(at), 0.33),
    "half anywhere": lambda at: np.full(len(at), 0.5),
    "nine in ten anywhere": lambda at: np.full(len(at), 0.9),
    "corner of two": lambda at: np.where((at[:, 0] > 0.55) & (at[:, 1] > 0.55), 0.95, 0.08),
    "middle of one": lambda at: np.where(np.abs(at[:, 0] - 0.5) < 0.2, 0.9, 0.1),
}
"""Truth -> the probability of a member at each point."""


def hypercube(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a Latin hypercube (point, parameter)."""
    return np.asarray(qmc.LatinHypercube(size[1], seed=rng).random(size[0]))


def acting(truth: str, size: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a sample and values of which the shape of ``truth`` explains a share that is named nearly always."""
    shape, _ = SHAPES[truth]
    sample = hypercube(size, rng)
    if truth == "one of two levels acts":
        sample[:, 0] = sample[:, 0] > 0.5
    signal = shape(sample)
    share = STRENGTH[size]
    chance = np.sqrt((1.0 - share) / share) * signal.std()
    return sample, signal + chance * rng.standard_normal(len(sample))


def names(size: tuple[int, int]) -> list[str]:
    """Return the names of the parameters."""
    return [str(place) for place in range(size[1])]


def _never(happened: bool) -> Said:
    """A thing that ought not to happen, 1 or 0, against a band about nothing."""
    number = np.array([float(happened)])
    return Said(number, np.array([-0.5]), np.array([0.5]), number)


ANY: dict[str, Asked] = {
    "any": lambda found, _: bool(found),
    "alone": lambda found, _: any(len(term.parameters) == 1 for term in found),
    "product": lambda found, _: any(len(term.parameters) == 2 for term in found),
}


def _false(found: tuple[Term, ...], true: frozenset[str]) -> bool:
    return any(not true.issuperset(term.parameters) for term in found)


def _missed(found: tuple[Term, ...], true: frozenset[str]) -> bool:
    return not true <= {name for term in found for name in term.parameters}


def _noise_row(truth: str, family: str, size: tuple[int, int]) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        sample = hypercube(size, rng)
        return _never(ANY[family](find_terms(sample, names(size), CHANCE[truth](sample, rng)), frozenset()))

    return _row(f"decider where none decides, {family}", truth, size, trial)


def _acting_row(kind: str, asked: Asked, truth: str, size: tuple[int, int]) -> Row:
    true = frozenset(map(str, SHAPES[truth][1]))

    def trial(rng: np.random.Generator) -> Said:
        sample, values = acting(truth, size, rng)
        return _never(asked(find_terms(sample, names(size), values), true))

    return _row(kind, truth, size, trial)


def _row(kind: str, truth: str, size: tuple[int, int], trial: Callable[[np.random.Generator], Said]) -> Row:
    words = f"Latin hypercube {size[0]}, {size[1]} parameters"
    return Row(kind=kind, truth=truth, design=words, trial=trial)


def _box_row(truth: str, size: tuple[int, int]) -> Row:
    """Return a row of whether a box is told, which it ought to be where members are dense somewhere."""
    wanted = truth in ("corner of two", "middle of one")

    def trial(rng: np.random.Generator) -> Said:
        sample = hypercube(size, rng)
        member = rng.random(len(sample)) < DENSE[truth](sample)
        return _never((find_dense_box(sample, names(size), member) is not None) is not wanted)

    return _row("box of dense members that is told", truth, size, trial)


def _density_row(truth: str, size: tuple[int, int]) -> Row:
    """Return a row of the low end of a box's density, whether or not the box is told."""

    def trial(rng: np.random.Generator) -> Said:
        sample = hypercube(size, rng)
        box = make_box(sample, names(size), rng.random(len(sample)) < DENSE[truth](sample))
        if box is None:
            return Said(*np.full((3, 1), np.nan), np.zeros(1))
        at = rng.random((20_000, size[1]))
        inside = [(at[:, int(name)] >= low) & (at[:, int(name)] <= high) for name, (low, high) in box.bounds.items()]
        true = DENSE[truth](at[np.all(inside, axis=0)]).mean()
        # One-sided: only the low end is told.
        return Said(np.array([true]), np.array([box.low]), np.ones(1), np.array([true]))

    return _row("low end of the density of a box", truth, size, trial)


def _proven(rng: np.random.Generator, changes: bool) -> tuple[str, float, str, tuple[int, int]]:
    """Return what is varied to what value, and an outcome in months that it is proven not to reach."""
    names = [row.name for row in PARAMETERS.values() if not (changes and row.initial_only)]
    while True:
        name, outcome, year = str(rng.choice(names)), str(rng.choice(list(OUTCOMES))), int(rng.integers(2))
        varied = f"{name}@{rng.integers(2, 25)}" if changes else name
        window = (12 * year + 1, 12 * year + 12)
        entry = {"outcome": outcome, "months": window, "sign": 1, "band": 1.0}
        part = part_of(entry, "a row", "difference", ("varied", "default"))
        value = float(rng.uniform(PARAMETERS[name].low, PARAMETERS[name].high))
        if measured_alike(part, {"varied": {varied: value}, "default": {}}):
            return varied, value, outcome, window


def _proof_row(truth: str, changes: bool) -> Row:
    """Return a row of what is proven: runs that differ in a parameter, or from a month on if it ``changes``, agree."""

    def trial(rng: np.random.Generator) -> Said:
        varied, value, outcome, (first, last) = _proven(rng, changes)
        points = {varied: [value, PARAMETERS[varied.partition("@")[0]].default]}
        found = simulate(
            points, replicates=2, months=24, trusts=4, clinicians=3, seed=int(rng.integers(1 << 31)), engine="numpy",
            outcomes=[outcome], every=12,
        )[outcome][..., first // 12 : last // 12]  # fmt: skip
        return _never(not np.array_equal(found[0], found[1], equal_nan=True))

    return Row(kind="by construction", truth=truth, design="2 years of 4 trusts", trial=trial, trials=100)


def rows() -> list[Row]:
    """Return the rows of what decides."""
    noise = [_noise_row(truth, "any", MANY) for truth in CHANCE]
    noise += [_noise_row("nothing acts", "any", size) for size in (FEW, WIDE)]
    noise += [_noise_row("nothing acts", family, FEW) for family in ("alone", "product")]
    few = ("U-shape", "product")
    kinds: tuple[tuple[str, Asked], ...] = (("false name beside a decider", _false), ("decider that is named", _missed))
    acts = [
        _acting_row(kind, asked, truth, size)
        for kind, asked in kinds
        for truth in SHAPES
        for size in ((MANY, FEW) if truth in few else (MANY,))
    ]
    space = (256, 80)
    boxes = [_box_row(truth, space) for truth in DENSE] + [_box_row("one in three anywhere", FEW)]
    proofs = [_proof_row("no path from the start on", False), _proof_row("no path before a change", True)]
    return [
        *noise,
        *acts,
        *boxes,
        *proofs,
        *(_density_row(truth, space) for truth in ("half anywhere", "corner of two")),
    ]
