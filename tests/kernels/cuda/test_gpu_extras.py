"""The extras for GPUs in empty environments: they bring all that CuPy needs to compile, without a toolkit or a device.

They install gigabytes and are run by `make extras`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tredegar.kernels.cuda_check.parts import SHORT

from ...support.places import TESTS

pytestmark = pytest.mark.extras

STAND_IN = TESTS / "gpu_stand_in"
NEEDED = ("cupy-cuda13x>=14", "cuda-bindings>=13,<14", "nvidia-cuda-nvrtc>=13,<14", "nvidia-cuda-runtime>=13,<14")
NO_TOOLKIT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("CUDA_HOME", "CUDA_PATH", "CONDA_PREFIX", "LD_LIBRARY_PATH", "PYTHONPATH")
} | {"COLUMNS": "1000"}
# What CuPy does for an array, up to the moment in which the driver gets the machine code. Its ways to ask for the
# architecture of the device are replaced, there being none.
COMPILE = r"""
import json, os
from pathlib import Path
import cupy
from cupy._core import core
from cupy.cuda import compiler
compiler._get_arch = lambda: "90"
compiler._get_arch_for_options_for_nvrtc = lambda arch=None: ("-arch=sm_90", "cubin")
element = '''extern "C" __global__ void plus(CArray<%s, 1, 1, 1> a, CArray<%s, 1, 1, 1> b, CIndexer<1> at) {
  CUPY_FOR(i, at.size()) { at.set(i); b[at.get()] = a[at.get()]; } }'''
total = '''#include <cuda_fp16.h>
#include <cub/block/block_reduce.cuh>
extern "C" __global__ void total(double* x) {
  typedef cub::BlockReduce<double, 128> Reduce; __shared__ typename Reduce::TempStorage room;
  double sum = Reduce(room).Sum(x[threadIdx.x]); if (threadIdx.x == 0) x[0] = sum; }'''
ends = []
for source in (*(element % (kind, kind) for kind in ("double", "long long", "bool")), total):
    try:
        core.compile_with_cache(source, ("--std=c++17",))
        ends.append("loaded")
    except Exception as error:
        ends.append(str(error))
from tredegar.kernels.cuda_engine.compiling import compile_engine
print(json.dumps({
    "ends": ends,
    "cubins": [path.stat().st_size for path in Path(os.environ["CUPY_CACHE_DIR"]).glob("*.cubin")],
    "includes": [option[2:] for option in core.assemble_cupy_compiler_options(()) if option.startswith("-I")],
    "ours": len(compile_engine("sm_90").cubin),
}))
"""


@cache
def pythons() -> dict[int, str]:
    """The Pythons of this machine that can make an environment, by minor version."""
    names = ("python3", *(f"python3.{minor}" for minor in range(11, 20)))
    found = [path for name in names if (path := shutil.which(name))]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")  # its Pythons are not on the path
    found += [str(path) for path in pyenv.glob("versions/3.1[1-9]*/bin/python3")]
    code = "import ensurepip, sys, venv; print(sys.version_info[1])"
    versions = {}
    for path in found:
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode == 0 and int(done.stdout) >= 11:
            versions[int(done.stdout)] = path
    return versions


@pytest.fixture(scope="module")
def source(root: Path, tracked: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tracked files."""
    copy = tmp_path_factory.mktemp("source") / "tree"
    for name in tracked:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, copy / name)
    return copy


def environment(python: str, place: Path, *wanted: str) -> Path:
    """Make an empty environment, install what is wanted in it, and return its Python."""
    subprocess.run([python, "-m", "venv", str(place)], check=True)
    ours = place / "bin" / "python"
    install = [str(ours), "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    done = subprocess.run([*install, *wanted], env=NO_TOOLKIT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ours


def ran(command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env={**NO_TOOLKIT, **more}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("which", ["Python 3.11", "the newest Python"])
@pytest.mark.parametrize("extra", ["gpu13", "gpu12"])
def test_an_extra_brings_what_cupy_compiles_with(extra: str, which: str, source: Path, tmp_path: Path) -> None:
    minor = max(pythons()) if "newest" in which else 11
    if minor not in pythons() or (minor == 11 and "newest" in which):
        pytest.skip(f"this machine has no {which}")
    ours = environment(pythons()[minor], tmp_path / "environment", f"{source}[{extra}]")
    done = ran([str(ours), "-c", COMPILE], CUPY_CACHE_DIR=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert all(end == "loaded" or end.startswith("cuda") for end in found["ends"]), found["ends"]
    assert len(found["cubins"]) == 4 and min(found["cubins"]) > 1000
    assert all(Path(folder).is_relative_to(tmp_path / "environment") for folder in found["includes"]), "no toolkit"
    assert any((Path(folder) / "cuda_fp16.h").exists() for folder in found["includes"])
    assert found["ours"] > 10_000
    listed = ran([str(ours.parent / "tredegar"), "engines"])
    (line,) = [line for line in listed.stdout.splitlines() if line.startswith("cuda")]
    assert listed.returncode == 0 and ("yes" in line or "cudaError" in line), "CuPy's own reason"


def test_the_check_runs_from_an_unpacked_tree_beside_numpy_numba_and_the_libraries_of_the_gpu(
    source: Path, tmp_path: Path
) -> None:
    ours = environment(pythons()[max(pythons())], tmp_path / "environment", "numpy", "numba", *NEEDED)
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "tredegar").symlink_to(source)
    check = [str(ours), "-m", "tredegar.kernels.cuda_check", "--out", str(tmp_path / "r.json")]
    cache = {"TREDEGAR_CACHE": str(tmp_path / "cache")}
    done = ran(check, PYTHONPATH=str(tmp_path / "packages"), **cache)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert done.stdout.splitlines()[-1] == f"{report['verdict']}; wrote {tmp_path / 'r.json'}"
    assert report["passed"] or "cudaError" in report["device"]["reason"]

    # The same with a stand-in for the device, so that the parts are run, and numba compiles what they compare with.
    plan = json.dumps(asdict(replace(SHORT, sanitizer=False)))
    done = ran([*check, "--plan", plan], PYTHONPATH=f"{STAND_IN}:{tmp_path / 'packages'}", **cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["equality"]["against"] == "numba"
