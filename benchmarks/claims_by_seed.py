"""Phase diagrams under other seeds: whether the interval of each share holds what all seeds together say.

Every contradiction is run anew under each seed, with other points and other random numbers. A share's pooled value is
its mean over the seeds. Printed are, for each contradiction and each of its three shares, the pooled value, how many
of the intervals hold it, and their widths; at the end how many hold it over all, and the middle and greatest width.

With --known the same is asked of surfaces whose shares are known: these take the place of the pooled values.

Run: python benchmarks/claims_by_seed.py [--seeds N] [--size NAME] [--phase P1 ...] [--known]. The status is 1 where
fewer than nine tenths of the intervals of a share hold its value, the middle width is above .10, or one is above .25.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from tredegar.results.claims.designs import SIZES, DesignSize, find_size
from tredegar.results.claims.phase_surface import draw_effect
from tredegar.results.claims.phases import PHASES, chart, find_phase, phase_design
from tredegar.results.statistics.space_shares import shares_beyond, space_places
from tredegar.sweeps import Spec, complete_sweep

FIRST_SEED = 1
BAND = 0.01
KNOWN: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    f"{name}, chance {bands:g} bands": (surface, bands * BAND)
    for bands in (1.0, 3.0)
    for name, surface in (
        ("slope", lambda at: at @ np.array([0.06, 0.1, -0.09]) - 0.02),
        ("product", lambda at: 0.32 * (at[:, 0] - 0.4) * (at[:, 1] - 0.3)),
        ("U-shape", lambda at: 0.32 * (at[:, 1] - 0.5) ** 2 - 0.03),
        ("waves", lambda at: 0.04 * np.sin(5.0 * at[:, 0]) + 0.03 * np.cos(4.0 * at[:, 1] + at[:, 2])),
        ("step", lambda at: 0.06 * (at[:, 1] > 0.62) - 0.02),
    )
}
"""Effects over the unit cube with a band of .01, and the standard deviation of their chance."""
SIDES = ("up", "null", "down")
LEAST_HELD, MIDDLE_WIDTH, GREATEST_WIDTH = 0.9, 0.10, 0.25


def shares_of(name: str, size: DesignSize) -> np.ndarray:
    """Run a contradiction under the seed of the size; return its shares, (side, 3): share, low, high."""
    phase = find_phase(name)
    design = phase_design(phase, size)
    with tempfile.TemporaryDirectory(prefix="tredegar-seeds-") as made:
        folder = Path(made)
        (folder / f"{name}.csv").write_text(design.points, encoding="utf-8")
        (folder / f"{name}.toml").write_text(design.spec, encoding="utf-8")
        complete_sweep(Spec.from_file(folder / f"{name}.toml"), folder / f"{name}.zarr", workers=0)
        return np.array(chart(phase, folder, size).shares)


def told(name: str, found: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Print shares under each seed, (seed, side, 3), beside the ``truth`` (side,); return :func:`held_and_width`."""
    held, width = held_and_width(found, truth)
    for place, side in enumerate(SIDES):
        each = " ".join(f"{share:.3f} ({low:.3f} to {high:.3f})" for share, low, high in found[:, place])
        print(
            f"{name} {side}: {truth[place]:.3f} held by {held[:, place].sum()} of {len(found)}, "
            f"widest {width[:, place].max():.3f}: {each}",
            flush=True,
        )
    return held, width


def of_phase(name: str, size: DesignSize, seeds: range) -> tuple[np.ndarray, np.ndarray]:
    """Run a contradiction under each seed, and hold its shares against their mean over the seeds."""
    found = np.stack([shares_of(name, replace(size, seed=seed)) for seed in seeds])
    return told(name, found, found[:, :, 0].mean(axis=0))


def of_known(name: str, size: DesignSize, seeds: range) -> tuple[np.ndarray, np.ndarray]:
    """Draw runs of a known surface under each seed, and hold its shares against the true ones."""
    surface, chance = KNOWN[name]
    found = []
    for seed in seeds:
        rng = np.random.default_rng([seed, *name.encode()])
        at = qmc.LatinHypercube(3, rng=rng).random(size.phase_points)
        runs = surface(at)[:, None] + chance * rng.standard_normal((len(at), size.phase_replicates))
        found.append(shares_beyond(draw_effect("level", runs[None], at, space_places(3)), BAND))
    true = surface(space_places(3, 2**15))
    return told(
        name, np.array(found), np.array([(true > BAND).mean(), (abs(true) <= BAND).mean(), (true < -BAND).mean()])
    )


def held_and_width(found: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whether each interval holds the truth (side,), and its width, both (seed, side)."""
    _, low, high = np.moveaxis(found, -1, 0)
    return (low <= truth) & (truth <= high), high - low


def main() -> int:
    """Measure and print; exit status 1 where a limit is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=6)
    options.add_argument("--size", default="standard", choices=sorted(SIZES))
    options.add_argument("--points", type=int, help="points of each contradiction, instead of those of the size")
    options.add_argument("--phase", nargs="*", default=list(PHASES), help="ids of contradictions (default: all)")
    options.add_argument("--known", action="store_true", help="surfaces with known shares in place of contradictions")
    chosen = options.parse_args()
    size = find_size(chosen.size)
    size = replace(size, phase_points=chosen.points or size.phase_points)
    seeds = range(FIRST_SEED, FIRST_SEED + chosen.seeds)
    print(f"{size.name}: {size.phase_points} points x {size.phase_replicates}, seeds {seeds[0]} to {seeds[-1]}\n")
    names, measured = (list(KNOWN), of_known) if chosen.known else (chosen.phase, of_phase)
    held, width = (np.stack(each) for each in zip(*(measured(name, size, seeds) for name in names), strict=True))
    for place, side in enumerate(SIDES):
        print(
            f"{side}: {held[..., place].sum()} of {held[..., place].size} hold it, middle width "
            f"{np.median(width[..., place]):.3f}, greatest {width[..., place].max():.3f}"
        )
    share = held.reshape(-1, len(SIDES)).mean(axis=0)
    print(f"all widths: middle {np.median(width):.3f}, greatest {width.max():.3f}")
    good = share.min() >= LEAST_HELD and np.median(width) <= MIDDLE_WIDTH and width.max() <= GREATEST_WIDTH
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
