"""The screen as a whole: stores read into one record, which says what constants do to answers and which of them decide.

``told`` is 1 where a constant moves an answer by more than its band, -1 where it surely does not, else 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ...model.constants import CONSTANTS
from ...store.format import SUMMARIES
from ..open import open_sweep
from ..statistics.false_discoveries import Told
from .answers import AnswerSource, ArmRuns, ScreenedAnswer
from .one_at_a_time import Moves, moves_of_source, told_moves
from .settings_run import CHANGES, changed_points, points_at_once, store_name, trajectories
from .tiers import Tier
from .together import effects_at_once, told_at_once

WORDS: Mapping[int, str] = {1: "moves", -1: "no", 0: "cannot be told"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What a screen found: its ``tier``, the ``answers``, and ``found``, a Dataset (constant, change, answer).

    ``found`` has the moves ``effect`` with ``effect_low`` and ``effect_high`` in the unit of the answer, ``told``, and
    ``turned``, whether the word of the answer changes with a move; of each answer ``own``, its value as the model is,
    its ``band`` and ``word``; of each change the ``setting`` and whether it was ``clipped``. Where constants were
    changed all at once, ``mu_star``, ``mu_star_conf``, ``mu_star_idle`` and ``told_at_once`` (constant, answer).
    """

    tier: str
    answers: tuple[ScreenedAnswer, ...]
    found: xr.Dataset
    rules: str = ""

    @property
    def deciding(self) -> tuple[str, ...]:
        """The constants that move an answer by more than its band, those first that move it by most bands."""
        reach = self.largest_move()
        order = np.argsort(-np.nan_to_num(reach), kind="stable")
        decides = self.decides()
        return tuple(str(self.found["constant"].values[place]) for place in order if decides[place])

    @property
    def suspected(self) -> tuple[str, ...]:
        """The other constants of which the interval of some move, taken by itself, lies beyond the band of its answer.

        One in forty does so by chance where the true move lies at the edge of the band.
        """
        low, high, band = (self.found[name] for name in ("effect_low", "effect_high", "band"))
        beyond = ((low > band) | (high < -band)).any(("change", "answer")).values & ~self.decides()
        return tuple(str(name) for name in self.found["constant"].values[beyond])

    def decides(self) -> np.ndarray:
        """Return whether each constant moves any answer by more than its band, (constant,) of bool, in their order.

        >>> told = {"told": (("constant", "change", "answer"), [[[1, 0]], [[0, -1]]])}
        >>> Screened(tier="made", answers=(), found=xr.Dataset(told)).decides().tolist()
        [True, False]
        """
        found = (self.found["told"] == 1).any(("change", "answer")).values
        if "told_at_once" in self.found:
            found = found | (self.found["told_at_once"] == 1).any("answer").values
        return np.asarray(found)

    def largest_move(self) -> np.ndarray:
        """Return the largest move of each constant among answers, in bands, one at a time: (constant,), NaN of none.

        >>> moves = {"effect": (("constant", "change", "answer"), [[[0.01, -0.04]]]), "band": ("answer", [0.01, 0.02])}
        >>> Screened(tier="made", answers=(), found=xr.Dataset(moves)).largest_move().tolist()
        [2.0]
        """
        moves = abs(self.found["effect"]) / self.found["band"]
        return np.asarray(moves.max(("change", "answer")).values)


def read_screen(folder: str | Path, tier: Tier, sources: Iterable[AnswerSource], names: Sequence[str]) -> Screened:
    """Read the stores in ``folder`` that hold the screen of the constants ``names``, and return what they say.

    Raises FileNotFoundError or ValueError where one is missing, unfinished or of other settings.
    """
    sources, folder = tuple(sources), Path(folder)
    wanted = changed_points(names)
    runs = {source.name: _runs_of(folder, source, names, wanted) for source in sources}
    moves = [pair for source in sources for pair in moves_of_source(source, runs[source.name])]
    found = _moves_dataset(moves, told_moves(moves), names)
    if tier.trajectories:
        found = found.merge(_at_once([source for source in sources if source.all_at_once], folder, tier, names, found))
    first = next(iter(runs[sources[0].name].values()))
    rules = str(first.attrs.get("rules_hash", ""))
    return Screened(tier=tier.name, answers=tuple(answer for answer, _ in moves), found=found, rules=rules)


def _runs_of(
    folder: Path, source: AnswerSource, names: Sequence[str], wanted: np.ndarray, at_once: bool = False
) -> ArmRuns:
    """Return the runs of each arm at the ``wanted`` settings (setting, constant). Raises ValueError for others."""
    path = folder / f"{store_name(source, at_once)}.zarr"
    sweep, arms = open_sweep(path, chunks=None), list(source.arms)
    here = [name for name in names if name in sweep.coords]
    held = np.column_stack([sweep[name].values[:: len(arms)] for name in here]) if here else np.zeros((0, 0))
    if not np.array_equal(held, wanted):
        raise ValueError(
            f"'{path}' holds other settings than this screen (another choice of constants, or other values of them); "
            "give another folder, or delete it"
        )
    read = [name for name in (*source.outcomes, SUMMARIES) if name in sweep]
    runs = sweep[read].drop_vars([name for name in sweep.coords if name not in ("month", "sum")]).load()
    return {arm: runs.isel(point=slice(place, None, len(arms))) for place, arm in enumerate(arms)}


def _moves_dataset(moves: Sequence[tuple[ScreenedAnswer, Moves]], told: Told, names: Sequence[str]) -> xr.Dataset:
    dims, shape = ("answer", "constant", "change"), (len(moves), len(names), len(CHANGES))
    answers = [answer for answer, _ in moves]
    words = [answer.word(found.own) for answer, found in moves]
    turned = [[answer.word(found.own + one) != word for one in found.effect]
              for (answer, found), word in zip(moves, words, strict=True)]  # fmt: skip
    own = np.array([CONSTANTS[name].value for name in names])
    settings = np.array([changed_points([name])[1:, 0] for name in names])
    found = xr.Dataset(
        {
            **{name: (dims, np.stack([getattr(each, field) for _, each in moves]).reshape(shape))
               for name, field in (("effect", "effect"), ("effect_low", "low"), ("effect_high", "high"))},
            "told": (dims, (told.beyond.astype("i1") - told.within.astype("i1")).reshape(shape)),
            "turned": (dims, (np.array(turned) & told.beyond).reshape(shape)),
            "own": ("answer", [each.own for _, each in moves]),
            "band": ("answer", [answer.band for answer in answers]),
            "word": ("answer", words),
            "setting": (("constant", "change"), settings),
            "clipped": (("constant", "change"), settings != own[:, None] * np.array([0.5, 2.0])),
        },
        {
            "constant": list(names),
            "change": list(CHANGES),
            "answer": [answer.name for answer in answers],
            "kind": ("answer", [answer.kind for answer in answers]),
            "unit": ("answer", [answer.unit for answer in answers]),
            "value": ("constant", own),
        },
    )  # fmt: skip
    return found.transpose("constant", "change", "answer")


def _at_once(
    sources: Sequence[AnswerSource], folder: Path, tier: Tier, names: Sequence[str], found: xr.Dataset
) -> xr.Dataset:
    """Return the effects of constants that change all at once; NaN for answers that are not asked there."""
    unit, parts = trajectories(len(names), tier.trajectories), []
    for source in sources:
        runs = _runs_of(folder, source, names, points_at_once(tier, names), at_once=True)
        effects = effects_at_once(source, runs, unit)
        told, dims = told_at_once(effects, source.answers), ("constant", "answer")
        parts.append(
            xr.Dataset(
                {
                    "mu_star": (dims, effects.mu_star),
                    "mu_star_conf": (dims, effects.conf),
                    "mu_star_idle": (dims, effects.idle),
                    "told_at_once": (dims, told.beyond.astype("f4") - told.within.astype("f4")),
                },
                {"constant": list(names), "answer": [answer.name for answer in source.answers]},
            )
        )
    return xr.concat(parts, "answer").reindex(answer=found["answer"].values)


__all__ = ["WORDS", "Screened", "read_screen"]
