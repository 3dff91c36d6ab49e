"""The former key ``luck`` of a spec: read for ``streams``, with a warning, and refused under its own name."""

from __future__ import annotations

from typing import Any

import pytest

from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.spec.text import canonical_toml

from .test_spec_checked import GOOD, WAYS

SAID = "key 'luck' of a spec is 'streams' since version 0.2; 'luck' is still read"
SILENT = ("from_stored", "inside another model", "an adapter")
"""A store says what it was written with; where pydantic makes a spec by itself, nobody is there to be told."""


def made(way: str, **tables: Any) -> Spec:
    """Make a spec in ``way``, expecting the warning if tables have a former key and ``way`` tells of it."""
    if "luck" in tables and way not in SILENT:
        with pytest.warns(DeprecationWarning, match=SAID) as told:
            spec = WAYS[way](**tables)
        assert [row.filename for row in told] == [WAYS[way].__code__.co_filename if way != "Spec(...)" else __file__]
        return spec
    return WAYS[way](**tables)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", ["common", "independent"])
def test_every_way_reads_luck_for_streams(way: str, value: str) -> None:
    old, new = made(way, **GOOD, luck=value), made(way, **GOOD, streams=value)
    assert old.streams == new.streams == value
    assert (old.canonical(), old.hash()) == (new.canonical(), new.hash())
    assert f'\nstreams = "{value}"\n' in old.canonical() and "luck" not in old.canonical()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", ["luck", "streams"])
@pytest.mark.filterwarnings("ignore:key 'luck'")
def test_a_bad_value_is_refused_under_the_name_that_was_written(way: str, key: str) -> None:
    with pytest.raises(SpecError) as refusal:
        WAYS[way](**{**GOOD, key: "comon"})
    place = "spec." if way == "inside another model" else ""
    assert f"{place}{key}' must be " in str(refusal.value) and "got 'comon'" in str(refusal.value)
    if not place:
        allowed = {"luck": "'common' or 'independent'", "streams": "'common', 'independent' or 'paired'"}[key]
        assert str(refusal.value) == f"key '{key}' must be {allowed}, got 'comon'"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore:key 'luck'")
def test_paired_streams_are_said_under_the_present_name_alone(way: str) -> None:
    with pytest.raises(SpecError, match=r"must be 'common' or 'independent', got 'paired', which 'streams' can be"):
        WAYS[way](**GOOD, luck="paired")


def test_both_names_must_say_the_same() -> None:
    with pytest.warns(DeprecationWarning, match=SAID):
        assert Spec(**GOOD, luck="independent", streams="independent").streams == "independent"
    refused = r"key 'streams' is 'common' and 'luck', its former name, 'independent'; leave 'luck' out"
    for make in (lambda **tables: Spec.from_text(canonical_toml(tables)), Spec):
        with pytest.warns(DeprecationWarning, match=SAID), pytest.raises(SpecError, match=refused):
            make(**GOOD, luck="independent", streams="common")


def test_the_former_attribute_is_read_with_a_warning() -> None:
    spec = Spec(**GOOD, streams="independent")
    with pytest.warns(DeprecationWarning, match=SAID):
        assert spec.luck == "independent"


def test_luck_below_a_table_is_told_where_it_belongs() -> None:
    with pytest.raises(SpecError, match="'streams' is a key of the spec itself: it stands above its first table"):
        Spec(**{**GOOD, "vary": {"luck": [0.0, 1.0]}})
