"""Notebooks of examples/ run again and written back with what they print today; tests compare.

python docs/run_notebooks.py              run all notebooks
python docs/run_notebooks.py first_look   run those that are named

england.ipynb reads published files from the folder that TREDEGAR_DATA names, and is left as it is without one.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NEEDS_DATA = ("england",)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PATIENCE = 600
"""Seconds that a cell may take."""


def run_again(notebook: Path) -> Any:
    """Return the notebook as a run in an empty folder leaves it."""
    found = nbformat.read(notebook, as_version=4)
    os.environ.setdefault("TREDEGAR_EXAMPLES", str(EXAMPLES))
    with TemporaryDirectory() as empty:
        resources = {"metadata": {"path": empty}}
        NotebookClient(found, timeout=PATIENCE, kernel_name="python3", resources=resources).execute()
    return found


def cleaned(notebook: Any) -> Any:
    """Return the notebook without what differs from run to run: times, versions, warnings, random names, progress.

    xarray's HTML has random names; its text says the same.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in code_of(notebook):
        cell.metadata = nbformat.from_dict({})
        cell.outputs = [
            each for each in cell.outputs if each.output_type == "execute_result" or each.get("name") == "stdout"
        ]
        for output in cell.outputs:
            if "data" in output and "xarray" in output.data.get("text/plain", ""):
                output.data.pop("text/html", None)
    return notebook


def code_of(notebook: Any) -> list[Any]:
    """Return the cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(notebook: Any) -> list[list[str]]:
    """Return the lines that cells printed and their tables, without what a machine or a version of a library decides.

    That is which engines are there, the checksum of files, and how xarray shows itself.
    """
    outputs = [output for cell in code_of(notebook) for output in cell.outputs]
    # Of a cell at once: what is shown between two lines, or a busy machine, cuts its text into several outputs.
    by_cell = [
        "".join(each.text for each in cell.outputs if each.output_type == "stream" and each.name == "stdout")
        for cell in code_of(notebook)
    ]
    texts = [text.rstrip("\n") for text in by_cell if text.strip()]
    tables = [
        output.data["text/plain"] for output in outputs if "dataframe" in output.get("data", {}).get("text/html", "")
    ]
    return [re.sub(r"\b(ready|not here|[0-9a-f]{16})\b", "...", text).splitlines() for text in [*texts, *tables]]


def main() -> None:
    """Run notebooks again and write them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", metavar="NAME", help="notebooks of examples/; all if none is named")
    names = options.parse_args().names or sorted(path.stem for path in EXAMPLES.glob("*.ipynb"))
    for name in names:
        if name in NEEDS_DATA and "TREDEGAR_DATA" not in os.environ:
            print(f"{name}: left as it is, TREDEGAR_DATA names no folder")
            continue
        path = EXAMPLES / f"{name}.ipynb"
        nbformat.write(cleaned(run_again(path)), path)
        print(f"{name}: run again")


if __name__ == "__main__":
    main()
