"""Kinds of interval, band, test and word of certainty: where each is printed, and why some are not shown to cover.

One place for what `make coverage` simulates (the name of a kind is that of its rows) and for the mark that stands
beside a number whose interval is known not to hold the truth as often as it says, or that was never simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

PAGE = "docs/coverage.md"
SHARED = "where chance under common random numbers is tied to the parameter, which passes for an effect"
STEP = "where the effect has a step"
SENSITIVITY, DISCOVER = "tredegar sensitivity, report", "tredegar discover, report"
OBSERVE = "tredegar observe"
SCREEN = "tredegar screen"
CLAIMS, PHASES = "tredegar claims: verdicts", "tredegar claims: contradictions"
EXPERIMENTS = "tredegar experiment"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalKind:
    """One kind of interval, band, test or word.

    ``name``: as rows of coverage call it; ``printed``: where readers meet it; ``doubt``: the reason why it is not
    shown to cover, with its condition, or "". ``variables``: the names that it has in Datasets and tables. ``word``:
    it says yes or no of something, so that no width and no power can be told.
    """

    name: str
    printed: str
    doubt: str = ""
    variables: tuple[str, ...] = ()
    word: bool = False


def _kind(name: str, printed: str, *variables: str, doubt: str = "", word: bool = False) -> IntervalKind:
    return IntervalKind(name=name, printed=printed, doubt=doubt, variables=variables, word=word)


_KINDS = (
    _kind("mean over a design", "mean_with_interval, report"),
    _kind("mean under a condition", "average_by with mean_with_interval"),
    _kind("response at a level", "report"),
    _kind("fan of a third", "report"),
    _kind("convergence", "report"),
    _kind("cell of a map of a grid", "report", "mean_low", "mean_high", "change_low", "change_high"),
    _kind("cell of a surface", "report", "mean_low", "mean_high", "change_low", "change_high"),
    _kind("words under a map", "report", word=True),
    _kind("turn of a sign", "report", word=True),
    _kind("change between sweeps, run by run", "tredegar compare", "change_low", "change_high"),
    _kind("change between sweeps of other seeds", "tredegar compare", "change_low", "change_high"),
    _kind("difference of arms at a point", "paired"),
    _kind("change between arms, run by run", "contrast", "change_low", "change_high"),
    _kind("level of a ramp", "measure_hysteresis, tredegar claims", "up_low", "up_high", "down_low", "down_high"),
    _kind("gap of a ramp", "measure_hysteresis, tredegar claims", "gap_low", "gap_high"),
    _kind("the record among single histories", "tredegar validate"),
    _kind("record in files: months per event", OBSERVE),
    _kind("record in files: variation of intervals", OBSERVE),
    _kind("record in files: median", OBSERVE),
    _kind("record in files: share in the busiest years", OBSERVE),
    _kind("record in files: spread between units", OBSERVE),
    _kind("record in files: rank persistence", OBSERVE),
    _kind("record in files: worst that stay", OBSERVE),
    _kind("record in files: bunching", OBSERVE),
    _kind("share of settings that meet a target", "make ledger"),
    _kind("pooled value of a target", "validate", "value_low", "value_high"),
    _kind("move of an answer", SCREEN, "effect_low", "effect_high"),
    _kind("move that is told", SCREEN, word=True),
    _kind("share of a given box", DISCOVER, "coverage_low", "coverage_high", "density_low", "density_high"),
    _kind("share of a box of PRIM", DISCOVER, "coverage_low", "coverage_high", "density_low", "density_high"),
    _kind("box that is printed", DISCOVER, word=True),
    _kind("limit that is borne out", DISCOVER, word=True),
    _kind("leaf that is printed", "tredegar discover --tree", word=True),
    _kind("mean of a setting", "tredegar discover --lever", "mean_low", "mean_high"),
    _kind("mean regret", "tredegar discover --lever", "mean_regret_low", "mean_regret_high"),
    _kind("first-order index", SENSITIVITY, "S1_conf"),
    _kind("total-order index", SENSITIVITY, "ST_conf"),
    _kind("second-order index", "analyze_sensitivity", "S2_conf"),
    _kind("band of an idle first-order index", SENSITIVITY, "S1_idle"),
    _kind("band of pairs that do not interact", "analyze_sensitivity", "S2_idle"),
    _kind("band of an idle total-order index", SENSITIVITY, "ST_idle"),
    _kind("Morris mu_star", SENSITIVITY, "mu_star_conf"),
    _kind("Morris mu", SENSITIVITY, "mu_conf"),
    _kind("band of idle parameters, mu_star", SENSITIVITY, "mu_star_idle"),
    _kind("PAWN median", SENSITIVITY, "median_conf"),
    _kind("band of idle parameters, median", SENSITIVITY, "median_idle"),
    _kind("band of idle parameters, median, of one with shared chance", SENSITIVITY, "median_idle", doubt=SHARED),
    _kind("band of idle parameters, maximum", SENSITIVITY, "maximum_idle"),
    _kind("delta", SENSITIVITY, "delta_conf", doubt="it leans low where points are few"),
    _kind("band of idle parameters, delta", SENSITIVITY, "delta_idle"),
    _kind("total share of a quadratic fit", SENSITIVITY, "total_share_conf", "total_conf"),
    _kind("share of a quadratic fit, alone", "analyze_sensitivity", "share_conf", "alone_conf"),
    _kind("band of idle parameters, total_share", SENSITIVITY, "total_share_idle", "total_idle"),
    _kind("band of idle parameters, share", "analyze_sensitivity", "share_idle", "alone_idle"),
    _kind("coefficient of a regression", SENSITIVITY, "SRC_conf", "SRRC_conf"),
    _kind("band of idle parameters, SRC", SENSITIVITY, "SRC_idle"),
    _kind("band of idle parameters, SRRC", SENSITIVITY, "SRRC_idle"),
    _kind("share of chance in single runs", SENSITIVITY, "seed_share_low", "seed_share_high", "seed_share_conf"),
    _kind("advice on intervals", SENSITIVITY, "with_more_units", "with_more_replicates"),
    _kind("points that are enough", "tredegar sensitivity --by-points"),
    _kind(
        "points that would do",
        "tredegar sensitivity --by-points",
        doubt="with so many, every third to sixth sweep has a wider interval still",
        word=True,
    ),
    _kind(
        "share of verdicts",
        CLAIMS,
        "share_low",
        "share_high",
        "half_share_low",
        "half_share_high",
        "up_low",
        "up_high",
        "down_low",
        "down_high",
    ),
    _kind("word of a verdict", CLAIMS, "_joint_low", "_joint_high", word=True),
    _kind("setting that is decided", CLAIMS, word=True),
    _kind("decider where none decides, any", CLAIMS, "decider", "decider_chance", word=True),
    _kind("decider where none decides, alone", CLAIMS, word=True),
    _kind("decider where none decides, product", CLAIMS, word=True),
    _kind("false name beside a decider", CLAIMS, word=True),
    _kind("decider that is named", CLAIMS, word=True),
    _kind("box of dense members that is told", CLAIMS, word=True),
    _kind("low end of the density of a box", CLAIMS),
    _kind("by construction", CLAIMS, "by_construction", word=True),
    _kind("effect of an experiment", EXPERIMENTS, "effect_low", "effect_high"),
    _kind("share of a space in a published interval", EXPERIMENTS, "space_share_low", "space_share_high"),
    _kind("share of a phase diagram", PHASES, doubt="where the effect is a hill on a plain, or has a step"),
    _kind("turn of a sign in a phase diagram", PHASES, doubt=STEP),
    _kind("effect at a place of a phase diagram", PHASES, "error", "chance", doubt=STEP),
)
INTERVAL_KINDS: Mapping[str, IntervalKind] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind by its name."""


def kinds_of(variables: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the kinds that ``variables`` of a Dataset or table hold, in the order of the registry.

    >>> kinds_of(["S1", "S1_conf", "ST_conf"])
    ('first-order index', 'total-order index')
    """
    held = set(variables)
    return tuple(kind.name for kind in _KINDS if held & set(kind.variables))


def printed_by(place: str) -> tuple[str, ...]:
    """Return the names of the kinds that one place prints.

    >>> printed_by("tredegar validate")
    ('the record among single histories',)
    """
    return tuple(kind.name for kind in _KINDS if kind.printed == place)


def doubts(names: Iterable[str]) -> str:
    """Return the sentence that stands once beside numbers of these kinds; empty where nothing is in doubt.

    Raises KeyError for a name that is no kind.

    >>> doubts(["total-order index", "delta"])
    'Not shown to cover: delta (it leans low where points are few). See docs/coverage.md.'
    >>> doubts(["total-order index"])
    ''
    """
    told: dict[str, list[str]] = {}
    for kind in (INTERVAL_KINDS[name] for name in names):
        if kind.doubt:
            told.setdefault(kind.doubt, []).append(kind.name)
    if not told:
        return ""
    return f"Not shown to cover: {'; '.join(f'{_listed(each)} ({why})' for why, each in told.items())}. See {PAGE}."


def with_doubts(found: xr.Dataset) -> xr.Dataset:
    """Return the Dataset with an attribute ``coverage`` at each variable that holds an interval in doubt.

    Variables may have any dims, such as (outcome, month, parameter), and keep their values.

    >>> import xarray as xr
    >>> found = with_doubts(xr.Dataset({"ST_conf": ("parameter", [0.1]), "delta_conf": ("parameter", [0.2])}))
    >>> found["ST_conf"].attrs, found["delta_conf"].attrs["coverage"]
    ({}, 'Not shown to cover: delta (it leans low where points are few). See docs/coverage.md.')
    """
    said = {str(name): doubts(kinds_of([str(name)])) for name in found.data_vars}
    return found.assign({name: found[name].assign_attrs(coverage=line) for name, line in said.items() if line})


def _listed(names: list[str]) -> str:
    # Names of some kinds have commas of their own.
    return " and ".join(names) if len(names) < 3 else f"{'; '.join(names[:-1])} and {names[-1]}"


__all__ = [
    "CLAIMS",
    "EXPERIMENTS",
    "INTERVAL_KINDS",
    "PHASES",
    "IntervalKind",
    "doubts",
    "kinds_of",
    "printed_by",
    "with_doubts",
]
