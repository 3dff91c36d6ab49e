"""Commands that are run while a call of the file system fails, and what must be true then and afterwards."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

from tredegar.results import open_sweep
from tredegar.store.format import DONE, StoreDamaged
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.commands import tredegar
from ...support.fake_model import simulate
from ...support.sweep_cases import contents
from .failing_calls import calls_below
from .failing_ways import Call, Failing, Killed

TEXT = """
name = "tiny"
seed = 3
months = 1
replicates = 1
[country]
trusts = 2
clinicians = 1
[design]
method = "grid"
[vary]
real_control = {values = [0.25, 0.5]}
[record]
outcomes = ["quality"]
"""
LARGER = TEXT.replace("[0.25, 0.5]", "[0.25, 0.5, 1.0]").replace("replicates = 1", "replicates = 2")
STORE, OUT = "s.zarr", "out"


def healthy(points: Any, **others: Any) -> Any:
    """Return what the fake model does, and other values at the points where its runs fail: the others stay equal."""
    return simulate(
        {name: np.where(values == np.float64(0.5), 1.5, values) for name, values in points.items()}, **others
    )


class Command(NamedTuple):
    """A command, the folder that it finds, and the names that are in that folder when it is finished.

    ``result`` is what it makes or finishes.
    """

    words: tuple[str, ...]
    prepare: Callable[[Path], object]
    leaves: frozenset[str]
    result: str = STORE


def _specs(folder: Path) -> None:
    (folder / "tiny.toml").write_text(TEXT)
    (folder / "larger.toml").write_text(LARGER)


def _swept(folder: Path, name: str = STORE, text: str = TEXT, model: Any = healthy, **more: Any) -> Path:
    _specs(folder)
    complete_sweep(Spec.from_text(text), folder / name, workers=0, simulate=model, **more)
    return folder / name


def _halves(folder: Path) -> None:
    for part in (0, 1):
        _swept(folder, f"half{part}.zarr", task=(part, 2))


def _damaged(folder: Path) -> None:
    store = _swept(folder)
    (store / "quality" / "c.0.0.0").write_bytes(b"")
    (store / "status" / "c.1.0").write_bytes((store / "status" / "c.0.0").read_bytes()[:-1])
    (store / "real_control" / "c.0").unlink()
    (store / "quality" / "zarr.json").write_bytes(b"{}")


def _half_extended(folder: Path) -> None:
    store = _swept(folder)
    with calls_below(folder, None):
        pass
    with patch("tredegar.sweeps.upkeep.extend.write_root"):
        extend_store(SweepStore(store), Spec.from_text(LARGER))


SPECS = frozenset({"tiny.toml", "larger.toml"})
WITH_STORE = SPECS | {STORE}
SWEEP = ("sweep", "tiny.toml", "--out", STORE, "--workers", "0")
COMMANDS = {
    "sweep": Command(SWEEP, _specs, WITH_STORE),
    "resume": Command(SWEEP, lambda folder: _swept(folder, task=(1, 2)), WITH_STORE),
    "retry": Command((*SWEEP, "--retry-failed"), lambda folder: _swept(folder, model=simulate), WITH_STORE),
    "mend": Command(SWEEP, _damaged, WITH_STORE),
    "give up": Command(SWEEP, _half_extended, WITH_STORE),
    "extend": Command(("extend", STORE, "larger.toml", "--workers", "0"), _swept, WITH_STORE),
    "extend again": Command(("extend", STORE, "larger.toml", "--workers", "0"), _half_extended, WITH_STORE),
    "verify": Command(("verify", STORE, "--runs", "1", "--seed", "1"), _damaged, WITH_STORE),
    "look": Command(("verify", STORE, "--runs", "1", "--seed", "1", "--no-repair"), _swept, WITH_STORE),
    "status": Command(("status", STORE), _swept, WITH_STORE),
    "compact": Command(("compact", STORE, "--out", OUT), _swept, WITH_STORE | {OUT}, OUT),
    "compact to one file": Command(("compact", STORE, "--out", "out.zip"), _swept, WITH_STORE | {"out.zip"}, "out.zip"),
    "merge": Command(
        ("merge", "half0.zarr", "half1.zarr", "--out", OUT), _halves, SPECS | {"half0.zarr", "half1.zarr", OUT}, OUT
    ),
}


class Ended(NamedTuple):
    """How a command ended: its exit status, None for one that was killed, and what it said on either stream."""

    status: int | None
    out: str
    err: str


def run(folder: Path, words: tuple[str, ...]) -> Ended:
    """Run the command ``words`` in ``folder``."""
    out, err, before = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(folder)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status: int | None = tredegar(*words)
    except Killed:
        status = None
    finally:
        os.chdir(before)
    return Ended(status, out.getvalue(), err.getvalue())


@contextmanager
def stand_ins() -> Iterator[None]:
    """Let the fake model run in place of the real one, in this process; what a killed process left is nobody's."""

    def here(function: Callable[..., Any], *arguments: Any) -> tuple[bool, Any]:
        return True, function(*arguments)

    with (
        patch("tredegar.sweeps.run.compute.default_simulate", lambda: healthy),
        patch("tredegar.sweeps.run.verify.default_simulate", lambda: healthy),
        patch("tredegar.sweeps.run.verify.in_a_process_of_its_own", here),
        patch("tredegar.sweeps.run.executors.in_a_process_of_its_own", here),
        patch("tredegar.sweeps.store.temporary._is_alive", lambda process: False),
    ):
        yield


def all_contents(path: Path) -> dict[str, Any]:
    """Return the hashes of the files of a store or archive, whatever it is."""
    return contents(path) if path.is_dir() else {"": path.read_bytes() if path.exists() else None}


class Course:
    """A command as it goes when nothing fails: the calls that it makes and what it leaves."""

    def __init__(self, name: str, folder: Path) -> None:
        self.command, self.folder, self.trials = COMMANDS[name], folder, 0
        self.template = folder / "template"
        self.template.mkdir(parents=True)
        self.command.prepare(self.template)
        with stand_ins():
            self.ended, place, _ = self._run(None, None)
            shutil.rmtree(place)
            self.ended, place, self.calls = self._run(None, None)
        assert self.ended.status == 0, self.ended
        self.result = all_contents(place / self.command.result)
        self.left = frozenset(os.listdir(place))
        self.truth = open_sweep(place / self.command.result, chunks=None).load()

    def _run(self, target: Call | None, failing: Failing | None) -> tuple[Ended, Path, list[Call]]:
        self.trials += 1
        place = self.folder / f"trial{self.trials}"
        shutil.copytree(self.template, place)
        with calls_below(place, target, failing) as calls:
            ended = run(place, self.command.words)
        assert target is None or calls.failed == target, f"{target} was not reached"
        return ended, place, calls.seen

    def complaint(self, target: Call, failing: Failing) -> str:
        """Let ``target`` fail in a fresh folder, finish the command there, and return what is wrong, or nothing."""
        with stand_ins():
            ended, place, _ = self._run(target, failing)
            wrong = self._words(ended, failing, place) or self.truth_of(place) or self.finished(place, ended)
        shutil.rmtree(place)
        return wrong and f"{' '.join(self.command.words)}: {target} ({failing.name}): {wrong}"

    def _words(self, ended: Ended, failing: Failing, place: Path) -> str:
        """Return what is wrong with how the command ended."""
        said = [line for line in ended.err.splitlines() if line.startswith("error:")]
        if "Traceback" in ended.err or "fault of tredegar" in ended.err:
            return f"no clear line: {ended}"
        if ended.status is None:
            return "" if failing.kills else "it was killed"
        if ended.status == 0:
            return self._not_finished(place)
        if ended.status == 3 and self.command.words[0] == "merge" and os.strerror(failing.number) in ended.err:
            return ""  # what could not be read is left out, and named; its runs are missing
        if ended.status != 1 or len(said) != 1 or said[0] not in ended.err.splitlines()[-1]:
            return f"not one line and exit status 1: {ended}"
        if os.strerror(failing.number) not in ended.err:
            return f"the system's reason is not told: {ended}"
        if not any(name in said[0] for name in (*self.left, place.name)):
            return f"no file is named: {ended}"
        return ""

    def _not_finished(self, place: Path) -> str:
        """Return in what the folder differs from that of an undisturbed command."""
        left = frozenset(os.listdir(place))
        if left != self.left:
            return f"left are {sorted(left)}"
        found = all_contents(place / self.command.result)
        different = sorted(name for name in {*found, *self.result} if found.get(name) != self.result.get(name))
        return f"other files: {different}" if different else ""

    def truth_of(self, place: Path) -> str:
        """Return what is untrue in what is said of the stores and archives in the folder."""
        wrong = ""
        for name in sorted(self.left - SPECS):
            wrong = wrong or self._truth_of(place, name)
        return wrong

    def _truth_of(self, place: Path, name: str) -> str:
        told = run(place, ("status", name, "--json"))
        if told.status == 1:
            path = place / name
            return "" if not path.exists() else f"status of {name}: {told}"
        counts = json.loads(told.out)["counts"]
        try:
            found = open_sweep(place / name, partial=True, chunks=None).load()
        except StoreDamaged as error:
            return "" if self._damaged() else f"to read {name}: {error}"
        if counts["failed"] > (0 if self.command.words[-1] != "--retry-failed" else 1):
            return f"runs of {name} failed"
        if counts["done"] != found.attrs["runs_done"] and not self._damaged():
            return f"status of {name} says {counts}, to read are {found.attrs['runs_done']}"
        rows = [int(np.flatnonzero(self.truth.real_control.values == value)[0]) for value in found.real_control.values]
        truth = self.truth.isel(point=rows, replicate=slice(found.sizes["replicate"]))
        done = (found.status == DONE).values
        same = np.array_equal(found.quality.values[done], truth.quality.values[done])
        if not same or (truth.status.values[done] != DONE).any():
            return f"other values in {name}"
        whole = counts["complete"] and self.command.words[0] != "extend"
        seen = run(place, ("verify", name, "--runs", "0", "--no-repair")) if whole else None
        return f"{name} is called complete: {seen}" if seen and seen.status and not self._damaged() else ""

    def _damaged(self) -> bool:
        return self.command.prepare in (_damaged, _half_extended)

    def finished(self, place: Path, before: Ended | None = None) -> str:
        """Return what is wrong when the same command is given again and nothing fails any more."""
        made = before is None or before.status in (0, None)
        if self.command.result != STORE and made and all_contents(place / self.command.result) == self.result:
            return ""  # what exists is not made again
        again = run(place, self.command.words)
        if again.status == 3 and self.command.words[0] in ("verify", "merge"):
            again = run(place, (*SWEEP[:3], self.command.result, *SWEEP[4:]))  # its runs are missing, as it says
        if again.status != 0:
            return f"given again: {again}"
        return self._not_finished(place)
