"""One spec: every way to make one makes every check, and says what is wrong in one line of one kind of error."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from tredegar.store.format import StoreError
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.errors import SpecError, explain
from tredegar.sweeps.spec.samplers import Grid, Sobol
from tredegar.sweeps.spec.spec import CountrySpec, RecordSpec, Spec
from tredegar.sweeps.spec.text import canonical_toml
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore

from ...support.fake_model import simulate

GOOD: dict[str, Any] = {
    "months": 12,
    "replicates": 1,
    "design": {"method": "grid"},
    "vary": {"mandate_detail": {"values": [0.0, 1.0]}},
}
PROVIDERS = "code,name,size,council,catchment\nRA,Ay,1,w,n\nRB,Bee,2,w,s\n"


def _stored(**tables: Any) -> Spec:
    return Spec.from_stored(canonical_toml(tables), None)


def _inside_another_model(**tables: Any) -> Spec:
    class Study(BaseModel):
        spec: Spec

    return _ours(lambda: Study(spec=tables).spec)


def _by_an_adapter(**tables: Any) -> Spec:
    return _ours(lambda: TypeAdapter(Spec).validate_python(tables))


def _ours(make: Callable[[], Spec]) -> Spec:
    """Return what ``make`` returns; a model that is not ours reports our refusal as its own."""
    try:
        return make()
    except ValidationError as error:
        raise SpecError(explain(error, Spec).args[0]) from None


WAYS: dict[str, Callable[..., Spec]] = {
    "Spec(...)": Spec,
    "from_text": lambda **tables: Spec.from_text(canonical_toml(tables)),
    "model_validate": lambda **tables: Spec.model_validate(tables),
    "model_construct": lambda **tables: Spec.model_construct(**tables),
    "from_stored": _stored,
    "model_validate_json": lambda **tables: Spec.model_validate_json(json.dumps(tables)),
    "inside another model": _inside_another_model,
    "an adapter": _by_an_adapter,
}
BAD = {
    "no such file of providers": ({"country": {"providers": "nosuch.csv"}}, "providers table"),
    "fixed and varied": ({"fixed": {"mandate_detail": 0.5}}, "parameter 'mandate_detail' is both fixed and varied"),
    "no such table of points": ({"design": {"method": "table", "file": "no.csv"}, "vary": {}}, "points"),
    "a range under grid": ({"vary": {"mandate_detail": [0.0, 1.0]}}, "under grid must be"),
    "no power of two": (
        {"design": {"method": "sobol", "points": 3}, "vary": {"mandate_detail": [0.0, 1.0]}},
        "must be a power of two",
    ),
    "out of range": ({"vary": {"mandate_detail": {"values": [0.0, 7.0]}}}, "must lie in"),
    "windows that do not divide": ({"record": {"every": 5}}, "must divide months"),
    "a change too late": ({"fixed": {"target_toughness@13": 0.5}}, "changes after the last month"),
    "nothing varied": ({"vary": {}}, "nothing is varied"),
    "an unknown key": ({"month": 6}, "unknown key 'month'"),
    "an unknown outcome": ({"record": {"outcomes": ["qualty"]}}, "record.outcomes"),
    "a kind": ({"months": "12"}, "key 'months' must be a whole number"),
    "an unknown constant": ({"constants": {"nosuch": 1.0}}, "nosuch"),
    "too large a country": ({"country": {"trusts": 10_000, "clinicians": 10_000}}, "the country is too large"),
    "an unprintable name": ({"name": "a\tb"}, "must be printable"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bad", BAD)
def test_every_way_makes_every_check(bad: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    changes, said = BAD[bad]
    tables = {**GOOD, **changes}
    with pytest.raises(SpecError) as refusal:
        WAYS[way](**{name: value for name, value in tables.items() if value != {}})
    assert len(str(refusal.value).splitlines()) == 1
    if way not in ("from_stored", "inside another model"):  # files come from the store; keys have another name
        assert said in str(refusal.value)


def test_all_ways_make_the_same_spec() -> None:
    assert len({make(**GOOD).hash() for make in WAYS.values()}) == 1
    spec = Spec(**GOOD)
    assert copy.deepcopy(spec).hash() == pickle.loads(pickle.dumps(spec)).hash() == spec.hash()
    assert Spec.model_validate(spec) is spec


def test_a_spec_made_in_python_reads_its_files_and_the_sweep_is_of_real_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.csv").write_text(PROVIDERS)
    spec = Spec(**GOOD, country={"providers": "p.csv", "clinicians": 2}, record={"trusts": True})
    assert spec.trusts == 2
    assert spec.providers is not None and spec.providers.name == ("Ay", "Bee")
    complete_sweep(spec, "s.zarr", workers=0, simulate=simulate)
    stored = SweepStore("s.zarr").spec
    assert stored.hash() == spec.hash() and stored.providers == spec.providers


def test_a_spec_cannot_be_changed_into_an_unchecked_one() -> None:
    spec = Spec(**GOOD)
    with pytest.raises(SpecError, match="a spec cannot be changed; make another one"):
        spec.model_copy(update={"months": -1})
    with pytest.raises(SpecError, match="a spec cannot be changed; make another one"):
        spec.copy(update={"months": -1})
    with pytest.raises(ValueError, match="frozen"):
        spec.months = -1
    for change in (
        lambda: spec.fixed.update(nosuch=1.0),
        lambda: spec.vary.pop("mandate_detail"),
        lambda: spec.constants.__setitem__("nosuch", 1.0),
    ):
        with pytest.raises(SpecError, match="a spec cannot be changed"):
            change()
    with pytest.raises(SpecError):
        Spec(**GOOD, country=CountrySpec.model_construct(trusts=-5, clinicians=-2, providers=None))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Spec.model_validate(5),
        lambda: Spec.model_validate({1: 2}),
        lambda: Spec.model_validate_json("{"),
        lambda: Spec.model_validate_strings({"months": "12"}),
        lambda: Spec(**{**GOOD, "vary": {1: [0.0, 1.0]}}),
        lambda: Spec(**GOOD, constants={1: 2.0}),
        lambda: Spec(**GOOD, country={"providers": "a\0b"}),
        lambda: Spec.from_text(None),
        lambda: Spec.from_text(b"months = 12"),
    ],
)
def test_what_is_no_spec_at_all_is_refused_in_one_line(make: Callable[[], Spec]) -> None:
    with pytest.raises(SpecError) as refusal:
        make()
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: CountrySpec(trusts=0), "key 'trusts' must be a whole number from 1 to 10000, got 0"),
        (lambda: CountrySpec(trust=5), "unknown key 'trust'; did you mean 'trusts'?"),
        (lambda: RecordSpec(every="12"), "key 'every' must be"),
        (lambda: RecordSpec(outcomes=["qualty"]), "qualty"),
        (lambda: Grid(method="sobol"), "key 'method' must be"),
        (lambda: Sobol(method="sobol"), "key 'points' is missing"),
    ],
)
def test_the_tables_of_a_spec_refuse_in_one_line_as_well(make: Callable[[], object], said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        make()
    assert said.split(";")[0] in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_the_points_of_a_table_travel_in_the_store_and_are_part_of_its_spec(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("real_control,mandate_detail\n0.1,0.2\n0.3,0.4\n")
    text = 'months = 12\nreplicates = 1\n[design]\nmethod = "table"\nfile = "p.csv"\n'
    spec = Spec.from_text(text, folder=tmp_path)
    create_store(spec, tmp_path / "s.zarr")
    stored = SweepStore(tmp_path / "s.zarr").spec
    assert stored.hash() == spec.hash()
    assert stored.table is not None and stored.table["mandate_detail"].tolist() == [0.2, 0.4]
    for points in ({}, {"real_control": np.array([7.0])}, {"nosuch": np.array([0.1])}):
        with pytest.raises(SpecError):
            Spec.from_stored(spec.canonical(), None, lambda points=points: points)
    (tmp_path / "s.zarr").rename(tmp_path / "damaged.zarr")
    (tmp_path / "damaged.zarr" / "real_control" / "c.0").write_bytes(b"")
    with pytest.raises(StoreError, match="does not hold its spec as it was"):
        _ = SweepStore(tmp_path / "damaged.zarr").spec
