"""Compiled code on disk: used only where nobody else can have written it, and only if it is what was written.

Compiled code is executed, and numba's comes as pickles; so nothing of a folder is used before all of it has been
checked. A folder is filled in a private one beside it and put in place whole, with a manifest of checksums. Several
processes may do so at once: the first one's folder stays.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "TREDEGAR_CACHE"
"""Environment variable that names another folder for compiled code."""
MANIFEST = "manifest.json"
PRIVATE = ".private-"
"""How the names of folders begin that are being filled, or thrown away; what a killed process left of them goes."""
ABANDONED = 6 * 3600.0
"""Age in seconds at which such a folder belongs to nobody."""


class NotTrusted(Exception):
    """Somebody else may have written what stands in a folder; the message says why."""


class Damaged(Exception):
    """A folder does not hold what was published; the message says why."""


@dataclass(frozen=True)
class Kept:
    """What was found at a place: its ``files`` (path in the folder -> bytes), or None and why they are not used.

    ``fault`` is "" where there is nothing yet. ``place`` is where new code can be published, None for nowhere.
    """

    files: dict[str, bytes] | None
    fault: str = ""
    place: Path | None = None


def home() -> Path | None:
    """Return the user's home folder; None where there is none or its name is no absolute path."""
    text = os.environ.get("HOME") if sys.platform != "win32" else None
    if text == "":  # Python would take the top folder of the file system
        return None
    try:
        found = Path.home()
    except RuntimeError:  # neither HOME nor an entry for this user
        return None
    return found if found.is_absolute() else None


def cache_root() -> Path | None:
    """Return the user's cache folder of Tredegar (it need not exist); None for a user without a home folder.

    ``TREDEGAR_CACHE`` goes before everything else, and an absolute ``XDG_CACHE_HOME`` before the home folder.
    """
    if chosen := os.environ.get(VARIABLE):
        try:
            return Path(chosen).expanduser().absolute()
        except RuntimeError:  # ~, and no home folder
            return None
    named = os.environ.get({"win32": "LOCALAPPDATA", "darwin": ""}.get(sys.platform, "XDG_CACHE_HOME"), "")
    if named and Path(named).is_absolute():  # the convention of XDG: others are to be ignored
        return Path(named) / "tredegar"
    customs = {"win32": ("AppData", "Local"), "darwin": ("Library", "Caches")}
    at = home()
    return None if at is None else at.joinpath(*customs.get(sys.platform, (".cache",)), "tredegar")


def trusted(info: os.stat_result) -> bool:
    """Whether only this user and root can have written a file or folder with the status ``info``."""
    if not hasattr(os, "geteuid"):
        return True
    others = 0 if stat.S_ISLNK(info.st_mode) else info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)  # links have no modes
    return info.st_uid in (os.geteuid(), 0) and not others


def read_checked(folder: Path) -> dict[str, bytes]:
    """Return the files of a published folder, by path in the folder.

    Raises NotTrusted where others may have written something, Damaged where a file is not what was published, is
    missing or is one too many, and OSError where the folder cannot be read or does not exist.
    """
    found: dict[str, bytes] = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        info = path.lstat()
        if not trusted(info):
            raise NotTrusted(f"{path} belongs to another user, or others may write to it")
        if stat.S_ISREG(info.st_mode):
            found[path.relative_to(folder).as_posix()] = _read(path)
        elif not stat.S_ISDIR(info.st_mode):
            raise Damaged(f"{path} is neither a file nor a folder")
    try:
        digests = json.loads(found.pop(MANIFEST, b""))
    except ValueError:
        raise Damaged(f"{MANIFEST} cannot be read") from None
    if digests != _manifest(folder.name, found):
        raise Damaged("its files are not those that were written")
    return found


def _read(path: Path) -> bytes:
    """Return the bytes of a file that is checked once it is open, so that no other can take its place meanwhile."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        if not trusted(os.fstat(handle)):
            raise NotTrusted(f"{path} belongs to another user, or others may write to it")
        return file.read()


def _manifest(name: str, files: dict[str, bytes]) -> dict[str, object]:
    """What a manifest says of a folder: its name, so that none stands for another, and the SHA-256 of each file."""
    return {"folder": name, "sha256": {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}}


def find_code(place: Path | None) -> Kept:
    """Return what is kept at ``place``, None standing for nowhere; what is damaged is thrown away.

    Never raises for what is found or not found on disk.
    """
    if place is None:
        return Kept(None, f"this user has no home folder; set {VARIABLE} to a folder for compiled code")
    try:
        return Kept(read_checked(place), "", place)
    except (FileNotFoundError, NotADirectoryError):
        if not os.path.lexists(place):
            return Kept(None, "", place)
        return _thrown_away(place, "it is incomplete")
    except Damaged as error:
        return _thrown_away(place, str(error))
    except NotTrusted as error:
        return Kept(None, f"compiled code in {place} is not trusted: {error}; remove it, or set {VARIABLE}")
    except OSError as error:
        return Kept(None, f"compiled code in {place} cannot be read ({error.strerror}); remove it, or set {VARIABLE}")


def _thrown_away(place: Path, why: str) -> Kept:
    fault = f"compiled code in {place} is damaged ({why})"
    if discard(place):
        return Kept(None, f"{fault} and thrown away", place)
    return Kept(None, f"{fault} and cannot be removed; remove it, or set {VARIABLE}")


def discard(place: Path) -> bool:
    """Remove what stands at ``place``, out of everybody's sight at once; return whether it is gone."""
    try:
        aside = Path(tempfile.mkdtemp(prefix=PRIVATE, dir=place.parent))
    except OSError:
        return False
    try:
        place.rename(aside / place.name)
    except OSError:
        return not os.path.lexists(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return True


@contextmanager
def workshop(beside: Path | None = None) -> Iterator[Path | None]:
    """A private folder to work in, in the folder of ``beside`` if that can be written to, else among temporary files.

    Yields None where nothing can be written at all. What is left of it at the end is removed.
    """
    folder = private_folder(beside)
    try:
        yield folder
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def private_folder(beside: Path | None = None) -> Path | None:
    """Return a new folder that only this user can enter, as :func:`workshop` has it; the caller removes it."""
    if beside is not None:
        with suppress(OSError):
            beside.parent.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=PRIVATE, dir=beside.parent))
            _clear_away(made)
            return made
    with suppress(OSError):
        return Path(tempfile.mkdtemp(prefix="tredegar-"))
    return None


def _clear_away(newest: Path) -> None:
    """Remove the private folders beside ``newest`` that are so much older that their process was killed."""
    now = newest.stat().st_mtime  # the clock of the file system, which may be that of another machine
    for other in newest.parent.glob(f"{PRIVATE}*"):
        with suppress(OSError):
            if now - other.lstat().st_mtime > ABANDONED:
                shutil.rmtree(other, ignore_errors=True)


def publish(filled: Path, place: Path) -> str:
    """Move the private folder ``filled`` to ``place``, with a manifest; return why not, "" where all went well.

    A folder that another process has put there meanwhile stays, which is well, too.
    """
    if filled.parent != place.parent:
        return f"{place.parent} cannot be written to"
    try:
        files = {p.relative_to(filled).as_posix(): p.read_bytes() for p in sorted(filled.rglob("*")) if p.is_file()}
        (filled / MANIFEST).write_text(json.dumps(_manifest(place.name, files), indent=1), encoding="utf-8")
        for path in (filled, *filled.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the umask: root may compile for everybody
            if not trusted(path.lstat()):
                return f"the file system of {place.parent} does not keep others from writing"
        filled.rename(place)
    except OSError as error:
        return "" if os.path.isdir(place) else f"{place.parent} cannot be written to ({error.strerror})"
    return ""


def keep(files: dict[str, bytes], place: Path | None) -> tuple[Path, str]:
    """Publish ``files`` (name -> bytes) at ``place``; return the folder where they stand now, and why not there.

    Where they cannot be kept, or what is there is not to be trusted, the folder is a private one until the process
    ends. Raises OSError where nothing can be written at all.
    """
    filled = private_folder(place)
    if filled is None:
        raise OSError(f"no folder can be written to, not even for temporary files; set {VARIABLE} to one that can")
    atexit.register(shutil.rmtree, filled, ignore_errors=True)
    for name, data in files.items():
        (filled / name).write_bytes(data)
    if place is None:
        return filled, ""
    fault = publish(filled, place)
    if os.path.exists(filled):  # not moved: another process was first, or it cannot be
        return (place, "") if not fault and find_code(place).files == files else (filled, fault)
    return place, fault
