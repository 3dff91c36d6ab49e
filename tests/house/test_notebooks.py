"""The notebooks run from top to bottom, print today what they are kept with, and are light enough to read."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ..support.places import NHS_DATA, ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def page_maker() -> Any:
    """Load docs/run_notebooks.py, which runs the notebooks and writes them."""
    found = spec_from_file_location("run_notebooks", ROOT / "docs" / "run_notebooks.py")
    assert found is not None and found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


MAKER = page_maker()


def kept(notebook: Path) -> Any:
    return nbformat.read(notebook, as_version=4)


def test_there_are_seven_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "england",
        "first_look",
        "front_door",
        "laptop_to_cluster",
        "own_rule",
        "seddon_and_sodha",
        "sensitivity_study",
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_light_and_was_run_in_order(notebook: Path) -> None:
    assert len(notebook.read_text(encoding="utf-8")) < 200_000
    cells, code = kept(notebook).cells, MAKER.code_of(kept(notebook))
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert cells[0].source.startswith("# ") and cells[-1].id == code[-1].id
    assert "image/png" in code[-1].outputs[-1].data
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
    assert MAKER.cleaned(kept(notebook)) == kept(notebook), "run docs/run_notebooks.py"


@pytest.mark.readers
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_clean_and_prints_what_it_is_kept_with(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if notebook.stem in MAKER.NEEDS_DATA and not NHS_DATA.is_dir():
        pytest.skip("TREDEGAR_DATA names no folder of the open tables")
    monkeypatch.setenv("TREDEGAR_DATA", str(NHS_DATA))
    monkeypatch.setenv("TREDEGAR_EXAMPLES", str(ROOT / "examples"))
    again = MAKER.run_again(notebook)
    assert MAKER.printed(again) == MAKER.printed(kept(notebook)), "run docs/run_notebooks.py, and read the text around"
    code = MAKER.code_of(again)
    assert "image/png" in code[-1].outputs[-1].data
    told = "".join(output.text for cell in code for output in cell.outputs if output.get("name") == "stderr")
    assert "UserWarning" not in told


@pytest.mark.parametrize(
    ("text", "left"), [("cuda  not here", "cuda  ..."), ("2d09d67e5b4b16f1", "..."), ("0.12", "0.12")]
)
def test_what_a_machine_decides_is_not_compared(text: str, left: str) -> None:
    stream = nbformat.v4.new_output("stream", name="stdout", text=text)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[stream])])
    assert MAKER.printed(notebook) == [[left]]
