"""Points are found by values, lists, slices and nearness, on any design; what is not there is named."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import xarray as xr

from tredegar.results import at, open_sweep, unstack_grid

from ..support.made_stores import grid, made_store

LEVELS = grid(method_heterogeneity=[0.0, 0.5, 1.0, 1.5], mandate_detail=[0.0, 0.4, 1.0])


def quality(points, luck, month):
    return 0.5 - 0.1 * points["mandate_detail"] + 0.01 * luck + 0.001 * month


@pytest.fixture
def sweep(tmp_path):
    return open_sweep(
        made_store(tmp_path / "g.zarr", LEVELS, {"quality": quality}, fixed={"grip_rate": 0.03}), chunks=1
    )


@pytest.fixture
def sample(tmp_path):
    luck = np.random.default_rng(4)
    points = {"mandate_detail": luck.uniform(0, 1, 40), "method_heterogeneity": luck.uniform(0, 1.5, 40)}
    made = made_store(
        tmp_path / "s.zarr", points, {"quality": quality}, design='method = "latin-hypercube"\npoints = 40'
    )
    return open_sweep(made)


def test_a_list_takes_the_points_of_each_of_its_values(sweep):
    chosen = at(sweep, mandate_detail=[1.0, 0.0])
    assert chosen.sizes["point"] == 8 and set(chosen.mandate_detail.values) == {0.0, 1.0}
    assert list(chosen.point.values) == sorted(chosen.point.values), "points keep the order of the sweep"
    assert at(sweep, mandate_detail=np.array([0.4]), method_heterogeneity=[0.5, 1.5]).sizes["point"] == 2
    with pytest.raises(ValueError, match=r"no point has mandate_detail = 0\.3; available: 0, 0\.4, 1"):
        at(sweep, mandate_detail=[0.0, 0.3])


def test_a_slice_takes_its_ends_too_and_may_be_open(sweep):
    assert set(at(sweep, mandate_detail=slice(0.4, 1.0)).mandate_detail.values) == {0.4, 1.0}
    assert set(at(sweep, mandate_detail=slice(None, 0.5)).mandate_detail.values) == {0.0, 0.4}
    both = at(sweep, mandate_detail=slice(0.1, None), method_heterogeneity=slice(0.0, 0.5))
    assert both.sizes["point"] == 4
    assert at(sweep, mandate_detail=slice(None)).sizes["point"] == 12
    with pytest.raises(ValueError, match=r"no point has mandate_detail in 0\.5 \.\. 0\.9; available"):
        at(sweep, mandate_detail=slice(0.5, 0.9))


def test_a_slice_a_list_and_a_number_hold_together(sweep):
    chosen = at(sweep, mandate_detail=[0.0, 1.0], method_heterogeneity=slice(0.5, 1.0), grip_rate=0.03)
    expected = {(d, h) for d, h in itertools.product((0.0, 1.0), (0.5, 1.0))}
    assert set(zip(chosen.mandate_detail.values, chosen.method_heterogeneity.values, strict=True)) == expected


def test_the_nearest_point_of_a_sample_is_that_in_units_of_the_ranges(sample):
    wanted = {"mandate_detail": 0.3, "method_heterogeneity": 1.2}
    chosen = at(sample, wanted, method="nearest")
    scaled = [(sample[name].values - value) / np.ptp(sample[name].values) for name, value in wanted.items()]
    assert chosen.point.values.tolist() == [int(np.hypot(*scaled).argmin())]
    one = at(sample, mandate_detail=0.3, method="nearest")
    assert one.point.values.tolist() == [int(np.abs(sample.mandate_detail.values - 0.3).argmin())]


def test_the_nearest_to_each_combination_is_taken_and_only_once(sample):
    chosen = at(sample, mandate_detail=[0.0, 1.0], method_heterogeneity=[0.0, 1.5], method="nearest")
    corners = [
        at(sample, mandate_detail=d, method_heterogeneity=h, method="nearest").point.values[0]
        for d, h in itertools.product((0.0, 1.0), (0.0, 1.5))
    ]
    assert chosen.point.values.tolist() == sorted(set(corners)) and len(set(corners)) == 4
    again = at(sample, mandate_detail=[0.5, 0.5 + 1e-9], method="nearest")
    assert again.sizes["point"] == 1


def test_a_slice_bounds_where_the_nearest_is_sought(sample):
    chosen = at(sample, mandate_detail=0.1, method_heterogeneity=slice(1.0, None), method="nearest")
    assert float(chosen.method_heterogeneity[0]) >= 1.0 and chosen.sizes["point"] == 1


def test_on_a_grid_the_nearest_level_is_taken_with_all_of_its_points(sweep):
    chosen = at(sweep, mandate_detail=0.55, method="nearest")
    assert set(chosen.mandate_detail.values) == {0.4} and chosen.sizes["point"] == 4
    # 0.7 lies as far from 0.4 as from 1: one level is taken, not two.
    assert len(set(at(sweep, mandate_detail=0.7, method="nearest").mandate_detail.values)) == 1


def test_a_tolerance_bounds_the_distance_of_the_nearest(sample):
    with pytest.raises(ValueError, match=r"no point lies within 0\.01 of mandate_detail = 3, in units of the ranges"):
        at(sample, mandate_detail=3.0, method="nearest", tolerance=0.01)
    assert at(sample, mandate_detail=3.0, method="nearest").sizes["point"] == 1


def test_a_fixed_parameter_is_as_near_to_all_points(sweep):
    assert at(sweep, grip_rate=0.5, method="nearest").sizes["point"] == 12
    with pytest.raises(ValueError, match=r"within 0\.1 of grip_rate = 0\.5"):
        at(sweep, grip_rate=0.5, method="nearest", tolerance=0.1)


@pytest.mark.parametrize(
    ("wanted", "options", "said"),
    [
        ({"mandate_detail": "0.4"}, {}, "mandate_detail must be a number, a list of numbers or a slice, got '0.4'"),
        ({"mandate_detail": []}, {}, "must be a number, a list of numbers or a slice, got"),
        ({"mandate_detail": [[0.4]]}, {}, "must be a number, a list of numbers or a slice, got"),
        ({"mandate_detail": [0.4, [1.0]]}, {}, "must be a number, a list of numbers or a slice, got"),
        ({"mandate_detail": True}, {}, "must be a number, a list of numbers or a slice, got True"),
        ({"mandate_detail": float("nan")}, {"method": "nearest"}, "must be a number, a list of numbers or a slice"),
        ({"mandate_detail": slice(0.8, 0.2)}, {}, r"the slice of mandate_detail is reversed: 0\.8 lies above 0\.2"),
        ({"mandate_detail": slice(0.0, 1.0, 2)}, {}, "the slice of mandate_detail must have no step, got 2"),
        ({"mandate_detail": slice("a", None)}, {}, "the ends of the slice of mandate_detail must be numbers"),
        ({"mandate_detail": 0.4}, {"method": "pad"}, r"method must be None \(the values themselves\) or 'nearest'"),
        ({"mandate_detail": 0.4}, {"tolerance": -1.0}, r"tolerance must be a number from 0 on, got -1\.0"),
        ({}, {"method": "nearest"}, "method='nearest' needs a value to be near to"),
        ({"mandat_detail": slice(0.0, 1.0)}, {}, "did you mean 'mandate_detail'"),
    ],
)
def test_what_cannot_be_sought_is_told_in_one_line(sweep, wanted, options, said):
    with pytest.raises(ValueError, match=said) as refusal:
        at(sweep, wanted, **options)
    assert "\n" not in str(refusal.value)


def test_an_unstacked_grid_is_selected_as_xarray_has_it(sweep):
    with pytest.raises(ValueError, match=r"at\(\) finds points, .* use \.sel\(\), as xarray has it"):
        at(unstack_grid(sweep), mandate_detail=0.4)


def test_any_selection_can_be_written_as_zarr(sweep, tmp_path):
    chosen = at(sweep, mandate_detail=[0.0, 1.0])
    chosen.to_zarr(tmp_path / "chosen.zarr", consolidated=False)
    found = xr.open_zarr(tmp_path / "chosen.zarr", consolidated=False)
    assert chosen.quality.chunks is not None and np.array_equal(found.quality.values, chosen.quality.values)
