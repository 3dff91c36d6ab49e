"""Small sweep that examples and first trials need: a real store of four runs, made in a tenth of a second."""

from __future__ import annotations

from pathlib import Path

from ..spec.spec import Spec
from ..store.create import create_store
from ..store.temporary import place_for_this_process
from .compute import run_batch


def small_spec() -> Spec:
    """Return the spec of two points and two replicates: three trusts of four clinicians, a year, one outcome.

    >>> spec = small_spec()
    >>> spec.months, spec.replicates, spec.trusts, spec.outcomes
    (12, 2, 3, ('quality',))
    """
    return Spec(
        design={"method": "grid"},
        vary={"real_control": {"values": [0.2, 0.8]}},
        country={"trusts": 3, "clinicians": 4},
        record={"outcomes": ["quality"]},
        months=12,
        replicates=2,
    )


def small_store(batches: int = 2) -> Path:
    """Run the small sweep into a folder that goes with this process, and return it.

    ``batches`` of its two are done, of a point each.

    >>> from tredegar.sweeps.store.store import SweepStore
    >>> SweepStore(small_store(batches=1)).read_status()
    array([[1, 1],
           [0, 0]], dtype=uint8)
    """
    path = place_for_this_process()
    create_store(small_spec(), path, points_per_batch=1)
    for number in range(batches):
        run_batch(str(path), number, engine="numpy")
    return path
