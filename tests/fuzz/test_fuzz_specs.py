"""Specs at random: a valid one comes back as it was, whatever its form; any other is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from tredegar.model.own.books import book_of
from tredegar.sweeps.spec.checks import number_of_points
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.batches import store_size

from .fuzz_counts import SHARES, asked, fuzz
from .fuzz_mutations import mutated, mutated_texts, python_values, surely_wrong, toml_values
from .fuzz_oracles import refused
from .fuzz_specs import CHOICE, Tables, spec_texts, specs, toml_text
from .fuzz_texts import texts

pytestmark = pytest.mark.fuzz
CHOSEN = book_of(choices={name: entry["values"] for name, entry in CHOICE.items()}).text
WAYS: dict[str, Callable[[Tables], Spec]] = {
    "keywords": lambda tables: Spec(**tables),
    "a text": lambda tables: Spec.from_text(toml_text(tables)),
    "a mapping": Spec.model_validate,
    "unchecked": lambda tables: Spec.model_construct(**tables),
    "stored": lambda tables: Spec.from_stored(toml_text(tables), None, dict, CHOSEN),
}


def check_same(spec: Spec) -> None:
    """A spec comes back from its canonical text, equal and with the same hash, and its points are those it counts."""
    again = Spec.from_stored(spec.canonical(), spec.providers_text, lambda: spec.table or {}, spec.rules.text)
    assert again.canonical() == spec.canonical()
    assert again.hash() == spec.hash()


def test_the_shares_make_a_whole() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_a_valid_spec_comes_back_from_its_canonical_text_and_has_as_many_points_as_it_counts() -> None:
    def check(tables: Tables) -> None:
        spec = Spec(**tables)
        check_same(spec)
        points = draw_points(spec)
        count = number_of_points(spec)
        assert {len(values) for values in points.values()} == {count}
        for name, values in points.items():
            assert np.isfinite(values).all()
            assert spec.vary[name].low <= values.min() <= values.max() <= spec.vary[name].high
        size = store_size(spec, count)
        assert 1 <= size.points_per_batch <= count and size.batches * size.points_per_batch >= count

    assert fuzz("valid specs", check, tables=specs()) >= asked("valid specs")


def test_every_form_of_toml_gives_the_same_spec() -> None:
    def check(drawn: tuple[Tables, str]) -> None:
        tables, text = drawn
        assert Spec.from_text(text).hash() == Spec(**tables).hash()

    drawn = specs().flatmap(lambda tables: st.tuples(st.just(tables), spec_texts(tables)))
    assert fuzz("texts of valid specs", check, drawn=drawn) >= asked("texts of valid specs")


def check_spec_or_line(make: Callable[[], Spec]) -> str:
    """Either there is a spec that comes back as it was, or one line says why not; return that line."""
    spec, line = refused(make, SpecError)
    if spec is not None:
        check_same(spec)
    return line


def test_what_is_surely_wrong_is_refused_in_one_line_by_every_way_to_a_spec() -> None:
    def check(tables: Tables, way: str) -> None:
        line = check_spec_or_line(lambda: WAYS[way](tables))
        assert line, "accepted"

    count = fuzz("specs that are refused", check, tables=surely_wrong(specs()), way=st.sampled_from(sorted(WAYS)))
    assert count >= asked("specs that are refused")


def test_mutated_tables_are_a_spec_or_one_line() -> None:
    def check(tables: Tables) -> None:
        check_spec_or_line(lambda: Spec.from_text(toml_text(tables)))

    count = fuzz("mutated specs", check, tables=mutated(specs(), toml_values()))
    assert count >= asked("mutated specs")


def test_mutated_texts_are_a_spec_or_one_line() -> None:
    def check(text: str) -> None:
        check_spec_or_line(lambda: Spec.from_text(text))

    drawn = specs().map(toml_text).flatmap(mutated_texts)
    assert fuzz("mutated texts", check, text=drawn) >= asked("mutated texts")


def test_tables_made_in_python_are_a_spec_or_one_line() -> None:
    def check(tables: Tables, way: str) -> None:
        check_spec_or_line(
            lambda: {"Spec": lambda: Spec(**tables), "validate": lambda: Spec.model_validate(tables)}[way]()
        )

    tables = mutated(specs(), python_values()).filter(lambda made: all(isinstance(key, str) for key in made))
    count = fuzz("specs of Python", check, tables=tables, way=st.sampled_from(("Spec", "validate")))
    assert count >= asked("specs of Python")


def test_json_is_a_spec_or_one_line() -> None:
    def check(text: str) -> None:
        check_spec_or_line(lambda: Spec.model_validate_json(text))

    good = mutated(specs(), toml_values()).map(lambda tables: json.dumps(tables, default=str))
    deep = st.sampled_from(("[" * 100_000, '{"a":' * 100_000, "[" * 500 + "]" * 500, '{"months": 1' + "0" * 9000 + "}"))
    drawn = good | good.flatmap(mutated_texts) | deep | texts()
    assert fuzz("specs of JSON", check, text=drawn) >= asked("specs of JSON")


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "cp037")


def test_a_file_of_any_bytes_is_a_spec_or_one_line(tmp_path: Path) -> None:
    def check(content: bytes) -> None:
        (tmp_path / "spec.toml").write_bytes(content)
        check_spec_or_line(lambda: Spec.from_file(tmp_path / "spec.toml"))

    encoded = st.builds(
        lambda tables, encoding: toml_text(tables).encode(encoding, "replace"), specs(), st.sampled_from(ENCODINGS)
    )
    torn = st.builds(lambda content, at, byte: content[:at] + bytes([byte]) + content[at:], encoded,
                     st.integers(0, 300), st.integers(0, 255))  # fmt: skip
    drawn = encoded | torn | st.binary(max_size=200) | texts().map(lambda text: text.encode("utf-8", "surrogatepass"))
    assert fuzz("bytes of files", check, content=drawn) >= asked("bytes of files")
