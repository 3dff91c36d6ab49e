"""The operations of the rules: the same bits for floats and arrays, for NaN, signed zeros, ties and infinities."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tredegar.model import arithmetic
from tredegar.model.arithmetic import (
    as_float,
    clip01,
    coachability,
    fixed,
    floor,
    larger,
    magnitude,
    negation,
    peak,
    root,
    saturating,
    select,
    smaller,
    triangular,
    unfixed,
)

NAN, INFINITY = math.nan, math.inf
ANY = st.floats(allow_nan=True, allow_infinity=True)
MODEST = st.floats(-1e6, 1e6)
ODD = [0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, -5e-324, 1.0 + 2**-52, 1.0 - 2**-53, 1e308, -1e308, INFINITY, -INFINITY, NAN]


def bits(value: float) -> bytes:
    return b"nan" if math.isnan(value) else struct.pack("<d", value)


def check_same(function: Callable[..., Any], *values: float) -> None:
    """A float by itself and the same float in an array give one answer, bit for bit."""
    with np.errstate(all="ignore"):
        alone = function(*values)
        in_array = function(*[np.array([value, value]) for value in values])
    assert bits(float(alone)) == bits(float(in_array[0])) == bits(float(in_array[1]))


@pytest.mark.parametrize("function", [larger, smaller])
@given(a=ANY | st.sampled_from(ODD), b=ANY | st.sampled_from(ODD))
def test_the_larger_and_the_smaller_agree(function: Callable[..., Any], a: float, b: float) -> None:
    check_same(function, a, b)


@pytest.mark.parametrize("function", [clip01, magnitude])
@given(x=ANY | st.sampled_from(ODD))
def test_operations_on_anything_agree(function: Callable[..., Any], x: float) -> None:
    check_same(function, x)


@pytest.mark.parametrize("function", [root, saturating])
@given(x=st.floats(0.0, 1e300) | st.just(-0.0))
def test_operations_on_positive_numbers_agree(function: Callable[..., Any], x: float) -> None:
    check_same(function, x)


@pytest.mark.parametrize("function", [floor, peak])
@given(x=MODEST | st.sampled_from([0.0, -0.0, -0.5, 0.5, -1.0, 1.0]))
def test_floor_and_peak_agree(function: Callable[..., Any], x: float) -> None:
    check_same(function, x + 0.0)  # no rule floors -0.0: only the array would keep its sign


@given(u=st.floats(0.0, 1.0), v=st.floats(0.0, 1.0))
def test_draws_with_a_spread_and_training_agree(u: float, v: float) -> None:
    check_same(triangular, u, v)
    check_same(coachability, u + 0.05, v + 0.5)


@given(x=st.floats(-1e5, 1e5))
def test_fixed_point_agrees_and_rounds_down(x: float) -> None:
    alone, in_array = fixed(x), fixed(np.array([x]))
    assert alone == int(in_array[0]) == math.floor(x * 2.0**32)
    assert in_array.dtype == np.int64
    assert unfixed(alone) <= x < unfixed(alone + 1)
    assert bits(unfixed(alone)) == bits(float(unfixed(in_array)[0]))


def test_fixed_point_of_negative_values_rounds_down_and_not_towards_zero() -> None:
    tiny = 2.0**-40
    assert fixed(tiny) == 0
    assert fixed(-tiny) == -1
    assert fixed(np.array([-tiny]))[0] == -1
    assert fixed(-1.5) == -3 * 2**31


@given(total=st.integers(-(2**62), 2**62))
def test_whole_numbers_become_floats_alike(total: int) -> None:
    assert bits(as_float(total)) == bits(float(as_float(np.array([total], dtype=np.int64))[0]))


def test_ties_keep_the_first_of_the_two() -> None:
    assert bits(larger(0.0, -0.0)) == bits(0.0)
    assert bits(larger(-0.0, 0.0)) == bits(-0.0)
    assert bits(smaller(0.0, -0.0)) == bits(0.0)
    assert bits(smaller(-0.0, 0.0)) == bits(-0.0)
    assert larger(1.0, 2.0) == smaller(3.0, 2.0) == 2.0


def test_nan_in_the_second_place_loses_and_in_the_first_place_stays() -> None:
    assert larger(1.0, NAN) == smaller(1.0, NAN) == 1.0
    assert math.isnan(larger(NAN, 1.0))
    assert math.isnan(smaller(NAN, 1.0))


def test_holding_within_0_and_1() -> None:
    assert [clip01(x) for x in (-1.0, 0.0, 0.25, 1.0, 2.0, INFINITY, -INFINITY)] == [0.0, 0.0, 0.25, 1.0, 1.0, 1.0, 0.0]
    assert bits(clip01(-0.0)) == bits(0.0)
    assert clip01(NAN) == 0.0
    assert clip01(np.array([NAN]))[0] == 0.0


def test_select_and_negation_of_conditions() -> None:
    assert select(True, 1.0, 2.0) == 1.0
    assert select(False, 1.0, 2.0) == 2.0
    assert select(np.array([True, False]), 1.0, np.array([5.0, 6.0])).tolist() == [1.0, 6.0]
    assert (negation(True), negation(False)) == (False, True)
    assert negation(np.array([True, False])).tolist() == [False, True]


def test_the_scalar_path_returns_plain_numbers() -> None:
    """NumPy scalars among the agents' floats would make the Mesa engine ten times slower."""
    assert type(root(2.0)) is type(floor(2.5)) is type(larger(1.0, 2.0)) is type(unfixed(3)) is float
    assert type(fixed(2.5)) is int
    assert type(negation(1.0 < 2.0)) is bool


def test_square_roots_are_those_of_the_doubles() -> None:
    assert (math.sqrt(3.0), math.sqrt(6.0), math.sqrt(12.0)) == (arithmetic.SQRT3, arithmetic.SQRT6, arithmetic.SQRT12)


def test_the_square_root_of_a_negative_number_is_an_error_or_nan() -> None:
    with pytest.raises(ValueError, match="nonnegative|math domain"):
        root(-1.0)
    with np.errstate(invalid="ignore"):
        assert math.isnan(root(np.array([-1.0]))[0])


def test_half_is_coached_at_the_half_point() -> None:
    assert coachability(0.75, 0.75) == 0.5
    assert coachability(0.0, 0.75) == 0.0
    assert saturating(1.0) == 0.5
    assert peak(0.0) == 1.0
