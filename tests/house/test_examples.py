"""The examples of the docstrings run: of every module of the packages, in an empty folder.

An example may ask for an optional library; where that is not installed, its module is skipped.
"""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from ..support.places import ROOT
from .house_sources import Module, examples_in, modules_of
from .test_packaging import OPTIONAL

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PRINTED = {
    "precision": 8,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 75,
    "suppress": False,
    "sign": "-",
    "nanstr": "nan",
    "infstr": "inf",
    "formatter": None,
    "floatmode": "maxprec",
    "legacy": False,
}
"""The options with which NumPy prints when nobody has set any."""
WITH_EXAMPLES = tuple(module for module in modules_of(ROOT) if examples_in(module.tree))


class FinderOfCached(doctest.DocTestFinder):
    """A finder that reads cached properties, too."""

    def _find(self, tests, obj, name, module, source_lines, globs, seen):  # type: ignore[no-untyped-def]
        super()._find(tests, obj, name, module, source_lines, globs, seen)
        for key, value in vars(obj).items() if inspect.isclass(obj) else ():
            if isinstance(value, cached_property):
                self._find(tests, value.func, f"{name}.{key}", module, source_lines, globs, seen)


def loaded(name: str) -> ModuleType:
    """Import a module; skip the test where an optional library of its is missing."""
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        skip_where_optional(missing)
        raise


def skip_where_optional(error: BaseException | None) -> None:
    """Skip the test if ``error`` says that an optional library is missing."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in OPTIONAL:
        pytest.skip(str(error))


def examples_of(module: ModuleType) -> dict[str, doctest.DocTest]:
    """Return the examples of a module by the qualified names of what they explain."""
    found = FinderOfCached(exclude_empty=True).find(module, module.__name__)
    return {test.name.removeprefix(module.__name__).strip("."): test for test in found if test.examples}


def run(test: doctest.DocTest) -> None:
    """Run the examples of one docstring; the first that fails raises."""
    try:
        doctest.DebugRunner(optionflags=FLAGS, verbose=False).run(test)
    except doctest.UnexpectedException as failed:
        skip_where_optional(failed.exc_info[1])
        raise AssertionError(f"{test.name}, line {(test.lineno or 0) + 1}: {failed.exc_info[1]!r}") from failed
    except doctest.DocTestFailure as failed:
        told = f"{failed.example.source}expected:\n{failed.example.want}got:\n{failed.got}"
        raise AssertionError(f"{test.name}, line {(test.lineno or 0) + 1}: {told}") from failed


@pytest.fixture
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with np.printoptions(**PRINTED):
        yield


@pytest.mark.usefixtures("_empty_folder")
@pytest.mark.parametrize("module", WITH_EXAMPLES, ids=lambda module: module.name)
def test_the_examples_of_a_module_run(module: Module) -> None:
    found = examples_of(loaded(module.name))
    assert sorted(found) == sorted(examples_in(module.tree)), "an example that no doctest finds is never run"
    for test in found.values():
        run(test)


def test_an_example_that_is_wrong_is_told() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "sum", None, 0)
    with pytest.raises(AssertionError, match="expected:\n3\ngot:\n2"):
        run(wrong)


def test_an_example_that_raises_is_told() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 / 0\n", {}, "share", None, 0)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run(wrong)


def test_an_example_of_a_cached_property_is_found() -> None:
    made = ModuleType("made")
    source = (
        "class A:\n    @cached_property\n    def b(self):\n        '''B.\n\n        >>> 1\n        1\n        '''\n"
    )
    exec(f"from functools import cached_property\n{source}", vars(made))
    assert sorted(examples_of(made)) == ["A.b"]
