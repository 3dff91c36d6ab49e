"""Compiled code on disk: what is used, what is thrown away, what is not trusted, and where it lies.

Here without compiling anything; with the compiled engine in test_numba_cache.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tredegar.kernels.machine import code_cache
from tredegar.kernels.machine.code_cache import (
    MANIFEST,
    PRIVATE,
    Kept,
    cache_root,
    find_code,
    keep,
    private_folder,
    publish,
)

FILES = {"code": bytes(range(256)), "index": b"\x80\x04."}
POSIX = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="others cannot be told apart here")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which ``FILES`` are kept."""
    assert keep(FILES, tmp_path / "cache" / "key") == (tmp_path / "cache" / "key", "")
    return tmp_path / "cache" / "key"


def flip(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit is flipped": lambda place: flip(place / "code"),
    "a file is truncated": lambda place: (place / "code").write_bytes(FILES["code"][:100]),
    "a file is empty": lambda place: (place / "index").write_bytes(b""),
    "a file is missing": lambda place: (place / "index").unlink(),
    "there is a file too many": lambda place: (place / "other").write_bytes(b"x"),
    "two files are exchanged": lambda place: [
        (place / "code").write_bytes(FILES["index"]), (place / "index").write_bytes(FILES["code"]),
    ],
    "the manifest is missing": lambda place: (place / MANIFEST).unlink(),
    "the manifest is empty": lambda place: (place / MANIFEST).write_bytes(b""),
    "the manifest is no manifest": lambda place: (place / MANIFEST).write_bytes(b"[1, \xff"),
    "a bit of the manifest is flipped": lambda place: flip(place / MANIFEST),
    "a file is a link": lambda place: [(place / "code").unlink(), (place / "code").symlink_to("index")],
    "the folder is empty": lambda place: [path.unlink() for path in place.iterdir()],
    "the folder is a file": lambda place: [shutil.rmtree(place), place.write_bytes(b"")],
    "it is another folder's": lambda place: [
        keep({"code": b"other"}, place.with_name("other")), shutil.rmtree(place),
        place.with_name("other").rename(place),
    ],
}  # fmt: skip


def test_what_was_kept_is_found_as_it_was(place: Path) -> None:
    assert find_code(place) == Kept(FILES, "", place)
    assert find_code(place.with_name("unknown")) == Kept(None, "", place.with_name("unknown"))


@pytest.mark.parametrize("what", DAMAGE)
def test_damaged_code_is_thrown_away_and_kept_anew(what: str, place: Path) -> None:
    DAMAGE[what](place)
    found = find_code(place)
    assert found.files is None
    assert found.place == place
    assert "is damaged" in found.fault and str(place) in found.fault and "\n" not in found.fault
    assert not place.exists()
    assert keep(FILES, place) == (place, "")
    assert find_code(place).files == FILES


@POSIX
@pytest.mark.parametrize("bits", [0o020, 0o002])
@pytest.mark.parametrize("part", ["", "code", MANIFEST])
def test_what_others_may_write_to_is_not_used_and_left_alone(part: str, bits: int, place: Path) -> None:
    (place / part).chmod((place / part).stat().st_mode | bits)
    found = find_code(place)
    assert (found.files, found.place) == (None, None)
    assert "is not trusted" in found.fault and str(place / part) in found.fault
    assert place.exists()
    elsewhere, _ = keep(FILES, found.place)
    assert elsewhere != place and (elsewhere / "code").read_bytes() == FILES["code"]


@POSIX
def test_what_belongs_to_somebody_else_is_not_used(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = place.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:
        assert find_code(place).files == FILES  # root may compile for everybody
        other = place / "code"
        os.chown(other, owner + 2, -1)
    assert "is not trusted" in find_code(place).fault


@POSIX
def test_a_wide_umask_does_not_make_kept_code_useless(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep(FILES, tmp_path / "key")
    finally:
        os.umask(before)
    assert find_code(tmp_path / "key").files == FILES


def test_of_two_processes_that_keep_the_same_the_first_one_stays(place: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_ino for path in place.iterdir()}
    assert keep(FILES, place) == (place, "")
    late = private_folder(place)
    assert late is not None
    (late / "code").write_bytes(b"late")
    assert publish(late, place) == ""
    assert {path: path.stat().st_ino for path in place.iterdir()} == before


def test_what_a_killed_process_left_is_removed_once_it_is_old(place: Path) -> None:
    killed, at_work = place.with_name(f"{PRIVATE}killed"), place.with_name(f"{PRIVATE}working")
    for folder in (killed, at_work):
        folder.mkdir()
        (folder / "half").write_bytes(b"1")
    age = place.stat().st_mtime - code_cache.ABANDONED - 60.0
    os.utime(killed, (age, age))
    keep(FILES, place.with_name("another"))
    assert not killed.exists()
    assert at_work.exists() and place.exists()


def test_nothing_private_is_left_behind(place: Path) -> None:
    DAMAGE["a bit is flipped"](place)
    find_code(place)
    keep(FILES, place)
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_where_nothing_can_be_kept_there_is_a_private_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    for impossible in (tmp_path / "file" / "key", Path("/proc/none/key")):
        folder, fault = keep(FILES, impossible)
        assert (folder / "code").read_bytes() == FILES["code"]
        assert "cannot be written to" in fault
    assert keep(FILES, None)[0].is_dir()


def test_with_no_place_at_all_not_even_a_temporary_one_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_cache.tempfile, "mkdtemp", lambda **_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="no folder can be written to"):
        keep(FILES, None)
    with code_cache.workshop() as folder:
        assert folder is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these have customs of their own")
def test_the_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(code_cache.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "tredegar"
    for ignored in ("", "relative/cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", ignored)
        assert cache_root() == tmp_path / "home" / ".cache" / "tredegar"
    monkeypatch.setenv(code_cache.VARIABLE, "chosen")
    assert cache_root() == Path.cwd() / "chosen"
    monkeypatch.setenv(code_cache.VARIABLE, "~/chosen")
    assert cache_root() == tmp_path / "home" / "chosen"


@POSIX
@pytest.mark.parametrize("home", ["", "not/absolute", None])
def test_without_a_home_there_is_no_folder_and_no_error(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def unknown(number: int) -> object:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in (code_cache.VARIABLE, "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    assert cache_root() is None
    if home is None:
        monkeypatch.setenv(code_cache.VARIABLE, "~/cache")
        assert cache_root() is None
    assert "no home folder" in find_code(None).fault


def test_processes_that_keep_the_same_at_once_agree(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tredegar.kernels.machine.code_cache import find_code, keep;"
        "place = Path(sys.argv[1]); files = {'code': b'1' * 10**6};"
        "found = find_code(place).files or find_code(keep(files, place)[0]).files; assert found == files, found"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "key")]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    assert [process.communicate()[1] for process in processes] == [""] * 6
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
