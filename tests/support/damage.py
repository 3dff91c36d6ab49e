"""Damage of every kind, done to stores and archives: what a disk, a hand or another program can do to their files."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import google_crc32c
import numpy as np

Harm = Callable[[bytes, bytes, np.random.Generator], bytes | None]
"""What becomes of the content of a file, of which another one is at hand; None: it is gone."""


def _flip(content: bytes, other: bytes, luck: np.random.Generator) -> bytes:
    if not content:
        return b"\0"
    at = int(luck.integers(len(content)))
    return content[:at] + bytes([content[at] ^ (1 << int(luck.integers(8)))]) + content[at + 1 :]


def _flip_and_sign(content: bytes, other: bytes, luck: np.random.Generator) -> bytes:
    """Flip a bit and mend the checksum, as a faulty memory does before the checksum is taken."""
    harmed = _flip(content[:-4], other, luck)
    return harmed + int(google_crc32c.value(harmed)).to_bytes(4, "little")


HARMS: dict[str, Harm] = {
    "missing": lambda content, other, luck: None,
    "empty": lambda content, other, luck: b"",
    "cut": lambda content, other, luck: content[: int(luck.integers(len(content)))] if content else b"x",
    "flipped": _flip,
    "flipped and signed": _flip_and_sign,
    "zeroed": lambda content, other, luck: bytes(len(content)),
    "from elsewhere": lambda content, other, luck: other,
    "longer": lambda content, other, luck: content + b"\0" * 7,
}


class Damaged(NamedTuple):
    """What was done: the files that were harmed, how, and whether their bytes changed at all."""

    files: tuple[str, ...]
    harm: str
    changed: bool


def files_of(store: Path) -> list[str]:
    """Return the files of a store outside its log, as paths in it."""
    found = (path.relative_to(store) for path in sorted(store.rglob("*")) if path.is_file())
    return [str(path) for path in found if path.parts[0] != "log"]


def harm_folder(store: Path, elsewhere: Path, luck: np.random.Generator) -> Damaged:
    """Harm one file of ``store``, or swap two; content "from elsewhere" is that of any file of the other store."""
    names = files_of(store)
    name = names[int(luck.integers(len(names)))]
    how = [*HARMS, "swapped", "same file of another sweep"][int(luck.integers(len(HARMS) + 2))]
    before = (store / name).read_bytes()
    if how == "swapped":
        other = names[int(luck.integers(len(names)))]
        swapped = (store / other).read_bytes()
        (store / name).write_bytes(swapped)
        (store / other).write_bytes(before)
        return Damaged((name, other), how, before != swapped)
    if how == "same file of another sweep":
        after: bytes | None = (elsewhere / name).read_bytes()
    else:
        others = files_of(elsewhere)
        other_content = (elsewhere / others[int(luck.integers(len(others)))]).read_bytes()
        after = HARMS[how](before, other_content, luck)
    (store / name).unlink()
    if after is not None:
        (store / name).write_bytes(after)
    return Damaged((name,), how, after != before)


def harm_zip(archive: Path, elsewhere: Path, luck: np.random.Generator) -> Damaged:
    """Harm the bytes of ``archive``, or one of its entries, with entries of the archive ``elsewhere`` at hand."""
    if luck.random() < 0.4:
        how = ["empty", "cut", "flipped", "zeroed"][int(luck.integers(4))]
        before = archive.read_bytes()
        after = HARMS[how](before, b"", luck) or b""
        archive.write_bytes(after)
        return Damaged((archive.name,), how, before != after)
    folder, other = archive.with_suffix(".folder"), archive.with_suffix(".other")
    for path, place in ((archive, folder), (elsewhere, other)):
        with zipfile.ZipFile(path) as content:
            content.extractall(place)
    done = harm_folder(folder, other, luck)
    archive.unlink()
    with zipfile.ZipFile(archive, "w") as content:
        for name in files_of(folder):
            content.write(folder / name, name)
    shutil.rmtree(folder)
    shutil.rmtree(other)
    return done
