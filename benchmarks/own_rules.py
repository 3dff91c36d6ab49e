"""Cost of own rules: a sweep with one added rule of trusts against one without, and starts with rules of one's own.

All times are of the processor. Rates are those of the same runs on one thread, in short turns, with rules that are
judged once, as a sweep does; promised is a ratio, the median over the turns, of at most 1.03. Starts are processes of
their own: the first compiles the rules, and the second finds the code; promised are 25 seconds for the first, and for
the second at most 0.3 more than the model as it stands takes, the least of several turns. The status is 1 where a
promise is missed.
"""

from __future__ import annotations

import os

os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # before NumPy and numba are loaded

import argparse
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

sys.path.pop(0)  # this folder has a module of the name of a library that numba looks for
import tredegar as tg
from tredegar.model.own.books import book_of
from tredegar.model.schedule.rulebook import RuleBook

MOST_RATIO, MOST_FIRST, MOST_MORE = 1.03, 25.0, 0.3
SIZE: dict[str, Any] = {"trusts": 150, "clinicians": 40, "months": 240, "engine": "numba"}
PROGRAM = """
import tredegar as tg
@tg.rule(bite=tg.Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"),
         after="fear", writes="manager.dread", start=0.1)
def dread(manager, p):
    return 0.9 * manager.dread + 0.1 * p.bite * manager.fear
@tg.outcome(unit="share", meaning="dread among managers")
def mean_dread(manager):
    return manager.dread
rules = [dread, mean_dread] if {own} else None
tg.simulate({{}}, replicates=1, months=12, trusts=4, clinicians=4, engine="numba", rules=rules)
"""


@tg.rule(
    bite=tg.Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"),
    after="fear",
    writes="manager.dread",
    start=0.1,
)
def dread(manager: Any, centre: Any, p: Any) -> Any:
    """A rule of usual length, with a memory and a parameter of its own."""
    return 0.9 * manager.dread + 0.1 * p.bite * p.inspection_intensity * manager.fear * (1.0 + centre.control)


@tg.outcome(unit="share", meaning="dread among managers")
def mean_dread(manager: Any) -> Any:
    """What is recorded of it."""
    return manager.dread


def seconds(rules: RuleBook | None, runs: int) -> float:
    """Processor seconds of ``runs`` runs under ``rules``, two outcomes recorded each month."""
    started = time.process_time()
    tg.simulate({}, replicates=runs, outcomes=["quality", "mean_dread"][: 2 if rules else 1], rules=rules, **SIZE)
    return time.process_time() - started


def ratio(runs: int, rounds: int) -> float:
    """Print and return how many times as long runs take with one added rule and an outcome of it."""
    began = time.process_time()
    both = {"without": None, "with": book_of([dread, mean_dread])}
    print(f"{'judging the rules':24}{(time.process_time() - began) * 1e3:10.1f} ms")
    for rules in both.values():
        seconds(rules, 1)  # compiles, and warms up
    taken: dict[str, list[float]] = {name: [] for name in both}
    for number in range(rounds):
        # Each first in half of the rounds: neither finds the cache of the other's making only.
        for name in sorted(both, reverse=bool(number % 2)):
            taken[name].append(seconds(both[name], runs))
    work = runs * SIZE["trusts"] * SIZE["clinicians"] * SIZE["months"]
    for name, times in taken.items():
        print(f"{name + ' an added rule':24}{work / statistics.median(times) / 1e6:10.1f} million clinician-months/s")
    return statistics.median(one / other for one, other in zip(taken["with"], taken["without"], strict=True))


def start(own: bool, cache: str) -> float:
    """Processor seconds of a process that runs a small country."""
    environment, before = {**os.environ, "TREDEGAR_CACHE": cache}, resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", PROGRAM.format(own=own)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def starts(rounds: int) -> tuple[float, float]:
    """Print the starts with and without own rules; return the first, and how much longer a later one takes."""
    with tempfile.TemporaryDirectory(prefix="tredegar-starts-") as cache:
        first = {own: start(own, cache) for own in (False, True)}
        later = dict.fromkeys(first, float("inf"))
        for own in [*later] * rounds:  # in turns, as the machine is now quicker and now slower
            later[own] = min(later[own], start(own, cache))
    for own, name in ((False, "as it stands"), (True, "with own rules")):
        print(f"{name:24}first start {first[own]:6.1f} s, later ones {later[own]:6.2f} s")
    return first[True], later[True] - later[False]


def main() -> int:
    """Measure, print, and return 1 if a promise is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=2)
    options.add_argument("--rounds", type=int, default=200)
    chosen = options.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"{SIZE}, {chosen.runs} runs, {chosen.rounds} rounds")
    first, more = starts(10)
    measured = (
        (f"one added rule: {ratio(chosen.runs, chosen.rounds):.3f} times as long", MOST_RATIO),
        (f"first start with own rules: {first:.1f} s", MOST_FIRST),
        (f"later starts: {more:.2f} s more", MOST_MORE),
    )
    status = 0
    for text, promised in measured:
        value = float(text.partition(": ")[2].split()[0])
        missed = value > promised
        print(f"{text}, at most {promised}: {'MISSED' if missed else 'met'}")
        status |= missed
    return status


if __name__ == "__main__":
    sys.exit(main())
