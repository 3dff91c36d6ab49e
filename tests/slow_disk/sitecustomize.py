"""A file system that is slow to show files, for whatever Python process has this folder on its PYTHONPATH.

Each process stands for a machine of its own, as the clients of NFS and Lustre are: what it does itself it sees at
once, what others do some time later, for each file another time. Until then a new file or folder is not there, a
replaced file is the old one, a removed file is still there, and listings agree with that. Renaming and making are
decided by the server: they fail if the name is taken, seen or not. Content is never mixed, and nothing is lost.

TREDEGAR_SLOW_DISK is "folder:ledger:seconds": of what happens below ``folder`` the processes keep a ``ledger``, with
the old files, and see what others did at a time between at once and so many seconds later.
"""

from __future__ import annotations

import builtins
import errno
import hashlib
import io
import os
import time
from contextlib import suppress
from uuid import uuid4

FOLDER, LEDGER, _seconds = os.environ.get("TREDEGAR_SLOW_DISK", "::0").split(":")
SECONDS = float(_seconds)
ABSENT, FILE, DIRECTORY = "absent", "file", "folder"

_open, _io_open, _stat, _lstat, _listdir, _scandir = os.open, io.open, os.stat, os.lstat, os.listdir, os.scandir
_replace, _rename, _unlink, _mkdir, _rmdir, _link = os.replace, os.rename, os.unlink, os.mkdir, os.rmdir, os.link


def _ours(path: object, given: dict[str, object]) -> str:
    """Return the full path if the file system is the slow one, else ""."""
    if isinstance(path, int) or any(given.get(name) is not None for name in ("dir_fd", "src_dir_fd", "dst_dir_fd")):
        return ""
    full = os.path.normpath(os.path.join(os.getcwd(), os.fsdecode(path)))  # type: ignore[arg-type]
    return full if full.startswith(FOLDER + os.sep) else ""


def _events(path: str) -> list[tuple[int, int, str, str]]:
    """Return what happened to ``path``, in order: time, process, what was there before, where that is kept."""
    place = os.path.join(LEDGER, hashlib.sha1(path.encode()).hexdigest())
    try:
        names = sorted(_listdir(place))
    except FileNotFoundError:
        return []
    words = (name.split("-") for name in names)
    return [
        (int(when), int(who), before, os.path.join(place, "-".join((when, who, mark, before))))
        for when, who, mark, before in words
    ]


def _shown(when: int, name: str) -> bool:
    """Whether this process sees by now what happened at ``when``: each process each thing at its own time."""
    luck = int.from_bytes(hashlib.sha1(f"{name} {os.getpid()}".encode()).digest()[:4], "big") / 2**32
    return time.time_ns() >= when + int(luck * SECONDS * 1e9)


def _old(path: str) -> tuple[str, str] | None:
    """Return what this process still sees at ``path`` that is there no more, or None if it sees what is there."""
    unseen = None
    for when, who, before, kept in _events(path):
        if who == os.getpid() or _shown(when, kept):
            unseen = None
        elif unseen is None:
            unseen = before, kept
    return unseen


def _view(path: str) -> tuple[str, str] | None:
    """Return what this process sees at ``path`` if that is not what is there: a folder not yet seen hides its files."""
    parent = os.path.dirname(path)
    if parent != FOLDER and _view(parent) is not None:
        return ABSENT, ""
    return _old(path)


def _seen_at(path: str) -> str:
    """Return the path of the file that this process sees at ``path``; raise FileNotFoundError if it sees none."""
    view = _view(path)
    if view is None or view[0] == DIRECTORY:
        return path
    if view[0] == ABSENT:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return view[1]


def _note(path: str) -> str:
    """Enter in the ledger that something happens to ``path`` now; return the entry."""
    place = os.path.join(LEDGER, hashlib.sha1(path.encode()).hexdigest())
    with suppress(FileExistsError):
        _mkdir(place)
    start = os.path.join(place, f"{time.time_ns():020d}-{os.getpid()}-{uuid4().hex}")
    try:
        _link(path, f"{start}-{FILE}", follow_symlinks=False)
        return f"{start}-{FILE}"
    except FileNotFoundError:
        before = ABSENT
    except OSError:
        before = DIRECTORY
    os.close(_open(f"{start}-{before}", os.O_CREAT | os.O_WRONLY))
    return f"{start}-{before}"


def _doing(paths: list[str], act: object, *words: object, **given: object) -> object:
    """Do what changes ``paths`` and enter it in the ledger, unless it fails."""
    entries = [_note(path) for path in paths if path]
    try:
        return act(*words, **given)  # type: ignore[operator]
    except OSError:
        for entry in entries:
            _unlink(entry)
        raise


def _looking(act):
    def look(path=".", *words, **given):
        full = _ours(path, given)
        return act(_seen_at(full) if full else path, *words, **given)

    return look


def _changing(act):
    def change(path, *words, **given):
        full = _ours(path, given)
        return _doing([full], act, path, *words, **given) if full else act(path, *words, **given)

    return change


def _moving(act):
    def move(source, target, **given):
        paths = [_ours(source, given), _ours(target, given)]
        return _doing(paths, act, source, target, **given)

    return move


def _opening(act, makes):
    def open_(file, *words, **given):
        full = _ours(file, given)
        if not full:
            return act(file, *words, **given)
        if makes(*words, **given):
            return act(file, *words, **given) if _exists(full) else _doing([full], act, file, *words, **given)
        return act(_seen_at(full), *words, **given)

    return open_


def _exists(path: str) -> bool:
    with suppress(OSError):
        _lstat(path)
        return True
    return False


def _listing(path="."):
    full = _ours(path, {})
    names = _listdir(_seen_at(full) if full else path)
    if not full:
        return names
    if _view(full) is not None:  # an empty folder that was replaced
        return []
    return [name for name in names if (_old(os.path.join(full, os.fsdecode(name))) or ("",))[0] != ABSENT]


class _Scan:
    """What ``os.scandir`` returns, less what is not yet seen."""

    def __init__(self, path=".") -> None:
        self.full = _ours(path, {})
        self.found = _scandir(_seen_at(self.full) if self.full else path)
        self.hidden = bool(self.full) and _view(self.full) is not None  # an empty folder that was replaced

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            entry = next(self.found)
            if self.hidden:
                continue
            if not self.full or (_old(os.path.join(self.full, entry.name)) or ("",))[0] != ABSENT:
                return entry

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.found.close()


if FOLDER:
    os.stat, os.lstat, os.listdir, os.scandir = _looking(_stat), _looking(_lstat), _listing, _Scan
    os.unlink = os.remove = _changing(_unlink)
    os.mkdir, os.rmdir = _changing(_mkdir), _changing(_rmdir)
    os.replace, os.rename = _moving(_replace), _moving(_rename)
    os.open = _opening(_open, lambda flags=0, *_, **given: bool(flags & os.O_CREAT))
    io.open = builtins.open = _opening(_io_open, lambda mode="r", *_, **given: not mode.startswith("r"))
