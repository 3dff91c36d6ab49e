"""The front door: what simulate returns, what it refuses, and in which words."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.kernels import EngineUnavailable, Failure, engines, projected_bytes, simulate
from tredegar.kernels.batch import memory
from tredegar.model import OUTCOMES, TRUST_RECORDS
from tredegar.model.providers import Providers

from ..support.cases import AVAILABLE

TWO = {"solidarity": [0.2, 1.2]}
SMALL: dict[str, Any] = {"replicates": 2, "months": 12, "trusts": 3, "clinicians": 2}
TABLE = Providers(code=("R1", "R2"), name=("One", "Two"), size=(3.0, 1.0), council=("N", "S"), catchment=("N", "N"))


def test_outcomes_are_arrays_of_point_replicate_and_month() -> None:
    out = simulate(TWO, **SMALL)
    assert set(out) == set(OUTCOMES)
    assert {values.shape for values in out.values()} == {(2, 2, 12)}
    assert {values.dtype for values in out.values()} == {np.dtype("float32")}
    assert out.engine in AVAILABLE
    assert out.failures == ()


def test_chosen_outcomes_come_in_the_order_of_the_table() -> None:
    out = simulate(TWO, **SMALL, outcomes=["quality", "true_access"], every=12, dtype="float64")
    assert list(out) == ["true_access", "quality"]
    assert out["quality"].shape == (2, 2, 1)
    assert out["quality"].dtype == np.float64


@pytest.mark.parametrize("engine", AVAILABLE)
def test_records_per_trust_are_by_trust_and_year(engine: str) -> None:
    out = simulate(TWO, 2, 30, 3, 2, engine=engine, outcomes=["quality"], trust_records=True)
    shapes = {name: out[name].shape for name in TRUST_RECORDS}
    assert shapes == {name: (2, 2, 3, 2) if row.yearly else (2, 2, 3) for name, row in TRUST_RECORDS.items()}
    assert set(out) == {"quality", *TRUST_RECORDS}


def test_points_may_be_a_dataset() -> None:
    dataset = xr.Dataset({"solidarity": ("point", [0.2, 1.2])})
    assert simulate(dataset, **SMALL)["quality"].tobytes() == simulate(TWO, **SMALL)["quality"].tobytes()


def test_of_a_dataset_coordinates_that_are_parameters_count_as_well() -> None:
    """As in an opened sweep: varied parameters are coordinates on point, fixed ones scalar, others are labels."""
    coordinates = {"solidarity": ("point", [0.2, 1.2]), "target_toughness": 0.1, "point": [0, 1], "label": "pair"}
    dataset = xr.Dataset(coords=coordinates)
    by_hand = simulate({**TWO, "target_toughness": [0.1, 0.1]}, **SMALL)
    assert simulate(dataset, **SMALL)["quality"].tobytes() == by_hand["quality"].tobytes()
    assert simulate({**TWO, "target_toughness": 0.1}, **SMALL)["quality"].tobytes() == by_hand["quality"].tobytes()


def bits(points: Any, **arguments: Any) -> bytes:
    return simulate(points, **{**SMALL, "engine": "numpy", **arguments})["quality"].tobytes()


def test_a_table_and_a_row_of_one_are_points() -> None:
    table = pd.DataFrame({"solidarity": [0.2, 1.2], "mandate_detail": [0.3, 0.4]})
    by_hand = {name: list(table[name]) for name in table}
    assert bits(table) == bits(by_hand)
    assert bits(table.iloc[1]) == bits({"solidarity": 1.2, "mandate_detail": 0.4})
    assert bits(table.iloc[1].astype(object)) == bits({"solidarity": 1.2, "mandate_detail": 0.4})
    assert bits(table.set_index("mandate_detail")) == bits(by_hand)
    assert bits({"solidarity": table["solidarity"], "mandate_detail": table["mandate_detail"]}) == bits(by_hand)


def test_points_that_are_stacked_are_all_combinations() -> None:
    crossed = {"solidarity": [0.2, 0.2, 1.2, 1.2], "mandate_detail": [0.3, 0.4, 0.3, 0.4]}
    apart = xr.Dataset({"solidarity": ("a", [0.2, 1.2]), "mandate_detail": ("b", [0.3, 0.4])})
    assert bits(apart.stack(point=("a", "b"))) == bits(crossed)
    axes = xr.Dataset(coords={"solidarity": [0.2, 1.2], "mandate_detail": [0.3, 0.4]})
    assert bits(axes.stack(point=("solidarity", "mandate_detail"))) == bits(crossed)


INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("integer", INTEGERS, ids=lambda kind: kind.__name__)
def test_sizes_may_be_any_integer_of_numpy(integer: Any) -> None:
    sizes = {"replicates": 2, "months": 24, "trusts": 120, "clinicians": 2, "seed": 7, "every": 12}
    given = {name: integer(value) for name, value in sizes.items()}
    for engine in ("numpy", "auto"):
        out, expected = (simulate({}, **some, engine=engine, trust_records=True) for some in (given, sizes))
        assert {name: values.tobytes() for name, values in out.items()} == {
            name: values.tobytes() for name, values in expected.items()
        }


def test_an_array_of_runs_is_read_by_the_names_of_its_dimensions() -> None:
    runs = xr.DataArray([[0, 5], [1, 6]], dims=("replicate", "point"))
    assert bits(TWO, runs=runs) == bits(TWO, runs=np.array([[0, 1], [5, 6]]))


def test_numbers_of_numpy_are_numbers() -> None:
    constants = {"WAIT_MAX": np.int64(50), "NORM_ACCESS": np.float32(0.5)}
    out = simulate({}, **SMALL, constants=constants, dtype=np.float64, outcomes=["quality"])
    assert out["quality"].dtype == np.float64


def test_no_points_are_one_point_at_the_defaults() -> None:
    assert simulate({}, **SMALL)["quality"].tobytes() == simulate({"solidarity": [0.6]}, **SMALL)["quality"].tobytes()


def test_by_default_luck_is_common_to_all_points() -> None:
    common = simulate({"solidarity": [0.6, 0.6]}, **SMALL)["quality"]
    assert common[0].tobytes() == common[1].tobytes()
    assert common[0, 0].tobytes() != common[0, 1].tobytes()
    numbered = simulate({"solidarity": [0.6, 0.6]}, **SMALL, runs=np.array([[0, 1], [1, 7]], dtype=np.uint32))[
        "quality"
    ]
    assert numbered[1, 0].tobytes() == common[0, 1].tobytes()


def test_real_trusts_bring_their_number(tmp_path: Any) -> None:
    path = tmp_path / "trusts.csv"
    path.write_text("code,name,size,council,catchment\nR1,One,3,N,N\nR2,Two,1,S,N\n")
    from_table = simulate(TWO, 1, 12, clinicians=2, providers=TABLE, trust_records=True)
    from_file = simulate(TWO, 1, 12, clinicians=2, providers=path, trust_records=True)
    assert from_table["trust_size"][0, 0].tolist() == [1.5, 0.5]
    assert all(from_file[name].tobytes() == from_table[name].tobytes() for name in from_table)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt parameter": ({"points": {"mandat_detail": [0.5]}}, "did you mean 'mandate_detail'"),
    "out of range": ({"points": {"solidarity": [-0.1]}}, "solidarity.*0 .. 100"),
    "not a number": ({"points": {"solidarity": [np.nan]}}, "solidarity"),
    "infinite": ({"points": {"solidarity": [np.inf]}}, "solidarity"),
    "a word": ({"points": {"solidarity": ["much"]}}, "must be numbers"),
    "yes and no": ({"points": {"solidarity": [True]}}, "must be numbers"),
    "a list": ({"points": [0.1]}, "points must be a mapping or a Dataset"),
    "nothing": ({"points": None}, "points must be a mapping or a Dataset"),
    "complex numbers": ({"points": {"solidarity": [1j]}}, "must be numbers, got complex"),
    "numbers in words": ({"points": {"solidarity": ["0.5"]}}, "must be numbers, got text"),
    "one number in words": ({"points": {"solidarity": "0.5"}}, "must be numbers, got text"),
    "objects": ({"points": {"solidarity": np.array([0.5], dtype=object)}}, "must be numbers, got objects"),
    "an array of yes and no": ({"points": {"solidarity": np.array([True])}}, "must be numbers, got True and False"),
    "None": ({"points": {"solidarity": None}}, "must be numbers, got None"),
    "a date": ({"points": {"solidarity": datetime.date(2026, 1, 1)}}, "must be numbers, got datetime.date"),
    "dates": ({"points": {"solidarity": np.array(["2026-01-01"], dtype="M8[D]")}}, "must be numbers, got dates"),
    "a table as a value": ({"points": {"solidarity": xr.Dataset({"a": 1})}}, "must be numbers, got Dataset"),
    "missing values of a table": ({"points": pd.DataFrame({"solidarity": pd.array([0.1, None])})}, "solidarity"),
    "masked values in a list": ({"points": {"solidarity": [0.1, np.ma.masked]}}, "masked"),
    "a name that is a number": ({"points": {0: [0.1]}}, r"named by parameters, got the name 0 \(int\)"),
    "a name of two lines": ({"points": {"solid\narity": [0.1]}}, "unknown parameter"),
    "a Dataset named by numbers": ({"points": xr.Dataset({0: ("a", [0.1])})}, "named by parameters"),
    "a column": ({"points": pd.Series([0.1, 0.2], name="solidarity")}, "named by parameters, got the name 0"),
    "a row with a word": ({"points": pd.Series({"solidarity": 0.1, "fear": "x"})}, "fear"),
    "columns of one name": ({"points": pd.DataFrame([[0.1, 0.2]], columns=["solidarity"] * 2)}, "'solidarity' twice"),
    "two dimensions": (
        {"points": xr.Dataset({"solidarity": ("a", [0.2, 1.2]), "mandate_detail": ("b", [0.3, 0.4])})},
        r"one dimension, got 'a' \(2\), 'b' \(2\).*stack\(point=\('a', 'b'\)\)",
    ),
    "two axes": ({"points": xr.Dataset(coords={"solidarity": [0.2, 1.2], "mandate_detail": [0.3, 0.4]})}, "stack"),
    "a variable on two dimensions": ({"points": xr.Dataset({"solidarity": (("a", "b"), [[0.2, 1.2]])})}, "stack"),
    "arrays on two dimensions": (
        {"points": {"solidarity": xr.DataArray([0.2], dims="a"), "mandate_detail": xr.DataArray([0.3], dims="b")}},
        "one dimension",
    ),
    "columns in another order": (
        {"points": {"solidarity": pd.Series([0.2, 1.2]), "mandate_detail": pd.Series([0.3, 0.4], index=[1, 0])}},
        "unlike labels",
    ),
    "masked runs": ({"runs": np.ma.array([[0, 1]], mask=[[False, True]])}, "runs .*masked"),
    "masked runs in a list": ({"runs": [np.ma.array([0, 1], mask=[False, True])]}, "runs .*masked"),
    "runs of a Dataset": ({"runs": xr.Dataset({"a": ("x", [1, 2])})}, "runs must be whole numbers.*Dataset"),
    "ragged runs": ({"runs": [[0, 1], [1]]}, "runs must be whole numbers"),
    "runs of yes and no": ({"runs": [[True, False]]}, "runs must be whole numbers"),
    "runs that are objects": ({"runs": np.array([[0, 1]], dtype=object)}, "runs must be whole numbers"),
    "runs with no number": ({"runs": [[np.nan, 1]]}, "runs must be whole numbers"),
    "a month with a zero before it": ({"points": {"solidarity@07": [0.5]}}, "write 'solidarity@7'"),
    "a month in other digits": ({"points": {"solidarity@\uff11\uff12": [0.5]}}, "parameter@month"),
    "a month below 0": ({"points": {"solidarity@-1": [0.5]}}, "parameter@month"),
    "a month with an underscore": ({"points": {"solidarity@1_0": [0.5]}}, "parameter@month"),
    "a month without end": ({"points": {"solidarity@" + "9" * 5000: [0.5]}}, "parameter@month"),
    "a country without end": ({"trusts": 10**9, "clinicians": 1}, "1,000,000,000 trusts.*takes .* GB"),
    "clinicians without end": ({"trusts": 1, "clinicians": 10**9}, "1,000,000,000 clinicians.*takes .* GB"),
    "months without end": ({"months": 10**9}, "1,000,000,000 months takes .* GB"),
    "records without end": ({"trusts": 10**4, "months": 12 * 10**6, "every": 12 * 10**6, "trust_records": True}, "GB"),
    "true months": ({"months": np.True_}, "months must be a whole number"),
    "an array of one size": ({"months": np.array([12])}, "months must be a whole number"),
    "a ragged list": ({"points": {"solidarity": [[0.1], [0.2, 0.3]]}}, "parameter 'solidarity'.*ragged"),
    "masked values": ({"points": {"solidarity": np.ma.array([0.1, 0.2], mask=[0, 1])}}, "masked"),
    "outcome of a number": ({"outcomes": 3}, "outcomes must be names"),
    "engine of no name": ({"engine": None}, "engine must be a name"),
    "constants without values": ({"constants": ["NORM_ACCESS"]}, "constants must be a mapping"),
    "providers of no kind": ({"providers": [1]}, "providers must be a table"),
    "records of a word": ({"trust_records": "no"}, "trust_records must be True or False"),
    "more than the memory holds": ({"replicates": 2**31}, "2,147,483,648 runs take"),
    "unequal lengths": ({"points": {"solidarity": [0.1], "fear": [1, 2]}}, "one length"),
    "no point at all": ({"points": {"solidarity": []}}, "at least one point"),
    "change of a start value": ({"points": {"real_control@3": [0.5]}}, "cannot change"),
    "change after the end": ({"points": {"solidarity@13": [0.5]}}, "after the last month, which is 12"),
    "change in month 0": ({"points": {"solidarity@0": [0.5]}}, "a whole month from 1 on"),
    "change without a month": ({"points": {"solidarity@": [0.5]}}, "parameter@month"),
    "unknown outcome": ({"outcomes": ["qualty"]}, "did you mean 'quality'"),
    "no outcome": ({"outcomes": []}, "no outcome"),
    "outcome twice": ({"outcomes": ["quality", "quality"]}, "twice"),
    "months that every does not divide": ({"every": 5}, "every = 5"),
    "no months": ({"months": 0}, "months"),
    "no replicates": ({"replicates": 0}, "replicates"),
    "half a trust": ({"trusts": 2.5}, "trusts"),
    "true trusts": ({"trusts": True}, "trusts"),
    "huge seed": ({"seed": 2**32}, "seed"),
    "negative seed": ({"seed": -1}, "seed"),
    "type of results": ({"dtype": "float16"}, "float32"),
    "runs of another shape": ({"runs": np.zeros((1, 3), dtype=np.uint32)}, "runs"),
    "negative runs": ({"runs": np.array([[-1, 0]])}, "2\\*\\*32 - 1"),
    "runs that are not whole": ({"runs": np.array([[0.5, 1.0]])}, "whole numbers"),
    "unknown engine": ({"engine": "nympy"}, "did you mean 'numpy'"),
    "unknown constant": ({"constants": {"NORM_ACCES": 1.0}}, "did you mean 'NORM_ACCESS'"),
    "constant that rules divide by": ({"constants": {"NORM_ACCESS": 0.0}}, "NORM_ACCESS"),
    "place of real trusts": ({"points": {"number_of_units": [3]}, "providers": TABLE}, "number_of_units"),
    "more trusts than a word of luck counts": ({"trusts": 2**32}, "trusts must be a whole number in 1 .. 4294967295"),
    "more seats than a word of luck counts": (
        {"clinicians": 2**32},
        "clinicians must be a whole number in 1 .. 4294967295",
    ),
    "no such table": ({"providers": "nowhere.csv"}, "nowhere.csv"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(what: str) -> None:
    arguments, words = REFUSED[what]
    with pytest.raises(ValueError, match=words) as refusal:
        simulate(**{"points": {}, **SMALL, **arguments})
    assert "\n" not in str(refusal.value)


def test_only_memory_bounds_how_many_seats_a_country_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trust and a seat within it are words of their own: 2**40 seats have luck of their own."""
    monkeypatch.setattr("tredegar.kernels.batch.memory.physical_memory", lambda: 1e9)
    with pytest.raises(ValueError, match="one run of 1,048,576 trusts, 1,048,576 clinicians each, .* takes .* GB"):
        simulate({}, **{**SMALL, "trusts": 2**20, "clinicians": 2**20})


def test_a_container_that_grants_less_memory_is_heeded(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "GRANTED", limit)
    limit.write_text("max\n", encoding="ascii")
    assert simulate({}, **SMALL).failures == ()
    limit.write_text("5000\n", encoding="ascii")
    with pytest.raises(ValueError, match=r"this machine has 0.0 GB"):
        simulate({}, **SMALL)


def test_results_are_computed_in_chunks_that_memory_holds() -> None:
    assert memory.chunk_runs(1, 1) == 1024
    assert memory.chunk_runs(1, 1, recorded=10**6) * 8 * 10**6 <= memory.CHUNK_BYTES
    assert memory.chunk_runs(1, 1, recorded=10**12) == 1


def test_an_engine_that_cannot_run_says_what_is_missing() -> None:
    absent = [info for info in engines() if not info.available]
    for info in absent:
        with pytest.raises(EngineUnavailable, match=info.name) as refusal:
            simulate({}, **SMALL, engine=info.name)
        assert info.detail in str(refusal.value)
    assert any(info.available for info in engines())


def test_auto_takes_the_fastest_engine_that_works_here() -> None:
    assert simulate({}, **SMALL).engine == next(info.name for info in engines() if info.available)


def test_a_failure_names_point_replicate_and_month() -> None:
    out = simulate({"manager_capability": [0.1]}, **SMALL, constants={"METHOD_NOISE": 1e6}, engine="numpy")
    assert out.failures[0] == Failure(0, 0, out.failures[0].message)
    assert "month 1" in out.failures[0].message


def test_memory_is_projected_before_anything_runs() -> None:
    few, many = projected_bytes(10, 150, 40, 120, 82), projected_bytes(1000, 150, 40, 120, 82)
    assert 0 < few < many < 1.5e9
    assert projected_bytes(1000, 150, 40, 120, 82, every=12) < many / 4
