"""The command ``tredegar``, in whose sweeps no batch is computed before it is allowed: for tests, as a program.

    python held_sweep.py sweep SPEC --out s.zarr ...

The file ``allowed`` in the folder at hand says how many batches may be done; the next wait, in this process or in its
workers, which load this file as well, and make a file ``held``. So a test acts at a known moment, however busy the
machine is.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from tredegar.kernels import simulate
from tredegar.sweeps.run import compute

HERE = Path.cwd()


def allowed_batches() -> int:
    try:
        return int((HERE / "allowed").read_text())
    except (FileNotFoundError, ValueError):
        return 0


def held(points: Any, **others: Any) -> Any:
    """Wait until this batch is allowed, then run the model."""
    while len(list((HERE / "s.zarr" / "status").glob("c.*"))) >= allowed_batches():
        (HERE / "held").touch()
        time.sleep(0.01)
    return simulate(points, **others)


compute.default_simulate = lambda: held

if __name__ == "__main__":
    import dask

    from tredegar.cli.entry import main

    dask.config.set({"distributed.worker.preload": [__file__]})
    main(sys.argv[1:])
