"""The notebook front_door.ipynb: from a question to an answer with an interval, on one page, without a file.

That it prints the same again, tests/house/test_notebooks.py says of every notebook.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest

from ..support.places import ROOT

NOTEBOOK = ROOT / "examples" / "front_door.ipynb"
MOST_LINES = 45
"""Lines of code of one page."""


@pytest.fixture(scope="module")
def kept() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def code_of(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_needs_no_spec_file_no_path_and_no_second_page(kept: Any) -> None:
    source = "\n".join(cell.source for cell in code_of(kept))
    assert len(source.splitlines()) <= MOST_LINES
    assert "import tredegar as tg" in source
    assert re.findall(r"toml|Path|open|\.zarr|mkdtemp|[\"'][^\"'\s]*/[^\"']*[\"']", source) == []


def test_it_ends_with_an_answer_and_its_interval(kept: Any) -> None:
    (answer,) = (output.text for output in code_of(kept)[-1].outputs if output.output_type == "stream")
    assert answer.count("95 % interval") == 2
    assert re.search(r"it lowers quality \(-0\.\d{3}, 95 % interval -0\.\d{3} to -0\.\d{3}\)", answer)
