# ruff: noqa: I001, RUF022
"""Public names of Tredegar as editors and type checkers see them. Made by docs/generate.py: do not edit."""

from .kernels.engine_table import EngineInfo
from .kernels.simulation import Simulated
from .model import HealthService as HealthService
from .model import Parameters as Parameters
from .model.name_types import OutcomeName as OutcomeName
from .model.name_types import ParameterName as ParameterName
from .model.name_types import Points as Points
from .model.name_types import WantedByName
from .model.outcomes import Outcome
from .model.own.declared import Function
from .model.own.declared import Own as Own
from .model.own.declared import rule as rule
from .model.parameters import Parameter
from .model.providers import Providers
from .model.schedule.rulebook import RuleBook
from .observation.files.record_table import RecordOfFiles
from .observation.target_table import Target
from .results.arms.comparison import Comparison
from .results.discovery.regions import Discovery
from .results.hindcasting.judged_forecasts import Hindcast
from .results.record.validation import Finding
from .results.replay.story import Replay
from .results.report.report import Report
from .results.sample import Window
from .results.screening.screened import Screened
from .results.selection import Wanted
from .results.sensitivity.methods import Bootstrap
from .sweeps import Spec as Spec
from .sweeps import SpecError as SpecError
from .sweeps.run.plan import Plan
from .sweeps.run.runner import Progress
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from os import PathLike
from pathlib import Path
from typing import Any
from typing import Literal
from typing import Unpack
import numpy as np
import os
import pandas as pd
import xarray as xr

__version__: str
__all__ = [
    "OUTCOMES",
    "PARAMETERS",
    "HealthService",
    "Own",
    "OutcomeName",
    "ParameterName",
    "Parameters",
    "Points",
    "Spec",
    "SpecError",
    "analyze_sensitivity",
    "at",
    "average_by",
    "change_of",
    "compare",
    "complete_points",
    "contrast",
    "discover",
    "draw_hysteresis",
    "draw_map",
    "draw_over_time",
    "draw_responses",
    "draw_sensitivity",
    "engines",
    "export",
    "grow_tree",
    "hindcast",
    "join",
    "list_sweeps",
    "measure_hysteresis",
    "measure_robustness",
    "observe",
    "open_sweep",
    "outcome",
    "paired",
    "plan_sweep",
    "rule",
    "screen",
    "run_sweep",
    "salib_problem",
    "sample_of",
    "simulate",
    "trace_sensitivity",
    "unstack_grid",
    "validate",
    "window",
    "window_mean",
    "window_means",
    "write_replay",
    "write_report",
    "__version__",
]

OUTCOMES: Mapping[OutcomeName, Outcome]

PARAMETERS: Mapping[ParameterName, Parameter]

def analyze_sensitivity(
    sweep: xr.Dataset,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    method: Literal["auto", "sobol", "morris", "pawn", "delta", "regression"] | str = ...,
    window: Window = None,
    from_month: int | None = None,
    to_month: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> xr.Dataset:
    """Return the indices of each outcome by ``method``, dims ``(outcome, month, parameter)``.

    ``method``: ``sobol`` (variables S1, ST and, where the design has it, S2, dims (..., parameter, parameter_2), upper
    triangle), ``morris`` (mu, mu_star, sigma; effects over the whole range of a parameter), ``pawn`` (minimum, mean,
    median, maximum over slices), ``delta`` (Borgonovo's), ``regression`` (SRC, SRRC, shares of a quadratic fit, R2);
    ``auto`` takes the one that the design was made for, or that correlated parameters allow. Where a design moves
    groups of parameters, sobol and morris have their indices, which then stand on the axis ``parameter``. Effects are
    in the unit of the outcome, all else has none; the source of each method stands at the head of its module. Variables
    that end in ``_conf`` are half-widths of intervals; one that is not shown to cover says so in its attribute
    ``coverage``. ``window``: recorded months per window; None analyses one mean,
    over the second half of the run or from ``from_month`` on.

    Replicates are averaged first; ``seed_share`` is the share of chance in the variance of single runs, its interval
    reaches from ``seed_share_low`` to ``seed_share_high`` (``seed_share_conf`` is half its length), and
    ``seed_share_common`` is the part of it that all points share; with one replicate all four are NaN. A point with a
    failed or missing run is dropped, and with it, where the design has a structure, its whole base point or trajectory:
    the attributes ``used``, ``dropped`` and ``unit`` tell. ``chance_in_means`` is the greatest share of chance left in
    the variance of the analysed means, and ``advice`` says what more would bring. Raises ValueError for a
    design that the method cannot use and where nothing is left.

    >>> attrs = {"sampler": '{"method": "table", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray(np.linspace(0.9, 0.5, 20).reshape(20, 1, 1), dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", np.arange(20) / 20), "month": [1]}, attrs)
    >>> indices = analyze_sensitivity(sweep.assign(status=xr.ones_like(runs[..., 0], dtype=int)), method="regression")
    >>> indices["SRRC"].dims, indices["SRRC"].values.round(6).tolist()
    (('outcome', 'month', 'parameter'), [[[-1.0]]])
    """

def at(
    sweep: xr.Dataset,
    values: Mapping[ParameterName, Wanted] | None = None,
    /,
    *,
    method: Literal["nearest"] | None = None,
    tolerance: float | None = None,
    **named_values: Unpack[WantedByName],
) -> xr.Dataset:
    """Return the points where every named parameter has a wanted value: ``at(ds, mandate_detail=0.4)``.

    A value is a number, a list of numbers (any of them) or a slice (its ends included, each may be left out):
    ``at(ds, mandate_detail=slice(0.2, 0.6), target_level=[0.8, 0.9])``. A lever that changes has an ``@`` in its name
    and goes into ``values``: ``at(ds, {"sanction_strength@61": 0.8})``. A level of a choice is named by its label,
    ``at(ds, gaming="built-in")``. The dims stay ``(point, ...)``, in the order of the sweep.

    The nearest stored value is taken if it lies within ``tolerance`` (default 1e-6) times the range of the stored ones.
    With ``method="nearest"`` the nearest setting is taken instead, whatever the design: of the points inside all
    slices, those that are nearest to the numbers together, each parameter in units of its range in the sweep; with
    lists, the nearest to every combination. ``tolerance`` is then the largest distance, in these units; default any.
    Levels are near to nothing but themselves.

    Raises ValueError for an unknown name, for what is no number, for a value that was not run, naming those that were,
    for a slice of a choice, whose levels have no order, and where no point is near enough.

    >>> sweep = xr.Dataset(coords={"point": [0, 1, 2], "mandate_detail": ("point", [0.0, 0.4, 0.4])})
    >>> at(sweep, mandate_detail=0.4)["point"].values.tolist()
    [1, 2]
    >>> at(sweep, mandate_detail=slice(None, 0.3))["point"].values.tolist()
    [0]
    >>> at(sweep, mandate_detail=0.3, method="nearest")["point"].values.tolist()
    [1, 2]
    """

def average_by(
    sweep: xr.Dataset,
    by: OutcomeName,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    carried: bool = False,
    from_month: int | None = None,
    to_month: int | None = None,
) -> xr.Dataset:
    """Return the mean of each outcome over the months of a run in which outcome ``by`` has each of its values.

    ``by`` is a recorded outcome that takes few values: ``party`` (-1, +1), ``reorganisation_direction`` (-1, 0, +1),
    ``minister_changed``. With ``carried`` a zero takes the last other value before it, so that a direction holds until
    the next one (months before the first keep 0). Dims ``(by, point, replicate)``, float64, in memory; ``months``
    counts the months behind each mean; a mean of none, or of a failed run, is NaN. The months of a run depend on each
    other: an interval takes runs, by ``mean_with_interval`` of (point, replicate, ...) and ``scatter_of`` the sweep.
    Raises ValueError for an outcome that is not recorded and for one that is no condition.

    >>> of = ("point", "replicate", "month")
    >>> runs = {"quality": (of, [[[0.2, 0.4, 0.6]]]), "party": (of, [[[-1.0, 1.0, 1.0]]])}
    >>> means = average_by(xr.Dataset(runs, {"month": [1, 2, 3]}), by="party", outcomes=["quality"])
    >>> means["party"].values.tolist(), means["quality"].values.ravel().tolist()
    ([-1.0, 1.0], [0.2, 0.5])
    """

def change_of(parameter: ParameterName, month: int) -> ParameterName:
    """Return the name of ``parameter`` from the start of ``month`` on, a whole number from 1 on.

    Raises ValueError for an unknown parameter, one that works at the start alone, and what is no month.

    >>> change_of("sanction_strength", 61)
    'sanction_strength@61'
    """

def compare(
    first: xr.Dataset,
    second: xr.Dataset,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
) -> Comparison:
    """Compare one opened sweep with another over the points whose varied parameters have equal values in both.

    ``outcomes`` defaults to the main ones that both recorded; the window to the second half of the shorter sweep. The
    numbers of each row are in the unit of its outcome. Raises ValueError where the stores share no outcome or no point.

    >>> attrs = {"spec": "seed = 1", "sampler": '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray([[[0.5], [0.6]], [[0.7], [0.8]]], dims=("point", "replicate", "month"))
    >>> first = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", [0.0, 1.0]), "month": [1]}, attrs)
    >>> found = compare(first, first.assign(quality=runs + 0.1))
    >>> found.points, found.paired, found.table["change"].round(6).tolist()
    (2, True, [0.1])
    """

def complete_points(sweep: xr.Dataset) -> np.ndarray:
    """Return for each point of an opened sweep whether all of its runs are done: (points,) of bool.

    Raises ValueError for a Dataset without ``status``.

    >>> complete_points(xr.Dataset({"status": (("point", "replicate"), [[DONE, DONE], [DONE, 2]])})).tolist()
    [True, False]
    """

def contrast(
    sweep: xr.Dataset,
    first: Mapping[ParameterName, float | ParameterName],
    second: Mapping[ParameterName, float | ParameterName],
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
) -> Comparison:
    """Compare two settings of levers within one opened sweep, over all states of its other parameters, run by run.

    ``first`` and ``second`` give values of the same varied parameters (``{"target_toughness": 0.0}`` and
    ``{"target_toughness": 1.0}``), levels of choices by their labels; points are paired where all other parameters
    agree. Raises ValueError for values that were not run and where no point has a partner.

    >>> attrs = {"spec": "seed = 1", "sampler": '{"method": "grid", "names": ["target_toughness"], "bounds": []}'}
    >>> varied = {"target_toughness": ("point", [0.0, 1.0, 0.0, 1.0]), "target_level": ("point", [0.8, 0.8, 0.9, 0.9])}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.6]], [[0.7]], [[0.9]]])}
    >>> sweep = xr.Dataset(runs, varied | {"month": [1]}, attrs)
    >>> contrast(sweep, {"target_toughness": 0.0}, {"target_toughness": 1.0}).table["change"].round(6).tolist()
    [0.15]
    """

def discover(
    sweep: xr.Dataset,
    outcome: OutcomeName,
    threshold: float | None = None,
    below: bool = False,
    from_month: int | None = None,
) -> Discovery:
    """Find boxes of the varied parameters in which the mean of ``outcome`` reaches ``threshold``.

    ``sweep`` is an opened sweep; ``threshold`` is in the unit of the outcome. The mean is over replicates and over the
    months from ``from_month`` (the second half by default); ``threshold`` defaults to the best fifth of the points
    (assumption), with ``below`` to the worst: then cases at or under it are sought. Boxes are made from two thirds of
    the units of the design (points, base points) and judged on the rest; at most three, each without the points of
    those before. One whose density may be that of all points, by the low end of an exact interval, ends the search and
    is no region. Points with a failed run are left out. Raises ValueError for a design whose points lie on a coarse
    lattice of walks (Morris), for correlated parameters, and where all points or none are of interest;
    ModuleNotFoundError, naming the extra to install, without ema_workbench.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> found = discover(runs, "quality")
    >>> found.points, found.share
    (20, 0.2)
    """

def draw_hysteresis(table: pd.DataFrame, lever: ParameterName, outcome: OutcomeName) -> Figure:
    """Draw the rows of :func:`measure_hysteresis`: the way up and the way down, and the gap between them.

    Values are in the units of lever and outcome, with their 95 % intervals. Raises ModuleNotFoundError, naming the
    extra to install, without Matplotlib.
    """

def draw_map(
    sweep: xr.Dataset,
    outcome: OutcomeName,
    x: ParameterName | None = None,
    y: ParameterName | None = None,
    from_month: int | None = None,
) -> Figure:
    """Draw an outcome over two parameters: level, paired change against the lowest ``x``, and change across all of it.

    ``sweep`` is an opened sweep; axes are in the units of the parameters, colours in that of the outcome. ``x`` and
    ``y`` default to the two parameters that explain most. Raises ValueError for fewer than two varied parameters, an
    unknown name, and too few points; ModuleNotFoundError, naming the extra to install, without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> [axes.get_xlabel() for axes in draw_map(runs, "quality", x="mandate_detail", y="solidarity").axes[:2]]
    ['mandate detail [share]', 'mandate detail [share]']
    """

def draw_over_time(
    sweep: xr.Dataset,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    parameter: ParameterName | None = None,
) -> Figure:
    """Draw outcomes over time for the lowest and the highest third of ``parameter`` (the first varied by default).

    ``sweep`` is an opened sweep. Raises ValueError for an outcome that the store does not hold; ModuleNotFoundError,
    naming the extra to install, without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> [axes.get_xlabel() for axes in draw_over_time(runs, parameter="solidarity").axes]
    ['month']
    """

def draw_responses(
    sweep: xr.Dataset,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
) -> Figure:
    """Draw each outcome against each varied parameter (the twelve that matter most, of many) of an opened sweep.

    Raises ValueError for an outcome that the store does not hold; ModuleNotFoundError, naming the extra to install,
    without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> [axes.get_xlabel() for axes in draw_responses(runs).axes]
    ['mandate detail [share]', 'solidarity [index]']
    """

def draw_sensitivity(indices: xr.Dataset) -> Figure:
    """Draw the indices of :func:`analyze_sensitivity`: bars for one window, courses over time for several.

    ``indices`` has dims (outcome, month, parameter), or (outcome, number, parameter) for those of
    :func:`trace_sensitivity`, which are drawn against the number of points. Raises ModuleNotFoundError, naming the
    extra to install, without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> from tredegar import analyze_sensitivity
    >>> draw_sensitivity(analyze_sensitivity(runs, method="regression")).axes[0].get_xlabel().splitlines()[:2]
    ['share of variance', 'in a quadratic fit']
    """

def engines() -> tuple[EngineInfo, ...]:
    """Return what is known of every engine on this machine, the fastest first; whatever is broken, nothing is raised.

    Nothing is run, and no GPU is taken.

    >>> [engine.available for engine in engines() if engine.name == "numpy"]
    [True]
    """

def export(
    sweep: xr.Dataset,
    path: str | Path,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    monthly: bool = False,
    by: OutcomeName | None = None,
) -> Path:
    """Write outcomes (all by default) to ``path`` in the format of its ending (``.nc``, ``.csv``, ``.parquet``).

    Return the path. ``sweep`` is an opened sweep; numbers are written in the units of the outcomes, which NetCDF tells.

    Without ``monthly`` each run has one value per outcome, its mean over the window (the second half of the run by
    default); with it every recorded month of the window (all by default). A table has one row per run, or per run and
    month, with all parameters and the status; of a choice it has the labels of the levels, of which NetCDF keeps the
    numbers, with the labels as an attribute. With ``by`` (``party``, ``reorganisation_direction``) each run has one
    mean for each value of that outcome, over the months in which it has it, and the number of these months; a direction
    holds until the next one. Raises ValueError for another ending, an unknown outcome, ``monthly`` with ``by``, and a
    file that the classic format cannot hold.

    >>> from tempfile import TemporaryDirectory
    >>> runs = xr.DataArray([[[0.25, 0.5]]], {"point": [0], "replicate": [0], "month": [1, 2]})
    >>> sweep = xr.Dataset({"quality": runs, "status": (("point", "replicate"), [[1]])})
    >>> with TemporaryDirectory() as folder:
    ...     export(sweep, Path(folder) / "runs.csv").read_text().split()
    ['point,replicate,status,quality', '0,0,1,0.5']
    """

def grow_tree(found: Discovery, parameters: tuple[ParameterName, ...] | None = None, leaves: int = 8) -> str:
    """Return the leaves of a classification tree (CART) of the same cases as text, densest first, one a line.

    The tree has ``leaves`` leaves at most and is grown from the points that boxes are made from; the others judge it. A
    leaf is told where the lower bound of its density exceeds the share of cases everywhere, at a level that heeds how
    many leaves were dense where the tree was grown (Bonferroni); where there is none, one line says so.

    ``parameters`` are those of the sample, which ``found`` knows: before version 0.2 they had to be given. Raises
    ValueError for others, or another order; ModuleNotFoundError, naming the extra to install, without scikit-learn.
    """

def hindcast(
    folder: str | os.PathLike[str],
    runs: int = 64,
    clinicians: int = 10,
    engine: Literal["auto", "cuda", "cupy", "numba", "numpy", "mesa"] | str = "auto",
    providers: str | os.PathLike[str] | None = None,
) -> Hindcast:
    """Foretell a year of access, April 2018 to March 2019, from the two years before, and judge the forecasts.

    ``folder`` has the files of the record (docs/data.md): England's trusts and, where they are there, Scotland and
    Wales. ``runs`` histories of the model at its defaults, of as many trusts as the file has, or of those of a
    ``providers`` table, give the forecast; rivals are the same month last year, and level and season. What is returned
    has a table of ``scores`` and a Dataset ``months`` (forecaster, series, month), in shares within four hours.

    Raises OSError for files that cannot be read, and ValueError where England's file is not there or incomplete, and
    for an unknown engine or fewer than two runs.

    >>> hindcast(".")
    Traceback (most recent call last):
    ValueError: '.' has no file 'ae_attendances_trust_month_2016_2019.csv', which is predicted; docs/data.md says ...
    """

def join(arms: Mapping[Any, xr.Dataset], dim: str = "arm", may_differ: Iterable[str] = ...) -> xr.Dataset:
    """Return sweeps of the same points as one Dataset with the new dimension ``dim``, labelled by the keys of ``arms``.

    ``arms`` are opened sweeps, or what ``simulate(...).to_dataset()`` gives; dims become ``(arm, point, replicate,
    month)``. Points, months, replicates, seeds, kinds of streams, countries and rules must agree; of ``may_differ``
    (``"seeds"``, ``"streams"``, ``"country"``, ``"rules"``) they need not. Fixed parameters and constants may differ: a
    fixed parameter that does is a coordinate on ``dim``, at its default where an arm does not set it (a change at a
    month that an arm does not make is NaN). Outcomes are those that all arms have. Lazy arrays stay lazy. Attributes
    on which the arms agree are kept, counts of runs added up, all others are in the attribute ``joined``, as JSON.

    Raises ValueError, in one line, for what differs and must not.

    >>> attrs = {"spec": "seed = 7", "sampler": '{"method": "grid", "names": ["mandate_detail"]}'}
    >>> coords = {"point": [0, 1], "replicate": [0], "month": [1], "mandate_detail": ("point", [0.0, 1.0])}
    >>> runs = xr.DataArray([[[0.5]], [[0.7]]], dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, coords, attrs)
    >>> both = join({"before": sweep, "after": sweep.assign(quality=runs + 0.1)})
    >>> both["quality"].dims, both["arm"].values.tolist()
    (('arm', 'point', 'replicate', 'month'), ['before', 'after'])
    """

def list_sweeps(folder: str | os.PathLike[str] = ".") -> pd.DataFrame:
    """Return the stores below ``folder``, archives (``.zip``) too, one row for each, in the order of their paths.

    Columns: ``path`` below the folder, ``name`` of the sweep, ``state`` ("complete", "incomplete": runs are missing,
    "damaged": it cannot be opened), ``points``, ``replicates``, ``months``, counts of ``runs``, ``done``, ``failed``
    and ``missing``, ``rules_agree`` (whether its rules are those that are installed here, with the own rules that it
    carries; missing where it does not tell) and ``problem``, in one line. Only what a store tells of itself is read,
    not the values of its outcomes: ``tredegar verify`` reads those. A damaged store is told in its row and stops
    nothing. Hidden folders, and what lies inside of stores, are left out.

    Raises FileNotFoundError where there is no such folder and ValueError for what is none.

    >>> from tredegar import Spec, run_sweep
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> size = {"trusts": 3, "clinicians": 4}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record, country=size, months=12, replicates=1)
    >>> _ = run_sweep(spec, "studies/first.zarr", workers=0, engine="numpy")
    >>> list_sweeps("studies")[["path", "state", "runs", "rules_agree"]].values.tolist()
    [['first.zarr', 'complete', 2, True]]
    """

def measure_hysteresis(sweep: xr.Dataset, lever: ParameterName, outcome: OutcomeName) -> pd.DataFrame:
    """Return one row per value of ``lever`` that is reached both from below and from above, from an opened sweep.

    Columns: ``value``, in the unit of the lever; ``up`` and ``down``, the means of ``outcome`` in the settled half of
    the step reached from below and from above, with ``_low`` and ``_high``; ``gap``, the mean of the differences down
    less up run by run, with its 95 % interval, all in the unit of the outcome. The first step counts as reached from
    the side that the walk then leaves it to. The way back comes later: a trend in time shows as a gap as well, which a
    run without a walk would tell apart. Raises ValueError where the lever does not walk, for a choice, and where no
    value is reached from both sides.

    >>> walk = {"mandate_detail": 0.0, "mandate_detail@3": 1.0, "mandate_detail@5": 0.0, "month": range(1, 7)}
    >>> attrs = {"sampler": '{"method": "table", "names": [], "bounds": []}'}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.6, 0.6, 0.5, 0.4, 0.4, 0.5]]])}
    >>> table = measure_hysteresis(xr.Dataset(runs, walk, attrs), "mandate_detail", "quality")
    >>> table[["value", "up", "down", "gap"]].round(6).values.tolist()
    [[0.0, 0.6, 0.5, -0.1], [1.0, 0.4, 0.4, 0.0]]
    """

def measure_robustness(
    sweep: xr.Dataset,
    outcome: OutcomeName,
    levers: ParameterName | tuple[ParameterName, ...],
    smaller_is_better: bool = False,
    from_month: int | None = None,
) -> pd.DataFrame:
    """Return one row per setting of the ``levers``: how it does over all states of the other varied parameters.

    ``sweep`` is an opened sweep. Columns, in the unit of the outcome but for the first and the last: the levers, of a
    choice the labels of its levels;
    ``mean``; ``worst``, the worst state, and ``p10``, which a tenth of the states fall short of; ``mean_regret`` and
    ``greatest_regret``, what is lost against the best setting in the same state; ``best``, the share of the states in
    which it is the best. Means have a 95 % interval (``_low``, ``_high``): chance and states are its two sources.
    Regret is taken replicate by replicate, so that what chance does to a state cancels, and in two ways: where the
    replicates that choose the best setting also measure it, regret comes out too great; where the others choose, too
    small. The interval reaches from the low end of the second, at least 0, to the high end of the first, and the mean
    lies half way. A state with a failed run is left out.

    A grid of everything has every setting in every state, and so has a table of points that sets the levers anew at
    each of its states. Raises ValueError for levers that are not varied, for other designs, and where no state is
    complete.

    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail", "target_level"], "bounds": []}'}
    >>> varied = {"mandate_detail": ("point", [0.0, 1.0, 0.0, 1.0]), "target_level": ("point", [0.8, 0.8, 0.9, 0.9])}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.6]], [[0.7]], [[0.4]]])}
    >>> table = measure_robustness(xr.Dataset(runs, varied | {"month": [1]}, attrs), "quality", ("mandate_detail",))
    >>> table["mean_regret"].round(6).tolist(), table["best"].tolist()
    ([0.05, 0.15], [0.5, 0.5])
    """

def observe(folder: str | os.PathLike[str]) -> RecordOfFiles:
    """Return what the files of ``folder`` say of every target that is computed from files, and what is wrong with them.

    Files are found by name (docs/data.md has names, columns and where they are published); what is not there leaves its
    targets without a value. Raises OSError for a folder or a file that cannot be read, ValueError for a folder without
    any of the files, and for a file that is no such table.
    """

def open_sweep(
    path: str | os.PathLike[str],
    partial: bool = False,
    chunks: int | str | Mapping[str, int] | None = ...,
    verify: bool | None = None,
) -> xr.Dataset:
    """Open a store, or an archive of one (``.zip`` too), as a lazy Dataset with dims ``(point, replicate, month)``.

    Outcomes are float32 Dask arrays with ``units`` (as UDUNITS has them; ``unit_in_words`` says more) and
    ``long_name``; varied parameters are coordinates on ``point``, fixed ones scalar coordinates. ``year`` of the run
    is a coordinate on ``month``, and where the spec has a ``start``, such as "1997-05", so is ``time``, the first day
    of the month. Failed runs are NaN; ``status`` says which, and the attributes ``runs``,
    ``runs_done``, ``runs_failed`` and ``runs_missing`` count them. With ``partial`` runs that are missing, or have lost
    a file, are NaN and counted as missing. All attributes are of kinds that NetCDF takes; ``sampler`` and others that
    are tables are JSON.

    ``chunks`` is the number of batches of each Dask chunk, or what xarray takes (-1, "auto", sizes by dimension), or
    None for no Dask. With ``verify`` every value is compared with its digest when it is read, which raises StoreDamaged
    (a ValueError) for one that is not what was written; by default where the store has digests, as the attribute
    ``digests`` says. Coordinates and status are compared now.

    Raises FileNotFoundError where there is no store and ValueError where it cannot be used: another thing than a
    store, a newer format, a changed ``zarr.json``, lost or damaged files, or an unfinished sweep without ``partial``.

    >>> from tredegar import Spec, run_sweep
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> size = {"trusts": 3, "clinicians": 4}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record, country=size, months=12, replicates=1)
    >>> _ = run_sweep(spec, "store.zarr", workers=0, engine="numpy")
    >>> sweep = open_sweep("store.zarr")
    >>> sweep["quality"].dims, sweep["quality"].shape, sweep.attrs["runs_done"]
    (('point', 'replicate', 'month'), (2, 1, 12), 2)
    """

def outcome(unit: str = "", meaning: str = "") -> Callable[[Function], Function]:
    """Declare a function as an outcome of one's own, recorded each month, and return it as it is.

    What reads trusts or managers is the mean over trusts by size; what reads seats, the mean over occupied seats, then
    over trusts by size; a condition is the share for which it holds, of trusts or of seats; what reads the centre alone
    is the value itself. Raises RuleRefused for an outcome without unit or meaning.

    >>> @outcome(unit="share", meaning="dread among managers")
    ... def mean_dread(manager):
    ...     return manager.dread
    >>> declaration_of(mean_dread).unit
    'share'
    """

def paired(
    joined: xr.Dataset,
    arm: Any,
    against: Any,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    monthly: bool = False,
    level: float = ...,
) -> xr.Dataset:
    """Return what ``arm`` changes against another arm of joined sweeps, for each outcome and point, with an interval.

    Each outcome (the main ones by default) becomes four variables: its name, the differences by run (point,
    replicate); ``_mean``, their mean over replicates, and ``_low`` and ``_high``, the interval of that mean at
    ``level`` (Student's t over replicates), each (point). ``pairs`` (point) counts the replicates whose runs are done
    in both arms; others are left out, and one pair has no interval (NaN). Runs are means over the window
    ``from_month .. to_month`` (default the second half); with ``monthly`` all variables keep ``month``, and the window
    is all of it by default. Float64, in memory, units of the outcomes.

    Differences by run need arms that share random numbers: the same seed, streams and country (:func:`join`). Where
    they do not, nothing cancels: there are no differences by run, the interval of the difference of means is
    Welch's, the attribute ``paired`` is 0 instead of 1, and ``reason`` says what differs.

    Raises ValueError for a Dataset that ``join`` did not make, for an arm that it does not have, and as
    ``window_mean`` does. Source of the intervals: Welch (1947), Biometrika 34, 28-35.

    >>> from tredegar.results.arms.joining import join
    >>> coords = {"point": [0], "replicate": [0, 1, 2], "month": [1]}
    >>> runs = xr.DataArray([[[0.50], [0.60], [0.70]]], dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, coords, {"spec": "seed = 7"})
    >>> change = xr.DataArray([[[0.09], [0.10], [0.11]]], dims=("point", "replicate", "month"))
    >>> both = join({"a": sweep, "b": sweep.assign(quality=runs + change)})
    >>> found = paired(both, arm="b", against="a")
    >>> [round(float(found[f"quality_{part}"][0]), 3) for part in ("mean", "low", "high")]
    [0.1, 0.075, 0.125]
    """

def plan_sweep(
    spec: Spec,
    workers: int = 2,
    engine: Literal["auto", "cuda", "cupy", "numba", "numpy", "mesa"] | str = "auto",
    pilot: bool = True,
) -> Plan:
    """Return what the sweep of ``spec`` will take on ``workers`` processes; nothing is written.

    With ``pilot`` a part of the first batch is run for a second or two, which forecasts the time; without, nothing is
    run. Raises ValueError for an engine that this machine does not have.

    >>> from tredegar import Spec
    >>> spec = Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}, replicates=4)
    >>> plan_sweep(spec, engine="numpy", pilot=False).runs
    8
    """

def screen(
    folder: str | os.PathLike[str] | None = None,
    tier: str = "quick",
    constants: Iterable[str] | None = None,
    workers: int = 0,
    engine: Literal["auto", "cuda", "cupy", "numba", "numpy", "mesa"] | str = "auto",
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

def run_sweep(
    spec: Spec,
    store: str | os.PathLike[str] | None = None,
    workers: int = 2,
    engine: Literal["auto", "cuda", "cupy", "numba", "numpy", "mesa"] | str = "auto",
    scheduler: Any = None,
    task: tuple[int, int] | None = None,
    progress: bool | Callable[[Progress], None] | None = True,
    points_per_batch: int | None = None,
    check: bool = True,
    simulate: Callable[..., Any] | None = None,
    say: Callable[[str], None] | None = None,
    retry_failed: bool = False,
    rules: Any = None,
) -> xr.Dataset:
    """Run the sweep of ``spec`` into ``store``, or finish it, and return the opened sweep, as ``open_sweep`` does.

    Main arguments: ``store`` is the folder of the sweep; None is a temporary one, which goes with this process.
    ``workers`` processes of this machine compute (0: this process alone does, as in a process that may have no
    children), or the workers of the Dask ``scheduler`` (an address, a scheduler file or a cluster object), or with
    ``task=(k, n)`` the batches b with b % n == k, in this process. ``progress`` is shown on a terminal and in a
    notebook; False shows none; a function is called after each batch.

    Other arguments: ``points_per_batch`` sets the batch size of a new store; ``check`` compares all that is there with
    its digests; ``retry_failed`` computes failed runs again; ``say`` takes a line if the scheduler has no workers;
    ``simulate`` stands in for the model; ``rules`` are rules of one's own, as ``simulate`` of the package takes them,
    for a spec that has none (Spec(rules=...) knows their parameters and outcomes, too).

    The attributes ``runs``, ``runs_done``, ``runs_failed`` and ``runs_missing`` count the runs. Warns (UserWarning) of
    runs that failed or are missing (but not of those of other tasks), which are NaN, and of damage that was mended.
    Raises RuntimeError if something stopped the sweep or every run failed; ValueError for an argument of another kind
    than it must be, for a ``task`` without a store, and for a store (StoreError) of another spec, other rules or
    another format.

    >>> from tredegar import Spec
    >>> size, record = {"trusts": 3, "clinicians": 4}, {"outcomes": ["quality"]}
    >>> vary = {"real_control": {"values": [0.2, 0.8]}}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, country=size, record=record, months=12, replicates=2)
    >>> sweep = run_sweep(spec, workers=0, engine="numpy")
    >>> sweep["quality"].dims, sweep["quality"].shape, sweep.attrs["runs_done"]
    (('point', 'replicate', 'month'), (2, 2, 12), 4)
    """

def salib_problem(sweep: xr.Dataset) -> dict[str, Any]:
    """Return the problem that SALib's analysers take, for the points and outcomes of this opened sweep in their order.

    A design with groups of parameters has them under ``groups``, the group of each parameter. Distributions and levels
    are not in it: it is for analysers, and a sampler would draw from the bounds as if all between were equally likely.
    Raises ValueError for a dataset that ``open_sweep`` did not open. Source of the form: SALib's documentation.

    >>> sampler = '{"method": "sobol", "names": ["mandate_detail"], "bounds": [[0.0, 1.0]]}'
    >>> runs = {"status": (("point", "replicate"), [[1], [1]])}
    >>> salib_problem(xr.Dataset(runs, {"mandate_detail": ("point", [0.2, 0.7])}, {"sampler": sampler}))
    {'num_vars': 1, 'names': ['mandate_detail'], 'bounds': [[0.0, 1.0]]}
    """

def sample_of(sweep: xr.Dataset) -> np.ndarray:
    """Return the values of the varied parameters, (points, parameters), columns in the order of the design.

    Each column is in the unit of its parameter. Raises ValueError for a dataset that ``open_sweep`` did not open.

    >>> sampler = '{"method": "table", "names": ["target_level", "mandate_detail"], "bounds": []}'
    >>> varied = {"mandate_detail": ("point", [0.2, 0.7]), "target_level": ("point", [0.8, 0.9])}
    >>> runs = {"status": (("point", "replicate"), [[1], [1]])}
    >>> sample_of(xr.Dataset(runs, varied, {"sampler": sampler})).tolist()
    [[0.8, 0.2], [0.9, 0.7]]
    """

def simulate(
    points: Points,
    replicates: int = 8,
    months: int = 240,
    trusts: int = 150,
    clinicians: int = 40,
    seed: int = 7,
    engine: Literal["auto", "cuda", "cupy", "numba", "numpy", "mesa"] | str = "auto",
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    every: int = 1,
    runs: ArrayLike | None = None,
    providers: Providers | str | PathLike[str] | None = None,
    constants: Mapping[str, float] | None = None,
    trust_records: bool = False,
    dtype: str = "float32",
    streams: str | None = None,
    samples: ArrayLike | None = None,
    rules: RuleBook | str | PathLike[str] | Iterable[Any] | Mapping[str, Any] | None = None,
    summaries: bool = False,
) -> Simulated:
    """Run every point ``replicates`` times and return the recorded outcomes.

    Args:
        points: name -> (n_points,) values, a mapping, a pandas DataFrame, one row of it (a Series) or an xarray
            Dataset on one dimension; names are parameters, those of own rules among them, or ``parameter@month`` (the
            value from the start of that month on), or constants. A single number holds for all points; parameters left
            out are at their default. What chooses between rules takes whole numbers or labels. Of a Dataset,
            coordinates that are parameters count as well.
        replicates: repeats of each point under other luck.
        months: length of a run.
        trusts: trusts of the synthetic country; with ``providers`` their number stands.
        clinicians: seats per trust.
        seed: 0 .. 2**32 - 1.
        engine: "auto" (the fastest that works here) or a name of :func:`engines`; all give the same bits.
        outcomes: names to record; None for all, the model's and those of own rules.
        every: months per recorded value, their mean; must divide ``months``.
        runs: run numbers, uint32 (point, replicate); by default common random numbers:
            replicate k has run number k at every point.
        providers: real trusts instead of the synthetic ring: a table, or the path of one.
        constants: structural constants that differ from the table, for all runs.
        trust_records: also return the per-trust records.
        dtype: "float32" (rounded last of all) or "float64".
        streams: run numbers by kind, in place of ``runs``: "common", as by default; "independent", a random stream for
            each run; "paired", common to the points of a sample and independent between samples.
        samples: with paired streams, a label for each point: points of one label are the arms of one sample.
        rules: rules of one's own: decorated functions, the path of a file with such, or rule -> function, place in a
            file or name of a rival that the package brings; None for the model as it stands.
        summaries: also return the sums of the record's targets, ``summaries`` (point, replicate, sum), in float64.

    Returns:
        outcome -> array (point, replicate, month // every), and per-trust records (point, replicate, trust[, year]);
        attributes ``engine`` and ``failures``. A failed run is NaN throughout. ``to_dataset()`` labels them.

    Raises:
        ValueError: for an argument that cannot be used, naming it and what is allowed, for a rule that not every
            engine could follow, and for more than this machine can hold.
        EngineUnavailable: for an engine that cannot run on this machine.

    What else is raised while runs are computed is the machine's fault and no run's.

    >>> points = {"real_control": [0.2, 0.8]}
    >>> found = simulate(points, replicates=3, months=12, trusts=4, clinicians=5, engine="numpy", outcomes=["quality"])
    >>> found["quality"].shape
    (2, 3, 12)
    >>> found.engine, found.failures
    ('numpy', ())
    """

def trace_sensitivity(
    sweep: xr.Dataset,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    method: Literal["auto", "sobol", "morris", "pawn", "delta", "regression"] | str = ...,
    limit: float | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> xr.Dataset:
    """Return the indices of each outcome at growing numbers of points, dims ``(outcome, number, parameter)``.

    ``sweep`` is an opened sweep, the methods and their variables are those of :func:`analyze_sensitivity`; one mean
    over months is analysed. ``number`` counts base points of a Sobol design, trajectories, or points, and halves from
    all that there are. Base points and trajectories are taken in the order of the design, so that a part is the smaller
    design; points in a drawn order of one seed.

    ``important`` (outcome, parameter): the index is, at the largest number, at least a tenth of the largest.
    ``widest`` (outcome, number): the greatest half-width of the intervals of these, in the unit of the index; for
    effects, which have the unit of the outcome, as a share of the largest (Sarrazin et al. 2016, Environmental
    Modelling & Software 79:135). ``enough`` (outcome): the number from which on ``widest`` is at most ``limit``, NaN
    where none is; ``needed`` (outcome): about how many it would take. Raises what :func:`analyze_sensitivity` raises,
    and ValueError for a limit that is not above zero.

    >>> attrs = {"sampler": '{"method": "table", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray(np.linspace(0.9, 0.5, 40).reshape(40, 1, 1), dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", np.arange(40) / 40), "month": [1]}, attrs)
    >>> trace = trace_sensitivity(sweep.assign(status=xr.ones_like(runs[..., 0], dtype=int)), limit=0.05)
    >>> trace["number"].values.tolist(), float(trace["enough"][0])
    ([10, 20, 40], 10.0)
    """

def unstack_grid(sweep: xr.Dataset) -> xr.Dataset:
    """Return a grid sweep with one dimension per varied parameter in place of ``point``.

    Dims become ``(parameter, ..., replicate, month)``, still lazy; the coordinate of a choice has the labels of its
    levels. Raises ValueError where the points are no full grid: some combination of the levels missing or there twice.

    >>> varied = {"mandate_detail": ("point", [0.0, 0.0, 1.0, 1.0]), "target_level": ("point", [0.8, 0.9, 0.8, 0.9])}
    >>> grid = unstack_grid(xr.Dataset({"quality": ("point", [0.5, 0.6, 0.7, 0.8])}, varied))
    >>> grid["quality"].dims, grid["quality"].values.tolist()
    (('mandate_detail', 'target_level'), [[0.5, 0.6], [0.7, 0.8]])
    """

def validate(sweep: xr.Dataset, from_month: int = ..., against: Mapping[str, Target] | None = None) -> list[Finding]:
    """Hold every target against the runs of an opened sweep, by its sums or by its outcomes and records of trusts.

    Other targets than the table's are given as ``against``. Values are in the unit of their target. All points and
    replicates count as independent histories of one country: sweep the point that is to be judged alone, under
    independent streams, 39 times or more. Where histories are longer than the record's, or have more trusts, they are
    cut to those (``Target.months``, ``Target.units``); where they are shorter the finding says so. A target is outside
    where the record, or the whole of its window where that is how well it is known, has a probability of at most 5 %
    on two sides: a true model misses one in twenty. The source of each target stands in ``targets.toml``. A target
    whose outcomes were not recorded is not measurable. Raises ValueError for a store in which no target can be seen,
    with sums alone of another burn-in than ``from_month`` says, with window means and no sums, shorter than the burn-in
    and three years, or with fewer than 2 runs.

    >>> from tredegar import simulate
    >>> small = {"replicates": 2, "months": 100, "trusts": 12, "clinicians": 5, "engine": "numpy"}
    >>> found = validate(simulate({"real_control": [0.5]}, summaries=True, **small).to_dataset())
    >>> found[0].target.quantity, found[0].target.unit
    ('major reorganisation interval mean', 'years')
    >>> len(found) == len(targets())
    True
    """

def window(sweep: xr.Dataset, from_month: int | None = None, to_month: int | None = None) -> xr.Dataset:
    """Return the recorded months ``from_month .. to_month``, both included; all of them by default.

    ``sweep`` has dims ``(..., month)``; nothing but the number of months changes, and nothing is loaded. Where values
    are means of several months (``every`` > 1), those are kept whose months all lie inside. Raises ValueError where
    none is left.

    >>> sweep = xr.Dataset({"quality": ("month", [0.1, 0.2, 0.3, 0.4])}, {"month": [1, 2, 3, 4]})
    >>> window(sweep, from_month=3)["quality"].values.tolist()
    [0.3, 0.4]
    """

def window_mean(
    sweep: xr.Dataset,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
) -> xr.Dataset:
    """Return the mean of each outcome over the months of a window, float64, dims ``(point, replicate)``, in memory.

    Means are in the unit of the outcome. ``from_month`` defaults to the second half of the run. A run that failed or is
    missing stays NaN. The attributes ``from_month`` and ``to_month`` tell the window. Raises ValueError for an outcome
    that the store does not hold, and where no recorded month lies in the window.

    >>> runs = (("point", "replicate", "month"), [[[0.1, 0.2, 0.3, 0.5]], [[0.1, 0.2, np.nan, 0.5]]])
    >>> means = window_mean(xr.Dataset({"quality": runs}, {"month": [1, 2, 3, 4]}), ["quality"])
    >>> means["quality"].values.tolist()
    [[0.4], [nan]]
    >>> means.attrs["from_month"]
    3
    """

def window_means(
    sweep: xr.Dataset,
    length: int,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
) -> xr.Dataset:
    """Return means of successive windows of ``length`` recorded months, float64, lazy; ``month`` ends each window.

    Dims stay ``(point, replicate, month)``, units those of the outcomes. Months at the start that fill no window are
    left out. Raises ValueError for a length that leaves no window, and for an outcome that the store does not hold.

    >>> sweep = xr.Dataset({"quality": ("month", [0.1, 0.2, 0.4, 0.6, 0.8])}, {"month": [1, 2, 3, 4, 5]})
    >>> means = window_means(sweep, 2)
    >>> means["month"].values.tolist(), means["quality"].values.round(6).tolist()
    ([3, 5], [0.3, 0.7])
    """

def write_replay(store: str | Path, out: str | Path, point: int, replicate: int, trust: int | None = None) -> Replay:
    """Run one run of ``store`` again, check it and write its story to the folder ``out``.

    Writes ``index.html`` and ``decisions.csv``; ``trust`` is followed down to its clinicians, by default the one where
    most was decided. Raises what :func:`rerun_of` and :func:`check_equal` raise, and ValueError for an unknown trust.
    """

def write_report(
    store: str | Path,
    out: str | Path,
    outcomes: OutcomeName | Iterable[OutcomeName] | None = None,
    from_month: int | None = None,
    partial: bool = False,
) -> Report:
    """Write the page ``index.html``, its figures (PNG and SVG) and their data (CSV) into the folder ``out``.

    ``outcomes`` defaults to quality, fit and true access where recorded; means are over the months from
    ``from_month`` on, by default the second half of the run. Raises what :func:`open_sweep` raises, ValueError for an
    unknown outcome, and ModuleNotFoundError without the extra ``plot``; nothing is written then. Without the extra
    ``discovery`` all is written but the boxes.
    """
