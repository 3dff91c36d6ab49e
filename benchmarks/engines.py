"""Rates of all engines on the same runs, on one thread, and of the compiled one on two: `make bench`.

A rate is clinician-months per second of processor time, the median over rounds after a first call that compiles and
warms up. Beside it stands the rate of a bare loop, compiled and vectorised, that draws Philox4x32-10 blocks and does
nothing else: measured in the same rounds, it takes the machine out of the figure, so that "blocks per
clinician-month" compares from one machine to another. Three figures are promised: at most 150 blocks for NumPy, at
most 10,000 for Mesa, and at least 0.15 clinician-months for each block, or 6.7 blocks each, for the compiled engine.
Engines that are compared must give the same bits, which is checked on the way. What two threads gain is by the clock.
"""

from __future__ import annotations

import os

os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # before NumPy and numba are loaded

import argparse
import hashlib
import platform
import statistics
import sys
import time
from collections.abc import Callable

sys.path.pop(0)  # this folder has a module of the name of a library that numba looks for
import numpy as np
from numba import njit

from tredegar.kernels import engines
from tredegar.kernels.batch.batch import Country, Record, Recorded, RunBatch
from tredegar.kernels.engine_table import load_engine
from tredegar.kernels.simulation import chunk_size
from tredegar.model import OUTCOMES, PARAMETERS, constants_with

PROMISED = {"numba": 1.0 / 0.15, "numpy": 150.0, "mesa": 10_000.0}
BLOCKS = 4096
"""Blocks drawn at a time: their words stay in the nearest cache."""


@njit
def draw_blocks(run: int, month: int, words: np.ndarray) -> None:
    """Fill ``words``, uint32 (4, blocks), with the Philox4x32-10 blocks of agents 0, 1, ... ."""
    for agent in range(words.shape[1]):
        c0, c1, c2, c3 = np.uint32(agent), np.uint32(month), np.uint32(11), np.uint32(0)
        k0, k1 = np.uint32(7), np.uint32(run)
        for _ in range(10):
            p0, p1 = np.uint64(c0) * np.uint64(0xD2511F53), np.uint64(c2) * np.uint64(0xCD9E8D57)
            c0, c1 = np.uint32(np.uint32(p1 >> np.uint64(32)) ^ c1 ^ k0), np.uint32(p1)
            c2, c3 = np.uint32(np.uint32(p0 >> np.uint64(32)) ^ c3 ^ k1), np.uint32(p0)
            k0, k1 = np.uint32(k0 + np.uint32(0x9E3779B9)), np.uint32(k1 + np.uint32(0xBB67AE85))
        words[0, agent], words[1, agent], words[2, agent], words[3, agent] = c0, c1, c2, c3


def seconds(call: Callable[[], object]) -> float:
    """Processor seconds of one call, all threads of this process together."""
    started = time.process_time()
    call()
    return time.process_time() - started


def block_rate() -> float:
    """Blocks per second of the bare loop, the best of a few tries."""
    words = np.zeros((4, BLOCKS), dtype=np.uint32)
    draw_blocks(0, 0, words)
    tries = [seconds(lambda: [draw_blocks(0, month, words) for month in range(2000)]) for _ in range(3)]
    return 2000 * BLOCKS / min(tries)


def batch_of(trusts: int, clinicians: int, months: int, runs: int) -> RunBatch:
    """Runs 0, 1, ... at the defaults, all outcomes recorded every month."""
    parameters = {name: np.full(runs, row.default) for name, row in PARAMETERS.items()}
    numbers = np.arange(runs, dtype=np.uint64)
    return RunBatch(
        Country(trusts, clinicians), months, 7, numbers, parameters, {}, constants_with(), Record(tuple(OUTCOMES))
    )


def first_run(recorded: Recorded, months: int) -> str:
    """A digest of the first months of the first run."""
    whole = hashlib.sha256()
    for name in OUTCOMES:
        whole.update(np.ascontiguousarray(recorded.outcomes[name][0, :months]).tobytes())
    return whole.hexdigest()[:12]


def main() -> int:
    """Measure, print a table and return 1 if a promised figure is missed or bits differ."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--trusts", type=int, default=150)
    options.add_argument("--clinicians", type=int, default=40)
    options.add_argument("--months", type=int, default=240)
    options.add_argument("--mesa-months", type=int, default=24, help="months of the one run that Mesa does")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    whole = batch_of(chosen.trusts, chosen.clinicians, chosen.months, 1)
    runs = chunk_size(whole, "numpy")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"{chosen.trusts} trusts x {chosen.clinicians} clinicians; {runs} runs of {chosen.months} months,")
    print(
        f"for Mesa the first of them, {chosen.mesa_months} months; one thread, processor time, all outcomes recorded\n"
    )
    names = [info.name for info in engines() if info.available]
    batches = {name: batch_of(chosen.trusts, chosen.clinicians, chosen.months, runs) for name in names}
    batches |= {"mesa": batch_of(chosen.trusts, chosen.clinicians, chosen.mesa_months, 1)} if "mesa" in names else {}
    calls = {name: load_engine(name)[1] for name in names}
    digests = {name: first_run(calls[name](batches[name]), chosen.mesa_months) for name in names}  # and warm up
    blocks: list[float] = []
    rates: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(chosen.rounds):
        blocks.append(block_rate())
        for name in names:
            batch = batches[name]
            work = chosen.trusts * chosen.clinicians * batch.months * len(batch.runs)
            rates[name].append(work / seconds(lambda name=name, batch=batch: calls[name](batch)))
    status = report(statistics.median(blocks), {name: statistics.median(r) for name, r in rates.items()}, digests)
    if "numba" in names:
        gain_of_threads(lambda: calls["numba"](batches["numba"]), chosen.rounds)
    return status


def gain_of_threads(call: Callable[[], object], rounds: int) -> None:
    """Print what the compiled engine gains from a second thread: the best of ``rounds`` turns, by the clock."""
    least = {"1": float("inf"), "2": float("inf")}
    for _ in range(rounds):
        for threads in least:
            os.environ["NUMBA_NUM_THREADS"] = threads
            started = time.perf_counter()
            call()
            least[threads] = min(least[threads], time.perf_counter() - started)
    print(f"numba on two threads: {least['1'] / least['2']:.2f} times as fast as on one, by the clock")


def report(block: float, rates: dict[str, float], digests: dict[str, str]) -> int:
    """Print the table; return 1 if a promised figure is missed or bits differ."""
    print(f"bare loop of Philox4x32-10: {block / 1e6:,.0f} million blocks/s\n")
    print(f"{'engine':8}{'clinician-months/s':>20}{'blocks each':>13}{'times NumPy':>13}{'times Mesa':>12}  promised")
    status, mesa = 0, rates.get("mesa", float("nan"))
    for name, rate in sorted(rates.items(), key=lambda item: -item[1]):
        promise, verdict = PROMISED.get(name), ""
        if promise is not None:
            verdict = f"at most {promise:,.1f}: {'met' if block / rate <= promise else 'MISSED'}"
            status |= block / rate > promise
        print(
            f"{name:8}{rate:20,.0f}{block / rate:13,.1f}{rate / rates['numpy']:13,.3f}{rate / mesa:12,.1f}  {verdict}"
        )
    same = len(set(digests.values())) == 1
    print(f"\nthe first run, all outcomes of its first months: {'the same bits in every engine' if same else digests}")
    return int(status or not same)


if __name__ == "__main__":
    sys.exit(main())
