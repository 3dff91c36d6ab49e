"""SciPy: the toughness of targets that is best for quality and access together.

    python examples/with_scipy.py

Under common random numbers the mean over replicates is a function of the lever alone: the same toughness gives the
same bits each time, and two settings differ by what they do, not by luck. ``vectorized=True`` has SciPy hand over a
whole generation, which is one call of ``simulate``.
"""

import numpy as np
from scipy.optimize import differential_evolution

import tredegar as tg

LEVER = tg.PARAMETERS["target_toughness"]
SIZE = {"replicates": 8, "months": 120, "trusts": 30, "clinicians": 10, "seed": 7}


def loss(levers):
    """Return what is to be small: minus quality and access, meant over five years, of levers (1, settings)."""
    runs = tg.simulate({LEVER.name: levers[0]}, outcomes=["quality", "true_access"], dtype="float64", **SIZE)
    return -0.5 * sum(outcome[..., -60:].mean(axis=2).mean(axis=1) for outcome in runs.values())


def best(generations=12):
    """Return the best toughness that SciPy finds, and its loss."""
    found = differential_evolution(
        loss, [(LEVER.low, LEVER.high)], maxiter=generations, popsize=16, rng=1, polish=False,
        vectorized=True, updating="deferred",
    )  # fmt: skip
    return found.x[0], found.fun


def on_grid(settings=31):
    """Return the settings of a grid and the loss of each, for comparison."""
    levels = np.linspace(LEVER.low, LEVER.high, settings)
    return levels, loss(levels[np.newaxis])


if __name__ == "__main__":
    (toughness, least), (levels, losses) = best(), on_grid()
    print(f"SciPy: toughness {toughness:.2f} gives {-least:.4f}")
    print(f"grid:  toughness {levels[losses.argmin()]:.2f} gives {-losses.min():.4f}, no targets {-losses[0]:.4f}")
