"""Places of the repository: its top folder, its tests, and the folders that are packages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
ROOMS = ("store", "datasets", "observation", "model", "kernels", "sweeps", "results")
"""Folders of the repository that are sub-packages of ``tredegar`` under the same name."""
FRONT = "front"
"""The folder that is ``tredegar`` itself."""
FOLDERS = (FRONT, *ROOMS)
NHS_DATA = Path(os.environ.get("TREDEGAR_DATA") or ROOT / "build" / "no data")
"""The folder of the open tables of the NHS, which no checkout has: the environment says where it is."""
needs_nhs_data = pytest.mark.skipif(not NHS_DATA.is_dir(), reason="TREDEGAR_DATA names no folder of the open tables")


def installed(path: str) -> str:
    """Return where a file of the repository is installed: ``front/cli/entry.py`` as ``tredegar/cli/entry.py``."""
    return f"tredegar/{path.removeprefix(f'{FRONT}/')}"


def package_of(folder: Path) -> str:
    """Return the dotted name of the package that a folder of the repository becomes."""
    return installed(folder.relative_to(ROOT).as_posix() + "/").strip("/").replace("/", ".")
