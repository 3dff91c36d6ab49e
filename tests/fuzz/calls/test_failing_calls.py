"""Every call of the file system that a command makes fails once, in every way: a right result, or one clear line.

Nothing is ever called complete that is not, no run is recorded as failed, what is there is true; and the same command
finishes it, byte for byte as if nothing had happened. ``make fuzz`` tries every call in every way that it can fail;
with fewer walks than a thousand each call that changes something in a sweep fails in one way, and of others a sample.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tredegar.kernels.machine.code_cache import find_code, keep

from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE
from .failing_calls import calls_below
from .failing_commands import COMMANDS, SWEEP, Course, _specs, run, stand_ins
from .failing_ways import READING, WAYS, Call, Failing, Killed

pytestmark = pytest.mark.fuzz

EVERYTHING = int(os.environ.get("TREDEGAR_FUZZED_WALKS", "0")) >= 1000
SHARES = 4 if EVERYTHING else 1
SAMPLE = 11
"""One in so many calls is tried of commands other than a sweep from its beginning, and of those that only read."""


def trials(name: str, calls: list[Call], share: int) -> Iterator[tuple[Call, Failing]]:
    """Yield which calls are to fail, and how."""
    for number, call in enumerate(calls):
        ways = [way for way in WAYS if way.applies(call)]
        thin = name != "sweep" or call.operation in READING
        if number % SHARES != share or (thin and not EVERYTHING and number % SAMPLE):
            continue
        yield from ((call, way) for way in (ways if EVERYTHING else [ways[number % len(ways)]]))


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("name", COMMANDS)
def test_whichever_call_fails_all_that_is_said_is_true_and_the_same_command_finishes_it(
    name: str, share: int, tmp_path: Path
) -> None:
    course = Course(name, tmp_path / "course")
    chosen = list(trials(name, course.calls, share))
    complaints = [wrong for call, way in chosen if (wrong := course.complaint(call, way))]
    print(f"{name}: {len(course.calls)} calls, {len(chosen)} failures")  # noqa: T201
    assert complaints == []
    assert len(chosen) >= len(course.calls) // SAMPLE // SHARES


def test_a_write_that_was_done_and_failed_closes_no_other_file(tmp_path: Path) -> None:
    """Its number of bytes may be the number of an open file."""
    (tmp_path / "other").write_bytes(b"other")
    other = os.open(tmp_path / "other", os.O_RDONLY)
    done = Failing("EIO though it was done", errno.EIO, after=True)
    with (tmp_path / "file").open("wb", buffering=0) as file:
        plain = file.fileno()
        with calls_below(tmp_path, Call("write", "file", 0), done), pytest.raises(OSError, match="Input/output"):
            os.write(plain, b"x" * other)
    assert os.read(other, 5) == b"other"
    os.close(other)


def _killed_child(folder: Path, words: tuple[str, ...], target: Call) -> None:
    """Run a command until ``target``, where SIGKILL ends this process."""

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with stand_ins(), calls_below(folder, target, Failing("SIGKILL", kills=True), die=kill):
        run(folder, words)


@pytest.mark.parametrize("name", ["sweep", "retry", "extend", "compact to one file", "merge", "verify"])
def test_a_process_that_is_really_killed_leaves_what_an_exception_that_stops_all_calls_leaves(
    name: str, tmp_path: Path
) -> None:
    """Which is why most of these tests need no process of their own."""
    course = Course(name, tmp_path / "course")
    changing = [call for call in course.calls if call.operation not in READING]
    method = multiprocessing.get_context("forkserver")
    method.set_forkserver_preload([__name__])
    for target in changing[:: 5 if EVERYTHING else 40]:
        folder = tmp_path / "killed"
        shutil.copytree(course.template, folder)
        child = method.Process(target=_killed_child, args=(folder, course.command.words, target))
        child.start()
        child.join(PATIENCE)
        assert child.exitcode == -signal.SIGKILL, target
        with stand_ins():
            assert course.truth_of(folder) == "", target
            assert course.finished(folder) == "", target
        shutil.rmtree(folder)


PROGRAM = """
import sys
from pathlib import Path
from tests.fuzz.calls.failing_commands import Command, run, stand_ins
from tests.fuzz.calls.failing_calls import calls_below
folder = Path(sys.argv[1])
with stand_ins():
    run(folder, ("status", "s.zarr"))  # whatever is loaded late is loaded now
    (folder / "begin").mkdir()
    with calls_below(folder, flush=True) as calls:
        ended = run(folder, tuple(sys.argv[2:]))
    (folder / "end").mkdir()
assert ended.status == 0, ended
for call in calls.seen:
    print(call.operation, flush=False)
"""
NAMES = {
    "open": "open", "openat": "open", "write": "write", "pwrite64": "write", "fsync": "fsync", "fdatasync": "fsync",
    "rename": "rename", "renameat": "rename", "renameat2": "rename", "link": "link", "linkat": "link",
    "unlink": "unlink", "unlinkat": "unlink", "rmdir": "rmdir", "mkdir": "mkdir", "mkdirat": "mkdir",
    "truncate": "truncate", "ftruncate": "truncate", "sendfile": "sendfile", "chmod": "chmod", "fchmod": "chmod",
}  # fmt: skip
"""Calls that change files, by the names of the kernel."""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_shim_sees_every_call_that_changes_a_file(tmp_path: Path, root: Path) -> None:
    """Whatever the kernel is asked for, by whichever library, was counted, and could be made to fail."""
    folder, trace = tmp_path / "folder", tmp_path / "trace"
    folder.mkdir()
    _specs(folder)
    command = ["strace", "-f", "-y", "-qq", "-e", f"trace={','.join(f'?{name}' for name in NAMES)}", "-o", trace]
    done = subprocess.run(
        [*command, sys.executable, "-c", PROGRAM, folder, *SWEEP],
        cwd=root, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert asked(trace.read_text(), folder) == counted(done.stdout)


def asked(trace: str, folder: Path) -> Counter[str]:
    """Return how often the kernel was asked to change something below ``folder``, by kind."""
    found: Counter[str] = Counter()
    within = False
    for line in trace.splitlines():
        if f'"{folder}/begin"' in line or f'"{folder}/end"' in line:
            within = "begin" in line
            continue
        match = re.match(r"\d+ +(\w+)\(", line)
        if not within or match is None or not f"{_place(line, folder)}/".startswith(f"{folder}/"):
            continue
        kind = NAMES[match[1]]
        if kind == "open" and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", line):
            continue
        found[kind] += 1
    return found


def _place(line: str, folder: Path) -> str:
    """Return the path that a call is about, which is made in ``folder``: the last one named, or that of its descriptor.

    A relative path is one of the folder at hand or of a folder that is open.
    """
    first = re.search(r"(?:\d|AT_FDCWD)<([^>]*)>", line)
    names = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    if not names or line.split("(")[0].endswith(("write", "pwrite64")):
        return first[1] if first else ""
    return os.path.normpath(os.path.join(first[1] if first else folder, names[-1]))


def counted(lines: str) -> Counter[str]:
    """Return the calls that the shim saw, by the same kinds."""
    same = {"replace": "rename", "pwrite": "write", "fdatasync": "fsync", "ftruncate": "truncate"}
    kinds = (same.get(line, line) for line in lines.split("\n") if line)
    return Counter(kind for kind in kinds if kind in NAMES.values())


FILES = {"code": bytes(range(256)) * 40, "index": b"\x80\x04."}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_compiled_code_that_cannot_be_kept_or_found_stops_nothing(way: Failing, tmp_path: Path) -> None:
    def kept(folder: Path, target: Call | None) -> list[Call]:
        # What cannot be written at all is an error of the system; the engine then works without what it keeps.
        with calls_below(folder, target, way) as calls, suppress(OSError):
            where, why = keep(FILES, folder / "cache" / "key")
            assert (where / "code").read_bytes() == FILES["code"] and "\n" not in why
        return calls.seen

    def looked(folder: Path, target: Call | None) -> list[Call]:
        with calls_below(folder, target, way) as calls:
            found = find_code(folder / "cache" / "key")
            assert found.files in (FILES, None) and (found.files is not None or found.fault)
        return calls.seen

    for number, target in enumerate(kept(_fresh(tmp_path, "first"), None)):
        folder = _fresh(tmp_path, f"kept{number}")
        if way.applies(target):
            _until_killed(kept, folder, target)
            _finds_or_keeps(folder)
    for number, target in enumerate(looked(tmp_path / "first", None)):
        folder = tmp_path / f"found{number}"
        shutil.copytree(tmp_path / "first", folder)
        if way.applies(target):
            _until_killed(looked, folder, target)
            _finds_or_keeps(folder)


def _fresh(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def _until_killed(step: Callable[..., Any], *words: Any) -> None:
    try:
        step(*words)
    except Killed:
        return


def _finds_or_keeps(folder: Path) -> None:
    """Check that the next process finds what was kept or, nothing of it being whole, keeps it anew."""
    place = folder / "cache" / "key"
    if find_code(place).files is None:
        assert keep(FILES, place) == (place, "")
    assert find_code(place).files == FILES


def test_a_walk_of_commands_over_a_disk_that_fills_up_ends_with_the_undisturbed_store(tmp_path: Path) -> None:
    """The disk is full at the next call each time, until the command is through."""
    course = Course("sweep", tmp_path / "course")
    full = next(way for way in WAYS if way.name == "a full disk")
    folder = tmp_path / "full"
    shutil.copytree(course.template, folder)
    tries, ended = 0, None
    with stand_ins():
        while ended is None or ended.status:
            with calls_below(folder, 5 + 8 * tries, full) as calls:
                ended = run(folder, SWEEP)
            assert ended.status == (0 if calls.failed is None else 1) or (folder / "s.zarr").exists(), ended
            tries += 1
    assert tries > 3
    assert contents(folder / "s.zarr") == course.result
