"""Sweeps join along a new dimension where they agree; whatever differs and must not is said in one line."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from tredegar.results import at, join, open_sweep, unstack_grid, window_mean
from tredegar.results.dataset import varied_parameters

from ...support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + 0.001 * month


def better(points, luck, month):
    return quality(points, luck, month) + 0.25


@pytest.fixture
def opened(tmp_path):
    """Return a function that opens a made store of the points of the page, with some things set otherwise."""

    def opened_store(name: str, points=POINTS, outcome=quality, **settings) -> xr.Dataset:
        return open_sweep(made_store(tmp_path / f"{name}.zarr", points, {"quality": outcome}, **settings))

    return opened_store


def test_arms_lie_side_by_side_on_the_new_dimension_and_stay_lazy(opened):
    first, second = opened("a"), opened("b", outcome=better, batch=2)
    both = join({"a": first, "b": second}, dim="policy")
    assert both.quality.dims == ("policy", "point", "replicate", "month")
    assert both.quality.chunks is not None and both.policy.values.tolist() == ["a", "b"]
    assert np.array_equal(both.quality.sel(policy="b").values, second.quality.values)
    assert both.status.dims == ("policy", "point", "replicate")
    assert both.mandate_detail.dims == ("point",) and both.month.dims == ("month",)


def test_counts_add_up_and_what_each_arm_says_of_itself_is_kept(opened):
    status = np.ones((6, 4))
    status[2, 1] = 2
    first = opened("a", status=status)
    both = join({"a": first, "b": opened("b")})
    assert both.attrs["runs"] == 48 and both.attrs["runs_failed"] == 1
    told = json.loads(both.attrs["joined"])
    assert told["dim"] == "arm" and told["arms"]["a"]["store"] == first.attrs["store"]
    assert told["streams_differ"] == ""


def test_a_fixed_parameter_that_differs_is_a_coordinate_of_the_arms(opened):
    both = join(
        {
            "low": opened("a", fixed={"grip_rate": 0.03, "target_level": 0.9}),
            "high": opened("b", fixed={"grip_rate": 0.06, "target_level": 0.9}),
            "neither": opened("c"),
        }
    )
    assert both.grip_rate.dims == ("arm",) and both.grip_rate.values[:2].tolist() == [0.03, 0.06]
    default = json.loads(opened("d").attrs["defaults"])["grip_rate"]
    assert float(both.grip_rate.sel(arm="neither")) == default
    assert varied_parameters(both) == ("mandate_detail", "method_heterogeneity")


def test_what_is_set_alike_in_all_arms_stays_one_value(opened):
    both = join({"a": opened("a", fixed={"grip_rate": 0.03}), "b": opened("b", fixed={"grip_rate": 0.03})})
    assert both.grip_rate.dims == () and float(both.grip_rate) == 0.03


def test_points_are_found_and_grids_unstacked_and_means_taken_in_all_arms_at_once(opened):
    both = join({"a": opened("a", fixed={"grip_rate": 0.03}), "b": opened("b", outcome=better)})
    assert at(both, mandate_detail=0.5).sizes == {"arm": 2, "point": 2, "replicate": 4, "month": 24}
    assert set(unstack_grid(both).quality.dims) == {
        "arm",
        "mandate_detail",
        "method_heterogeneity",
        "replicate",
        "month",
    }
    change = window_mean(both).quality.diff("arm").values
    assert np.allclose(change, 0.25, atol=1e-6)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"points": grid(mandate_detail=[0.0, 0.5, 0.9], method_heterogeneity=[0.0, 1.0])},
         "the points of 'a' and 'b' differ: point 4 has mandate_detail = 1 and 0.9"),
        ({"points": grid(mandate_detail=[0.0, 1.0], method_heterogeneity=[0.0, 1.0])},
         "the points of 'a' and 'b' differ: 6 and 4 of them"),
        ({"points": grid(target_level=[0.7, 0.8, 0.9], method_heterogeneity=[0.0, 1.0]), "outcome": None},
         "one varies mandate_detail, method_heterogeneity, the other method_heterogeneity, target_level"),
        ({"months": 12}, "the months of 'a' and 'b' differ: 24, 1 to 24; and 12, 1 to 12"),
        ({"months": 24, "every": 2}, "the months of 'a' and 'b' differ: 24, 1 to 24; and 12, 2 to 24"),
        ({"replicates": 3}, "the replicates of 'a' and 'b' differ: 4, 0 to 3; and 3, 0 to 2"),
        ({"streams": "independent"}, "the streams of 'a' and 'b' differ: common and independent; may_differ="),
    ],
)  # fmt: skip
def test_what_differs_and_must_not_is_said_in_one_line(opened, other, said):
    settings = {**other}
    if settings.get("outcome", quality) is None:
        settings["outcome"] = lambda points, luck, month: 0.5 + 0.0 * points["target_level"] + 0.0 * luck + 0.0 * month
    with pytest.raises(ValueError, match=f"the arms cannot be joined: .*{said}") as refusal:
        join({"a": opened("a"), "b": opened("b", **settings)})
    assert "\n" not in str(refusal.value)


def with_spec(sweep: xr.Dataset, former: str, now: str) -> xr.Dataset:
    assert former in sweep.attrs["spec"]
    return sweep.assign_attrs(spec=sweep.attrs["spec"].replace(former, now))


def test_seeds_countries_and_rules_must_agree_unless_they_may_differ(opened):
    first, second = opened("a"), opened("b")
    others = {
        "seeds": (with_spec(second, "seed = 7", "seed = 8"), "7 and 8"),
        "country": (
            second.assign_attrs(spec=second.attrs["spec"] + "[country]\ntrusts = 9\nclinicians = 4\n"),
            "trusts",
        ),
        "rules": (second.assign_attrs(rules_hash="f00d"), "f00d"),
    }
    for name, (other, said) in others.items():
        with pytest.raises(ValueError, match=f"the {name} of 'a' and 'b' differ: .*{said}.*; may_differ=.'{name}',"):
            join({"a": first, "b": other})
        told = json.loads(join({"a": first, "b": other}, may_differ=[name]).attrs["joined"])["streams_differ"]
        assert (said in told) == (name != "rules"), "rules do not decide whose random numbers are whose"


def test_independent_streams_of_other_points_are_not_those_of_the_same_run(opened):
    points = grid(mandate_detail=[0.25, 0.0, 0.5, 1.0], method_heterogeneity=[0.0])
    larger = at(opened("a", points, streams="independent"), mandate_detail=[0.0, 0.5, 1.0])
    smaller = opened("b", grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0]), streams="independent")
    with pytest.raises(ValueError, match="the streams of 'a' and 'b' differ: other runs have the same place"):
        join({"a": larger, "b": smaller})


def test_what_is_no_pair_of_sweeps_is_refused(opened):
    sweep = opened("a")
    for arms in ({"a": sweep}, [sweep, sweep], {"a": sweep, "b": 3}):
        with pytest.raises(ValueError, match="arms must be two or more Datasets by name"):
            join(arms)
    with pytest.raises(ValueError, match="arm 'a' has a 'month' already"):
        join({"a": sweep, "b": sweep}, dim="month")
    with pytest.raises(ValueError, match="arm 'a' has no dimension 'month'"):
        join({"a": window_mean(sweep), "b": window_mean(sweep)})
    with pytest.raises(ValueError, match="may_differ must name some of seeds, streams, country, rules, got 'months'"):
        join({"a": sweep, "b": sweep}, may_differ=["months"])
    with pytest.raises(ValueError, match="the names of arms must be texts, or numbers"):
        join({"a": sweep, 1: sweep})
    with pytest.raises(ValueError, match="they recorded no outcome in common"):
        join({"a": sweep, "b": sweep.rename(quality="morale")})
