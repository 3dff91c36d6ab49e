"""The scripts of ``examples/`` as modules, and what they print."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pytest

from .places import ROOT

PAGE = ROOT / "docs" / "others.md"


def script(name: str) -> Any:
    """Load ``examples/NAME.py`` as a module; skip the test where a library that it shows is missing."""
    found = spec_from_file_location(f"examples_{name}", ROOT / "examples" / f"{name}.py")
    assert found is not None and found.loader is not None
    module = sys.modules[found.name] = module_from_spec(found)
    with skipped_without_its_library():
        found.loader.exec_module(module)
    return module


def printed(name: str) -> str:
    """Return what ``examples/NAME.py`` prints; skip the test where a library that it shows is missing."""
    with contextlib.redirect_stdout(io.StringIO()) as out, skipped_without_its_library():
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


@contextlib.contextmanager
def skipped_without_its_library() -> Any:
    """Skip the test where a library of others is missing."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in ("tredegar", "model"):
            raise
        pytest.skip(f"{missing.name} is not installed")


def output_on_the_page(name: str) -> str:
    """Return what docs/others.md says that ``examples/NAME.py`` prints."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"<!-- end {name}\.py .*?\n```text\n(.*?)```", text, flags=re.DOTALL)
    assert found is not None, f"the page does not show what {name}.py prints"
    return found[1]
