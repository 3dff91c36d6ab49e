"""The wheel holds what the tree holds, loads quickly, and asks for no optional package before it is needed."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from ..support.places import FOLDERS, ROOMS, ROOT, installed
from ..support.waiting import PATIENCE

OPTIONAL = ("cupy", "mesa", "numba", "matplotlib", "SALib", "sklearn", "ema_workbench", "dask_jobqueue")
HEAVY = (*OPTIONAL, "dask", "distributed", "zarr", "xarray", "scipy", "pandas")
SECONDS_TO_HELP = 2.0


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def loaded_after(statement: str, names: tuple[str, ...]) -> str:
    return python(f"import sys\n{statement}\nprint(*[name for name in {names!r} if name in sys.modules])")


@pytest.fixture(scope="module")
def wheel(root: Path, tracked: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tracked files alone, so that no leftover of an earlier build gets in."""
    source = tmp_path_factory.mktemp("source")
    for name in tracked:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    built = subprocess.run(
        [*build, "--outdir", str(source / "dist"), str(source)], capture_output=True, text=True, timeout=PATIENCE
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = (source / "dist").glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path, tracked: tuple[str, ...]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == {installed(name) for name in tracked if name.split("/")[0] in FOLDERS}


def test_the_wheel_carries_the_licence_the_command_and_every_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {name.split(".dist-info/")[-1]: archive.read(name).decode() for name in archive.namelist()}
    assert texts["licenses/LICENSE"].startswith("MIT License")
    assert "tredegar = tredegar.cli.entry:main" in texts["entry_points.txt"]
    extras = {line.split(": ")[1] for line in texts["METADATA"].splitlines() if line.startswith("Provides-Extra: ")}
    assert extras >= {"mesa", "sensitivity", "plot", "fast", "discovery", "hpc", "gpu12", "gpu13", "all"}


@pytest.mark.parametrize("package", ROOMS)
def test_importing_a_package_loads_no_optional_one(package: str) -> None:
    assert loaded_after(f"import tredegar.{package}", OPTIONAL) == ""


def test_the_engines_load_neither_dask_nor_zarr_nor_xarray() -> None:
    assert loaded_after("import tredegar.kernels", ("dask", "distributed", "zarr", "xarray", "scipy")) == ""


def test_the_command_loads_nothing_heavy_before_it_is_asked_to() -> None:
    assert loaded_after("import tredegar.cli.entry", HEAVY) == ""


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_answer_at_once(option: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(Path(sys.executable).with_name("tredegar")), option]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert (version("tredegar") if option == "--version" else "sweep") in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS_TO_HELP


@pytest.mark.parametrize("name", [*FOLDERS, "tests"])
def test_the_folders_cannot_be_imported_under_their_bare_names(name: str) -> None:
    assert python(f"import importlib.util\nprint(importlib.util.find_spec({name!r}))") == "None"
    assert ROOT not in {Path(entry or ".").resolve() for entry in sys.path}
