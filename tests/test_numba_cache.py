"""What the compiled engine keeps on disk: found again by a second start, filled by several, renewed with the rules.

A copy of model and kernels is compiled in processes of their own, with an empty folder for compiled code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("numba")

from tredegar.kernels import numba_cache

PROGRAM = """
import hashlib, sys, time
import tredegar.kernels
from tredegar.kernels import simulate
assert tredegar.kernels.__file__.startswith({tree!r}), tredegar.kernels.__file__
points = {{"real_control": [0.2, 0.8]}}
small = dict(replicates=2, months=5, trusts=7, clinicians=3, dtype="float64")
for engine in ("numba", "numpy"):
    out = simulate(points, engine=engine, **small)
    print(engine, hashlib.sha256(b"".join(out[name].tobytes() for name in sorted(out))).hexdigest())
print("seconds", time.process_time())
"""
ASSEMBLY = """
from tredegar.kernels.numba_cache import load_kernel
(text,) = load_kernel().compute_runs.inspect_asm().values()
open({path!r}, "w").write(text)
"""
FUSED = re.compile(r"\b(vfn?m(add|sub)\w*|fn?madd|fn?msub|fmla|fmls)\b")
COMPILING = "compiling the rules"


@dataclass(frozen=True)
class Copy:
    """A copy of the package and the folder for its compiled code."""

    tree: Path
    cache: Path

    def start(self, extra: str = "") -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.tree),
            "PYTHONDONTWRITEBYTECODE": "",
            numba_cache.VARIABLE: str(self.cache),
        }
        command = [sys.executable, "-c", PROGRAM.format(tree=str(self.tree)) + extra]
        return subprocess.Popen(
            command, env=environment, cwd=self.tree, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def answer(self, process: subprocess.Popen[str]) -> tuple[dict[str, str], str]:
        """What a process printed, by first word, and its notes; fails with them if it failed."""
        out, notes = process.communicate()
        assert process.returncode == 0, notes
        return dict(line.split() for line in out.splitlines()), notes

    def kept(self) -> dict[str, int]:
        """The files of compiled code and when they were written."""
        return {str(path): path.stat().st_mtime_ns for path in self.cache.rglob("*.nb?")}


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the package with nothing compiled."""
    base = tmp_path_factory.mktemp("compiled")
    for name in ("model", "kernels"):
        shutil.copytree(root / name, base / "tree" / "tredegar" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return Copy(base / "tree", base / "cache")


@pytest.fixture(scope="module")
def first(copy: Copy) -> list[tuple[dict[str, str], str]]:
    """The answers of two processes that start at once and find nothing compiled; one leaves its assembly."""
    processes = [copy.start(ASSEMBLY.format(path=str(copy.tree / "kernel.s"))), copy.start()]
    return [copy.answer(process) for process in processes]


def test_processes_that_compile_at_once_agree_with_the_array_engine(first: list[tuple[dict[str, str], str]]) -> None:
    digests = {answer[engine] for answer, _ in first for engine in ("numba", "numpy")}
    assert len(digests) == 1


def test_a_first_start_says_that_it_compiles(first: list[tuple[dict[str, str], str]]) -> None:
    assert any(COMPILING in notes for _, notes in first)


def test_no_multiplication_is_fused_with_an_addition(first: list[tuple[dict[str, str], str]], copy: Copy) -> None:
    assembly = (copy.tree / "kernel.s").read_text(encoding="utf-8")
    assert "tredegar_clinicians" in assembly
    assert FUSED.findall(assembly) == []
    assert FUSED.findall("\tvfmadd213pd\t%ymm0, %ymm1, %ymm2\n") != []


def test_a_second_start_compiles_nothing_and_takes_less_than_two_seconds(
    first: list[tuple[dict[str, str], str]], copy: Copy
) -> None:
    kept = copy.kept()
    answer, notes = copy.answer(copy.start())
    assert answer["numba"] == first[0][0]["numba"]
    assert COMPILING not in notes
    assert copy.kept() == kept != {}
    assert float(answer["seconds"]) < 2.0  # of the processor: the machine may be busy with other things


def test_an_edit_of_a_rule_changes_the_bits_of_the_compiled_engine(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    edited = Copy(tmp_path / "tree", copy.cache)
    shutil.copytree(copy.tree, edited.tree, ignore=shutil.ignore_patterns("__pycache__"))
    rules = edited.tree / "tredegar" / "model" / "rules_trust.py"
    text = rules.read_text(encoding="utf-8")
    assert text.count("0.4 * trust.access") == 1
    rules.write_text(text.replace("0.4 * trust.access", "0.41 * trust.access"), encoding="utf-8")
    answer, notes = edited.answer(edited.start())
    assert COMPILING in notes
    assert answer["numba"] == answer["numpy"] != first[0][0]["numba"]


@pytest.mark.slow
def test_bits_do_not_depend_on_the_width_of_tiles(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    for width in (2, 8):
        other = Copy(tmp_path / str(width), copy.cache)
        shutil.copytree(copy.tree, other.tree, ignore=shutil.ignore_patterns("__pycache__"))
        module = other.tree / "tredegar" / "kernels" / "numba_width.py"
        text = module.read_text(encoding="utf-8")
        module.write_text(text.replace("WIDTH = _width()", f"WIDTH = {width}"), encoding="utf-8")
        answer, _ = other.answer(other.start())
        assert answer["numba"] == answer["numpy"] == first[0][0]["numba"]


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(numba_cache.VARIABLE, str(tmp_path / "chosen"))
    assert numba_cache.code_folder().is_relative_to(tmp_path / "chosen")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these have customs of their own")
def test_the_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(numba_cache.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert numba_cache.cache_root() == tmp_path / "tredegar"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert numba_cache.cache_root() == Path.home() / ".cache" / "tredegar"


def test_a_folder_that_cannot_be_written_to_is_replaced_by_a_temporary_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv(numba_cache.VARIABLE, str(tmp_path / "file"))
    folder = numba_cache.code_folder()
    assert folder.is_dir()
    assert not folder.is_relative_to(tmp_path / "file")
    assert "compiled code is not kept" in caplog.text
