"""The calls that a process makes of the file system, one by one: counted, and made to fail at any of them.

Every call of Python that touches a file below one folder goes through here: whatever opens, reads, writes, flushes,
renames, links, lists or removes. (What compiled code calls by itself does not; a test compares with strace.) A call is
named by what it does, by its place and by how often that was done before, so that the same call of another sweep can
be named although the names of temporary files differ and threads take turns.
"""

from __future__ import annotations

import builtins
import io
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from .failing_ways import BY_DESCRIPTOR, BY_PATH, LISTING, OF_TWO_PATHS, Call, Failing, Killed

TEMPORARY = (
    (re.compile(r"\.\d+-[0-9a-f]{12}\.partial"), ".partial"),
    (re.compile(r"\.[0-9a-f]{32}\.partial"), ".partial"),
    (re.compile(r"\.creating-.*?-\d+-[0-9a-f]{8}"), ".creating"),
    (re.compile(r"[^/]*-\d+-\d+\.jsonl"), "log.jsonl"),
    (re.compile(r"\.private-\w{8}"), ".private"),
    (re.compile(r"\.tmp\.[0-9a-f]{16}"), ".tmp"),
)
"""Names that differ from one process to the next."""
OPENING = ("open", "open to read")
"""The calls that return an open file or a descriptor."""


class Calls:
    """The calls of this process below ``folder``. At ``target`` the system fails as ``failing`` says; None: never.

    ``seen`` are all calls in their order; ``failed`` is the target if it was reached. A target that is a number, from
    0, means the first call from there on that can fail so. Nothing is flushed unless ``flush`` says so: no power is cut
    here. ``die`` ends the process where it is killed; by default an exception does, and no later call does anything.
    """

    def __init__(
        self,
        folder: Path,
        target: Call | int | None = None,
        failing: Failing | None = None,
        flush: bool = False,
        die: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder, self.target, self.failing = f"{folder.resolve()}/", target, failing
        self.flush, self.die = flush, die
        self.seen: list[Call] = []
        self.failed: Call | None = None
        self.failures = 0
        self.torn: set[str] = set()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def make(
        self, operation: str, path: str | None, call: Callable[[], Any], some: Callable[[], Any] | None = None
    ) -> Any:
        """Make a ``call`` at ``path``, or fail; ``some`` writes a part of what is to be written."""
        if path is None:
            return call()
        with self._lock:
            failing, first = self._next(operation, path)
        if failing is None:
            return call()
        if failing.short and first and some is not None:
            return some()
        if failing.after and first:
            made = call()
            if operation in OPENING:  # a number of bytes is no descriptor, though one may be open under it
                _let_go(made)
        if failing.kills and operation == "close" and not first:
            return None  # which the system does for a process that is no more
        if failing.kills:
            self.die()
            raise Killed
        self.failures += 1
        raise OSError(failing.number, os.strerror(failing.number), self.folder + path)

    def _next(self, operation: str, path: str) -> tuple[Failing | None, bool]:
        """Take note of a call; return how it fails, if it does, and whether it is the first that does."""
        place = path
        for pattern, name in TEMPORARY:
            place = pattern.sub(name, place)
        call = Call(operation, place, self._counts[operation, place])
        self._counts[operation, place] += 1
        self.seen.append(call)
        if self.failing is None or self.target is None:
            return None, False
        if self.failed is not None:
            later = self.failing.kills or operation in self.failing.lasting or path in self.torn
            return (self.failing if later else None), False
        here = len(self.seen) > self.target if isinstance(self.target, int) else self.target == call
        if not here or not self.failing.applies(call):
            return None, False
        self.failed = call
        if self.failing.short:
            self.torn.add(path)
        return self.failing, True

    def below(self, path: Any, folder: int | None = None) -> str | None:
        """Return ``path``, a name or a descriptor, as a path below the folder; None for one elsewhere."""
        if isinstance(path, int):
            name = _name_of(path)
        else:
            name = os.fsdecode(path)
            if folder is not None and not os.path.isabs(name):
                name = os.path.join(_name_of(folder), name)
        whole = os.path.abspath(name) + "/"
        return whole[len(self.folder) : -1] or "." if whole.startswith(self.folder) else None


def _let_go(made: Any) -> None:
    """Close what was opened, of which nobody will hear."""
    if isinstance(made, io.FileIO):
        io.FileIO.close(made)
    else:
        os.close(made)


def _name_of(descriptor: int) -> str:
    try:
        return _readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


_readlink = os.readlink


class WatchedFile(io.FileIO):
    """An open file whose reads and writes are calls of their own."""

    def __init__(self, calls: Calls, place: str, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self.calls, self.place = calls, place

    def write(self, content: Any) -> int:
        """Write ``content``, or a part of it."""
        part = memoryview(content).cast("B")
        some = part[: max(1, len(part) // 2)]
        return self.calls.make(
            "write", self.place, lambda: io.FileIO.write(self, content), lambda: io.FileIO.write(self, some)
        )

    def readall(self) -> bytes:
        """Read to the end."""
        return self.calls.make("read", self.place, lambda: io.FileIO.readall(self))

    def readinto(self, buffer: Any) -> int:
        """Read what fits into ``buffer``."""
        return self.calls.make("read", self.place, lambda: io.FileIO.readinto(self, buffer))

    def close(self) -> None:
        """Close the file, which is closed even if that fails."""
        if not self.closed and self.writable():
            try:
                self.calls.make("close", self.place, lambda: None)
            finally:
                super().close()
        super().close()


def _opener(calls: Calls) -> Callable[..., Any]:
    """Return what stands for the built-in ``open``."""
    plain = io.open

    def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
               newline: Any = None, closefd: bool = True, opener: Any = None) -> Any:  # fmt: skip
        place = calls.below(file)
        if place is None:
            return plain(file, mode, buffering, encoding, errors, newline, closefd, opener)
        kind = mode.replace("b", "").replace("t", "")
        operation = "open" if set(kind) & set("wax+") else "open to read"
        name = file if isinstance(file, int) else os.fspath(file)
        raw = calls.make(operation, place, lambda: WatchedFile(calls, place, name, kind, closefd, opener))
        if buffering == 0:
            return raw
        layer = io.BufferedRandom if "+" in kind else io.BufferedReader if kind == "r" else io.BufferedWriter
        buffered = layer(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    return opened


def _replacements(calls: Calls) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the name of each function of ``os`` and what stands for it."""
    for name in (*BY_PATH, *LISTING):
        yield name, _of_a_path(calls, name, getattr(os, name))
    for name in BY_DESCRIPTOR:
        yield name, _of_a_descriptor(calls, name, getattr(os, name))
    for name in OF_TWO_PATHS:
        yield name, _of_two_paths(calls, name, getattr(os, name))
    sendfile = os.sendfile

    def sent(target: int, source: int, offset: int, count: int) -> int:
        return calls.make("sendfile", calls.below(target), lambda: sendfile(target, source, offset, count))

    yield "sendfile", sent


def _of_a_path(calls: Calls, name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def made(path: Any = ".", *words: Any, dir_fd: int | None = None, **more: Any) -> Any:
        more |= {} if dir_fd is None else {"dir_fd": dir_fd}
        operation = {"remove": "unlink"}.get(name, name)
        if name == "open" and not words[0] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            operation = "open to read"
        return calls.make(operation, calls.below(path, dir_fd), lambda: plain(path, *words, **more))

    return made


def _of_a_descriptor(calls: Calls, name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def made(descriptor: int, *words: Any) -> Any:
        place = calls.below(descriptor)
        if name in ("fsync", "fdatasync") and place is not None and not calls.flush:
            return calls.make(name, place, lambda: None)

        def some() -> Any:
            return plain(descriptor, words[0][: max(1, len(words[0]) // 2)], *words[1:])

        return calls.make(name, place, lambda: plain(descriptor, *words), some if "write" in name else None)

    return made


def _of_two_paths(calls: Calls, name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def made(source: Any, target: Any, **more: Any) -> Any:
        place = calls.below(target, more.get("dst_dir_fd"))
        return calls.make(name, place, lambda: plain(source, target, **more))

    return made


@contextmanager
def calls_below(
    folder: Path, target: Call | int | None = None, failing: Failing | None = None, **more: Any
) -> Iterator[Calls]:
    """Watch all calls below ``folder`` while this lasts, and let one of them fail."""
    calls = Calls(folder, target, failing, **more)
    opened = _opener(calls)
    replaced = dict(_replacements(calls))
    with patch.object(builtins, "open", opened), patch.object(io, "open", opened), patch.multiple(os, **replaced):
        yield calls
