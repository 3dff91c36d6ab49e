"""Limits of the structure, held by the repository, and known answers of their measures on small made-up trees."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from . import house_known as known
from .house_imports import arrows_between, arrows_between_folders, arrows_with_types, circles, ties
from .house_measures import (
    MOST_LINES_OF_A_FILE,
    MOST_LINES_OF_A_FUNCTION,
    MOST_MODULES_OF_A_FOLDER,
    Share,
    comment_lines,
    examples,
    file_lengths,
    function_lengths,
    functions_named_as_modules,
    modules_per_folder,
    names_of_several,
    sizes,
)
from .house_shapes import array_examples, shapes, states_a_shape
from .house_sources import Module, modules_of

FOLDERS = '[tool.setuptools.package-dir]\n"top" = "front"\n"top.one" = "one"\n"top.two" = "two"\n'


@pytest.fixture(scope="module")
def house(root: Path) -> tuple[Module, ...]:
    """The modules of this repository."""
    return modules_of(root)


def made(folder: Path, files: dict[str, str]) -> tuple[Module, ...]:
    """Write a small project with the packages of FOLDERS and return its modules."""
    (folder / "pyproject.toml").write_text(FOLDERS)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return modules_of(folder)


def test_no_folder_but_the_known_ones_has_more_than_14_modules(house: tuple[Module, ...]) -> None:
    crowded = {folder for folder, count in modules_per_folder(house).items() if count > MOST_MODULES_OF_A_FOLDER}
    assert sorted(crowded) == sorted(known.CROWDED)


def test_no_file_and_no_function_of_the_packages_is_over_its_limit(house: tuple[Module, ...]) -> None:
    assert sizes(file_lengths(house)).longest <= MOST_LINES_OF_A_FILE
    assert sizes(function_lengths(house)).longest <= MOST_LINES_OF_A_FUNCTION


def test_no_modules_but_the_known_ones_import_each_other_in_a_circle(house: tuple[Module, ...]) -> None:
    found = [tuple(name.rpartition(".")[2] for name in circle) for circle in circles(arrows_between(house))]
    assert sorted(found) == sorted(known.CIRCLES)


def test_no_folders_import_each_other_in_a_circle(house: tuple[Module, ...]) -> None:
    assert circles(arrows_between_folders(house)) == ()


def test_no_modules_but_the_known_ones_need_each_other_for_types(house: tuple[Module, ...]) -> None:
    assert circles(arrows_with_types(house)) == known.CIRCLES_OF_TYPES


def test_no_public_name_but_the_known_ones_has_two_meanings(house: tuple[Module, ...]) -> None:
    assert sorted(names_of_several(house)) == sorted(known.NAMES_OF_SEVERAL)
    assert sorted(functions_named_as_modules(house)) == sorted(known.NAMED_AS_MODULES)


def test_every_public_function_of_arrays_but_the_known_ones_states_a_shape(house: tuple[Module, ...]) -> None:
    missing = [name.rpartition(" ")[2] for name in shapes(house).missing]
    assert sorted(missing) == sorted(known.SHAPES_UNSTATED)


def test_every_public_function_of_arrays_but_the_known_ones_has_an_example(house: tuple[Module, ...]) -> None:
    missing = [name.rpartition(" ")[2] for name in array_examples(house).missing]
    assert sorted(missing) == sorted(name for names in known.WITHOUT_EXAMPLE.values() for name in names)


def test_every_mapped_package_and_every_sub_folder_is_walked(tmp_path: Path) -> None:
    files = ("front/__init__.py", "one/__init__.py", "one/a.py", "one/deep/__init__.py", "one/deep/b.py", "three/c.py")
    modules = made(tmp_path, dict.fromkeys(files, ""))
    assert [module.name for module in modules] == ["top", "top.one", "top.one.a", "top.one.deep", "top.one.deep.b"]
    assert modules_per_folder(modules) == {"one": 1, "one/deep": 1, "front": 0}


def test_this_repository_is_walked_whole(house: tuple[Module, ...], tracked: tuple[str, ...]) -> None:
    tops = {module.path.partition("/")[0] for module in house}
    assert len(tops) >= 5
    assert {module.path for module in house} >= {p for p in tracked if p.partition("/")[0] in tops and p[-3:] == ".py"}


@pytest.mark.parametrize("count", [14, 15])
def test_the_modules_of_a_folder_are_counted_without_its_init(tmp_path: Path, count: int) -> None:
    modules = made(tmp_path, {f"one/m{number}.py": "" for number in range(count)} | {"one/__init__.py": ""})
    assert modules_per_folder(modules) == {"one": count}


def test_the_lines_of_a_function_are_counted_without_its_docstring(tmp_path: Path) -> None:
    long = "def long():\n    '''Long.\n\n    Very.\n    '''\n" + "    x = 1\n" * 50
    modules = made(tmp_path, {"one/a.py": long + "def short():\n    pass\n", "one/b.py": "x = 1\n"})
    found = sizes(function_lengths(modules))
    assert (found.number, found.median, found.longest, found.name) == (2, 26.5, 51, "one/a.py:1 long")
    assert sizes(file_lengths(modules)).longest == 57


THREE = {
    "one/a.py": "from .b import x\n",
    "one/b.py": "def f():\n    from ..two.deep import c\n",
    "two/deep/c.py": "import top.one.a\n",
    "two/d.py": "from ..one import a\nfrom .deep.c import y\n",
}


def test_a_circle_of_three_is_found_across_folders_and_inside_functions(tmp_path: Path) -> None:
    modules = made(tmp_path, THREE)
    arrows = arrows_between(modules)
    assert circles(arrows) == (("top.one.a", "top.one.b", "top.two.deep.c"),)
    assert len(ties(circles(arrows)[0], arrows)) == 3
    assert circles(arrows_between_folders(modules)) == (("one", "two/deep"),)


def test_a_circle_that_is_opened_is_none(tmp_path: Path) -> None:
    modules = made(tmp_path, THREE | {"two/deep/c.py": "import os\n"})
    assert circles(arrows_between(modules)) == ()
    assert circles(arrows_between_folders(modules)) == ()


def test_an_import_for_types_alone_is_no_arrow_and_counted_by_itself(tmp_path: Path) -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import x\nelse:\n    from .c import x\n"
    modules = made(tmp_path, {"one/a.py": typed, "one/b.py": "from . import a\n", "one/c.py": ""})
    assert arrows_between(modules)["top.one.a"] == {"top.one.c"}
    assert arrows_between(modules, typing_only=True)["top.one.a"] == {"top.one.b"}
    assert circles(arrows_between(modules)) == ()


def test_an_import_in_a_package_starts_from_the_package_itself(tmp_path: Path) -> None:
    files = {"one/__init__.py": "from .a import x\n", "one/a.py": "from . import x\n", "front/__init__.py": ""}
    modules = made(tmp_path, files | {"two/b.py": "from .. import one\nfrom ..one import x, a\n"})
    assert circles(arrows_between(modules)) == (("top.one", "top.one.a"),)
    assert arrows_between(modules)["top.two.b"] == {"top.one", "top.one.a"}


def test_a_class_and_a_function_of_two_modules_have_two_meanings(tmp_path: Path) -> None:
    files = {"one/a.py": "class Batch: ...\ndef read(): ...\ndef _own(): ...\n", "one/b.py": "def other(): ...\n"}
    modules = made(tmp_path, files | {"two/c.py": "class Batch:\n    def read(self): ...\ndef _own(): ...\n"})
    assert names_of_several(modules) == {"Batch": ("top.one.a", "top.two.c")}


def test_a_function_that_is_named_as_a_module_is_found_in_any_folder(tmp_path: Path) -> None:
    modules = made(tmp_path, {"one/compare.py": "def compared(): ...\n", "two/c.py": "def compare(): ...\n"})
    assert functions_named_as_modules(modules) == {"compare": ("top.one.compare", "top.two.c.compare")}


ARRAYS = '''
from ..two.types import Floats as Numbers
import xarray as xr
def bare(x: Numbers) -> float:
    """Return it (see there, or here)."""
def told(x: float) -> "np.ndarray":
    """Return the values (run, trust)."""
def plain(x: float) -> float:
    """No array."""
def _hidden(x: Numbers) -> None:
    """Private."""
class Store:
    def read(self, *more: xr.Dataset) -> None:
        """Read (point, replicate, ...)."""
    def write(self, *, data: dict[str, xr.DataArray] | None) -> None:
        """Write."""
class _Private:
    def write(self, data: xr.Dataset) -> None: ...
'''


def test_a_function_of_arrays_without_a_shape_is_found_through_an_alias(tmp_path: Path) -> None:
    types = "Floats = NDArray[np.float64]\nOther = dict[str, float]\nsum = Floats(3)\n"
    found = shapes(made(tmp_path, {"one/a.py": ARRAYS, "two/types.py": types}))
    assert found == Share(2, 4, ("one/a.py:4 bare", "one/a.py:15 Store.write"))


@pytest.mark.parametrize(
    "docstring",
    [
        *("Values (point,).", "Values, dims ``(point, replicate)``.", "Of (run, trust[, year]).", "(..., month)."),
        *(
            "(samples * arms,) values.",
            "(base points, times).",
            "Elements (trust, 2).",
            "Bounds (axis, 2).",
            "Sums, elementwise.",
            "A scalar.",
        ),
        *(
            "``values`` (point,\n    replicate).",
            "Values, of ``shape``.",
            "Names of an opened sweep.",
            "(boundaries, trusts)",
        ),
    ],
)
def test_a_docstring_states_a_shape(docstring: str) -> None:
    assert states_a_shape(docstring)


@pytest.mark.parametrize(
    "docstring",
    [
        *("", "The points (points) inside.", "Return it (see there, or here).", "Counts (low, high).", "An array."),
        *("Runs again (a month, say, or the year of the trust).", "Run (``point``, and what it is in the store)."),
    ],
)
def test_a_docstring_states_no_shape(docstring: str) -> None:
    assert not states_a_shape(docstring)


def test_comments_and_examples_are_counted(tmp_path: Path) -> None:
    runs = "def runs():\n    '''Add.\n\n    >>> 1 + 1\n    2\n    '''\n"
    skipped = "def skipped():\n    '''Add.\n\n    >>> 1 + 1  # doctest: +SKIP\n    2\n    '''\n"
    modules = made(tmp_path, {"one/a.py": f"# Why.\nx = '# no'  # because\n{runs}{skipped}def bare(): ...\n"})
    assert comment_lines(modules) == Share(2, 15)
    assert examples(modules) == Share(1, 3, ("one/a.py:9 skipped", "one/a.py:15 bare"))
    assert str(examples(modules)) == "1 of 3 (33.3 %)"


def test_the_table_names_what_is_over_a_limit(root: Path, tmp_path: Path) -> None:
    made(tmp_path, THREE | {"one/x.py": ARRAYS, "two/types.py": "Floats = NDArray\ndef f(): ...\n"})
    script = [sys.executable, str(root / "benchmarks" / "house.py"), "--root", str(tmp_path)]
    lines = [" ".join(text.split()) for text in subprocess.check_output(script, text=True).splitlines()]
    assert {"modules in one/ 3 limit 14", "circles between modules 1 limit 0", "top.one.a -> top.one.b"} <= set(lines)
    assert {"f: top.one.b, top.two.types", "one/x.py:4 bare"} <= set(lines)
    assert "public functions of arrays that state a shape 2 of 4 (50.0 %) limit all" in lines
