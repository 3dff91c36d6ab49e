"""The points of a design with arms: a sample of a space, every arm at each of its rows, and the table as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ....model.parameters import PARAMETERS, base_of, is_change

Settings = Mapping[str, float]


def draw(space: Mapping[str, tuple[float, float]], samples: int, seed: int) -> np.ndarray:
    """Return a Latin hypercube over ``space``, (samples, parameters), each column in the unit of its parameter.

    Source of the design: McKay, Beckman and Conover (1979), as SciPy draws it.

    >>> sample = draw({"mandate_detail": (0.0, 1.0), "target_level": (0.8, 0.9)}, samples=4, seed=1)
    >>> sample.shape, np.sort(sample[:, 0] // 0.25).tolist()
    ((4, 2), [0.0, 1.0, 2.0, 3.0])
    """
    from scipy.stats import qmc

    low, high = np.array(list(space.values())).T
    return np.asarray(qmc.scale(qmc.LatinHypercube(len(space), seed=seed).random(samples), low, high))


def arm_columns(
    sample: np.ndarray, names: Sequence[str], arms: Iterable[Settings], fixed: Settings
) -> dict[str, np.ndarray]:
    """Return the points of all arms, name -> (samples * arms,) values, the arm changing fastest.

    ``sample`` is (samples, parameters) with columns ``names``, each in its own unit. What only some arms set
    (``name@month``, a switch) keeps its value in the others: as drawn, ``fixed`` or default. Raises KeyError for an arm
    that sets what is no parameter.

    >>> arms = [{"mandate_detail": 0.0}, {"mandate_detail": 1.0}]
    >>> points = arm_columns(np.array([[0.8], [0.9]]), ["target_level"], arms, fixed={})
    >>> {name: values.tolist() for name, values in points.items()}
    {'target_level': [0.8, 0.8, 0.9, 0.9], 'mandate_detail': [0.0, 1.0, 0.0, 1.0]}
    """
    arms = list(arms)
    columns = {name: np.repeat(sample[:, [place]], len(arms), axis=1) for place, name in enumerate(names)}
    extra = dict.fromkeys(name for arm in arms for name in arm if name not in columns)
    for name in sorted(extra, key=is_change):
        base = base_of(name)
        value = fixed.get(base, PARAMETERS[base].default)
        start = columns[base] if base in columns else np.full((len(sample), len(arms)), value)
        columns[name] = start.copy()
    for place, arm in enumerate(arms):
        for name in sorted(arm, key=is_change):
            columns[name][:, place] = arm[name]
            for later in [other for other in columns if base_of(other) == name != other and other not in arm]:
                columns[later][:, place] = arm[name]
    return {name: values.ravel() for name, values in columns.items()}


def to_csv(columns: Mapping[str, np.ndarray]) -> str:
    """Return the table of points as CSV text; every number reads back as the same bits.

    ``columns`` are name -> (point,), all equally long: ValueError is raised otherwise.

    >>> to_csv({"mandate_detail": np.array([0.0, 1.0]), "target_level": np.array([0.8, 0.9])}).split()
    ['mandate_detail,target_level', '0.0,0.8', '1.0,0.9']
    """
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(repr, row)) for row in rows)]) + "\n"
