"""Paths of single trusts in a providers table: each meets its own demand and money, with equal bits everywhere."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar import Spec, open_sweep, run_sweep, simulate
from tredegar.datasets.labelled import providers_as_csv
from tredegar.model import rules_hash
from tredegar.model.groups.on_paths import book_for, with_paths
from tredegar.model.own.books import book_from_text, book_of
from tredegar.model.providers import Providers, parse_providers
from tredegar.model.schedule.rulebook import BUILT_IN, with_varied_constants
from tredegar.model.trust_paths import PathStep
from tredegar.results.replay.rerun import rerun_of
from tredegar.sweeps.run.verify import verify_store

from ..support.cases import AVAILABLE

HEADING = ["code", "name", "size", "council", "catchment"]
SIZE: dict[str, Any] = {"replicates": 2, "months": 24, "clinicians": 4, "trust_records": True}
POINTS = {"real_control": [0.2, 0.8]}


def table(columns: dict[str, float | list[float]], trusts: int = 7) -> str:
    """Return a table of ``trusts`` with these columns of paths, each one value for all or one for each."""
    rows = [",".join([*HEADING, *columns])]
    for trust in range(trusts):
        own = [str(v[trust] if isinstance(v, list) else v) for v in columns.values()]
        rows.append(",".join([f"T{trust}", f"n{trust}", str(1 + trust % 3), f"c{trust % 3}", f"k{trust % 2}", *own]))
    return "\n".join(rows) + "\n"


def trusts(columns: dict[str, float | list[float]]) -> Providers:
    return parse_providers(table(columns), "t.csv")


def differing(one: Any, other: Any) -> set[str]:
    return {name for name in one if one[name].tobytes() != other[name].tobytes()}


OF_THEIR_OWN = {
    "demand_path@7": [0.8 + 0.05 * trust for trust in range(7)],
    "demand_path@13": 1.1,
    "money_path": [1.2, 1.0, 1.0, 0.9, 1.0, 1.0, 1.05],
}


def test_paths_of_one_are_no_paths_to_the_last_bit() -> None:
    without = simulate(POINTS, providers=trusts({}), engine="numpy", **SIZE)
    assert not differing(
        without, simulate(POINTS, providers=trusts({"demand_path": 1.0, "money_path@9": 1.0}), engine="numpy", **SIZE)
    )


def test_one_path_of_all_trusts_is_that_of_the_country_to_the_last_bit() -> None:
    of_country = simulate({**POINTS, "demand_path@7": 1.2}, providers=trusts({}), engine="numpy", **SIZE)
    of_trusts = simulate(POINTS, providers=trusts({"demand_path@7": 1.2}), engine="numpy", **SIZE)
    assert not differing(of_country, of_trusts)


def test_the_country_s_path_multiplies_those_of_trusts() -> None:
    both = simulate({**POINTS, "demand_path@7": 1.5}, providers=trusts({"demand_path@7": 0.5}), engine="numpy", **SIZE)
    assert not differing(
        simulate({**POINTS, "demand_path@7": 0.75}, providers=trusts({}), engine="numpy", **SIZE), both
    )


@pytest.mark.parametrize(
    "engine",
    # Each set of columns is compiled by itself.
    [pytest.param(name, marks=[pytest.mark.compiled] * (name == "numba")) for name in AVAILABLE if name != "numpy"],
)
def test_engines_agree(engine: str) -> None:
    expected = simulate(POINTS, providers=trusts(OF_THEIR_OWN), groups={"treated": 0.4}, engine="numpy", **SIZE)
    found = simulate(POINTS, providers=trusts(OF_THEIR_OWN), groups={"treated": 0.4}, engine=engine, **SIZE)
    assert not differing(expected, found)


def test_nothing_moves_before_the_month_and_only_the_trusts_that_it_names_fall_behind() -> None:
    burdened = {"demand_path@13": [3.0, *[1.0] * 6]}
    size = {**SIZE, "every": 1}
    plain, found = (simulate(POINTS, providers=trusts(own), engine="numpy", **size) for own in ({}, burdened))
    assert np.array_equal(plain["true_access"][..., :12], found["true_access"][..., :12])
    fell = plain["trust_year_true_access"][..., 1] - found["trust_year_true_access"][..., 1]
    assert (fell[..., 0] > 0.1).all() and (np.abs(fell[..., 1:]).mean() < 0.02)


def test_books_are_the_same_whichever_way_they_were_made() -> None:
    step = PathStep("demand_path", 7)
    book = with_paths(book_of({"gaming": "proportional"}), [step])
    assert book_from_text(book.text) is book and book.own_text == book_of({"gaming": "proportional"}).text
    varied = with_varied_constants(book, ["VOICE_BASE"])
    assert with_paths(with_varied_constants(book_of({"gaming": "proportional"}), ["VOICE_BASE"]), [step]) is varied
    assert with_paths(varied, []).paths == () and pickle.loads(pickle.dumps(varied)) is varied
    assert book_for(BUILT_IN, trusts({"demand_path@7": 1.0})).paths == (step,)
    hashes = {rules_hash(with_paths(BUILT_IN, steps)) for steps in ([], [step], [step._replace(month=8)])}
    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"demand_path@0": 1.0}, "column 'demand_path@0': expected 'parameter@month' with a whole month from 1 on"),
        ({"demand_path@x": 1.0}, "column 'demand_path@x'"),
        ({"money_path": 1.0, "money_path@1": 1.0}, "each month of a path once"),
        ({"demand_pat@7": 1.0}, "unknown column 'demand_pat@7'"),
        ({"demand_path@7": -1.0}, "row 2, column 'demand_path@7'"),
        ({"demand_path@7": float("nan")}, "row 2, column 'demand_path@7'"),
    ],
)
def test_a_column_that_cannot_be_is_refused_in_one_line(columns: dict[str, float | list[float]], said: str) -> None:
    with pytest.raises(ValueError, match="t.csv") as refused:
        trusts(columns)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_table_is_written_and_read_back_as_it_was() -> None:
    one = trusts(OF_THEIR_OWN)
    assert parse_providers(providers_as_csv(one), "again") == one and len(one.paths) == 3


def test_a_store_carries_the_paths_and_computes_the_same(tmp_path: Path) -> None:
    (tmp_path / "trusts.csv").write_text(table(OF_THEIR_OWN), encoding="utf-8")
    (tmp_path / "s.toml").write_text(
        "months = 24\nreplicates = 2\nseed = 7\n[country]\nproviders = 'trusts.csv'\nclinicians = 4\n"
        "[design]\nmethod = 'grid'\n[vary]\nreal_control = { values = [0.2, 0.8] }\n[record]\noutcomes = ['quality']\n",
        encoding="utf-8",
    )
    spec = Spec.from_file(tmp_path / "s.toml")
    assert spec.rules.paths and not spec.rules.own_text and pickle.loads(pickle.dumps(spec)) == spec
    run_sweep(spec, tmp_path / "s.zarr", workers=0, engine="numpy")
    run_sweep(spec, tmp_path / "s.zarr", workers=0, engine="numpy")  # there is nothing left to do
    sweep = open_sweep(tmp_path / "s.zarr")
    direct = simulate(POINTS, providers=trusts(OF_THEIR_OWN), seed=7, engine="numpy", **SIZE)
    assert sweep["quality"].values.tobytes() == direct["quality"].tobytes()
    assert rerun_of(sweep, 1, 0).book.paths == spec.rules.paths
    assert verify_store(tmp_path / "s.zarr", 2, engine="numpy").faults == ()
    other = table({**OF_THEIR_OWN, "demand_path@13": 1.2})
    (tmp_path / "trusts.csv").write_text(other, encoding="utf-8")
    with pytest.raises(ValueError, match="another spec|other"):
        run_sweep(Spec.from_file(tmp_path / "s.toml"), tmp_path / "s.zarr", workers=0, engine="numpy")
