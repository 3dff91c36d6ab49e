"""Store as a worker sees it: on another machine than the one that made or extended it, and perhaps later."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from ...store.format import StoreError
from ...store.root_file import NAME
from ..store.late import Patience, wait_until_seen
from ..store.store import SweepStore
from .repair import skeleton_faults


def seen_store(path: str, spec_hash: str = "") -> SweepStore:
    """Return the store at ``path``, waiting for it to be seen on this machine, and as ``spec_hash`` has it if given.

    Raises StoreError for what is no store at last.
    """
    _wait_until_seen(Path(path), spec_hash)
    return SweepStore(path)


def store_within(path: str | Path, patience: Patience) -> SweepStore:
    """Return the store at ``path``, whose root file, arrays and coordinates may show as late as ``patience`` lasts.

    Raises StoreError for what is no store at last.
    """
    place = Path(path)
    if patience.left > 0:
        patience.wait_until(lambda: _is_whole(place), place.absolute().parent)
    return SweepStore(path)


@lru_cache(maxsize=8)
def _wait_until_seen(place: Path, spec_hash: str) -> None:
    """Wait once for each state of a store: what has been seen stays.

    Each file shows at a time of its own: the root file may tell of an extension whose arrays and coordinates are still
    those of before. What is damaged, and not late, is told by whoever reads it next.
    """
    wait_until_seen(lambda: (place / NAME).exists(), place.parent)
    if spec_hash:
        wait_until_seen(lambda: _is_whole(place, spec_hash), place)
    SweepStore(place)  # raises, and is asked again next time, where nothing came


def _is_whole(place: Path, spec_hash: str = "") -> bool:
    with suppress(StoreError):
        store = SweepStore(place)
        as_asked = not spec_hash or bool(store.facts["spec_hash"] == spec_hash)
        return as_asked and not skeleton_faults(store)
    return False
