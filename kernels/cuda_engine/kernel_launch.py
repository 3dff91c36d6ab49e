"""Batches on the GPU: loaded, launched in chunks of months, read back while the next ones are computed.

The one place of the CUDA engine that talks to CuPy, which is handed in as ``gpu`` (tests hand in a stand-in that
takes the same calls and the same bytes).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ..batch.batch import Recorded, RunBatch
from ..machine.unavailable import EngineUnavailable
from .compiling import architectures, cubin_file
from .memory_layout import layout_of_model, threads_for
from .state import DeviceBatch, load_batch

MOST_RUNS = 16_384
"""Runs in one grid: many times what a GPU holds at once, so that its end is short beside it."""
MOST_RESULTS = 2**29
"""Bytes of results of one grid: they wait in pinned memory of the host."""
MONTHS_OF_SEATS = 2_000_000_000
"""Seat-months in one launch: a fraction of a second, so that a display stays alive and an interruption is heard."""
TEMPORARIES_PER_TRUST = 100 * 8
"""Bytes per trust and run that making month 0 takes beside the batch itself."""


@dataclass(frozen=True)
class Kernels:
    """The two kernels of the engine on one device, and the shared memory that a block may have there, in bytes."""

    start: Any
    advance: Any
    most_shared: int


@dataclass(frozen=True)
class Pending:
    """Results on their way to the host: complete once ``stream`` has been waited for."""

    stream: Any
    recorded: Recorded
    device: DeviceBatch  # its arrays must outlive the copies


def architecture_for(capability: str, known: tuple[str, ...]) -> str:
    """Return the architecture to compile for: that of the device, or the newest of its generation that is known.

    ``capability`` is "90" for 9.0. Machine code runs on later devices of the same generation.
    Raises EngineUnavailable where this NVRTC knows none.
    """
    number = int(capability)
    fitting = [name for name in known if int(name[3:]) // 10 == number // 10 and int(name[3:]) <= number]
    if not fitting:
        hint = " (Volta: tredegar[gpu12])" if number < 75 else ""
        raise EngineUnavailable(
            f"engine 'cuda': this NVRTC compiles for {', '.join(known)}, not for sm_{capability}{hint}"
        )
    # By number: as text sm_100 would come before sm_90.
    return max(fitting, key=lambda name: int(name[3:]))


_loaded: dict[tuple[Any, int, RuleBook], Kernels] = {}


def load_kernels(gpu: Any, book: RuleBook = BUILT_IN) -> Kernels:
    """Return the kernels for the current device and ``book``, compiled now if the cache does not hold them."""
    device = gpu.cuda.Device()
    key = gpu, int(device.id), book
    if key not in _loaded:
        path = cubin_file(architecture_for(device.compute_capability, architectures()), book)
        module = gpu.RawModule(path=str(path))
        most = int(device.attributes["MaxSharedMemoryPerBlockOptin"])
        _loaded[key] = Kernels(module.get_function("start"), module.get_function("advance"), most)
    return _loaded[key]


def run_cuda(batch: RunBatch, gpu: Any, kernels: Kernels | None = None, threads: int | None = None) -> Recorded:
    """Run ``batch`` on the current device of ``gpu`` (the module CuPy) and return what it asks to keep, on the host.

    ``threads`` per block are chosen by the number of trusts where not given; bits do not depend on them.
    Raises EngineUnavailable where the country is too large for the shared memory of a block.
    """
    kernels = kernels or load_kernels(gpu, batch.rules)
    count, step = len(batch.runs), runs_at_once(batch, gpu)
    # Blocking streams wait for work on the default stream, and so for each other: nothing would overlap.
    streams = [gpu.cuda.Stream(non_blocking=True) for _ in range(2)]
    pending: deque[Pending] = deque()
    done: list[Recorded] = []
    for number, first in enumerate(range(0, count, step)):
        # No third batch: memory was reckoned for two.
        if len(pending) == len(streams):
            done.append(_wait(pending.popleft()))
        part = batch.take(slice(first, min(first + step, count)))
        pending.append(_launch(part, gpu, kernels, streams[number % 2], threads or threads_for(batch.country.trusts)))
    done += [_wait(one) for one in pending]
    return _joined(done)


def runs_at_once(batch: RunBatch, gpu: Any) -> int:
    """Return how many runs fit on the device while another such batch is there, at least one."""
    trusts, record = batch.country.trusts, batch.record
    values = batch.windows * len(record.outcomes)
    per_run = layout_of_model(batch.rules).bytes_per_run(
        trusts, batch.country.clinicians, values, batch.years if record.trusts else 0
    )
    per_run += trusts * (TEMPORARIES_PER_TRUST + trusts)  # who belongs to which group: one byte per pair of trusts
    gpu.get_default_memory_pool().free_all_blocks()  # what earlier calls left is free, too
    free, _ = gpu.cuda.Device().mem_info
    # Half for each of the two batches in flight; not quite all of it, since the device needs some for itself.
    most = max(1, min(MOST_RUNS, MOST_RESULTS // max(1, 8 * values), int(free * 0.9) // (2 * per_run)))
    return -(-len(batch.runs) // -(-len(batch.runs) // most))  # batches of one size


def months_at_once(batch: RunBatch) -> int:
    """Return how many months one launch computes."""
    seats = len(batch.runs) * batch.country.trusts * batch.country.clinicians
    return max(1, MONTHS_OF_SEATS // seats)


def _launch(batch: RunBatch, gpu: Any, kernels: Kernels, stream: Any, threads: int) -> Pending:
    with stream:
        device = load_batch(batch, gpu)
        if device.shared_bytes > kernels.most_shared:
            raise EngineUnavailable(
                f"engine 'cuda' needs {device.shared_bytes} bytes of shared memory for {batch.country.trusts} trusts, "
                f"this device has {kernels.most_shared}; use engine 'cupy' or 'numba'"
            )
        grid, block = (len(batch.runs),), (threads,)
        for kernel in (kernels.start, kernels.advance):
            # Beyond 48 KB a kernel must ask for its shared memory, or the launch is refused.
            kernel.max_dynamic_shared_size_bytes = device.shared_bytes
        kernels.start(grid, block, (device.arguments(0, _address),), shared_mem=device.shared_bytes)
        for month in range(0, batch.months, months_at_once(batch)):
            last = min(month + months_at_once(batch), batch.months)
            kernels.advance(grid, block, (device.arguments(last, _address),), shared_mem=device.shared_bytes)
        return Pending(stream, device.recorded(lambda array: _copy(array, gpu, stream)), device)


def _address(array: Any) -> int:
    return int(array.__cuda_array_interface__["data"][0])


def _copy(array: Any, gpu: Any, stream: Any) -> Any:
    """Start copying ``array`` to pinned host memory, in the order of ``stream``; return that memory as an array."""
    array = gpu.ascontiguousarray(array)
    # From memory that may be paged out a copy is not asynchronous: the driver waits for it.
    memory = gpu.cuda.alloc_pinned_memory(max(1, array.nbytes))
    host = np.frombuffer(memory, dtype=array.dtype, count=array.size).reshape(array.shape)
    array.get(stream=stream, out=host, blocking=False)
    return host


def _wait(pending: Pending) -> Recorded:
    pending.stream.synchronize()
    return pending.recorded


def _joined(parts: list[Recorded]) -> Recorded:
    def along_runs(name: str, kind: str) -> Any:
        return np.concatenate([getattr(part, kind)[name] for part in parts])

    return Recorded(
        {name: along_runs(name, "outcomes") for name in parts[0].outcomes},
        {name: along_runs(name, "trust_records") for name in parts[0].trust_records},
        np.concatenate([part.failed for part in parts]),
        {},
    )
