"""The check of the CUDA engine on a machine with a GPU: ``tredegar engines --check``, under ten minutes.

It compares the engine by bits with the fastest engine of this machine's processor, on random parameter sets, for
several block sizes and launch lengths; runs NVIDIA's sanitizer if there is one; shows that a build with contraction
does not pass; and takes times. The report that it writes says which kernel was checked on which device.
"""

from __future__ import annotations

import datetime
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..model.constants import constants_with
from ..model.outcomes import OUTCOMES
from ..model.parameters import PARAMETERS
from .batch import Batch, Country, Record, Recorded
from .cuda_build import architectures, compile_source, nvrtc_version
from .cuda_launch import Kernels, architecture_for, load_kernels, run_cuda
from .cuda_source import OPTIONS, kernel_hash, kernel_source
from .cupy_import import import_cupy
from .engines import load_engine

Tell = Callable[[str], None]
_TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")


@dataclass(frozen=True)
class CheckPlan:
    """How much is checked: random sets (times 64 runs), blocks, and the runs of the timing (150 x 40, 240 months)."""

    sets: int = 150
    runs: int = 64
    months: int = 120
    blocks: tuple[int, ...] = (32, 64, 96, 128, 160, 192, 224, 256)
    timed_runs: tuple[int, ...] = (1024, 4096)
    sanitizer: bool = True


def random_batch(number: int, runs: int, months: int) -> Batch:
    """Return a batch of ``runs`` runs with parameters drawn over their declared ranges; ``number`` decides all."""
    rng = np.random.default_rng(number)
    drawn = {name: rng.uniform(row.low, row.high, runs) for name, row in PARAMETERS.items()}
    changed = {"sanction_strength": rng.uniform(0.0, 1.0, runs)}
    country = Country(int(rng.integers(1, 161)), int(rng.integers(1, 13)))
    numbers = rng.integers(0, 2**32, runs, dtype=np.uint64)
    every = 12 if number % 3 == 0 and months % 12 == 0 else 1
    return Batch(
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


class Check:
    """One check on one device; :meth:`report` runs all of it. ``gpu`` is the module CuPy."""

    def __init__(self, gpu: Any, plan: CheckPlan, tell: Tell) -> None:
        self.gpu, self.plan, self.tell = gpu, plan, tell
        self.kernels = load_kernels(gpu)
        self.reference, self.run_reference = load_engine(_cpu_engine())

    def report(self) -> dict[str, Any]:
        """Run everything and return the report; ``passed`` says whether the engine may be trusted on this device."""
        began = time.perf_counter()
        parts: dict[str, Any] = {
            "equality": self.equality(),
            "independence": self.independence(),
            "contraction": self.contraction(),
            "sanitizer": self.sanitizer() if self.plan.sanitizer else {"found": False},
        }
        passed = all(part.get("passed", True) for part in parts.values())
        return {
            "passed": passed,
            "kernel_hash": kernel_hash(),
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "device": self.device(),
            "versions": self.versions(),
            **parts,
            "timings": self.timings(),
            "seconds": round(time.perf_counter() - began, 1),
        }

    def device(self) -> dict[str, Any]:
        """Return what the device is."""
        properties = self.gpu.cuda.runtime.getDeviceProperties(self.gpu.cuda.Device().id)
        return {
            "name": properties["name"].decode(),
            "compute_capability": self.gpu.cuda.Device().compute_capability,
            "multiprocessors": int(properties["multiProcessorCount"]),
            "bytes": int(properties["totalGlobalMem"]),
        }

    def versions(self) -> dict[str, str]:
        """Return the versions of everything between the rules and the device."""
        runtime = self.gpu.cuda.runtime
        return {
            "driver": str(runtime.driverGetVersion()),
            "runtime": str(runtime.runtimeGetVersion()),
            "nvrtc": nvrtc_version(),
            "cupy": self.gpu.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        }

    def equality(self) -> dict[str, Any]:
        """Compare random sets by bits with the processor's engine, with blocks and launches of several sizes."""
        wrong = []
        for number in range(self.plan.sets):
            batch = random_batch(number, self.plan.runs, self.plan.months)
            threads = self.plan.blocks[number % len(self.plan.blocks)]
            found = run_cuda(batch, self.gpu, self.kernels, threads)
            names = unlike(found, self.run_reference(batch))
            if names:
                wrong.append({"set": number, "threads": threads, "unlike": names[:5]})
            self.tell(f"equality: {number + 1} of {self.plan.sets} sets, {len(wrong)} differ")
        runs = self.plan.sets * self.plan.runs
        return {"passed": not wrong, "against": self.reference, "runs": runs, "differences": wrong[:20]}

    def independence(self) -> dict[str, Any]:
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
        return {"passed": not faults, "faults": faults}

    def contraction(self) -> dict[str, Any]:
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
            seen = bool(unlike(run_cuda(batch, self.gpu, contracted), self.run_reference(batch)))
        self.tell(f"contraction: {'is seen' if seen else 'is not seen'}")
        return {"passed": seen}

    def sanitizer(self) -> dict[str, Any]:
        """Run a small batch under each tool of compute-sanitizer, where that is installed."""
        command = shutil.which("compute-sanitizer")
        if command is None:
            return {"found": False}
        results = {}
        for tool in _TOOLS:
            small = [command, "--tool", tool, "--error-exitcode", "9", sys.executable, "-m", __name__]
            results[tool] = subprocess.run(small, capture_output=True, check=False).returncode == 0
            self.tell(f"sanitizer: {tool} {'finds nothing' if results[tool] else 'finds a fault'}")
        return {"found": True, "passed": all(results.values()), **results}

    def timings(self) -> list[dict[str, Any]]:
        """Return runs and clinician-months a second at the usual size, of the second run of each batch."""
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
        return found


def _cpu_engine() -> str:
    from .engines import engines

    return next(info.name for info in engines() if info.available and info.name not in ("cuda", "cupy"))


def _runs_of(recorded: Recorded, chosen: slice) -> Recorded:
    return Recorded(
        {name: values[chosen] for name, values in recorded.outcomes.items()},
        {name: values[chosen] for name, values in recorded.trust_records.items()},
        recorded.failed[chosen],
        {},
    )


def check_cuda(path: Path, tell: Tell, plan: CheckPlan = CheckPlan()) -> bool:
    """Check the CUDA engine on this machine's GPU, write the report to ``path`` and return whether it passed.

    Raises EngineUnavailable, saying what is missing, where the engine cannot run.
    """
    load_engine("cuda")
    report = Check(import_cupy(), plan, tell).report()
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return bool(report["passed"])


if __name__ == "__main__":  # under the sanitizer
    run_cuda(random_batch(1, 2, 6), import_cupy())
