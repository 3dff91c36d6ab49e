"""joblib and Dask: parts of a design on workers; the bits do not depend on their number.

    python examples/with_workers.py    (joblib comes with the extra tredegar[discovery])

A call of ``simulate`` already uses all cores by threads, so that workers of one machine gain little; they help where
they are many machines. Workers that share a machine should share its cores: joblib's processes limit their threads by
themselves, a call within a worker of ``dask.distributed`` uses one thread, and the variable NUMBA_NUM_THREADS, set
before Python starts, limits the threads of any process.
"""

import dask
import numpy as np
from joblib import Parallel, delayed

import tredegar as tg

SIZE = {"replicates": 4, "months": 36, "trusts": 20, "clinicians": 10, "seed": 7, "outcomes": ["quality"]}
POINTS = {"target_toughness": np.linspace(0.0, 1.5, 12), "solidarity": np.linspace(1.2, 0.0, 12)}


def parts(number):
    """Yield the points in ``number`` parts; replicate k has random stream k in each of them."""
    for places in np.array_split(np.arange(12), number):
        yield {name: values[places] for name, values in POINTS.items()}


def joined(results):
    """Return the quality of all parts in order, (point, replicate, month)."""
    return np.concatenate([part["quality"] for part in results])


def with_joblib(workers):
    """Run a part on each of ``workers`` processes."""
    return joined(Parallel(n_jobs=workers)(delayed(tg.simulate)(part, **SIZE) for part in parts(workers)))


def with_dask(workers, scheduler="threads"):
    """Run six parts on ``workers`` threads, or processes, of Dask."""
    tasks = [dask.delayed(tg.simulate)(part, **SIZE) for part in parts(6)]
    return joined(dask.compute(*tasks, scheduler=scheduler, num_workers=workers))


if __name__ == "__main__":
    whole = tg.simulate(POINTS, **SIZE)["quality"]
    ways = {"joblib, 2 processes": with_joblib(2), "Dask, 1 thread": with_dask(1), "Dask, 3 threads": with_dask(3)}
    for way, found in ways.items():
        print(f"{way}: {'the same bits' if found.tobytes() == whole.tobytes() else 'other bits'}")
