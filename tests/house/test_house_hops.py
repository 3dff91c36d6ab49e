"""The way of one parameter: no longer than it was, and followed rightly through a small made-up chain of modules."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from .house_holders import column_of, holds
from .house_hops import Trip, follow, measured_trip
from .house_known import HOPS_SINCE, READS_OF_THE_SPEC, WAY_BEFORE
from .house_sources import module_files, package_folders

CHAIN = {
    "reads": "import tomllib\ndef read(text):\n    return tomllib.loads(text)\n",
    "checks": "def check_spec(spec):\n    return spec\ndef known(name):\n    return name\n",
    "copies": "def copy(values):\n    return {name: each.copy() for name, each in values.items()}\n",
    "rules": "def start(p):\n    return p.detail + 1.0\ndef other(p):\n    return p.hours\n",
    "idle": "def wait(hours):\n    return hours\ndef twice(first, *rest, **more):\n    return wait(first)\n",
}


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[tuple[SimpleNamespace, dict[str, Path]]]:
    """Made-up modules, loaded, and their files."""
    files, loaded = {}, {}
    for name, text in CHAIN.items():
        files[name] = tmp_path / f"{name}.py"
        files[name].write_text(text)
        loaded[name] = load(f"chain_{name}", files[name])
    yield SimpleNamespace(**loaded), files
    for name in CHAIN:
        del sys.modules[f"chain_{name}"]


def load(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_a_parameter_is_followed_through_the_modules_that_it_is_handed_to(
    chain: tuple[SimpleNamespace, dict[str, Path]],
) -> None:
    modules, files = chain

    def way() -> None:
        spec = modules.reads.read('name = "small"\n[vary]\ndetail = 0.5\n')
        modules.checks.check_spec(spec)
        modules.checks.known("detail")
        first = modules.copies.copy({"detail": np.zeros(3)})
        modules.copies.copy(first)
        modules.rules.start(SimpleNamespace(**first))
        modules.rules.other(SimpleNamespace(detail=1, hours=2))
        modules.idle.wait(3)
        modules.idle.twice(np.zeros(4), "details", hours=None)
        tomllib.loads('name = "another"\n[vary]\ndetail = 0.5\n')

    trip = follow(way, files, "detail", "small")
    assert trip.modules == ("reads", "checks", "copies", "rules")
    assert (trip.hops, trip.functions, trip.calls, trip.named) == (4, 5, 6, 1)
    assert (trip.parsed, trip.checked, trip.columns) == (1, 1, 2)


def test_following_ends_with_what_is_followed_even_if_it_fails(chain: tuple[SimpleNamespace, dict[str, Path]]) -> None:
    modules, files = chain
    before = sys.getprofile()
    with pytest.raises(AttributeError, match="detail"):
        follow(lambda: modules.rules.start(0), files, "detail", "small")
    assert sys.getprofile() is before


def test_a_way_that_was_lost_is_no_figure() -> None:
    with pytest.raises(RuntimeError, match="the way was lost"):
        follow(lambda: sys.setprofile(None), {}, "detail", "small")


@dataclass(frozen=True)
class Record:
    detail: object


class Slots:
    __slots__ = ("detail", "unset")


class Asks:
    """A record that takes every question for a reading of the field."""

    __slots__ = ("_asked",)

    def __getattr__(self, name: str) -> None:
        raise AssertionError(f"{name} was asked for")


@pytest.mark.parametrize(
    "value",
    [
        *("detail", "[vary]\ndetail = 1", {"detail": 1}, ["detail"], ({"a": {"detail": 1}},), Record(1), Slots()),
        *(xr.Dataset(coords={"detail": [1, 2]}), {"vary": [Record(None)]}),
    ],
)
def test_what_has_the_parameter_holds_it(value: object) -> None:
    assert holds(value, "detail")


@pytest.mark.parametrize(
    "value",
    [
        *("detail_now", {"details": 1}, None, 1.5, np.zeros(2), Record, SimpleNamespace(detail=1)),
        *(xr.Dataset({"x": ("detail_", [1])}), [[[[["detail"]]]]]),
    ],
)
def test_what_has_not_the_parameter_does_not_hold_it(value: object) -> None:
    assert not holds(value, "detail")


def test_a_record_is_searched_without_being_asked() -> None:
    assert not holds([Asks()], "detail")
    assert column_of(Asks(), "detail") is None


def test_views_of_one_array_are_one_column_and_a_copy_is_another() -> None:
    values = np.arange(6.0)
    assert column_of({"detail": values[2:][:, None]}, "detail") is values
    assert column_of(Record(values.copy()), "detail") is not values


@pytest.fixture(scope="module")
def trip(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Trip:
    folder = tmp_path_factory.mktemp("way")
    found = measured_trip(module_files(root, package_folders(root)), folder)
    assert (folder / "second" / "way.png").stat().st_size > 10_000
    return found


def test_the_way_of_one_parameter_is_no_longer_than_it_was(trip: Trip) -> None:
    """Figures of calls are printed, not held: they differ between versions of Python."""
    found = {name: getattr(trip, name) for name in ("hops", "parsed", "checked", "columns")}
    most = WAY_BEFORE | {"parsed": READS_OF_THE_SPEC, "hops": WAY_BEFORE["hops"] + HOPS_SINCE}
    assert {name: count for name, count in found.items() if not 0 < count <= most[name]} == {}


def test_the_way_that_the_page_on_the_architecture_tells_is_the_one_measured(trip: Trip, root: Path) -> None:
    told = (root / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## The way")[2]
    stops = re.findall(r"`((?:sweeps|kernels|model|results)/[a-z_/]+)\.py`", told.partition("## One rule")[0])
    assert len(stops) > 12
    assert [stop for stop in stops if f"tredegar.{stop.replace('/', '.')}" not in trip.modules] == []
