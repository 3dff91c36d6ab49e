"""The parts of the check of the CUDA engine: each is run in a process of its own and returns its entry in the report.

They compare the engine by bits with the fastest engine of this machine's processor, on random parameter sets, for
several block sizes and launch lengths; show that a build with contraction does not pass; and take times.
"""

from __future__ import annotations

import platform
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...model.constants import constants_with
from ...model.outcomes import OUTCOMES
from ...model.parameters import PARAMETERS
from ..batch.batch import Country, Record, Recorded, RunBatch
from ..cuda_engine.compiling import architectures, compile_source, nvrtc_version
from ..cuda_engine.kernel_launch import Kernels, architecture_for, load_kernels, run_cuda
from ..cuda_engine.source import OPTIONS, kernel_hash, kernel_source
from ..engine_table import ENGINES, Run, engines, load_engine
from ..machine.cupy_import import import_cupy
from .child import Tell

Entry = dict[str, Any]
SMALL_IS_DONE = "the small batch is done"
"""What the program that runs under a sanitizer says at its end."""


@dataclass(frozen=True)
class CheckPlan:
    """How much is checked: random sets (times 64 runs), blocks, and the runs of the timing (150 x 40, 240 months).

    ``patience``: seconds that a part may say nothing, and that each tool of the sanitizer may take. A ``short`` plan
    finds out whether the check works on a machine; its report verifies nothing.
    """

    sets: int = 150
    runs: int = 64
    months: int = 120
    blocks: tuple[int, ...] = (32, 64, 96, 128, 160, 192, 224, 256)
    timed_runs: tuple[int, ...] = (1024, 4096)
    sanitizer: bool = True
    patience: float = 600.0
    short: bool = False


FULL = CheckPlan()
SHORT = CheckPlan(sets=8, runs=16, months=24, timed_runs=(64,), short=True)
"""A plan of about a minute, to see whether the check works on a machine."""


def random_batch(number: int, runs: int, months: int) -> RunBatch:
    """Return a batch of ``runs`` runs with parameters drawn over their declared ranges; ``number`` decides all."""
    rng = np.random.default_rng(number)
    drawn = {name: rng.uniform(row.low, row.high, runs) for name, row in PARAMETERS.items()}
    changed = {"sanction_strength": rng.uniform(0.0, 1.0, runs)}
    country = Country(int(rng.integers(1, 161)), int(rng.integers(1, 13)))
    numbers = rng.integers(0, 2**32, runs, dtype=np.uint64)
    every = 12 if number % 3 == 0 and months % 12 == 0 else 1
    return RunBatch(
        country, months, int(rng.integers(2**32)), numbers, drawn, {max(1, months // 2): changed}, constants_with(),
        Record(tuple(OUTCOMES), every, trusts=True),
    )  # fmt: skip


def unlike(found: Recorded, expected: Recorded) -> list[str]:
    """Return the names of what differs in any bit between two engines."""
    names = []
    for kind in ("outcomes", "trust_records"):
        here, there = getattr(found, kind), getattr(expected, kind)
        names += [name for name in there if not _same_bits(here[name], there[name])]
    return names + ([] if np.array_equal(found.failed, expected.failed) else ["failed"])


def _same_bits(here: Any, there: Any) -> bool:
    here, there = (np.ascontiguousarray(values).view(np.uint64) for values in (here, there))
    return bool(np.array_equal(here, there))


class Parts:
    """The parts on one device. ``gpu`` is the module CuPy; None imports it, after a look at the engine as a whole.

    Raises EngineUnavailable, saying what is missing, where the engine cannot run.
    """

    def __init__(self, plan: CheckPlan, tell: Tell, gpu: Any = None) -> None:
        if gpu is None:
            load_engine("cuda")
        self.gpu = import_cupy() if gpu is None else gpu
        self.plan, self.tell, self.kernels = plan, tell, load_kernels(self.gpu)

    @cached_property
    def reference(self) -> tuple[str, Run]:
        """Name and run function of the fastest engine of this machine's processor."""
        return load_engine(next(info.name for info in engines() if info.available and not ENGINES[info.name].on_gpu))

    def run(self, name: str) -> Entry:
        """Run the part ``name``, one of PARTS, and return its entry, in which ``passed`` says whether all is well."""
        parts = {
            "device": self.device, "equality": self.equality, "independence": self.independence,
            "contraction": self.contraction, "timings": self.timings, "small": self.small,
        }  # fmt: skip
        return parts[name]()

    def device(self) -> Entry:
        """Say what the device is, and what stands between the rules and it."""
        device = self.gpu.cuda.Device()
        properties = self.gpu.cuda.runtime.getDeviceProperties(device.id)
        self.tell(f"device: {properties['name'].decode()}, compiled for by NVRTC {nvrtc_version()}")
        return {
            "passed": True,
            "name": properties["name"].decode(),
            "compute_capability": device.compute_capability,
            "multiprocessors": int(properties["multiProcessorCount"]),
            "bytes": int(properties["totalGlobalMem"]),
            "versions": self._versions(),
            "kernel_hash": kernel_hash(),
        }

    def _versions(self) -> dict[str, str]:
        runtime = self.gpu.cuda.runtime
        return {
            "driver": str(runtime.driverGetVersion()),
            "runtime": str(runtime.runtimeGetVersion()),
            "nvrtc": nvrtc_version(),
            "cupy": self.gpu.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        }

    def equality(self) -> Entry:
        """Compare random sets by bits with the processor's engine, with blocks and launches of several sizes."""
        name, run_reference = self.reference
        wrong = []
        for number in range(self.plan.sets):
            batch = random_batch(number, self.plan.runs, self.plan.months)
            threads = self.plan.blocks[number % len(self.plan.blocks)]
            names = unlike(run_cuda(batch, self.gpu, self.kernels, threads), run_reference(batch))
            if names:
                wrong.append({"set": number, "threads": threads, "unlike": names[:5]})
            self.tell(f"equality: {number + 1} of {self.plan.sets} sets, {len(wrong)} differ")
        reason = {"reason": f"{len(wrong)} of {self.plan.sets} sets differ from engine '{name}'"} if wrong else {}
        runs = self.plan.sets * self.plan.runs
        return {"passed": not wrong, **reason, "against": name, "runs": runs, "differences": wrong[:20]}

    def independence(self) -> Entry:
        """Whether a run alone, in another order and in repetition gives what it gives in its batch."""
        batch = random_batch(10**6, self.plan.runs, self.plan.months)
        together = run_cuda(batch, self.gpu, self.kernels)
        faults = []
        if unlike(run_cuda(batch, self.gpu, self.kernels), together):
            faults.append("a repetition differs")
        alone = run_cuda(batch.take(slice(1, 2)), self.gpu, self.kernels)
        if unlike(alone, _runs_of(together, slice(1, 2))):
            faults.append("a run alone differs")
        back = run_cuda(batch.take(slice(None, None, -1)), self.gpu, self.kernels)
        if unlike(back, _runs_of(together, slice(None, None, -1))):
            faults.append("another order of runs differs")
        self.tell(f"independence: {', '.join(faults) or 'holds'}")
        return {"passed": not faults, **({"reason": ", ".join(faults)} if faults else {})}

    def contraction(self) -> Entry:
        """Whether a build that contracts products and sums is seen to differ: then the comparison can see."""
        options = tuple(option.replace("--fmad=false", "--fmad=true") for option in OPTIONS)
        target = architecture_for(self.gpu.cuda.Device().compute_capability, architectures())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "contracted.cubin"
            path.write_bytes(compile_source(target, kernel_source(), options).cubin)
            module = self.gpu.RawModule(path=str(path))
            start, advance = (module.get_function(name) for name in ("start", "advance"))
            contracted = Kernels(start, advance, self.kernels.most_shared)
            batch = random_batch(10**6 + 1, self.plan.runs, self.plan.months)
            _, run_reference = self.reference
            seen = bool(unlike(run_cuda(batch, self.gpu, contracted), run_reference(batch)))
        self.tell(f"contraction: {'is seen' if seen else 'is not seen'}")
        return {"passed": seen, **({} if seen else {"reason": "a build with contraction gives the same bits"})}

    def timings(self) -> Entry:
        """Take runs and clinician-months a second at the usual size, of the second run of each batch."""
        found = []
        for runs in self.plan.timed_runs:
            batch = replace(random_batch(0, runs, self.plan.months * 2), country=Country(150, 40))
            batch = replace(batch, record=Record(tuple(OUTCOMES), 12), changes={})
            run_cuda(batch, self.gpu, self.kernels)
            began = time.perf_counter()
            run_cuda(batch, self.gpu, self.kernels)
            rate = runs / (time.perf_counter() - began)
            seats = rate * 6000 * batch.months
            found.append({"runs": runs, "runs_per_second": rate, "clinician_months_per_second": seats})
            self.tell(f"timing: {rate:,.0f} runs/s in batches of {runs}")
        return {"passed": True, "rates": found}

    def small(self) -> Entry:
        """Run a batch so small that a sanitizer gets through it."""
        run_cuda(random_batch(1, 2, 6), self.gpu, self.kernels)
        self.tell(SMALL_IS_DONE)
        return {"passed": True}


PARTS = ("device", "equality", "independence", "contraction", "timings")
"""The parts in the order in which they are run; ``small`` is for the sanitizer."""


def _runs_of(recorded: Recorded, chosen: slice) -> Recorded:
    return Recorded(
        {name: values[chosen] for name, values in recorded.outcomes.items()},
        {name: values[chosen] for name, values in recorded.trust_records.items()},
        recorded.failed[chosen],
        {},
    )
