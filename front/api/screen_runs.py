"""The screen of constants from Python: its sweeps run, or finished, and what they say."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..results.screening.screened import Screened
    from ..results.screening.settings_run import ScreenDesign

__all__ = ["ScreenStopped", "screen"]

ONE_BATCH = 512
"""So few runs are one batch: what a batch costs whatever its size would be most of the time."""


class ScreenStopped(RuntimeError):
    """A sweep of the screen was interrupted: what is done is kept, and the same call goes on from there."""


def screen(
    folder: str | os.PathLike[str] | None = None,
    tier: str = "quick",
    constants: Iterable[str] | None = None,
    workers: int = 0,
    engine: str = "auto",
    progress: bool = True,
    say: Callable[[str], None] | None = None,
) -> Screened:
    """Screen the constants of the model: halve and double each, and say which answers that moves by more than a band.

    ``folder`` keeps the sweeps, and the same call finishes what is unfinished; None is a temporary one. ``tier`` says
    how much is asked: "quick", "standard" or "full". ``constants`` are the names of those that are screened, None for
    all. With ``workers`` 0 the threads of this process compute; ``say`` takes a line for each sweep. What is returned
    holds a Dataset (constant, change, answer) under ``found``, in the units of the answers, and ``deciding``.

    Raises ValueError for an unknown tier, constant or engine, and for a folder that holds another screen; RuntimeError
    where a sweep could not be run, ScreenStopped where it was interrupted: the same call goes on from there.

    >>> from tredegar import screen
    >>> screen(constants=["VOICE_BASSE"])
    Traceback (most recent call last):
    ValueError: unknown constant 'VOICE_BASSE'; did you mean 'VOICE_BASE'?
    """
    from ..results.screening.screened import read_screen
    from ..results.screening.settings_run import chosen_constants, screen_designs
    from ..results.screening.tiers import find_tier

    chosen, names = find_tier(tier), chosen_constants(constants)
    sources = tuple(chosen.sources())
    designs = tuple(screen_designs(chosen, sources, names))
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="tredegar-screen-") as place:
            _run_all(designs, Path(place), workers, engine, progress, say)
            return read_screen(place, chosen, sources, names)
    _run_all(designs, Path(folder), workers, engine, progress, say)
    return read_screen(Path(folder), chosen, sources, names)


def _run_all(
    designs: tuple[ScreenDesign, ...],
    folder: Path,
    workers: int,
    engine: str,
    progress: bool,
    say: Callable[[str], None] | None,
) -> None:
    """Run every design into its store; raise RuntimeError where one is not finished."""
    from ..sweeps.run.runner import check_engine
    from ..sweeps.spec.spec import Spec
    from .sweeping import run_sweep

    check_engine(engine)
    folder.mkdir(parents=True, exist_ok=True)
    for number, design in enumerate(designs, start=1):
        if say is not None:
            say(f"{number} of {len(designs)}: {design.title}")
        # As the spec of a store is read: its points are numbers already, and need not be read as text.
        spec = Spec.from_stored(design.spec, None, partial(dict, design.points))
        place = folder / f"{design.name}.zarr"
        count = len(next(iter(design.points.values())))
        batch = count if count * spec.replicates <= ONE_BATCH else None
        with warnings.catch_warnings():
            # Said by what is raised below.
            warnings.filterwarnings("ignore", message="interrupted: ", category=UserWarning)
            done = run_sweep(spec, place, workers, engine, progress=progress, points_per_batch=batch)
        if done.attrs["runs_missing"]:
            raise ScreenStopped(f"stopped in {place}: {done.attrs['runs_missing']:,} runs are missing there")
