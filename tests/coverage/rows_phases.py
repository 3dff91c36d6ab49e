"""Rows of phase diagrams: shares of a space on either side of a band, effects at places, turns of the sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.stats import qmc

from tredegar.results.claims.contrasts import combined_arms
from tredegar.results.claims.phase_surface import draw_effect, turns_of
from tredegar.results.statistics.gaussian_process import fit_process
from tredegar.results.statistics.space_shares import PLACES, line_places, shares_beyond, space_places
from tredegar.results.statistics.surface_draws import draw_surfaces

from .law import Row, Said
from .truths import Truth, runs_at, space

AXES = 3
TRIALS = 200
BAND = 0.05
SOME = 64
"""Places at which effects are asked for."""
TURNS = 6
"""Turns that are asked for at most; where fewer are told, nothing is said."""
FINE = 1001


@dataclass(frozen=True, slots=True)
class Design:
    """Points and replicates, streams, the standard deviation of chance in bands, and places where shares are counted.

    Fewer places than the product has save time; what that costs is in the interval.
    """

    points: int
    replicates: int
    streams: str
    chance: float
    places: int = PLACES

    def __str__(self) -> str:
        return f"{self.points} points x {self.replicates}, {self.streams}, chance {self.chance:g} bands"


FEW = Design(80, 1, "independent", 1.0)
FEWEST = Design(60, 1, "independent", 2.0, 256)
MORE = Design(120, 1, "independent", 1.0)
NOISY = Design(80, 1, "independent", 3.0, 256)
FOUR = Design(80, 4, "common", 2.0, 256)
SURFACES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "nothing acts": lambda at: np.zeros(len(at)),
    "a slope": lambda at: at @ np.array([0.3, 0.5, -0.45]) - 0.1,
    "a product": lambda at: 1.6 * (at[:, 0] - 0.4) * (at[:, 1] - 0.3),
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


def true_shares(values: np.ndarray) -> np.ndarray:
    """Return the shares of effects (place,) that are above, within and below the band, (3,)."""
    return np.array([(values > BAND).mean(), (np.abs(values) <= BAND).mean(), (values < -BAND).mean()])


def of_shares(name: str, design: Design, rng: np.random.Generator) -> Said:
    """The shares above, within and below the band."""
    found = shares_beyond(drawn_at(name, design, space_places(AXES, design.places), rng), BAND)
    return Said(*np.array(found).T, true_shares(SURFACES[name](space()[:, :AXES])))


def four_arms(at: np.ndarray) -> np.ndarray:
    """Return what four arms come to at places, (arm, place): three slopes and a plain."""
    return np.stack([0.3 * at[:, 0], 0.25 * at[:, 1], 0.3 * at[:, 2], np.full(len(at), 0.15)])


def of_contest(name: str, design: Design, rng: np.random.Generator) -> Said:
    """The shares where the better of two arms gains more than the better of two others, where less, and between."""
    at = np.asarray(qmc.LatinHypercube(AXES, rng=rng).random(design.points))
    # What arms share at a point under paired streams is half of the variance, and no difference between them.
    chance = rng.standard_normal((5, design.points, design.replicates)) * design.chance * BAND / np.sqrt(2.0)
    arms = four_arms(at)[:, :, None] + chance[:4] + chance[4]
    found = shares_beyond(draw_effect("contest", arms, at, space_places(AXES, design.places)), BAND)
    return Said(*np.array(found).T, true_shares(combined_arms("contest", list(four_arms(space()[:, :AXES])))))


def of_places(name: str, design: Design, rng: np.random.Generator) -> Said:
    """The effect at places of the space; beyond the dashed lines of the figure the interval leaves zero out."""
    places = rng.random((SOME, AXES))
    drawn = drawn_at(name, design, places, rng)
    mean, half = drawn.mean(axis=0), stats.norm.ppf(0.975) * drawn.std(axis=0)
    return Said(mean, mean - half, mean + half, SURFACES[name](places))


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
    for turns, fine in zip(turns_of(np.moveaxis(drawn, 1, 0)), line_places(AXES, FINE), strict=True):
        true = SURFACES[name](fine)
        told += [(one.place, one.low, one.high, true_turn(true, one.place, one.rises)) for one in turns]
    nothing = [(np.nan, np.nan, np.nan, 0.0)] * TURNS
    return Said(*np.array([*told, *nothing][:TURNS]).T)


Read = Callable[[str, Design, np.random.Generator], Said]
ROWS: tuple[tuple[str, Read, str, Design, str], ...] = (
    ("share of a phase diagram", of_shares, "nothing acts", NOISY, ""),
    ("share of a phase diagram", of_shares, "a product", FOUR, ""),
    ("share of a phase diagram", of_shares, "step", FEW, STEEP),
    ("share of a phase diagram", of_shares, "a hill on a plain", MORE, FLAT),
    ("share of a phase diagram", of_contest, "a contest of four arms", FEWEST, ""),
    ("effect at a place of a phase diagram", of_places, "a product", FEW, ""),
    ("effect at a place of a phase diagram", of_places, "step", FEW, STEEP),
    ("turn of a sign in a phase diagram", of_turns, "a slope", FEW, ""),
    ("turn of a sign in a phase diagram", of_turns, "step", FEW, STEEP),
)
"""Kind, how it is read, of which truth, under which design, and why it is known not to cover."""


def _row(kind: str, read: Read, name: str, design: Design, known: str) -> Row:
    return Row(
        kind=kind,
        truth=name,
        design=str(design),
        trial=lambda rng: read(name, design, rng),
        trials=TRIALS,
        known=known,
    )


def rows() -> list[Row]:
    """Return the rows of phase diagrams."""
    return [_row(*asked) for asked in ROWS]
