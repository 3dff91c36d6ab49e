"""Trees: the leaves of a classification tree (CART, Breiman et al. 1984) whose cases are denser than everywhere."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...model.text.plain_text import brief
from .prim import Box
from .regions import MOST_CHANCE, Discovery
from .scores import chance_of_share, share_interval


class _Leaf(NamedTuple):
    """A leaf as a box, its share of cases among held-out points, the interval of it, and how many these are."""

    box: Box
    density: float
    interval: tuple[float, float]
    points: int


def grow_tree(found: Discovery, parameters: tuple[str, ...] | None = None, leaves: int = 8) -> str:
    """Return the leaves of a classification tree (CART) of the same cases as text, densest first, one a line.

    The tree has ``leaves`` leaves at most and is grown from the points that boxes are made from; the others judge it. A
    leaf is told where the lower bound of its density exceeds the share of cases everywhere, at a level that heeds how
    many leaves were dense where the tree was grown (Bonferroni); where there is none, one line says so.

    ``parameters`` are those of the sample, which ``found`` knows: before version 0.2 they had to be given. Raises
    ValueError for others, or another order; ModuleNotFoundError, naming the extra to install, without scikit-learn.
    """
    if parameters is not None and tuple(parameters) != found.parameters:
        raise ValueError(f"the sample has the parameters {found.parameters}, in this order, got {brief(parameters)}")
    held = sorted(_dense_leaves(found, leaves), key=lambda leaf: -leaf.density)
    if not held:
        return f"No leaf of a tree was found in which cases are denser than everywhere ({found.share:.0%})."
    return "\n".join(_line(leaf, found) for leaf in held)


def _dense_leaves(found: Discovery, leaves: int) -> list[_Leaf]:
    made, judged = ~found.judged, found.judged
    sample, share = found.columns.of(found.sample), found.interest.mean()
    tree = _fitted(sample[made], found.interest[made], leaves)
    boxes = [box for box in _leaves(tree.tree_) if found.interest[made & box.holds(sample)].mean() > share]
    held = []
    for box in boxes:
        inside = judged & box.holds(sample)
        interval = share_interval(found.interest, inside, found.units)
        chance = chance_of_share(found.interest, inside, found.units, share)
        if chance <= MOST_CHANCE / len(boxes) and interval[0] > share:
            held.append(_Leaf(box, float(found.interest[inside].mean()), interval, int(inside.sum())))
    return held


def _fitted(sample: np.ndarray, interest: np.ndarray, leaves: int) -> Any:
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'classification trees need scikit-learn; install it with: pip install "tredegar[discovery]"'
        ) from error
    least = max(5, len(sample) // 50)
    return DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=least, random_state=0).fit(sample, interest)


def _leaves(tree: Any) -> list[Box]:
    """Return the leaves of the library's tree as boxes: at a split, points of at most the threshold go left."""
    nowhere = np.full(tree.n_features, np.inf)
    boxes, waiting = [], [(0, Box(-nowhere, nowhere))]
    while waiting:
        node, box = waiting.pop()
        if tree.children_left[node] < 0:
            boxes.append(box)
            continue
        one, at = tree.feature[node], tree.threshold[node]
        high, low = box.high.copy(), box.low.copy()
        high[one] = min(high[one], at)
        low[one] = max(low[one], np.nextafter(at, np.inf))
        waiting += [(tree.children_left[node], Box(box.low, high)), (tree.children_right[node], Box(low, box.high))]
    return boxes


def _line(leaf: _Leaf, found: Discovery) -> str:
    limits = [_limit(leaf.box, name, found) for name in found.columns.limited(leaf.box)]
    return (
        f"{' and '.join(limits)}: {leaf.density:.0%} ({leaf.interval[0]:.0%} to {leaf.interval[1]:.0%}) of "
        f"{leaf.points} held-out points are cases"
    )


def _limit(box: Box, name: str, found: Discovery) -> str:
    if levels := found.columns.levels(box, name):
        return f"{name} is {' or '.join(levels)}"
    (one,) = found.columns.places(name)
    parts = (
        f"{box.low[one]:.3g} <" if np.isfinite(box.low[one]) else "",
        name,
        f"<= {box.high[one]:.3g}" if np.isfinite(box.high[one]) else "",
    )
    return " ".join(part for part in parts if part)
