"""Model of what must be there after a walk: it knows points, runs and what became of each.

It computes nothing as the package does: a run's value and whether it fails are functions of the values of its point,
its replicate and the mood of the day. The mood stands for what changes between two tries: a rule that is mended, a
machine that is not the same.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tredegar.model.failed_run import RunFailed
from tredegar.store.format import DONE, FAILED, MISSING
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec

from ...support.fake_model import Failure, Simulated

HEALTHY = 0
"""The mood in which no run fails."""
MOODS = 4
TEXT = """
name = "walk"
seed = 3
months = 1
streams = "{luck}"
replicates = {replicates}
[country]
trusts = 2
clinicians = 1
[design]
{design}
{vary}
[record]
outcomes = ["quality"]
"""
RANGES = "[vary]\nreal_control = [0.0, 1.0]\nmandate_detail = [0.0, 1.0]"
GROWING = ("grid", "sobol", "table")
"""The designs that may gain points."""
METHODS = (*GROWING, "latin-hypercube", "morris")
IN_SAMPLE = {"sobol": 4, "morris": 3}
"""How many points in turn share paired streams; one under the other methods."""
ROWS = ((0.1, 0.2), (0.3, 0.4), (0.5, 0.6), (0.7, 0.8), (0.9, 1.0))
LEVELS = (0.0, 1.0, 0.5, 0.25)


@dataclass(frozen=True)
class Size:
    """How large a sweep of a design is: ``step`` of its points, and replicates."""

    step: int
    replicates: int


@cache
def spec_of(method: str, luck: str, size: Size, folder: Path) -> Spec:
    """Return the spec of a sweep; tables of points are written to ``folder``."""
    vary, design = RANGES, f'method = "{method}"'
    if method == "grid":
        levels = ", ".join(map(str, LEVELS[: 2 + size.step]))
        vary = f"[vary]\nreal_control = {{values = [{levels}]}}\nmandate_detail = {{values = [0.0, 1.0]}}"
    elif method == "table":
        file = folder / f"rows{size.step}.csv"
        rows = (f"{first},{second}" for first, second in ROWS[: 3 + size.step])
        file.write_text("\n".join(["real_control,mandate_detail", *rows]) + "\n")
        # The name of the file is no part of what is computed, and may not change in an extension.
        (folder / f"step{size.step}").mkdir(exist_ok=True)
        file = file.rename(folder / f"step{size.step}" / "rows.csv")
        arms = "\narms = 1" if luck == "paired" else ""
        vary, design, folder = "", f'{design}\nfile = "rows.csv"{arms}', file.parent
    else:
        sizes = {
            "sobol": f"points = {2**size.step}\nsecond_order = false",
            "morris": "trajectories = 2\nlevels = 8\nseed = 2",
            "latin-hypercube": "points = 4",
        }
        design += "\n" + sizes[method]
    return Spec.from_text(TEXT.format(luck=luck, replicates=size.replicates, design=design, vary=vary), folder=folder)


@cache
def points_of(method: str, luck: str, sizes: tuple[Size, ...], folder: Path) -> tuple[tuple[float, float], ...]:
    """Return the points of a sweep that grew through ``sizes``, in the order of its store."""
    if method == "grid":
        found: list[tuple[float, float]] = []
        for size in sizes:
            grid = itertools.product(LEVELS[: 2 + size.step], (0.0, 1.0))
            found += [point for point in grid if point not in found]
        return tuple(found)
    if method == "table":
        return ROWS[: 3 + sizes[-1].step]
    drawn = draw_points(spec_of(method, luck, sizes[-1], folder))
    points = tuple(zip(*(values.tolist() for values in drawn.values()), strict=True))
    assert len(set(points)) == len(points), "a run is told by the values of its point"
    return points


def fails(point: tuple[float, ...], replicate: int, mood: int) -> bool:
    """Whether a run fails in a ``mood``: no one in the first, about one in five in each other."""
    said = hashlib.sha256(repr((point, replicate, mood)).encode()).digest()
    return mood != HEALTHY and said[0] % 5 == 0


def value(point: tuple[float, ...], number: int) -> np.float32:
    """Return what a run records, from its point and the number that keys its luck."""
    return np.float32(point[0] * 3.0 + point[1] * 7.0 + number)


class Model:
    """The stand-in for the model, in a ``mood``. After ``calls`` calls it raises ``fault`` once, if there is one."""

    def __init__(self, mood: int, calls: int = 0, fault: BaseException | None = None) -> None:
        self.mood, self.calls, self.fault = mood, calls, fault

    def failing(self, point: tuple[float, ...], replicate: int) -> bool:
        """Whether a run fails."""
        return fails(point, replicate, self.mood)

    def __call__(self, points: Mapping[str, Any], runs: Any, outcomes: Any, **others: Any) -> Simulated:
        """Compute runs, (point, replicate), as a model does."""
        self.calls -= 1
        if self.fault is not None and self.calls < 0:
            fault, self.fault = self.fault, None
            raise fault
        rows = list(zip(*(np.asarray(values).tolist() for values in points.values()), strict=True))
        numbers = np.asarray(runs)
        bad = [(p, r) for p, r in np.ndindex(*numbers.shape) if self.failing(rows[p], int(numbers[p, r]) % 4096)]
        if bad and self.mood % 2:  # some rules raise, some give what is no number
            raise RunFailed("division by zero")
        out = np.array([[[value(row, int(n))] for n in ns] for row, ns in zip(rows, numbers, strict=True)], dtype="f4")
        for place in bad:
            out[place] = np.nan
        found = Simulated(dict.fromkeys(outcomes, out))
        found.failures = tuple(Failure(p, r, "not finite") for p, r in bad)
        return found


class Given(Model):
    """A stand-in in which exactly those runs fail that ``status`` (point, replicate) says have failed."""

    def __init__(self, points: tuple[tuple[float, float], ...], status: NDArray[np.uint8]) -> None:
        super().__init__(HEALTHY)
        self.chosen = {(points[p], r) for p, r in np.argwhere(status == FAILED).tolist()}

    def failing(self, point: tuple[float, ...], replicate: int) -> bool:
        """Whether a run fails."""
        return (point, replicate) in self.chosen


Place = tuple[int, int]
"""Where a batch is: its block of points and its block of replicates."""


def place_of(name: str) -> Place | None:
    """Return the place of the batch whose file ``name`` is, None for a file of the skeleton."""
    folder, _, file = name.rpartition("/")
    if folder not in ("quality", "status", "digest") or file == "zarr.json":
        return None
    row, column = file.split(".")[1:3]
    return int(row), int(column)


@dataclass
class Sweep:
    """What must be in one store: the sizes that it grew through, and the status of each run (point, replicate).

    ``harmed`` are files that are not what was written, with what was; ``half`` says whether an extension has left
    traces that was never taken over.
    """

    method: str
    luck: str
    folder: Path
    sizes: tuple[Size, ...]
    batch: tuple[int, int]
    status: NDArray[np.uint8]
    harmed: dict[str, bytes] = field(default_factory=dict)
    half: bool = False

    @property
    def damaged(self) -> set[Place]:
        """The batches of which a file is not what was written."""
        return {place for name in self.harmed if (place := place_of(name)) is not None}

    @property
    def status_harmed(self) -> bool:
        """Whether the status of a batch is not what was written."""
        return any(name.startswith("status/c.") for name in self.harmed)

    @property
    def skeleton(self) -> bool:
        """Whether metadata or coordinates are not what was written."""
        return self.half or any(place_of(name) is None for name in self.harmed)

    def mended(self, place: Place | None) -> None:
        """Take note that all files of a batch, or of the skeleton, are what was written."""
        self.harmed = {name: content for name, content in self.harmed.items() if place_of(name) != place}

    @property
    def spec(self) -> Spec:
        """The spec that the store has now."""
        return spec_of(self.method, self.luck, self.sizes[-1], self.folder)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The points, in the order of the store."""
        return points_of(self.method, self.luck, self.sizes, self.folder)

    @property
    def complete(self) -> bool:
        """Whether every run is recorded."""
        return bool((self.status != MISSING).all())

    @property
    def sound(self) -> bool:
        """Whether every file is what was written."""
        return not self.damaged and not self.skeleton

    @property
    def blocks(self) -> dict[Place, tuple[slice, slice]]:
        """The batches: their place, and the points and replicates that they hold."""
        rows, columns = (range(0, length, step) for length, step in zip(self.status.shape, self.batch, strict=True))
        return {
            (i, j): (slice(row, row + self.batch[0]), slice(column, column + self.batch[1]))
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        }

    def computed(self, place: Place, mood: int, anew: bool) -> NDArray[np.uint8]:
        """Return the status of a batch once its missing rows, all of them if ``anew``, are computed in ``mood``."""
        block = self.blocks[place]
        status, points = self.status[block].copy(), self.points[block[0]]
        for p, row in enumerate(status):
            if anew or (row == MISSING).any():
                row[:] = [FAILED if fails(points[p], block[1].start + r, mood) else DONE for r in range(len(row))]
        return status

    def values(self) -> NDArray[np.float32]:
        """Return what must be read, (point, replicate): NaN where a run is not done."""
        found = np.full(self.status.shape, np.nan, dtype=np.float32)
        for p, r in np.argwhere(self.status == DONE).tolist():
            found[p, r] = value(self.points[p], r + 4096 * self.sample(p))
        return found

    def sample(self, point: int) -> int:
        """Return the number of the set of random streams that a point has."""
        return {"common": 0, "independent": point, "paired": point // IN_SAMPLE.get(self.method, 1)}[self.luck]

    def grow(self, size: Size) -> None:
        """Ask for more: the new runs are missing."""
        self.sizes = (*self.sizes, size)
        status = np.full((len(self.points), size.replicates), MISSING, dtype=np.uint8)
        status[: self.status.shape[0], : self.status.shape[1]] = self.status
        self.status = status
