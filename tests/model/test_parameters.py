"""Settings by name: misspelt ones are seen while a program runs, in the editor, and by type checkers."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.model import PARAMETERS, Parameters, settings
from tredegar.model.settings_writer import settings_source


def test_what_type_checkers_see_is_made_from_the_table(root: Path) -> None:
    """If it is not: python -m tredegar.model.settings_writer."""
    assert (root / "model" / "settings.py").read_text(encoding="utf-8") == settings_source()


def test_what_type_checkers_see_is_what_there_is() -> None:
    seen, there = ({f.name: f.default for f in dataclasses.fields(kind)} for kind in (settings.Parameters, Parameters))
    assert seen == there == {name: row.default for name, row in PARAMETERS.items()}
    assert list(inspect.signature(Parameters).parameters) == list(PARAMETERS)


REFUSED: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "a misspelt name": ((), {"real_contrl": 0.3}, "unknown parameter 'real_contrl'; did you mean 'real_control'"),
    "a name like none": ((), {"xyzzy": 0.3}, "unknown parameter 'xyzzy'$"),
    "a mapping": (({"real_control": 0.3},), {}, r"by name, Parameters\(real_control=0.8\), got {'real_control': 0.3}"),
    "a word": ((), {"real_control": "0.3"}, "'real_control' must be a number, got '0.3'"),
    "a list": ((), {"real_control": [0.3]}, "'real_control' must be a number"),
    "an array": ((), {"real_control": np.array([0.3])}, "'real_control' must be a number"),
    "a complex number": ((), {"real_control": 1j}, "'real_control' must be a number, got 1j"),
    "yes": ((), {"real_control": np.True_}, "'real_control' must be a number"),
    "None": ((), {"real_control": None}, "'real_control' must be a number, got None"),
    "a masked value": ((), {"real_control": np.ma.masked}, "'real_control' must be a number"),
    "no number": ((), {"real_control": float("nan")}, "must lie in 0 .. 1"),
    "out of range": ((), {"real_control": np.float32(1.5)}, "must lie in 0 .. 1"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_set_is_refused_in_one_line(what: str) -> None:
    given, named, words = REFUSED[what]
    with pytest.raises(ValueError, match=words) as refusal:
        Parameters(*given, **named)
    assert "\n" not in str(refusal.value)


def test_settings_can_be_copied_changed_and_sent_to_a_worker() -> None:
    mine = Parameters(real_control=0.3)
    assert pickle.loads(pickle.dumps(mine)) == copy.deepcopy(mine) == mine != Parameters()
    changed = dataclasses.replace(mine, solidarity=2)
    assert (changed.real_control, changed.solidarity) == (0.3, 2.0)
    with pytest.raises(ValueError, match="did you mean 'solidarity'"):
        dataclasses.replace(mine, solidarty=2.0)


SNIPPET = """
from tredegar.model.parameters import Parameters

mine = Parameters(real_control=0.3, solidarity=1)
reveal_type(mine.real_control)
Parameters(real_contrl=0.3)
Parameters(real_control="much")
mine.real_contrl
mine.real_control = 0.4
"""


def test_a_type_checker_knows_every_name(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    model = tmp_path / "tredegar" / "model"
    model.mkdir(parents=True)
    for name in ("parameters.py", "settings.py"):
        shutil.copy(root / "model" / name, model)
    shutil.copytree(root / "model" / "text", model / "text")
    (tmp_path / "snippet.py").write_text(SNIPPET, encoding="utf-8")
    options = [
        "--strict",
        "--namespace-packages",
        "--explicit-package-bases",
        "--no-error-summary",
        "--cache-dir",
        "cache",
    ]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "snippet.py"],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = checked.stdout.splitlines()
    assert [line.split(":")[1] for line in lines] == ["5", "6", "7", "8", "9"], checked.stdout + checked.stderr
    assert 'is "float"' in lines[0] or "builtins.float" in lines[0]
    assert "real_contrl" in lines[1] and "real_control" in lines[1]
    assert "str" in lines[2] and "real_contrl" in lines[3] and "read-only" in lines[4]
