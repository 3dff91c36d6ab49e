"""A store of a million runs with as many files as a store may have: opened, averaged, asked how far it is; and writing.

The values are made by arithmetic in place of the model: what is measured is the store. The disk is compared with `dd
conv=fsync`, which writes files of the same sizes with as many writers at a time, and with the compression alone.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from tredegar.model import OUTCOMES
from tredegar.results import open_sweep
from tredegar.sweeps import Spec, complete_sweep
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.durable import FLUSHING_THREADS
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.store.writing import write_batch
from tredegar.sweeps.upkeep.status import report_status

MILLION = """
name = "a million runs"
months = 120
replicates = 8
[design]
method = "latin-hypercube"
points = 125000
[vary]
real_control = [0.0, 1.0]
mandate_detail = [0.0, 1.0]
solidarity = [0.0, 1.0]
[record]
outcomes = ["quality"]
every = 12
"""
WRITING = """
name = "writing"
months = 120
replicates = 8
[design]
method = "latin-hypercube"
points = {points}
[vary]
real_control = [0.0, 1.0]
[record]
outcomes = {outcomes}
"""


class Made(dict):
    """What stands in for the results of the model."""

    engine = "arithmetic"
    failures = ()


def values(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Smooth paths with 2 % of noise, as outcomes are: float32 (point, replicate, window)."""
    draw = np.random.default_rng(seed)
    level = draw.random((*shape[:2], 1)) + 0.1 * np.sqrt(np.arange(shape[2]) / shape[2])
    return (level + 0.02 * draw.standard_normal(shape)).astype("f4")


def made_up(points: Any, replicates: int, months: int, outcomes: Any, every: int, runs: Any, **others: Any) -> Made:
    """Stand in for the model."""
    shape = (len(runs), replicates, months // every)
    return Made({name: values(shape, int(runs[0, 0])) for name in outcomes})


def timed(what: str, promised: float | None, call: Any) -> Any:
    """Print how long ``call`` takes, the best of three, and return what it gives."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        found = call()
        seconds.append(time.perf_counter() - began)
    verdict = (
        "" if promised is None else f" (promised: {promised:g} s; {'met' if min(seconds) < promised else 'MISSED'})"
    )
    print(f"{what}: {min(seconds):.3f} s{verdict}", flush=True)
    return found


def large(folder: Path) -> None:
    """Make the store of a million runs and use it."""
    path = folder / "million.zarr"
    spec = Spec.from_text(MILLION)
    began = time.perf_counter()
    complete_sweep(spec, path, workers=0, simulate=made_up)
    store = SweepStore(path)
    files = sum(1 for file in path.rglob("*") if file.is_file())
    print(f"{store.number_of_runs:,} runs, {store.number_of_batches:,} batches, {files:,} files (promised: 10,000),"
          f" written in {time.perf_counter() - began:.0f} s")  # fmt: skip
    timed("open_sweep", 1.0, lambda: open_sweep(path))
    timed("open_sweep, without comparing digests", None, lambda: open_sweep(path, verify=False))
    timed("mean of one outcome over replicates", 10.0, lambda: open_sweep(path).quality.mean("replicate").load())
    unchecked = open_sweep(path, verify=False)
    timed("the same, open already and without comparing", None, lambda: unchecked.quality.mean("replicate").compute())
    timed("status, in a process that runs", 1.0, lambda: report_status(path))
    bare = [sys.executable, "-c", "import zarr, typer"]
    whole = [sys.executable, "-m", "tredegar.cli.entry", "status", str(path)]
    timed("Python that imports Zarr and does nothing", None, lambda: subprocess.run(bare, check=True))
    timed("tredegar status, with the start of Python", None, lambda: subprocess.run(whole, check=True, stdout=-3))


def writing(folder: Path, points: int, outcomes: list[str], batches: int) -> None:
    """Compare writing batches with `dd` and with the compression alone."""
    spec = Spec.from_text(WRITING.format(points=points * batches, outcomes=outcomes).replace("'", '"'))
    path = folder / f"w{points}.zarr"
    create_store(spec, path, points)
    store = SweepStore(path)
    batch = {name: values((points, 8, 120), place) for place, name in enumerate(outcomes)}
    status = np.ones((points, 8), "u1")
    began = time.perf_counter()
    for number in range(batches):
        write_batch(store, store.batch(number), batch, status)
    ours = time.perf_counter() - began
    sizes = [store.chunk_file(name, store.batch(0)).stat().st_size for name in (*outcomes, "status")]
    began = time.perf_counter()
    for number in range(batches):
        copies(folder, sizes, number)
    theirs = time.perf_counter() - began
    memory = zarr.create_group(zarr.storage.MemoryStore())
    codecs = store.array(outcomes[0]).compressors
    arrays = {
        name: memory.create_array(name, shape=v.shape, chunks=v.shape, dtype="f4", compressors=codecs)
        for name, v in batch.items()
    }
    began = time.perf_counter()
    for name, array in arrays.items():
        array[...] = batch[name]
    packing = (time.perf_counter() - began) * batches
    disk = sum(sizes) * batches
    print(f"{len(outcomes)} outcomes, chunks of {points * 8 * 480 / 1e6:.1f} MB ({sizes[0] / 1e6:.2f} on the disk):"
          f" ours {disk / ours / 1e6:.0f} MB/s, dd {disk / theirs / 1e6:.0f} MB/s, ratio {theirs / ours:.2f}"
          f" (promised: 0.5); compressing alone takes {100 * packing / ours:.0f} % of ours", flush=True)  # fmt: skip


def copies(folder: Path, sizes: list[int], number: int) -> None:
    """Write files of ``sizes`` with `dd conv=fsync`, as many at a time as a batch writes."""

    def one(place: int) -> None:
        target = folder / f"dd-{number}-{place}"
        size = [f"bs={sizes[place]}", "count=1", "conv=fsync", "status=none"]
        subprocess.run(["dd", "if=/dev/zero", f"of={target}", "iflag=fullblock", *size], check=True)

    with ThreadPoolExecutor(FLUSHING_THREADS) as threads:
        list(threads.map(one, range(len(sizes))))


def main() -> None:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--folder", default=".", help="where to make the stores, which are removed in the end")
    options.add_argument("--only", choices=["large", "writing"])
    given = options.parse_args()
    print(
        f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()},"
        f" zarr {zarr.__version__}"
    )
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        if given.only != "large":
            for points, outcomes, batches in (
                (128, list(OUTCOMES), 4),
                (1024, list(OUTCOMES)[:12], 4),
                (4096, list(OUTCOMES)[:4], 4),
            ):
                writing(Path(folder), points, outcomes, batches)
        if given.only != "writing":
            large(Path(folder))


if __name__ == "__main__":
    main()
