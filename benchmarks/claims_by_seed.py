"""Phase diagrams under other seeds: whether the interval of each share holds what all seeds together say.

Every contradiction is run anew under each seed, with other points and other random numbers. A share's pooled value is
its mean over the seeds. Printed are, for each contradiction and each of its three shares, the pooled value, how many
of the intervals hold it, and their widths; at the end how many hold it over all, and the middle and greatest width.

Run: python benchmarks/claims_by_seed.py [--seeds N] [--size NAME] [--phase P1 ...]. The status is 1 where fewer than
nine tenths of the intervals of a share hold the pooled value, where the middle width is above .10 or one above .25.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from tredegar.results.claims.designs import SIZES, DesignSize, find_size
from tredegar.results.claims.phases import PHASES, chart, find_phase, phase_design
from tredegar.sweeps import Spec, complete_sweep

FIRST_SEED = 1
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


def measured(name: str, size: DesignSize, seeds: range) -> np.ndarray:
    """Return the shares of a contradiction under each seed, (seed, side, 3), and print what they come to."""
    started = time.time()
    found = np.stack([shares_of(name, replace(size, seed=seed)) for seed in seeds])
    held, width = held_and_width(found)
    for place, side in enumerate(SIDES):
        told = " ".join(f"{share:.3f} ({low:.3f} to {high:.3f})" for share, low, high in found[:, place])
        print(
            f"{name} {side}: pooled {found[:, place, 0].mean():.3f}, held {held[:, place].sum()} of {len(found)}, "
            f"widest {width[:, place].max():.3f}: {told}"
        )
    print(f"{name}: {time.time() - started:.0f} s", flush=True)
    return found


def held_and_width(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whether each interval holds the mean over seeds, and its width, both (seed, side)."""
    share, low, high = np.moveaxis(found, -1, 0)
    pooled = share.mean(axis=0)
    return (low <= pooled) & (pooled <= high), high - low


def main() -> int:
    """Measure and print; exit status 1 where a limit is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=6)
    options.add_argument("--size", default="standard", choices=sorted(SIZES))
    options.add_argument("--points", type=int, help="points of each contradiction, instead of those of the size")
    options.add_argument("--phase", nargs="*", default=list(PHASES), help="ids of contradictions (default: all)")
    chosen = options.parse_args()
    size = find_size(chosen.size)
    size = replace(size, phase_points=chosen.points or size.phase_points)
    seeds = range(FIRST_SEED, FIRST_SEED + chosen.seeds)
    print(f"{size.name}: {size.phase_points} points x {size.phase_replicates}, seeds {seeds[0]} to {seeds[-1]}\n")
    held, width = (
        np.stack(each)
        for each in zip(*(held_and_width(measured(name, size, seeds)) for name in chosen.phase), strict=True)
    )
    for place, side in enumerate(SIDES):
        print(
            f"{side}: {held[..., place].sum()} of {held[..., place].size} hold the pooled value, middle width "
            f"{np.median(width[..., place]):.3f}, greatest {width[..., place].max():.3f}"
        )
    share = held.reshape(-1, len(SIDES)).mean(axis=0)
    print(f"all widths: middle {np.median(width):.3f}, greatest {width.max():.3f}")
    good = share.min() >= LEAST_HELD and np.median(width) <= MIDDLE_WIDTH and width.max() <= GREATEST_WIDTH
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
