"""Rows of phase diagrams: shares of a space on either side of a band, and the places where a sign turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from tredegar.results.statistics.gaussian_process import fit_process
from tredegar.results.statistics.space_shares import line_places, shares_beyond, space_places, turns_along
from tredegar.results.statistics.surface_draws import draw_surfaces

from .law import Row, Said
from .truths import Truth, runs_at, space

AXES = 3
BAND = 0.05
TURNS = 6
"""Turns that are asked for at most; where fewer are told, nothing is said."""
FINE = 1001


@dataclass(frozen=True, slots=True)
class Design:
    """Points and replicates, streams, and the standard deviation of chance in bands."""

    points: int
    replicates: int
    streams: str
    chance: float

    def __str__(self) -> str:
        return f"{self.points} points x {self.replicates}, {self.streams}, chance {self.chance:g} bands"


FEW = Design(120, 1, "independent", 1.0)
NOISY = Design(120, 1, "independent", 3.0)
COMMON = Design(120, 12, "common", 2.0)
FOUR = Design(120, 4, "common", 2.0)
SURFACES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "nothing acts": lambda at: np.zeros(len(at)),
    "a slope": lambda at: at @ np.array([0.3, 0.5, -0.45]) - 0.1,
    "a product": lambda at: 1.6 * (at[:, 0] - 0.4) * (at[:, 1] - 0.3),
    "U-shape": lambda at: 1.6 * (at[:, 1] - 0.5) ** 2 - 0.15,
    "step": lambda at: 0.3 * (at[:, 1] > 0.62) - 0.1,
    "a hill on a plain": lambda at: np.exp(-8.0 * ((at - [0.1, 0.9, 0.5]) ** 2).sum(axis=1)) - 0.1,
}
FLAT = "one smoothness for hill and plain: drawn surfaces wave more over the plain than it does"
STEEP = "a smooth surface does not follow a step"
"""Why some rows do not cover."""


def drawn_at(name: str, design: Design, places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return surfaces drawn at places (place, axis), (draw, place), through new runs of the truth at new points."""
    at = np.asarray(qmc.LatinHypercube(AXES, rng=rng).random(design.points))
    truth = Truth(name, SURFACES[name], lambda at: np.full(len(at), design.chance * BAND))
    runs = runs_at(truth, at, design.replicates, design.streams, rng)
    return draw_surfaces(fit_process(at, runs, design.streams == "common"), places)


def true_shares(name: str) -> np.ndarray:
    """Return the shares of the space above, within and below the band, (3,)."""
    values = SURFACES[name](space()[:, :AXES])
    return np.array([(values > BAND).mean(), (np.abs(values) <= BAND).mean(), (values < -BAND).mean()])


def of_shares(name: str, design: Design, rng: np.random.Generator) -> Said:
    """The shares above, within and below the band."""
    found = shares_beyond(drawn_at(name, design, space_places(AXES), rng), BAND)
    return Said(*np.array(found).T, true_shares(name))


def true_turn(line: np.ndarray, place: float, rises: bool) -> float:
    """Return the nearest turn of that direction of a true line (place), or the end at which it has it or beyond."""
    positive = line > 0.0
    same = np.flatnonzero((positive[1:] != positive[:-1]) & (positive[1:] == rises)) / (len(line) - 1)
    return float(same[np.abs(same - place).argmin()]) if same.size else float(positive[0] != rises)


def of_turns(name: str, design: Design, rng: np.random.Generator) -> Said:
    """The turns of the sign along each axis; where the truth has none, the end of the axis beyond which it may lie."""
    lines = line_places(AXES)
    drawn = drawn_at(name, design, lines.reshape(-1, AXES), rng).reshape(-1, *lines.shape[:2])
    told = []
    for axis, fine in enumerate(line_places(AXES, FINE)):
        true = SURFACES[name](fine)
        told += [
            (one.place, one.low, one.high, true_turn(true, one.place, one.rises)) for one in turns_along(drawn[:, axis])
        ]
    nothing = [(np.nan, np.nan, np.nan, 0.0)] * TURNS
    return Said(*np.array([*told, *nothing][:TURNS]).T)


SHARES = (
    ("nothing acts", FEW, ""),
    ("nothing acts", NOISY, ""),
    ("nothing acts", COMMON, ""),
    ("a slope", COMMON, ""),
    ("a product", FEW, ""),
    ("a product", FOUR, ""),
    ("U-shape", FEW, ""),
    ("step", FEW, ""),
    ("a hill on a plain", FEW, FLAT),
)
LINES = (("a slope", FEW, ""), ("a product", COMMON, ""), ("step", FEW, STEEP))
"""Truth, design, and why it is known not to cover."""


def _row(kind: str, read: Callable[[str, Design, np.random.Generator], Said], asked: tuple[str, Design, str]) -> Row:
    name, design, known = asked
    return Row(
        kind=kind,
        truth=name,
        design=str(design),
        trial=lambda rng: read(name, design, rng),
        trials=200,
        known=known,
    )


def rows() -> list[Row]:
    """Return the rows of phase diagrams."""
    shares = [_row("share of a phase diagram", of_shares, one) for one in SHARES]
    return shares + [_row("turn of a sign in a phase diagram", of_turns, one) for one in LINES]
