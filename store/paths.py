"""Paths of stores as people type them."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from .format import StoreError

MOST_LETTERS = 300
"""How much of a path a message shows."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+")


def local_path(path: str | os.PathLike[str]) -> Path:
    """Return ``path`` with the home folder in place of ``~``.

    Raises StoreError for an address such as ``s3://...``, which is no file system that is mounted here.
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else path
    if not isinstance(text, str) or not text or "\0" in text:
        raise StoreError(f"a store must have a path, a text without NUL, got {ascii(text)[:MOST_LETTERS]}")
    if _ADDRESS.match(text):
        typed = _ADDRESS.sub(r"\1://", text, count=1)[:MOST_LETTERS]  # a Path has lost the second stroke
        raise StoreError(f"a store must be in a file system that is mounted here, got the address '{typed}'")
    try:
        place = Path(text).expanduser()
    except RuntimeError:
        raise StoreError(f"'{text}' begins with a home folder that is not known here; give the whole path") from None
    try:
        os.lstat(place)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise StoreError(f"a store must have a shorter path than '{text[:MOST_LETTERS]}...'") from None
    return place


def is_zip(path: Path) -> bool:
    """Return whether ``path`` names a zip file: its suffix, in letters of any size, says so."""
    return path.suffix.lower() == ".zip"


def is_empty_folder(path: Path) -> bool:
    """Return whether ``path`` is a folder with nothing in it."""
    return path.is_dir() and next(path.iterdir(), None) is None


def beside(store: Path, ending: str) -> Path:
    """Return the folder next to ``store`` that what is made of it goes to.

    >>> beside(Path("sweeps/my.zarr"), "report").as_posix()
    'sweeps/my-report'
    """
    named = store if store.name else store.absolute()  # "." is a place, and has no name
    return named.parent / f"{named.name.removesuffix('.zarr')}-{ending}"
