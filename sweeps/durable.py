"""Files that survive a crash: written under a temporary name, flushed to the disk, renamed, and the folder flushed."""

from __future__ import annotations

import asyncio
import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from zarr.core.buffer import Buffer
from zarr.storage import LocalStore

TEMPORARY = ".partial"
"""The ending of a file that is being written; readers of Zarr ignore such files."""

FLUSHING_THREADS = 16

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when a file cannot grow: disk full, quota used up, limit of file size reached."""


def write_durably(path: Path, content: bytes | bytearray | memoryview) -> None:
    """Write ``content`` to ``path`` so that, whenever the machine stops, the old file or the new one is there.

    Raises OSError (disk full among them); the old file, if any, is then still there.
    """
    try:
        _write_and_rename(path, content)
    except FileNotFoundError:
        # Another process, completing the store, took the temporary file for a stray one: once more.
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_rename(path, content)


def _write_and_rename(path: Path, content: bytes | bytearray | memoryview) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{uuid4().hex[:12]}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """Flush the entries of folder ``path`` (or the content of a file) to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(path: Path) -> None:
    """Flush every file and folder under ``path`` to the disk, several at a time: the disk then works once for many."""
    everything = [path, *path.rglob("*")]
    with ThreadPoolExecutor(FLUSHING_THREADS) as threads:
        for _ in threads.map(flush_folder, everything):
            pass


class DurableStore(LocalStore):
    """A folder of Zarr files, each written durably; zarr's own LocalStore renames but never flushes."""

    async def set(self, key: str, value: Buffer) -> None:
        """Write ``value`` under ``key`` durably."""
        self._check_writable()
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
