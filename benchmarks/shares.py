"""Shares of the time of the compiled engine: rules, random numbers, memory; and this processor's roofline.

The engine is compiled three times, each in a process of its own: as it is; with a single multiplication in place of
Philox; and with the state of the clinicians in 32 seats that all trusts share, so that it never leaves the nearest
cache (its results are then wrong, its instructions the same). What is saved is the share of random numbers and of
memory traffic; the rest are the rules. The three take turns, and the least time of each counts.

Beside that stand the operations, blocks and bytes of a clinician-month, counted from the traced rules, and what this
processor can do of each in a bare vectorised loop of the same run: the roofline, one line for each roof.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

VARIANTS = ("as it is", "without Philox", "seats in nearest cache")
NEAREST_SEATS = 32
TRUSTS, CLINICIANS, MONTHS = 150, 40, 240
KINDS = {"+": "sums", "-": "sums", "*": "products", "/": "quotients", "root": "quotients"}


def cheap_philox(lanes: Any, counter: list[Any], key: list[Any]) -> list[Any]:
    """Four words that differ from trust to trust and from seat to seat, and cost next to nothing."""
    b = lanes.builder
    agent = b.add(*lanes.alike(counter[0], b.mul(counter[3], lanes.constant(0x85EBCA6B, counter[3]))))
    product = b.mul(agent, lanes.constant(0x9E3779B9, agent))
    mask = lanes.constant(0xFFFFFFFF, product)
    words = [b.and_(product, mask), b.lshr(product, lanes.constant(7, product))]
    return [words[0], *(b.and_(b.add(words[k % 2], lanes.constant(k << 29, product)), mask) for k in (1, 2, 3))]


def near_offset(phase: Any, tile: Any, seat: Any) -> Any:
    """Where a seat lies if all tiles share the first seats."""
    from llvmlite import ir

    whole = ir.IntType(64)
    near = phase.builder.urem(seat, whole(NEAREST_SEATS))
    return phase.builder.mul(near, whole(8 * phase.width * len(phase.program.seat)))


def serve(variant: str, runs: int, line: Any) -> None:
    """Compile a variant of the engine and answer each number of threads with processor seconds."""
    with tempfile.TemporaryDirectory(prefix="tredegar-shares-") as folder:
        os.environ["TREDEGAR_CACHE"] = folder  # variants must not be found by anybody else
        from tredegar.kernels import simulate
        from tredegar.kernels.numba_engine import emit as numba_emit
        from tredegar.kernels.numba_engine import phases as numba_phases

        if variant == VARIANTS[1]:
            numba_emit.Lanes.philox = cheap_philox  # type: ignore[method-assign]
        if variant == VARIANTS[2]:
            numba_phases.PhaseFunction.seat_offset = near_offset  # type: ignore[method-assign]
        size = {"months": MONTHS, "trusts": TRUSTS, "clinicians": CLINICIANS}
        simulate({}, replicates=1, engine="numba", outcomes=["quality"], **size)
        while threads := line.recv():
            os.environ["NUMBA_NUM_THREADS"] = str(threads)
            started = time.process_time()
            simulate({}, replicates=runs, engine="numba", outcomes=["quality"], **size)
            line.send(time.process_time() - started)


def measured(runs: int, rounds: int, before_each: Callable[[], None]) -> dict[int, dict[str, float]]:
    """Least processor seconds of each variant, by number of threads."""
    context = multiprocessing.get_context("spawn")
    lines: dict[str, Any] = {}
    workers = []
    for variant in VARIANTS:
        lines[variant], other = context.Pipe()
        workers.append(context.Process(target=serve, args=(variant, runs, other)))
        workers[-1].start()
    for line in lines.values():  # until all are compiled
        line.send(1)
        line.recv()
    least = {threads: dict.fromkeys(VARIANTS, float("inf")) for threads in (1, 2)}
    for _ in range(rounds):
        for threads, best in least.items():
            before_each()
            for variant, line in lines.items():
                line.send(threads)
                best[variant] = min(best[variant], line.recv())
    for line in lines.values():
        line.send(0)
    for worker in workers:
        worker.join()
    return least


def counted() -> dict[str, float]:
    """What a clinician-month takes, everything above it included: operations, blocks of Philox, bytes."""
    from tredegar.kernels.numba_engine.layout import traced_program
    from tredegar.model.graph.expression_graph import Rank, in_order

    layout = traced_program()
    share = {Rank.SEAT: 1.0, Rank.TRUST: 1.0 / CLINICIANS, Rank.COUNTRY: 1.0 / (TRUSTS * CLINICIANS)}
    found: Counter[str] = Counter()
    for phase in layout.phases.values():
        if phase.name in ("seat_start", "final"):
            continue
        quantities = in_order(phase.results)
        for quantity in quantities:
            found[KINDS.get(quantity.operation, "other operations")] += share[quantity.rank]
        for stream in {q.detail[0] for q in quantities if q.operation == "luck"}:
            found["blocks of Philox"] += share[phase.rank] if stream is not None else 0.0
        touched = [q for q in quantities if q.operation == "field" and q.rank is not Rank.COUNTRY]
        found["bytes of state"] += 8 * sum(share[q.rank] for q in touched)
        found["bytes of state"] += 8 * share[phase.rank] * len(layout.kept(phase)) * (phase.rank is not Rank.COUNTRY)
    return dict(found)


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=2)
    options.add_argument("--rounds", type=int, default=40)
    chosen = options.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import roofs

    roof = roofs.Roofs(8 * TRUSTS * CLINICIANS * 6)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"{TRUSTS} trusts x {CLINICIANS} clinicians, {MONTHS} months, {chosen.runs} runs; least of {chosen.rounds}\n")
    least = measured(chosen.runs, chosen.rounds, roof.measure)
    work = chosen.runs * TRUSTS * CLINICIANS * MONTHS
    for threads, times in least.items():
        whole, no_luck, near = (times[variant] for variant in VARIANTS)
        luck, memory = (whole - no_luck) / whole, (whole - near) / whole
        print(f"{threads} thread{'s' * (threads > 1)}: {whole / work * 1e9:.2f} processor ns per clinician-month: "
              f"random numbers {luck:.0%}, memory traffic {memory:.0%}, rules {1 - luck - memory:.0%}")  # fmt: skip
    print(f"\n{'a clinician-month takes':28}{'at most':>18}{'so at least':>14}{'of the time':>13}")
    total = least[1][VARIANTS[0]] / work
    for name, amount in sorted(counted().items()):
        rate = roof.rates.get(name)
        if rate is None:
            print(f"{name:20}{amount:8.1f}")
            continue
        print(
            f"{name:20}{amount:8.2f}{rate / 1e9:14.2f} G/s{amount / rate * 1e9:11.2f} ns{amount / rate / total:13.0%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
