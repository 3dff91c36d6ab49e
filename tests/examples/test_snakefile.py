"""The Snakefile of examples/: its commands are ours, and they make the store of one undisturbed sweep."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tredegar import run_sweep

from ..support.commands import tredegar
from ..support.places import ROOT
from ..support.sweep_cases import SMALL, contents, small_spec
from ..support.waiting import PATIENCE

pytestmark = pytest.mark.processes

SNAKEFILE = ROOT / "examples" / "Snakefile"
TEXT = SNAKEFILE.read_text(encoding="utf-8")


def head(config: dict[str, object]) -> dict[str, object]:
    """Run the lines before the first rule, which are Python."""
    names: dict[str, object] = {"config": config}
    exec(compile(TEXT.partition("\nrule ")[0], str(SNAKEFILE), "exec"), names)
    return names


def commands() -> dict[str, str]:
    """Return the shell command of each rule."""
    return dict(re.findall(r"^rule (\w+):.*?\n    shell:\n        \"(.*?)\"$", TEXT, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check_store(here: Path) -> None:
    run_sweep(small_spec(), here / "whole.zarr")
    assert contents(here / "small.zarr") == contents(here / "whole.zarr")
    assert any((here / "small.zarr.report").iterdir())


def test_the_commands_of_the_rules_run_and_make_the_store_of_a_sweep(here: Path) -> None:
    names = head({"spec": "small.toml", "store": "small.zarr", "parts": "2"})
    assert sorted(commands()) == ["part", "report"] and names["PARTS"] == 2
    for part in ("0", "1"):
        line = commands()["part"].format(**names, wildcards=SimpleNamespace(part=part))
        first, *words = shlex.split(line)
        assert first == "tredegar" and tredegar(*words) == 0
    first, *words = shlex.split(commands()["report"].format(**names, output=names["REPORT"]))
    assert first == "tredegar" and tredegar(*words) == 0
    check_store(here)


def test_the_marks_of_one_sweep_stand_for_no_other() -> None:
    configs = [{"store": store, "parts": parts} for store in ("a.zarr", "b.zarr") for parts in (2, 3)]
    marks = [str(head(config)["DONE"]).format(part=0) for config in configs]
    assert len({*marks}) == len(marks) and marks[0] == "a.zarr.parts/0-of-2.done"
    assert len({head(config)["REPORT"] for config in configs}) == 2


def test_the_first_spec_is_there_where_the_comment_says() -> None:
    assert (ROOT / str(head({})["SPEC"])).is_file()


def test_snakemake_runs_the_file(here: Path) -> None:
    if shutil.which("snakemake") is None:
        pytest.skip("Snakemake is not installed")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["snakemake", "--cores", "1", "--snakefile", str(SNAKEFILE), "--config", "spec=small.toml", "store=small.zarr"],
        capture_output=True, text=True, timeout=PATIENCE, check=False, env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    check_store(here)
