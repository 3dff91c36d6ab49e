"""The notebooks run from top to bottom, end with a picture, and are light enough to read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ..conftest import ROOT
from ..support.waiting import PATIENCE

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
DATA = ROOT.parent / "shared" / "data"
RUNNER = """
import ast, json, sys
names, shown = {"__name__": "__main__"}, None
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
print("ends with", type(shown).__name__)
"""


def cells_of(notebook):
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def test_there_are_six_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "england",
        "first_look",
        "front_door",
        "laptop_to_cluster",
        "seddon_and_sodha",
        "sensitivity_study",
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_light_and_was_run_in_order(notebook):
    text, cells = notebook.read_text(encoding="utf-8"), cells_of(notebook)
    assert len(text) < 200_000
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert cells[0]["source"][0].startswith("# ") and cells[-1] is code[-1]
    assert "image/png" in code[-1]["outputs"][-1]["data"]
    assert not any(output["output_type"] == "error" for cell in code for output in cell["outputs"])


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_clean(notebook, tmp_path):
    if notebook.stem == "england" and not DATA.is_dir():
        pytest.skip("the folder of NHS data is not beside this checkout")
    runner = tmp_path / "runner.py"
    runner.write_text(RUNNER, encoding="utf-8")
    environment = {**os.environ, "TREDEGAR_DATA": str(DATA), "TREDEGAR_EXAMPLES": str(ROOT / "examples")}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", str(runner), str(notebook)],
        capture_output=True, text=True, timeout=PATIENCE, cwd=tmp_path, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "ends with Figure" in done.stdout
