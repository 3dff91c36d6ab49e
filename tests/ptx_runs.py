"""Batches computed by PTX on the CPU, and compared by bits with the NumPy engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from tredegar.kernels.array_engine import run_arrays
from tredegar.kernels.batch import Batch, Country, Record, Recorded
from tredegar.kernels.cuda_state import load_batch
from tredegar.model.constants import constants_with
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.parameters import PARAMETERS

from .ptx_machine import Kernel, load_kernels


def make_batch(
    trusts: int,
    clinicians: int,
    months: int,
    seed: int,
    runs: list[int],
    values: dict[str, Any] | None = None,
    changes: dict[int, dict[str, Any]] | None = None,
    **record: Any,
) -> Batch:
    """Return a batch of ``runs``, at defaults but for ``values`` (one per run, or one for all)."""
    settings = {name: np.full(len(runs), row.default) for name, row in PARAMETERS.items()}
    for name, value in (values or {}).items():
        settings[name] = np.broadcast_to(np.asarray(value, dtype=np.float64), (len(runs),)).copy()
    changed = {
        month: {name: np.broadcast_to(np.asarray(value, dtype=np.float64), (len(runs),)).copy() for name, value in at.items()}
        for month, at in (changes or {}).items()
    }
    constants, providers = record.pop("constants", None), record.pop("providers", None)
    kept = Record(record.pop("outcomes", tuple(OUTCOMES)), record.pop("every", 1), record.pop("trust_records", False))
    return Batch(
        Country(trusts, clinicians, providers), months, seed, np.array(runs, dtype=np.uint64), settings, changed,
        constants_with(constants), kept,
    )  # fmt: skip


def address(array: Any) -> int:
    """Return where an array lies."""
    return int(array.__array_interface__["data"][0])


def run_ptx(
    kernels: dict[str, Kernel], batch: Batch, block: int = 32, order: int = 0, check: bool = False, chunk: int = 10**9
) -> Recorded:
    """Run ``batch`` through the PTX: months in launches of ``chunk``, blocks of ``block`` threads."""
    state = load_batch(batch, np)
    state.arrays["seats"].fill(np.nan)
    state.arrays["occupied"].fill(0xA5)
    grid = len(batch.runs)
    for kernel in kernels.values():
        kernel.watch(*state.arrays.values())
    kernels["start"].launch(grid, block, state.shared_bytes, state.arguments(0, address).tobytes(), order, check)
    for month in range(0, batch.months, chunk):
        argument = state.arguments(min(month + chunk, batch.months), address).tobytes()
        kernels["advance"].launch(grid, block, state.shared_bytes, argument, order, check)
    return state.recorded(lambda array: array)


def run_numpy(batch: Batch) -> Recorded:
    """Run ``batch`` through the NumPy engine."""
    return run_arrays(batch, np, lambda array: array)


def differences(left: Recorded, right: Recorded) -> list[str]:
    """Return the names of what is not the same in every bit."""
    found = [name for name in left.outcomes if not same_bits(left.outcomes[name], right.outcomes[name])]
    found += [name for name in left.trust_records if not same_bits(left.trust_records[name], right.trust_records[name])]
    if set(left.trust_records) != set(right.trust_records) or set(left.outcomes) != set(right.outcomes):
        found.append("names")
    return found + ([] if np.array_equal(left.failed, right.failed) else ["failed"])


def same_bits(left: Any, right: Any) -> bool:
    """Whether two float64 arrays hold the same bits."""
    left, right = (np.ascontiguousarray(array, dtype=np.float64).view(np.uint64) for array in (left, right))
    return left.shape == right.shape and bool(np.all(left == right))


def kernels_of(ptx: str, folder: Path, counting: bool = False) -> dict[str, Kernel]:
    """Return the kernels of ``ptx``, compiled in a new sub-folder of ``folder``."""
    place = folder / f"kernel{len(list(folder.iterdir()))}"
    place.mkdir()
    return load_kernels(ptx, place, counting)
