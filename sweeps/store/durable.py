"""Files that survive a crash: written under a temporary name, flushed to the disk, renamed, and the folder flushed.

Some file systems (CIFS, many of FUSE) cannot flush folders. There a power cut may take back the newest names, and the
batches of those are computed again; the content of every file is flushed everywhere, or the sweep stops.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from zarr.core.buffer import Buffer
from zarr.storage import LocalStore

TEMPORARY = ".partial"
"""The ending of a file that is being written; readers of Zarr ignore such files."""

FLUSHING_THREADS = 16

TRIES = 10

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when a file cannot grow: disk full, quota used up, limit of file size reached."""

CANNOT_BE_OPENED = (errno.EACCES, errno.EPERM, errno.EISDIR, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
CANNOT_BE_FLUSHED = (
    errno.EINVAL,
    errno.EBADF,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EACCES,
    errno.EISDIR,
)
"""What file systems say of folders alone that they do not let a program open, or flush. Disks that fail say EIO."""

NOT_FLUSHED = "this file system does not flush folders (%s): files of the last seconds may be lost in a power cut"

_log = logging.getLogger("tredegar")
# Said once in a process; to take the last of a list is one step, whatever number of threads flush at once.
_unsaid = [NOT_FLUSHED]


def write_durably(path: Path, content: bytes | bytearray | memoryview) -> None:
    """Write ``content`` to ``path`` so that, whenever the machine stops, the old file or the new one is there.

    Raises OSError (disk full among them); the old file, if any, is then still there.
    """
    for _ in range(TRIES):
        with suppress(FileNotFoundError):
            # Another process, completing the store, may take the temporary file for a stray one; so may the next.
            return _write_and_rename(path, content)
        with suppress(FileExistsError):  # made by another machine, and not seen here yet
            path.parent.mkdir(parents=True, exist_ok=True)
    return _write_and_rename(path, content)


def _write_and_rename(path: Path, content: bytes | bytearray | memoryview) -> None:
    # A name of its own: two processes may write the same batch at once.
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{uuid4().hex[:12]}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            # Before the rename: the name could reach the disk first, and a power cut leave an empty file under it.
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        # What went wrong is what to tell, not that the rest of it cannot be removed either.
        with suppress(OSError):
            temporary.unlink()
        raise
    # A name is content of its folder: until that is flushed, a power cut may take the file back.
    flush_folder(path.parent)


def write_first(path: Path, content: bytes) -> bytes:
    """Write ``content`` to ``path`` unless a file is there; return what is there, whoever wrote it first.

    Processes that write at the same time all get the same. Where a file system knows no hard links the last one wins.
    Raises OSError (disk full among them).
    """
    mine = path.with_name(f"{path.name}.{os.getpid()}-{uuid4().hex[:12]}{TEMPORARY}")
    write_durably(mine, content)
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    except OSError:
        os.replace(mine, path)
    with suppress(FileNotFoundError):
        mine.unlink()
    flush_folder(path.parent)
    return path.read_bytes()


def flush_folder(path: Path) -> None:
    """Flush the entries of folder ``path`` to the disk, unless its file system knows no such thing: then say so."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        _tolerate(error, CANNOT_BE_OPENED)
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        _tolerate(error, CANNOT_BE_FLUSHED)
    finally:
        os.close(descriptor)


def _tolerate(error: OSError, kinds: tuple[int, ...]) -> None:
    """Raise ``error`` again unless it is one of ``kinds``."""
    if error.errno not in kinds:
        raise error
    # Workers see the disk that their driver sees, and it has written there before them.
    if multiprocessing.parent_process() is None:
        with suppress(IndexError):
            _log.warning(_unsaid.pop(), error.strerror)


def flush_file(path: Path) -> None:
    """Flush the content of the file ``path`` to the disk."""
    # Open for writing: some file systems flush nothing through a descriptor that only reads, or refuse to.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(path: Path) -> None:
    """Flush every file and folder under ``path`` to the disk, several at a time: the disk then works once for many."""
    everything = [path, *path.rglob("*")]
    with ThreadPoolExecutor(FLUSHING_THREADS) as threads:
        for _ in threads.map(_flush, everything):
            pass


def _flush(path: Path) -> None:
    if path.is_dir():
        flush_folder(path)
    else:
        flush_file(path)


class DurableStore(LocalStore):
    """A folder of Zarr files, each written durably; zarr's own LocalStore renames but never flushes."""

    async def set(self, key: str, value: Buffer) -> None:
        """Write ``value`` under ``key`` durably."""
        self._check_writable()
        # In a thread: a flush waits for the disk, and the loop has other files to write meanwhile.
        await asyncio.to_thread(self._put, key, value)

    def set_sync(self, key: str, value: Buffer) -> None:
        """Write ``value`` under ``key`` durably (newer versions of zarr call this one)."""
        self._check_writable()
        self._put(key, value)

    async def set_if_not_exists(self, key: str, value: Buffer) -> None:
        """Write ``value`` under ``key`` durably unless there is one; only metadata are written so, by one process."""
        if not await self.exists(key):
            await self.set(key, value)

    def _put(self, key: str, value: Buffer) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, value.as_buffer_like())
