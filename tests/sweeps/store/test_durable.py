"""Files that survive a crash: what is flushed, what a file system may refuse, and what must be heard."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.store import durable
from tredegar.sweeps.store.durable import flush_tree, write_durably, write_first

from ...support.fake_model import simulate
from ...support.sweep_cases import contents, small_spec

OF_FOLDERS = ("EINVAL", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EBADF")
"""What CIFS, FUSE and their like say when a folder is to be flushed."""
OF_DISKS = ("EIO", "ENOSPC", "EDQUOT")
NOTE = "this file system does not flush folders"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """As in a process that has said nothing yet."""
    monkeypatch.setattr(durable, "_unsaid", [durable.NOT_FLUSHED])
    caplog.set_level(logging.WARNING, logger="tredegar")


def refusal(name: str) -> OSError:
    number = getattr(errno, name)
    return OSError(number, os.strerror(number))


def unflushable(monkeypatch: pytest.MonkeyPatch, name: str, of: Callable[[int], bool]) -> list[int]:
    """Let ``os.fsync`` of whatever has a mode ``of`` the kind fail; return the modes of all that it was called with."""
    sync, asked = os.fsync, []

    def fsync(descriptor: int) -> None:
        asked.append(os.fstat(descriptor).st_mode)
        if of(asked[-1]):
            raise refusal(name)
        sync(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    return asked


@pytest.mark.parametrize("name", OF_FOLDERS)
def test_a_file_system_that_cannot_flush_folders_is_used_with_one_note(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    complete_sweep(small_spec(), tmp_path / "whole.zarr", workers=0, simulate=simulate)
    asked = unflushable(monkeypatch, name, stat.S_ISDIR)
    assert complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate).complete
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "whole.zarr")
    (said,) = [record for record in caplog.records if record.name == "tredegar"]
    assert NOTE in said.getMessage()
    assert os.strerror(getattr(errno, name)) in said.getMessage()
    assert any(map(stat.S_ISDIR, asked)) and any(map(stat.S_ISREG, asked))


@pytest.mark.parametrize("name", ["EACCES", "EISDIR", "EINVAL"])
def test_a_folder_that_cannot_be_opened_is_no_reason_to_stop(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opened = os.open

    def no_folders(path: Path, flags: int, *others: int, **more: int) -> int:
        if Path(path).is_dir():
            raise refusal(name)
        return opened(path, flags, *others, **more)

    with monkeypatch.context() as patch:
        patch.setattr("os.open", no_folders)
        write_durably(tmp_path / "file", b"content")
        flush_tree(tmp_path)
    assert (tmp_path / "file").read_bytes() == b"content"
    assert [NOTE in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize("name", [*OF_FOLDERS, *OF_DISKS, "EACCES"])
def test_a_file_that_cannot_be_flushed_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_durably(tmp_path / "file", b"old")
    unflushable(monkeypatch, name, stat.S_ISREG)
    with pytest.raises(OSError, match=os.strerror(getattr(errno, name))):
        write_durably(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]
    with pytest.raises(OSError, match=os.strerror(getattr(errno, name))):
        flush_tree(tmp_path)
    assert caplog.records == []


@pytest.mark.parametrize("name", OF_DISKS)
def test_a_disk_that_fails_below_a_folder_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unflushable(monkeypatch, name, stat.S_ISDIR)
    with pytest.raises(OSError, match=os.strerror(getattr(errno, name))):
        write_durably(tmp_path / "file", b"new")
    with pytest.raises(OSError, match=os.strerror(getattr(errno, name))):
        flush_tree(tmp_path)


def test_a_worker_leaves_the_note_to_its_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unflushable(monkeypatch, "EINVAL", stat.S_ISDIR)
    monkeypatch.setattr("multiprocessing.parent_process", lambda: "the driver")
    write_durably(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"
    assert caplog.records == []
    monkeypatch.setattr("multiprocessing.parent_process", lambda: None)
    write_durably(tmp_path / "file", b"content")
    assert len(caplog.records) == 1


def test_every_file_and_folder_of_a_tree_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree" / "below").mkdir(parents=True)
    files = [tmp_path / "tree" / "a", tmp_path / "tree" / "below" / "b"]
    for path in files:
        path.write_bytes(b"content")
    flushed, sync = set(), os.fsync

    def fsync(descriptor: int) -> None:
        flushed.add(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    flush_tree(tmp_path / "tree")
    assert flushed == {path.stat().st_ino for path in (tmp_path / "tree", tmp_path / "tree" / "below", *files)}
    flushed.clear()
    flush_tree(files[0])
    assert flushed == {files[0].stat().st_ino}


def test_a_folder_that_vanishes_meanwhile_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, gone = os.replace, []

    def vanish(source: Path, target: Path) -> None:
        if not gone:
            gone.append(source)
            Path(source).unlink()
            Path(source).parent.rmdir()
        replace(source, target)

    (tmp_path / "below").mkdir()
    monkeypatch.setattr("os.replace", vanish)
    write_durably(tmp_path / "below" / "file", b"content")
    assert [path.read_bytes() for path in (tmp_path / "below").iterdir()] == [b"content"]


def test_what_went_wrong_first_is_what_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that turns read-only lets nobody remove the beginning of a file either."""

    def fail(name: str) -> Callable[..., None]:
        def call(*words: object, **more: object) -> None:
            raise refusal(name)

        return call

    monkeypatch.setattr("os.replace", fail("EXDEV"))
    monkeypatch.setattr("pathlib.Path.unlink", fail("EROFS"))
    with pytest.raises(OSError, match=os.strerror(errno.EXDEV)):
        write_durably(tmp_path / "file", b"content")


def test_what_the_first_wrote_holds_for_all(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda each: write_first(tmp_path / "choice", str(each).encode()), range(8)))
    assert found == {(tmp_path / "choice").read_bytes()}
    assert [path.name for path in tmp_path.iterdir()] == ["choice"]


def test_without_hard_links_the_file_is_whole_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    assert write_first(tmp_path / "choice", b"mine") == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["choice"]
