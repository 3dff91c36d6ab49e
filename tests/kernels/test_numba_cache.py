"""The cache of the compiled engine is found again by a second start, filled by several, renewed with the rules.

A copy of model and kernels is compiled in processes of their own, with an empty folder for compiled code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("numba")

from tredegar.kernels.machine import threads as numba_threads
from tredegar.kernels.machine.numba_import import usable_environment
from tredegar.kernels.numba_engine import cache as numba_cache

pytestmark = pytest.mark.compiled  # most of it starts the engine with an empty cache

PROGRAM = """
import hashlib, sys
import tredegar.kernels
from tredegar.kernels import simulate
assert tredegar.kernels.__file__.startswith({tree!r}), tredegar.kernels.__file__
points = {{"real_control": [0.2, 0.8]}}
small = dict(replicates=2, months=5, trusts=7, clinicians=3, dtype="float64")
for engine in ("numba", "numpy"):
    out = simulate(points, engine=engine, **small)
    print(engine, hashlib.sha256(b"".join(out[name].tobytes() for name in sorted(out))).hexdigest())
"""
ASSEMBLY = """
from tredegar.kernels.numba_engine.cache import load_kernel
(text,) = load_kernel().run_kernel.inspect_asm().values()
open({path!r}, "w").write(text)
"""
FUSED = re.compile(r"\b(vfn?m(add|sub)\w*|fn?madd|fn?msub|fmla|fmls)\b")
COMPILING = "compiling the rules"


@dataclass(frozen=True)
class Copy:
    """A copy of the package and the folder for its compiled code."""

    tree: Path
    cache: Path

    def start(self, extra: str = "", **variables: str) -> subprocess.Popen[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")},
            "PYTHONPATH": str(self.tree),
            "PYTHONDONTWRITEBYTECODE": "",
            numba_cache.VARIABLE: str(self.cache),
            **variables,
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
        return {str(path): path.stat().st_mtime_ns for path in self.cache.rglob("*") if path.is_file()}

    def with_own_cache(self, folder: Path) -> Copy:
        """The same package with a copy of its compiled code."""
        shutil.copytree(self.cache, folder)
        return Copy(self.tree, folder)

    def file(self, end: str) -> Path:
        """The one file of compiled code whose name ends so."""
        (path,) = self.cache.rglob(f"*{end}")
        return path


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


def test_a_second_start_compiles_nothing_and_writes_nothing(
    first: list[tuple[dict[str, str], str]], copy: Copy
) -> None:
    kept = copy.kept()
    answer, notes = copy.answer(copy.start())
    assert answer["numba"] == first[0][0]["numba"]
    assert notes == ""
    assert copy.kept() == kept != {}


def flipped(path: Path) -> bytes:
    """The bytes of a file with one bit of machine code flipped, in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    return bytes(data)


@pytest.mark.parametrize(
    ("end", "damaged"),
    [(".nbc", flipped), (".nbi", lambda path: b""), (".nbc", lambda path: path.read_bytes()[:1000])],
    ids=["a flipped bit", "an empty index", "a truncated file"],
)
def test_damaged_code_is_compiled_anew_with_one_note(
    end: str, damaged: Callable[[Path], bytes], first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    own = copy.with_own_cache(tmp_path / "cache")
    own.file(end).write_bytes(damaged(own.file(end)))
    answer, notes = own.answer(own.start())
    assert answer == first[0][0]
    assert notes.count("\n") == 1
    assert "is damaged" in notes and COMPILING in notes
    assert own.answer(own.start()) == (first[0][0], "")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="others cannot be told apart here")
def test_code_that_others_may_write_is_not_used_and_nothing_of_it_is_read(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    """A pickle in it would be executed: here one that ends the process."""
    own = copy.with_own_cache(tmp_path / "cache")
    own.file(".nbi").write_bytes(b"cposix\n_exit\n(I77\ntR.")
    own.file(".nbi").parent.chmod(0o777)
    kept = own.kept()
    answer, notes = own.answer(own.start())
    assert answer == first[0][0]
    assert notes.count("\n") == 1
    assert "is not trusted" in notes and COMPILING in notes
    assert own.kept() == kept


def test_a_folder_that_cannot_be_written_to_is_read(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    """As the cache of an image of a container, or one that root has filled for everybody."""
    own = copy.with_own_cache(tmp_path / "cache")
    for path in (own.cache, *own.cache.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert own.answer(own.start()) == (first[0][0], "")


BAD_NUMBERS = [("NUMBA_NUM_THREADS", value) for value in ("0", "-1", "abc", "1e3", "2.5", "4,2", "9" * 21)]
BAD_NUMBERS += [(name, value) for name in numba_threads.LIMITS[1:] for value in ("0", "abc")]


@pytest.mark.parametrize(("name", "value"), BAD_NUMBERS)
def test_a_number_of_threads_that_is_none_is_ignored_with_one_note(
    name: str, value: str, first: list[tuple[dict[str, str], str]], copy: Copy
) -> None:
    answer, notes = copy.answer(copy.start(**{name: value}))
    assert answer == first[0][0]
    assert notes.count("\n") == (0 if value.startswith("999") else 1), notes
    assert value.startswith("999") or (name in notes and value in notes)


@pytest.mark.parametrize(
    ("name", "value", "noted"),
    [
        ("NUMBA_NUM_THREADS", "", False),
        ("NUMBA_THREADING_LAYER", "nonsense", False),
        ("NUMBA_CACHE_LOCATOR_CLASSES", "nonsense", False),
        ("NUMBA_CPU_FEATURES", "nonsense", True),
        ("NUMBA_OPT", "abc", True),
        ("NUMBA_CACHE_DIR", "/proc/none", False),
        ("PYTHONWARNINGS", "error", False),
    ],
)
def test_variables_that_numba_cannot_use_do_not_stop_the_engine(
    name: str, value: str, noted: bool, first: list[tuple[dict[str, str], str]], copy: Copy
) -> None:
    answer, notes = copy.answer(copy.start(**{name: value}))
    assert answer == first[0][0]
    assert notes.count("\n") == noted, notes
    assert not noted or name in notes


def test_without_a_home_folder_or_any_cache_it_compiles_with_one_note(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    variables = {numba_cache.VARIABLE: "", "XDG_CACHE_HOME": "", "HOME": str(tmp_path / "nothing" / "file")}
    (tmp_path / "nothing").write_text("a file", encoding="utf-8")
    answer, notes = copy.answer(copy.start(**variables))
    assert answer == first[0][0]
    assert notes.count("\n") == 1
    assert COMPILING in notes and "compiled code is not kept" in notes and numba_cache.VARIABLE in notes


def test_an_edit_of_a_rule_changes_the_bits_of_the_compiled_engine(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    edited = Copy(tmp_path / "tree", copy.cache)
    shutil.copytree(copy.tree, edited.tree, ignore=shutil.ignore_patterns("__pycache__"))
    rules = edited.tree / "tredegar" / "model" / "rules" / "trust.py"
    text = rules.read_text(encoding="utf-8")
    assert text.count("0.4 * trust.access") == 1
    rules.write_text(text.replace("0.4 * trust.access", "0.41 * trust.access"), encoding="utf-8")
    answer, notes = edited.answer(edited.start())
    assert COMPILING in notes
    assert answer["numba"] == answer["numpy"] != first[0][0]["numba"]


def test_bits_do_not_depend_on_the_width_of_tiles(
    first: list[tuple[dict[str, str], str]], copy: Copy, tmp_path: Path
) -> None:
    for width in (2, 8):
        other = Copy(tmp_path / str(width), copy.cache)
        shutil.copytree(copy.tree, other.tree, ignore=shutil.ignore_patterns("__pycache__"))
        module = other.tree / "tredegar" / "kernels" / "numba_engine" / "width.py"
        text = module.read_text(encoding="utf-8")
        module.write_text(text.replace("WIDTH = _width()", f"WIDTH = {width}"), encoding="utf-8")
        answer, _ = other.answer(other.start())
        assert answer["numba"] == answer["numpy"] == first[0][0]["numba"]


class FullDisk:
    """A function whose code can be compiled and not be written."""

    def __init__(self, compiles: bool) -> None:
        self.compiles = compiles
        self.signatures: list[str] = []

    def enable_caching(self) -> None:
        return None

    def compile(self, signature: str) -> None:
        self.signatures += [signature] if self.compiles else []
        raise OSError(28, "No space left on device")


def test_code_that_cannot_be_written_is_used_and_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(numba_cache.VARIABLE, str(tmp_path))
    numba_cache.ready(FullDisk(compiles=True), "()")
    assert caplog.messages[-1].endswith(
        f"compiled code is not kept; set {numba_cache.VARIABLE} to a folder that can be used"
    )
    assert [*tmp_path.rglob("*.nb?"), *tmp_path.glob("numba/*")] == []
    with pytest.raises(OSError, match="No space left"):
        numba_cache.ready(FullDisk(compiles=False), "()")


def test_an_environment_that_was_made_usable_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"NUMBA_NUM_THREADS": "0", "NUMBA_CPU_FEATURES": "nonsense", "NUMBA_CACHE_LOCATOR_CLASSES": "nonsense"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with usable_environment():
        inside = {name: os.environ.get(name) for name in values}
    assert {name: os.environ[name] for name in values} == values
    assert inside["NUMBA_CPU_FEATURES"] is inside["NUMBA_CACHE_LOCATOR_CLASSES"] is None
    assert inside["NUMBA_NUM_THREADS"] not in ("0", "")
