"""Specs in Python: everything that the file can say, as Python says it; the same checks, the same hash."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import tredegar as tg
from tredegar.store.format import StoreError
from tredegar.sweeps.forms.keywords import OTHER_WORDS, keywords_of_tables
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.places import models_of_tables
from tredegar.sweeps.spec.spec import CountrySpec, Spec
from tredegar.sweeps.spec_keys import SpecKeys
from tredegar.sweeps.store.store import SweepStore

from ...fuzz.fuzz_mutations import PYTHON
from ...fuzz.fuzz_oracles import refused
from ...support.fake_model import simulate
from .test_spec import BAD, GOOD

SAID_IN_PYTHON: dict[str, Any] = {
    "name": "first",
    "seed": np.int64(20130401),
    "months": 120,
    "replicates": 4,
    "trusts": 60,
    "clinicians": 20,
    "fixed": {"political_responsiveness": 0, "sanction_strength@61": np.float64(0.8)},
    "design": "latin-hypercube",
    "points": 64,
    "vary": {"mandate_detail": (0, 1), "method_heterogeneity": {"low": np.float32(0.0), "high": 1.5}},
    "outcomes": ("quality", "true_access"),
}
GRID: dict[str, Any] = {"months": 12, "replicates": 1, "design": "grid"}
LEVELS = [0.25, 0.5, 1.0]
FRAME = pd.DataFrame({"real_control": [0.1, 0.3], "sanction_strength@7": [0.2, 1 / 3]})
POINTS = "real_control,sanction_strength@7\n0.1,0.2\n0.3,0.3333333333333333\n"
PROVIDERS = 'code,name,size,council,catchment\nRA,"Ay, and more",1,w,n\nRB,Bee,2.5,w,s\n'


def providers() -> pd.DataFrame:
    rows = [("RB", "Bee", 2.5, "w", "s"), ("RA", "Ay, and more", 1.0, "w", "n")]
    return pd.DataFrame(rows, columns=["code", "name", "size", "council", "catchment"])


def test_keywords_and_tables_of_python_make_the_spec_of_the_file() -> None:
    tables = {
        "name": "first", "seed": 20130401, "months": 120, "replicates": 4, "streams": "common",
        "country": {"trusts": 60, "clinicians": 20},
        "fixed": {"political_responsiveness": 0.0, "sanction_strength@61": 0.8},
        "design": {"method": "latin-hypercube", "points": 64},
        "vary": {"mandate_detail": [0.0, 1.0], "method_heterogeneity": {"low": 0.0, "high": 1.5}},
        "constants": {}, "record": {"outcomes": ["quality", "true_access"], "every": 1},
    }  # fmt: skip
    written = Spec.from_text(GOOD)
    for spec in (Spec(**SAID_IN_PYTHON), Spec(**tables)):
        assert spec == written and spec.hash() == written.hash() and spec.canonical() == written.canonical()
        assert hash(spec) == hash(written)


def test_the_number_of_a_row_is_no_parameter_whatever_the_index_is_called() -> None:
    frame = pd.DataFrame({"real_control": [0.2, 0.4]})
    numbered = frame.rename_axis("point")
    assert tg.Spec(points=numbered) == tg.Spec(points=frame) == tg.Spec(points=frame.set_index("real_control"))


def test_a_spec_is_written_to_a_file_with_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tg.Spec(points=pd.DataFrame({"real_control": [0.2, 0.4]}))
    monkeypatch.setenv("HOME", str(tmp_path))
    spec.to_file("~/my.toml")
    assert tg.Spec.from_file(tmp_path / "my.toml") == spec
    with pytest.raises(tg.SpecError, match="path must name a file, such as 'my.toml'"):
        spec.to_file("")


@pytest.mark.parametrize(
    "levels",
    [
        np.array(LEVELS), np.array(LEVELS, dtype=np.float32), np.ma.array(LEVELS), pd.Series(LEVELS), pd.Index(LEVELS),
        xr.DataArray(LEVELS), {"values": np.array(LEVELS)}, {"values": tuple(LEVELS)}, {"values": pd.Series(LEVELS)},
    ],
    ids=lambda levels: type(levels).__name__,
)  # fmt: skip
def test_an_array_is_the_levels_of_a_grid(levels: Any) -> None:
    assert Spec(**GRID, vary={"real_control": levels}) == Spec(**GRID, vary={"real_control": {"values": LEVELS}})


def test_numbers_between_ends_are_those_of_the_file() -> None:
    said = {"low": np.float64(0.0), "high": 1, "levels": np.int32(5)}
    assert Spec(**GRID, vary={"real_control": said}).vary["real_control"].values == (0.0, 0.25, 0.5, 0.75, 1.0)
    with pytest.raises(tg.SpecError, match="'real_control' under grid must be"):
        Spec(**GRID, vary={"real_control": (0.0, 1.0)})
    with pytest.raises(tg.SpecError, match="levels belong to a grid"):
        Spec(design="latin-hypercube", points=4, vary={"real_control": np.array([0.0, 1.0])})


def test_what_another_spec_varies_and_fixes_can_be_given_again() -> None:
    spec = Spec(**SAID_IN_PYTHON)
    again = Spec(**SAID_IN_PYTHON | {"vary": spec.vary, "fixed": spec.fixed, "country": spec.country, "trusts": None,
                                     "clinicians": None})  # fmt: skip
    assert again == spec
    row = pd.DataFrame([{"political_responsiveness": 0.0, "sanction_strength@61": 0.8}]).iloc[0]
    assert Spec(**SAID_IN_PYTHON | {"fixed": row}) == spec


TABLES_OF_POINTS: dict[str, Any] = {
    "a DataFrame": FRAME,
    "a DataFrame with a named index": FRAME.set_index("real_control"),
    "a mapping of lists": {name: values.tolist() for name, values in FRAME.items()},
    "a mapping of arrays": {name: values.to_numpy() for name, values in FRAME.items()},
    "a Dataset": xr.Dataset({name: ("point", values.to_numpy()) for name, values in FRAME.items()}),
    "coordinates": xr.Dataset(coords={"point": [0, 1], **{n: ("point", v.to_numpy()) for n, v in FRAME.items()}}),
}


@pytest.mark.parametrize("kind", TABLES_OF_POINTS)
def test_a_table_of_points_is_that_of_the_file(kind: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(POINTS)
    written = Spec.from_text('months = 12\n[design]\nmethod = "table"\nfile = "p.csv"\n', folder=tmp_path)
    table = TABLES_OF_POINTS[kind]
    for said in (
        {"points": table},
        {"design": "table", "points": table},
        {"design": {"method": "table", "points": table}},
    ):
        spec = Spec(months=12, **said)
        assert spec == written
        assert spec.table is not None and spec.table["sanction_strength@7"].tolist() == [0.2, 1 / 3]


def test_a_table_of_narrow_floats_keeps_their_values() -> None:
    narrow = FRAME.astype(np.float32)
    spec = Spec(months=12, points=narrow)
    assert spec.table is not None
    assert spec.table["real_control"].tolist() == narrow["real_control"].to_numpy().astype(float).tolist()


@pytest.mark.parametrize("kind", ["a DataFrame", "with a named index", "a mapping", "those of another spec"])
def test_a_table_of_providers_is_that_of_the_file(kind: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(PROVIDERS)
    vary = {"real_control": {"values": LEVELS}}
    written = Spec(**GRID, vary=vary, providers=tmp_path / "p.csv")
    table = {
        "a DataFrame": providers(),
        "with a named index": providers().set_index("code"),
        "a mapping": providers().to_dict("list"),
        "those of another spec": written.providers,
    }[kind]
    for said in ({"providers": table}, {"country": {"providers": table}}):
        spec = Spec(**GRID, vary=vary, **said)
        assert spec == written and spec.providers == written.providers and spec.trusts == 2


def test_a_store_carries_tables_of_python_and_is_finished_by_the_file_that_says_the_same(tmp_path: Path) -> None:
    spec = Spec(months=12, replicates=1, points=FRAME, providers=providers(), clinicians=2)
    complete_sweep(spec, tmp_path / "s.zarr", workers=0, simulate=simulate)
    stored = SweepStore(tmp_path / "s.zarr").spec
    assert stored == spec and stored.providers == spec.providers
    spec.to_file(tmp_path / "written.toml")
    assert complete_sweep(Spec.from_file(tmp_path / "written.toml"), tmp_path / "s.zarr", workers=0).computed == 0
    other = Spec(months=12, replicates=1, points=FRAME, providers=providers().assign(size=[1.0, 1.0]), clinicians=2)
    with pytest.raises(StoreError, match="belongs to another spec"):
        complete_sweep(other, tmp_path / "s.zarr", workers=0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"trusts": 60, "country": {"trusts": 60}}, "'trusts' and key 'country.trusts' say one thing twice"),
        ({"trusts": 60, "country": CountrySpec(trusts=60)}, "'trusts' and key 'country.trusts' say one thing twice"),
        ({"trusts": 60, "country": 3}, "key 'country' must be a table, got 3"),
        ({"trust": 60}, "unknown key 'trust'"),
        ({"trusts": 0}, "key 'country.trusts' must be a whole number from 1 to 10000, got 0"),
        ({"trusts": np.float64(60)}, "key 'country.trusts' must be a whole number from 1 to 10000, got 60.0"),
        ({"months": np.array([12])}, "key 'months' must be a whole number"),
        ({"outcomes": ["qualty"]}, "unknown outcome 'qualty'; did you mean 'quality'?"),
        ({"trust_records": 1}, "key 'record.trusts' must be true or false, got 1"),
        ({"design": "gird"}, "unknown method 'gird'; did you mean 'grid'?"),
        ({"design": None}, "key 'design' must be a table that names a method"),
        ({"design": FRAME}, "key 'design.method' is missing; expected one of latin-hypercube"),
        ({"vary": {"real_control": np.zeros((2, 2))}}, "parameter 'real_control' must be a number, got [0.0, 0.0]"),
        ({"vary": {"real_control": np.array([0.0, np.nan])}}, "parameter 'real_control' must lie in"),
        ({"vary": {"real_control": np.array(["a", "b"])}}, "parameter 'real_control' must be a number, got 'a'"),
        ({"vary": FRAME}, "key 'vary' must be a table"),
        ({"points": 4}, "unknown key 'design.points'"),
        ({"points": FRAME}, "unknown key 'design.points'"),
        ({"design": "table"}, "key 'design.file' is missing"),
        ({"design": "table", "points": FRAME, "file": "p.csv"}, "has both points and a file; leave one of them out"),
        ({"design": "table", "points": FRAME}, "a table design takes its parameters from the file; leave [vary] out"),
        (
            {"providers": pd.DataFrame({"code": ["A"]})},
            "'providers.csv', row 1: column 'name' is missing",
        ),
        ({"providers": {"code": ["A"], "name": []}}, "providers table must have columns of one length"),
        ({"providers": {"code": "A"}}, "providers table must have columns of one length"),
        ({"providers": 3}, "key 'country.providers' must be the path of a CSV file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words: dict[str, Any], said: str) -> None:
    with pytest.raises(tg.SpecError, match=re.escape(said)) as refusal:
        Spec(**{**GRID, "vary": {"real_control": np.array(LEVELS)}, **words})
    assert "\n" not in str(refusal.value)


BAD_POINTS = {
    "an unknown parameter": ({"real_contrl": [0.5]}, "row 1: unknown parameter 'real_contrl'; did you mean"),
    "out of range": ({"real_control": [0.5, 7.0]}, "row 3: parameter 'real_control' must lie in 0 .. 1"),
    "nothing": ({"real_control": [0.5, None], "solidarity": [1.0, 1.0]}, "row 3, column 'real_control'"),
    "no number": ({"real_control": [True]}, "column 'real_control'"),
    "no points": ({"real_control": []}, "has no points"),
    "no columns": ({}, "is empty"),
    "twice": (pd.DataFrame([[0.1, 0.2]], columns=["real_control", "real_control"]), "real_control"),
}


@pytest.mark.parametrize("bad", BAD_POINTS)
def test_a_bad_table_of_points_is_refused_as_its_file_is(bad: str, tmp_path: Path) -> None:
    table, said = BAD_POINTS[bad]
    with pytest.raises(tg.SpecError, match=re.escape(said)) as refusal:
        Spec(points=table)
    pd.DataFrame(table).to_csv(tmp_path / "points.csv", index=False)
    with pytest.raises(tg.SpecError) as of_file:
        Spec.from_text('[design]\nmethod = "table"\nfile = "points.csv"\n', folder=tmp_path)
    if bad not in ("no columns", "nothing"):  # which pandas writes as a line end, and as a cell that is no number
        assert str(refusal.value) == str(of_file.value)


def test_a_file_says_its_tables_of_data_too() -> None:
    text = 'months = 12\n[design]\nmethod = "table"\n[design.points]\nreal_control = [0.1, 0.3]\n'
    assert Spec.from_text(text) == Spec(months=12, points={"real_control": [0.1, 0.3]})
    with pytest.raises(tg.SpecError, match="unknown key 'trusts'"):  # but no key without its table
        Spec.from_text(f"trusts = 3\n{text}")


@pytest.mark.parametrize("bad", [row for row in BAD if row[2] is not None and "\n[" not in row[0] + row[1]][:40])
def test_every_refusal_of_the_file_is_that_of_its_tables_in_python(bad: tuple[str, str, str]) -> None:
    import tomllib

    old, new, _ = bad
    text = GOOD.replace(old, new, 1)
    try:
        tables = tomllib.loads(text)
    except ValueError:
        return  # what is no TOML has no tables
    with pytest.raises(tg.SpecError) as of_text:
        Spec.from_text(text)
    with pytest.raises(tg.SpecError) as of_tables:
        Spec(**tables)
    assert str(of_tables.value) == str(of_text.value)


@pytest.mark.parametrize("key", [*Spec.model_fields, *keywords_of_tables(models_of_tables())])
def test_whatever_python_may_give_makes_a_spec_or_one_line(key: str) -> None:
    for value in PYTHON:
        tables: dict[str, Any] = {**GRID, "vary": {"real_control": np.array(LEVELS)}, key: value}
        spec, line = refused(lambda tables=tables: Spec(**tables), tg.SpecError)
        assert (spec is None) == bool(line) and len(line) < 2000
        assert spec is None or Spec.from_text(spec.to_toml()) == spec


def test_every_key_of_every_table_has_a_keyword_and_a_type() -> None:
    words = keywords_of_tables(models_of_tables())
    keys = {
        (table, key) for table, models in models_of_tables().items() for model in models for key in model.model_fields
    }
    assert set(words.values()) == keys - {("design", "method")}
    assert not set(words) & set(Spec.model_fields)
    assert set(OTHER_WORDS) <= keys
    assert set(SpecKeys.__annotations__) == {*Spec.model_fields, *words}
