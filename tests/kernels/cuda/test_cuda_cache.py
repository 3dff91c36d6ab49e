"""The GPU's code is kept in the user's cache like that of the compiled engine, and as carefully.

Nothing is compiled here: what NVRTC would make is handed in.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tredegar.kernels.cuda_engine import compiling as cuda_build
from tredegar.kernels.cuda_engine.compiling import Built, cubin_file
from tredegar.kernels.machine.code_cache import VARIABLE, home
from tredegar.kernels.machine.cupy_import import FOLDER, IN_MEMORY, import_cupy
from tredegar.kernels.machine.notes import note_once
from tredegar.model.schedule.rulebook import RuleBook

MACHINE_CODE = b"\x7fELF" + bytes(range(256)) * 16


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The architectures that were compiled for, with a cache of its own."""
    compiled: list[str] = []

    def build(architecture: str, book: RuleBook) -> Built:
        compiled.append(architecture)
        return Built(architecture, "13.0", "", MACHINE_CODE, "")

    monkeypatch.setattr(cuda_build, "compile_engine", build)
    monkeypatch.setattr(cuda_build, "nvrtc_version", lambda: "13.0")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    note_once.cache_clear()
    yield compiled
    note_once.cache_clear()


def test_machine_code_is_compiled_once_and_lies_where_the_user_wants_compiled_code(
    builds: list[str], tmp_path: Path
) -> None:
    path = cubin_file("sm_90")
    assert path.is_relative_to(tmp_path / "cache")
    assert path.read_bytes() == MACHINE_CODE
    assert cubin_file("sm_90") == path
    assert cubin_file("sm_80") != path
    assert builds == ["sm_90", "sm_80"]


@pytest.mark.parametrize("bytes_left", [0, 1000, len(MACHINE_CODE) - 1])
def test_damaged_machine_code_is_compiled_anew_with_one_note(
    bytes_left: int, builds: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = cubin_file("sm_90")
    path.write_bytes(MACHINE_CODE[:bytes_left])
    assert cubin_file("sm_90").read_bytes() == MACHINE_CODE
    assert cubin_file("sm_90").read_bytes() == MACHINE_CODE
    assert builds == ["sm_90", "sm_90"]
    (note,) = caplog.messages
    assert "is damaged" in note and str(path.parent) in note


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="others cannot be told apart here")
def test_machine_code_that_others_may_write_is_not_loaded(builds: list[str], caplog: pytest.LogCaptureFixture) -> None:
    path = cubin_file("sm_90")
    path.chmod(0o666)
    other = cubin_file("sm_90")
    assert other.parent != path.parent and other.read_bytes() == MACHINE_CODE
    (note,) = caplog.messages
    assert "is not trusted" in note


def test_without_a_place_for_it_machine_code_is_a_temporary_file(
    builds: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert cubin_file("sm_90").read_bytes() == MACHINE_CODE
    assert cubin_file("sm_90").read_bytes() == MACHINE_CODE
    (note,) = caplog.messages
    assert "cannot be written to" in note


@pytest.fixture
def cupy(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A stand-in for CuPy, and nothing said on where it keeps its kernels."""
    monkeypatch.setitem(sys.modules, "cupy", ModuleType("cupy"))
    for name in (FOLDER, IN_MEMORY, VARIABLE):
        monkeypatch.setenv(name, "")  # so that it is restored at the end
        monkeypatch.delenv(name)
    return monkeypatch


def said() -> tuple[str | None, str | None]:
    """Where CuPy will keep its kernels: the folder it is told, and whether in memory."""
    import_cupy()
    return os.environ.get(FOLDER), os.environ.get(IN_MEMORY)


def test_the_kernels_of_cupy_move_with_the_compiled_code(cupy: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cupy.setenv(VARIABLE, str(tmp_path / "cache"))
    assert said() == (str(tmp_path / "cache" / "cupy"), None)


def test_a_folder_that_the_user_has_named_for_cupy_stays(cupy: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cupy.setenv(VARIABLE, str(tmp_path / "cache"))
    cupy.setenv(FOLDER, str(tmp_path / "mine"))
    assert said() == (str(tmp_path / "mine"), None)


def test_without_a_wish_cupy_does_as_it_always_does(cupy: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cupy.setenv("HOME", str(tmp_path))
    assert home() == tmp_path
    assert said() == (None, None)


@pytest.mark.parametrize("where", ["", "/dev/null/none", "file"])
def test_without_a_home_cupy_keeps_its_kernels_in_memory(where: str, cupy: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    cupy.setenv("HOME", str(tmp_path / "file") if where == "file" else where)
    assert said() == (None, "1")
