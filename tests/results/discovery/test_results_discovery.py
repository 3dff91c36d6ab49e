"""Boxes are found where they were put, judged on points that did not make them, and not found in noise."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from html import unescape
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, qmc

from tredegar.cli.entry import main
from tredegar.model import PARAMETERS
from tredegar.results import open_sweep
from tredegar.results.discovery.prim import chance_of_limit, peel, score
from tredegar.results.discovery.regions import discover, no_region, region_rows, sought
from tredegar.results.discovery.robust import measure_robustness
from tredegar.results.discovery.scores import chance_denser, held_out_points, share_interval
from tredegar.results.discovery.tree import grow_tree

from ...support.made_stores import grid, made_store
from ...support.waiting import PATIENCE

NAMES = ("mandate_detail", "real_control", "grip_rate", "method_heterogeneity")
DESIGN = 'method = "latin-hypercube"\npoints = 600'


def corner(points, luck, month):
    """Good only where mandate detail is above 0.6 and heterogeneity below 0.5."""
    inside = (points["mandate_detail"] > 0.6) & (points["method_heterogeneity"] < 0.5)
    return np.where(inside, 0.9, 0.4) + 0.01 * luck + 0.0 * month


def noise(points, luck, month):
    own = np.random.default_rng(1).standard_normal((len(points["mandate_detail"]), 1, 1))
    return own + 0.0 * luck * month


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    unit = qmc.LatinHypercube(4, rng=3).random(600)
    points = dict(zip(NAMES, unit.T, strict=True))
    outcomes = {"quality": corner, "fit": noise}
    return open_sweep(made_store(tmp_path_factory.mktemp("d") / "s.zarr", points, outcomes, design=DESIGN, months=4))


def test_the_box_that_was_put_in_is_found_with_its_limits(sweep):
    found = discover(sweep, "quality", threshold=0.7)
    (region,) = found.regions
    limits = {one.parameter: one for one in region.limits}
    assert set(limits) == {"mandate_detail", "method_heterogeneity"}
    assert limits["mandate_detail"].low == pytest.approx(0.6, abs=0.03)
    assert limits["method_heterogeneity"].high == pytest.approx(0.5, abs=0.03)
    assert all(one.chance < 0.001 for one in region.limits)
    assert region.held_out.coverage > 0.9 and region.held_out.density > 0.9
    assert region.density[0] < region.held_out.density <= region.density[1]


def test_what_is_bad_can_be_sought_as_well(sweep):
    found = discover(sweep, "quality", threshold=0.7, below=True)
    assert found.share == pytest.approx(0.8, abs=0.02) and found.regions
    assert "at most 0.7, which 80% of 600 points have" in sought(found)
    header, rows = region_rows(discover(sweep, "quality", 0.7))
    assert header[:4] == ("", "parameter", "from", "to") and rows[0][:2] == ("box 1", "mandate detail")
    assert float(rows[0][2]) == pytest.approx(0.6, abs=0.03) and rows[1][1] == "method heterogeneity"


def test_noise_gives_no_box_and_one_line_says_so(sweep):
    found = discover(sweep, "fit")
    assert found.regions == ()
    assert no_region(found) == "No box was found in which cases are denser than everywhere (20%)."
    assert all(region.density[0] <= found.share for region in found.doubted)
    pytest.importorskip("sklearn", reason="the extra discovery is not installed")
    assert grow_tree(found) == "No leaf of a tree was found in which cases are denser than everywhere (20%)."


def test_rows_of_a_base_point_lie_on_one_side_and_score_a_box_together(tmp_path):
    """Twenty base points of three parameters, eight rows each, all of a base point alike."""
    base = np.repeat(np.random.default_rng(5).random((20, 3)), 8, axis=0)
    points = dict(zip(NAMES[:3], (base + 1e-4 * np.random.default_rng(6).random((160, 3))).T, strict=True))
    good = lambda p, luck, month: p["mandate_detail"] + 0.0 * luck * month  # noqa: E731
    store = made_store(tmp_path / "b.zarr", points, {"quality": good}, design='method = "sobol"\npoints = 32')
    found = discover(open_sweep(store), "quality", threshold=0.6)
    sides = [set(found.units[found.judged]), set(found.units[~found.judged])]
    assert [len(side) for side in sides] == [6, 14] and not sides[0] & sides[1]
    for region in (*found.regions, *found.doubted):
        inside = region.box.holds(found.sample[found.judged])
        alone = share_interval(found.interest[found.judged], inside, np.arange(len(inside)))
        assert region.density[1] - region.density[0] > 1.5 * (alone[1] - alone[0])


def test_points_that_a_table_repeats_are_one_unit(tmp_path):
    points = {name: np.repeat(np.linspace(0.0, 1.0, 40), 3) for name in NAMES[:2]}
    store = made_store(tmp_path / "t.zarr", points, {"quality": corner_of_one}, design='method = "table"')
    found = discover(open_sweep(store), "quality", threshold=0.6)
    assert [len(set(found.units)), found.judged.sum()] == [40, 39]
    assert not set(found.units[found.judged]) & set(found.units[~found.judged])


def test_where_every_point_is_a_unit_the_interval_is_that_of_wilson():
    for hits, points in ((0, 9), (3, 17), (40, 41), (12, 12)):
        expected = binomtest(hits, points).proportion_ci(method="wilson")
        found = share_interval(np.arange(points) < hits, np.ones(points, dtype=bool), np.arange(points))
        assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_share_of_which_fewer_than_two_units_tell_is_not_known():
    nothing, all_of = np.zeros(6, dtype=bool), np.ones(6, dtype=bool)
    assert share_interval(all_of, nothing, np.arange(6)) == share_interval(all_of, all_of, np.zeros(6)) == (0.0, 1.0)
    assert chance_denser(all_of, nothing, all_of, np.arange(6)) == 1.0
    assert not held_out_points(np.array([0, 0, 1, 1])).any()


def test_a_limit_on_a_parameter_that_does_nothing_is_not_borne_out(sweep):
    told = [one for region in discover(sweep, "quality", 0.7).regions for one in region.limits]
    assert all(one.borne_out for one in told)
    cases, sample = discover(sweep, "quality", 0.7).interest, np.column_stack([sweep[name].values for name in NAMES])
    idle = sample[:, 1] > 0.5
    assert chance_denser(idle, ~idle, cases, np.arange(600)) > 0.05
    acting = sample[:, 0] > 0.5
    assert chance_denser(acting, ~acting, cases, np.arange(600)) < 1e-6


def test_a_peeling_only_ever_cuts(sweep):
    sample = np.column_stack([sweep[name].values for name in NAMES])
    interest = np.asarray(sweep.quality.isel(replicate=0, month=-1).values > 0.7)
    trajectory = peel(sample, interest)
    masses = [score(box, sample, interest).mass for box in trajectory]
    assert masses[0] == 1.0 and all(later < earlier for earlier, later in pairwise(masses))


def crossed(points):
    """Return six parameters, two of which decide in nine points of ten."""
    rng = np.random.default_rng(12)
    sample = rng.random((points, 6))
    return sample, ((sample[:, 1] > 0.55) & (sample[:, 4] < 0.4)) ^ (rng.random(points) < 0.1)


def test_peeling_takes_the_same_steps_with_all_versions_of_the_library():
    """Coverage, density and mass after 1, 8, 16 and 25 peels, as ema_workbench 2.5.3 and 3.0.0 give them."""
    sample, interest = crossed(800)
    trajectory = peel(sample, interest)
    recorded = {
        1: (0.990654, 0.278947, 0.95),
        8: (0.901869, 0.365530, 0.66),
        16: (0.813084, 0.502890, 0.4325),
        25: (0.714953, 0.711628, 0.26875),
    }
    for step, expected in recorded.items():
        assert score(trajectory[step], sample, interest)[:3] == pytest.approx(expected, abs=1e-6)


def test_the_test_of_a_limit_is_that_of_the_library():
    """Where a parameter is limited at one end, as the library tests each end by itself."""
    sample, interest = crossed(400)
    trajectory = peel(sample, interest)
    prim = sys.modules["ema_workbench.analysis.prim"]  # peel has loaded it, and dealt with its warnings
    version_2 = not hasattr(prim, "BasePrim")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        frame, cases = pd.DataFrame(sample), interest.astype(int)
        found = (prim.Prim(frame, cases, threshold=1e-9) if version_2 else prim.Prim(frame, cases)).find_box()
    compared = 0
    for box, tested in zip(trajectory, found.qp if version_2 else found.p_values, strict=False):
        for one, ends in tested.items():
            if min(ends) == -1.0:
                assert max(ends) == pytest.approx(chance_of_limit(box, one, sample, interest), abs=1e-12)
                compared += 1
    assert compared > 20


def test_limits_lie_between_points_and_repeated_values_stay_together():
    levels = np.linspace(0.0, 1.0, 5)
    sample = np.array(np.meshgrid(levels, levels, levels)).reshape(3, -1).T
    trajectory = peel(sample, (sample[:, 0] > 0.6) & (sample[:, 2] < 0.4))
    assert trajectory[-1].low.tolist() == [0.625, -np.inf, -np.inf]
    assert trajectory[-1].high.tolist() == [np.inf, np.inf, 0.375]


def test_where_all_or_no_points_are_of_interest_nothing_is_peeled():
    for share in (np.ones(50, dtype=bool), np.zeros(50, dtype=bool)):
        (box,) = peel(np.random.default_rng(1).random((50, 2)), share)
        assert not len(box.limited())


def test_the_library_says_nothing_and_leaves_the_colours_of_figures_alone():
    code = (
        "import warnings, matplotlib, numpy\n"
        "from tredegar.results.discovery.prim import peel\nwarnings.simplefilter('error')\n"
        "matplotlib.rcParams['axes.prop_cycle'] = mine = matplotlib.cycler(linestyle=['-', ':'])\n"
        "sample = numpy.random.default_rng(1).random((100, 2))\n"
        "assert len(peel(sample, sample[:, 0] > 0.5)) > 1 and matplotlib.rcParams['axes.prop_cycle'] == mine"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_library_one_line_says_what_to_install_and_all_else_is_reported(
    sweep, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis.prim", None)
    advice = 'scenario discovery needs ema-workbench; install it with: pip install "tredegar[discovery]"'
    with pytest.raises(SystemExit) as end:
        main(["discover", sweep.attrs["store"]])
    printed = capsys.readouterr().err
    assert end.value.code == 1 and advice in printed and printed.count("\n") == 1
    with pytest.raises(SystemExit) as end:
        main(["report", sweep.attrs["store"], "--outcome", "quality", "--out", str(tmp_path / "out")])
    printed = capsys.readouterr()
    assert not end.value.code and not printed.err and f"\nNo boxes: {advice}\n" in printed.out
    page = unescape((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert f"No boxes: {advice}" in page and "What matters most" in page and "Where quality is good or bad" in page


def test_thresholds_that_separate_nothing_and_morris_walks_are_refused(sweep, tmp_path):
    with pytest.raises(ValueError, match="none of 600 points have quality >= 5"):
        discover(sweep, "quality", threshold=5.0)
    walks = made_store(tmp_path / "m.zarr", grid(mandate_detail=[0.0, 1.0]), {"quality": corner_of_one},
                       design='method = "morris"')  # fmt: skip
    with pytest.raises(ValueError, match="boxes cannot be sought in a morris design"):
        discover(open_sweep(walks), "quality")


def corner_of_one(points, luck, month):
    return points["mandate_detail"] + 0.0 * luck * month


def test_a_tree_tells_the_same_two_parameters(sweep):
    pytest.importorskip("sklearn", reason="the extra discovery is not installed")
    found = discover(sweep, "quality", threshold=0.7)
    rules = grow_tree(found)
    assert rules == grow_tree(found, NAMES)
    with pytest.raises(ValueError, match="in this order"):
        grow_tree(found, NAMES[::-1])
    (leaf,) = rules.splitlines()
    assert re.fullmatch(
        r"0\.(59|60)\d* < mandate_detail and method_heterogeneity <= 0\.(49|50)\d*: \d+% \(\d+% to \d+%\) of \d+ "
        r"held-out points are cases",
        leaf,
    )


def test_robust_levers_are_those_with_little_regret(tmp_path):
    points = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])

    def outcome(columns, luck, month):
        detail, spread = columns["mandate_detail"], columns["method_heterogeneity"]
        return (
            np.select([detail == 0.5], [0.6], np.where(detail == 1.0, 0.8 - 0.5 * spread, 0.5 + 0.2 * spread))
            + 0 * luck * month
        )

    sweep = open_sweep(made_store(tmp_path / "r.zarr", points, {"quality": outcome}))
    table = measure_robustness(sweep, "quality", ("mandate_detail",)).set_index("mandate_detail")
    assert table["greatest_regret"].round(6).to_dict() == {0.0: 0.3, 0.5: 0.2, 1.0: 0.4}
    assert table["worst"].round(6).to_dict() == {0.0: 0.5, 0.5: 0.6, 1.0: 0.3}
    assert table["best"].to_dict() == {0.0: 0.5, 0.5: 0.0, 1.0: 0.5}
    with pytest.raises(ValueError, match="levers must be varied parameters"):
        measure_robustness(sweep, "quality", ("grip_rate",))
    with pytest.raises(ValueError, match="every setting of the levers once in every state"):
        measure_robustness(sweep.isel(point=slice(0, 5)), "quality", ("mandate_detail",))


def test_levers_are_ranked_where_a_table_sets_them_anew_in_many_states(tmp_path):
    """Eighty parameters of the states: what is done in a state is known by its row, not by all combinations."""
    names = [name for name in PARAMETERS if name not in ("mandate_detail", "real_control")][:40]
    states = np.random.default_rng(3).random((30, len(names)))
    points = {"mandate_detail": np.tile([0.0, 1.0], 30)}
    points |= {name: np.repeat(states[:, place], 2) for place, name in enumerate(names)}

    def outcome(columns, luck, month):
        return 0.5 + 0.1 * columns["mandate_detail"] + 0.2 * columns[names[0]] + 0.05 * luck + 0.0 * month

    status = np.ones((60, 4))
    status[6, 2] = 2
    store = made_store(tmp_path / "t.zarr", points, {"quality": outcome}, design='method = "table"', status=status)
    table = measure_robustness(open_sweep(store), "quality", ("mandate_detail",))
    assert table.attrs["states"] == 29
    assert table["mean_regret"].tolist() == pytest.approx([0.1, 0.0], abs=1e-6)
    assert (table["mean_regret_high"] - table["mean_regret_low"]).max() < 1e-5, "luck and states cancel in regret"
    assert (table["mean_low"] < table["mean"]).all() and (table["mean"] < table["mean_high"]).all()
    worse = measure_robustness(open_sweep(store), "quality", ("mandate_detail",), smaller_is_better=True)
    assert worse["best"].tolist() == [1.0, 0.0]


def test_the_command_ranks_levers_by_regret(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    points = grid(mandate_detail=[0.0, 1.0], method_heterogeneity=[0.0, 1.0])
    store = made_store(tmp_path / "c.zarr", points, {"quality": corner_of_one})
    with pytest.raises(SystemExit) as end:
        main(["discover", str(store), "--lever", "mandate_detail"])
    printed = capsys.readouterr().out
    assert not end.value.code and "2 settings in the same 2 states, by mean regret" in printed
    rows = [line.split() for line in printed.splitlines() if line.strip().startswith(("0 ", "1 "))]
    assert [row[0] for row in rows] == ["1", "0"] and rows[0][-1] == "100%"
