"""NVIDIA's compute-sanitizer run over a small batch: what it finds is told apart from a sanitizer that did not run."""

from __future__ import annotations

import os
import re
import shutil
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .child import Ended, Tell, watched
from .parts import SMALL_IS_DONE

TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
ABSENT, NOT_RUN, NOTHING, SOMETHING = "absent", "could not run", "found nothing", "found something"
FOUND = 86
"""The exit status by which the sanitizer says that it found something: no program here ends with it."""
_MOST_WORDS = 500
_SUMMARY = re.compile(r"^=+ .*SUMMARY: (\d+) (?:error|hazard)", re.MULTILINE)
_LINE = re.compile(r"^=+ (\S.*)$", re.MULTILINE)  # what is further to the right explains such a line
_TROUBLE = re.compile(
    r"^Internal Sanitizer Error|^Error: (?!Race)|^Target application|Sanitizer is unable|[Nn]ot supported|^Unable to"
)
"""Lines about the sanitizer itself: it was not there for a launch, or for the whole program."""
_BESIDE = re.compile(r"^COMPUTE-SANITIZER|SUMMARY: |^Default timeout|^Saved |^Warning: (?!Race)")
# Calls of CUDA that fail by intent, as when CuPy asks what there is, are no faults of the kernel.
_OPTIONS = {"memcheck": ("--report-api-errors", "no")}


def sanitizer_path() -> str | None:
    """Return where compute-sanitizer is: on the path, among Python's packages or in a toolkit; None for nowhere."""
    found = shutil.which("compute-sanitizer")
    return found or next((str(path) for path in _other_places() if os.access(path, os.X_OK)), None)


def _other_places() -> list[Path]:
    """Where NVIDIA's packages of Python and its toolkit have it."""
    spec = find_spec("nvidia")
    packages = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    found = [path for at in packages for kind in ("compute-sanitizer", "bin") for path in at.glob(f"*/{kind}")]
    toolkits = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda"]
    found += [Path(place) / folder for place in toolkits if place for folder in ("bin", "compute-sanitizer")]
    return [folder / "compute-sanitizer" for folder in found]


def sanitize(small: list[str], patience: float, tell: Tell) -> dict[str, Any]:
    """Run the program ``small`` under each tool, ``patience`` seconds for each; return the entry of the report.

    Only a tool that found something makes ``passed`` false; one that did not run leaves the question open.
    """
    path = sanitizer_path()
    if path is None:
        tell("sanitizer: there is no compute-sanitizer on this machine")
        return {"passed": True, "outcome": ABSENT}
    tools = {tool: _run(path, tool, small, patience, tell) for tool in TOOLS}
    outcomes = {entry["outcome"] for entry in tools.values()}
    outcome = outcomes.pop() if len(outcomes) == 1 else SOMETHING if SOMETHING in outcomes else "ran in part"
    reason = {} if outcome == NOTHING else {"reason": _what_came_of(tools)}
    return {"passed": outcome != SOMETHING, "outcome": outcome, **reason, "program": path, "tools": tools}


def _what_came_of(tools: dict[str, dict[str, Any]]) -> str:
    """Return in a line what came of all tools, those with the same end together."""
    ends: dict[str, list[str]] = {}
    for tool, entry in tools.items():
        ends.setdefault(": ".join(filter(None, (entry["outcome"], entry["reason"]))), []).append(tool)
    return "; ".join(f"{', '.join(named)} {end}" for end, named in ends.items())[:_MOST_WORDS]


def _run(path: str, tool: str, small: list[str], patience: float, tell: Tell) -> dict[str, Any]:
    tell(f"sanitizer: {tool} begins")
    began = time.perf_counter()
    options = ("--tool", tool, "--error-exitcode", str(FOUND), *_OPTIONS.get(tool, ()))
    ended = watched([path, *options, *small], patience)
    outcome, reason = judge_sanitizer(ended)
    tell(f"sanitizer: {tool} {outcome}{f': {reason}' if reason else ''}")
    seconds = round(time.perf_counter() - began, 1)
    return {"outcome": outcome, "reason": reason, "status": ended.status, "seconds": seconds, "output": ended.output}


def judge_sanitizer(ended: Ended) -> tuple[str, str]:
    """Return the outcome of one tool, and what it found or why it did not run.

    It found nothing if it counts nothing, missed nothing, and the program came to its end. It found something if it
    counts what are not its own troubles. All else, such as a driver or a device that it does not know, a launch that
    it could not follow or a limit of time, is a tool that could not run.
    """
    counts = [int(number) for number in _SUMMARY.findall(ended.output)]
    lines = list(dict.fromkeys(_LINE.findall(ended.output)))
    troubles = [line for line in lines if _TROUBLE.search(line)]
    found = [line for line in lines if line not in troubles and not _BESIDE.search(line)]
    if (any(counts) or ended.status == FOUND) and (found or not troubles):
        return SOMETHING, "; ".join(found)[:_MOST_WORDS] or ended.how()
    if ended.status == 0 and counts and SMALL_IS_DONE in ended.output and not troubles:
        return NOTHING, ""
    last = [] if lines else ended.output.splitlines()[-1:]
    return NOT_RUN, "; ".join([ended.how(), *(troubles or found or last)])[:_MOST_WORDS]
