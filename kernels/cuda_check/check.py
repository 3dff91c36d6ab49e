"""The check of the CUDA engine on a machine with a GPU: ``tredegar engines --check``, under ten minutes.

Each part runs in a process of its own that may neither hang nor crash unnoticed; then NVIDIA's sanitizer runs over a
small batch, if there is one. Whatever happens, there are a report, which says which kernel was checked on which
device, and a verdict. It needs NumPy, numba, CuPy, cuda-bindings and NVRTC alone, and no installation of Tredegar:
``python -m tredegar.kernels.cuda_check``.
"""

from __future__ import annotations

import argparse
import datetime
import errno
import json
import math
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..cuda_engine.report import REPORT
from ..machine.notes import in_a_line
from ..machine.unavailable import EngineUnavailable
from .child import MOST_KEPT, PROGRESS, Tell, watched
from .parts import FULL, PARTS, SHORT, CheckPlan, Entry, Parts
from .sanitizer import sanitize

RunPart = Callable[[str], Entry]
_NOT_YET = {"passed": False, "reason": "not run"}
_NO_DEVICE = {"passed": False, "reason": "not run: the part 'device' did not pass"}


def check_cuda(path: Path, tell: Tell, plan: CheckPlan = FULL, run: RunPart | None = None) -> bool:
    """Check the CUDA engine on this machine's GPU, write the report to ``path`` and return whether it passed.

    ``tell`` gets lines on the way and the verdict as the last ones. ``run`` runs one part (default: a process each).
    Raises OSError, before anything is run, where the report cannot be written; not for anything that goes wrong later.
    """
    run = run or (lambda name: run_in_a_process(name, plan, tell))
    report = _new_report(plan)
    try:
        _write(path, report)
    except OSError as error:
        raise OSError(f"the report cannot be written to {path}: {error.strerror}") from error
    began = time.perf_counter()
    try:
        with _ended_by_an_exception():
            _fill(report, path, tell, plan, run)
    finally:
        report |= {"passed": not _faults(report), "verdict": verdict_line(report)}
        report["seconds"] = round(time.perf_counter() - began, 1)
        written = _kept(path, report, tell)
        tell(f"{report['verdict']}{f'; wrote {path}' if written else ''}")
    return report["passed"] is True and written


def _fill(report: dict[str, Any], path: Path, tell: Tell, plan: CheckPlan, run: RunPart) -> None:
    """Run one part after the other, and write the report after each of them."""
    for name in PARTS:
        possible = name == "device" or report["device"]["passed"]
        report[name] = _entry(partial(run, name)) if possible else _NO_DEVICE
        _kept(path, report, tell)
    if plan.sanitizer and report["device"]["passed"]:
        report["sanitizer"] = _entry(lambda: sanitize(_command("small", plan), plan.patience, tell))


def _entry(part: Callable[[], Entry]) -> Entry:
    """Return the entry of a part; what it raises becomes the reason."""
    try:
        return part()
    except EngineUnavailable as error:
        return {"passed": False, "reason": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a driver, a device or a library makes of it is the result
        return {"passed": False, "reason": in_a_line(error), "output": traceback.format_exc()[-MOST_KEPT:]}


@contextmanager
def _ended_by_an_exception() -> Iterator[None]:
    """Let a request to end, as by a scheduler or a lost terminal, end the block like any exception: nothing stays."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _new_report(plan: CheckPlan) -> dict[str, Any]:
    """The report of a check that has not begun."""
    return {
        "passed": False,
        "verdict": "the check was ended before it was done",
        "short": plan.short,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        **dict.fromkeys(PARTS, _NOT_YET),
        "sanitizer": {"passed": True, "outcome": "not run", "reason": "not run"},
    }


def verdict_line(report: dict[str, Any]) -> str:
    """Return in one line what a report says."""
    sanitizer = report["sanitizer"]
    aside = f"; compute-sanitizer: {sanitizer['outcome']}" if sanitizer["passed"] else ""
    aside += f" ({sanitizer['reason']})" if sanitizer["passed"] and "reason" in sanitizer else ""
    if faults := _faults(report):
        first = faults[:1] if faults[0].startswith("device") else faults
        return f"FAILED: do not use engine 'cuda' here ({'; '.join(first)})"
    if report["short"]:
        return f"passed in short, which verifies nothing yet: run the whole check{aside}"
    return f"passed: the bits of engine '{report['equality']['against']}' on {report['device']['name']}{aside}"


def _faults(report: dict[str, Any]) -> list[str]:
    names = [name for name in (*PARTS, "sanitizer") if not report[name]["passed"]]
    return [f"{name}: {report[name].get('reason', 'did not pass')}" for name in names]


def run_in_a_process(name: str, plan: CheckPlan, tell: Tell) -> Entry:
    """Run one part in a process of its own and return its entry, or one that says why there is none."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "entry.json"
        ended = watched([*_command(name, plan), "--entry", str(place)], plan.patience, tell)
        entry = _read(place) if ended.status == 0 and not ended.reason else None
    if entry is None:
        crashed = not ended.reason and (ended.status or 0) < 0  # then the last lines say where, not why
        last = [line for line in ended.output.splitlines() if line.strip() and not crashed][-1:]
        entry = {"passed": False, "reason": ": ".join([ended.how(), *last])[:500], "output": ended.output}
    if not entry["passed"]:
        tell(f"{name}: {entry['reason']}")
    return {**entry, "seconds": round(time.perf_counter() - began, 1)}


def _read(place: Path) -> Entry | None:
    with suppress(OSError, ValueError):
        entry: Entry = json.loads(place.read_text(encoding="utf-8"))
        return entry
    return None


def _command(name: str, plan: CheckPlan) -> list[str]:
    """Return the command that runs a part; where it crashes, it says where."""
    program = [sys.executable, "-X", "faulthandler", "-m", __package__]
    return [*program, "--part", name, "--plan", json.dumps(asdict(plan))]


def _kept(path: Path, report: dict[str, Any], tell: Tell) -> bool:
    try:
        _write(path, report)
    except OSError as error:
        tell(f"the report cannot be written to {path}: {error.strerror}")
        return False
    return True


def _write(path: Path, report: dict[str, Any]) -> None:
    """Write the report so that there is never half of one."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(json.dumps(report, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def run_check_program(words: Sequence[str] | None = None) -> int:
    """Run the check, or one part of it, as a program; return the exit status, 1 if it did not pass."""
    given = _options().parse_args(words)
    plan = CheckPlan(**json.loads(given.plan)) if given.plan else SHORT if given.short else FULL
    if given.patience is not None:
        plan = replace(plan, patience=given.patience)
    if given.part is None:
        return _whole(given.out, plan)
    entry = _entry(lambda: Parts(plan, lambda line: print(f"{PROGRESS}{line}", flush=True)).run(given.part))  # noqa: T201
    if given.entry:
        given.entry.write_text(json.dumps(entry), encoding="utf-8")
        return 0
    print(json.dumps(entry, indent=2))  # noqa: T201
    return 0 if entry["passed"] else 1


def _whole(out: Path, plan: CheckPlan) -> int:
    try:
        return 0 if check_cuda(out, lambda line: print(line, flush=True), plan) else 1  # noqa: T201
    except OSError as error:
        print(error, file=sys.stderr)  # noqa: T201
    return 2


def _seconds(text: str) -> float:
    if not 0 < float(text) < math.inf:
        raise ValueError(text)
    return float(text)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=run_check_program.__doc__)
    parser.add_argument("--out", type=Path, default=Path(REPORT), help="where the report goes (%(default)s)")
    parser.add_argument("--short", action="store_true", help="a minute, to see whether the check works here")
    parser.add_argument("--patience", type=_seconds, help="seconds that a part may say nothing (600)")
    parser.add_argument("--part", choices=[*PARTS, "small"], help="run this part alone, here, and print its entry")
    parser.add_argument("--plan", help=argparse.SUPPRESS)
    parser.add_argument("--entry", type=Path, help=argparse.SUPPRESS)
    return parser
