"""The Apptainer recipe copies all that the package is built from. The image itself is not built here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ..support.places import ROOMS
from ..support.waiting import PATIENCE


@pytest.fixture(scope="module")
def recipe(root: Path) -> dict[str, list[str]]:
    """The sections of the recipe: name -> lines that say something."""
    sections: dict[str, list[str]] = {"": []}
    name = ""
    for line in (root / "examples/tredegar.def").read_text().splitlines():
        if line.startswith("%"):
            name = line.strip()
            sections[name] = []
        elif line.strip() and not line.lstrip().startswith("#"):
            sections[name].append(line.strip())
    return sections


def test_the_copied_files_build_the_whole_package(root: Path, recipe: dict[str, list[str]], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for line in recipe["%files"]:
        origin, target = line.split()
        assert target == f"/opt/tredegar/{origin}"
        copy = shutil.copytree if (root / origin).is_dir() else shutil.copy
        copy(root / origin, source / origin)
    words = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), "."]
    subprocess.run([sys.executable, *words], cwd=source, check=True, capture_output=True, timeout=PATIENCE)
    (wheel,) = tmp_path.glob("tredegar-*.whl")
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", str(wheel), str(tmp_path / "out")], check=True, timeout=PATIENCE
    )
    expected = {path.relative_to(root) for folder in ROOMS for path in (root / folder).rglob("*.toml")}
    assert expected
    assert [path for path in expected if not (tmp_path / "out/tredegar" / path).is_file()] == []


def test_the_extras_exist(root: Path, recipe: dict[str, list[str]]) -> None:
    named = re.search(r"/opt/tredegar\[([a-z0-9,]+)\]", "\n".join(recipe["%post"]))
    assert named is not None
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(named[1].split(",")) <= set(extras)


def test_the_commands_are_those_of_a_shell(recipe: dict[str, list[str]]) -> None:
    for section in ("%post", "%environment", "%runscript", "%test"):
        text = "\n".join(recipe[section])
        assert subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True).stderr == "", section
