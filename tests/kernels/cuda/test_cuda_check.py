"""The check of the GPU engine: whatever goes wrong in it, there are a report and a verdict, and nothing stays behind.

The GPU is a stand-in (tests/gpu_stand_in), found by the processes in which the check runs its parts.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tredegar.kernels.cuda_check.check import PARTS, check_cuda, run_in_a_process
from tredegar.kernels.cuda_check.child import MOST_KEPT, PROGRESS, Ended, watched
from tredegar.kernels.cuda_check.parts import SMALL_IS_DONE, CheckPlan
from tredegar.kernels.cuda_engine.report import verification

from ...support.commands import tredegar
from ...support.places import TESTS
from ...support.waiting import PATIENCE, wait_until

STAND_IN = TESTS / "gpu_stand_in"
TINY = CheckPlan(sets=2, runs=2, months=6, blocks=(32, 64), timed_runs=(1,), sanitizer=False, patience=PATIENCE)
PASSED = {"passed": True, "name": "a GPU", "against": "numpy"}
CHECK = [sys.executable, "-m", "tredegar.kernels.cuda_check"]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the stand-in for a GPU, and no package but those that the check may need; a folder there."""
    monkeypatch.setenv("PYTHONPATH", str(STAND_IN))
    monkeypatch.setenv("STAND_IN_ALONE", "1")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # compiling it is for other tests
    monkeypatch.setenv("TREDEGAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(plan: CheckPlan = TINY) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run the check as a program; return how it ended and its report."""
    command = [*CHECK, "--out", "report.json", "--plan", json.dumps(asdict(plan))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done, json.loads(Path("report.json").read_text(encoding="utf-8"))


def is_running(number: int) -> bool:
    """Whether the process with this number is there and not only waits for its end to be noted."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_engine_that_is_equal_passes_with_numpy_and_the_libraries_of_the_gpu_alone(machine: Path) -> None:
    done, report = checked()
    assert (done.returncode, done.stderr) == (0, "")
    assert report["passed"] and all(report[name]["passed"] for name in PARTS)
    assert report["equality"] | {"seconds": 0} == {
        "passed": True, "against": "numpy", "runs": 4, "differences": [], "seconds": 0,
    }  # fmt: skip
    last = done.stdout.splitlines()[-1]
    assert last.startswith("passed: the bits of engine 'numpy' on NumPy on the CPU; compute-sanitizer: not run")
    assert last.endswith("; wrote report.json") and verification(machine / "report.json").startswith("verified on ")


def test_the_check_runs_from_an_unpacked_tree_that_is_not_installed(machine: Path, root: Path) -> None:
    """A folder on Python's path that holds the tree, or a link to it, under the name of the package."""
    (machine / "packages").mkdir()
    (machine / "packages" / "tredegar").symlink_to(root)
    paths = [path.relative_to(root).with_suffix("") for path in (root / "kernels").rglob("*.py")]
    modules = sorted(".".join(("tredegar", *path.parts)) for path in paths)
    chosen = [name for name in modules if not name.endswith("__") and "mesa" not in name]
    text = (
        f"import sys; sys.path.insert(0, {str(machine / 'packages')!r})\n"
        f"import importlib; found = [importlib.import_module(name) for name in {chosen!r}]\n"
        "from tredegar.kernels.cuda_check.check import CheckPlan, _command\n"
        "from tredegar.kernels.cuda_check.child import watched\n"
        "print({module.__file__.partition('/kernels/')[0] for module in found})\n"
        "print(watched([*_command('small', CheckPlan())], 1000.0).output)\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    first, small, *entry = done.stdout.splitlines()
    assert first == str({str(machine / "packages" / "tredegar")})
    assert small == SMALL_IS_DONE and json.loads("".join(entry)) == {"passed": True}


def test_a_part_that_raises_crashes_or_leaves_fails_the_verdict_and_the_others_run(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = {"equality": "crash", "independence": "leave", "contraction": "raise"}
    monkeypatch.setenv("STAND_IN_FAULTS", json.dumps(faults))
    done, report = checked()
    assert done.returncode == 1 and report["passed"] is False
    assert report["equality"]["reason"] == "it was ended by SIGSEGV"
    assert "cupy.py" in report["equality"]["output"], "where it crashed"
    assert report["independence"]["reason"] == "it ended with status 3: libcuda: out of luck"
    assert report["contraction"]["reason"] == "cudaErrorIllegalAddress: an illegal memory access was encountered"
    assert report["device"]["passed"] and report["timings"]["passed"]
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAILED: do not use engine 'cuda' here (equality: it was ended by SIGSEGV; independence: ")


def test_bits_that_differ_are_counted(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_FAULTS", json.dumps({"equality": "wrong"}))
    monkeypatch.syspath_prepend(str(STAND_IN))
    entry = run_in_a_process("equality", TINY, lambda line: None)
    assert not entry["passed"] and entry["reason"] == "2 of 2 sets differ from engine 'numpy'"
    assert entry["differences"][0] == {"set": 0, "threads": 32, "unlike": ["quality"]}


def test_a_gpu_that_hangs_ends_with_an_entry_that_says_so(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_FAULTS", json.dumps({"equality": "hang"}))
    monkeypatch.syspath_prepend(str(STAND_IN))
    said: list[str] = []
    entry = run_in_a_process("equality", CheckPlan(patience=2), said.append)
    assert not entry["passed"] and entry["reason"].startswith("it said nothing for 2 seconds and was ended")
    assert said[-1] == f"equality: {entry['reason']}"


@pytest.mark.parametrize("request_to_end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_check_that_is_told_to_end_writes_its_verdict_and_leaves_no_process(
    request_to_end: signal.Signals, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a scheduler, a terminal that is lost, or its user tells it while the GPU hangs."""
    monkeypatch.setenv("STAND_IN_FAULTS", json.dumps({"independence": "hang"}))
    monkeypatch.setenv("STAND_IN_HANGS", str(machine / "hangs"))
    command = [*CHECK, "--out", "report.json", "--plan", json.dumps(asdict(TINY))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as check:
        wait_until((machine / "hangs").exists)
        check.send_signal(request_to_end)
        said, _ = check.communicate()
    assert check.returncode == (-request_to_end if request_to_end == signal.SIGINT else 128 + request_to_end)
    assert said.splitlines()[-1].startswith("FAILED: do not use engine 'cuda' here (independence: not run; contr")
    report = json.loads((machine / "report.json").read_text(encoding="utf-8"))
    assert report["equality"]["passed"] and not report["passed"]
    number = int((machine / "hangs").read_text(encoding="utf-8"))
    wait_until(lambda: not is_running(number), lambda: f"process {number} runs on")


def test_without_a_device_the_reason_is_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reason = "engine 'cuda' cannot run here: CuPy 14.2.0 is installed, but no GPU can be used: cudaErrorNoDevice"
    run = {"device": {"passed": False, "reason": reason}}.__getitem__
    assert not check_cuda(tmp_path / "r.json", print, TINY, run)
    assert capsys.readouterr().out == (
        f"FAILED: do not use engine 'cuda' here (device: {reason}); wrote {tmp_path / 'r.json'}\n"
    )
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert {report[name]["reason"] for name in PARTS[1:]} == {"not run: the part 'device' did not pass"}


def test_the_command_reports_a_machine_without_a_gpu_and_exits_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert tredegar("engines", "--check", "--out", str(tmp_path / "r.json")) == 1
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert report["device"]["reason"].startswith("engine 'cuda' cannot run here: ")
    assert capsys.readouterr().out.splitlines()[-1] == f"{report['verdict']}; wrote {tmp_path / 'r.json'}"


def test_what_a_part_raises_in_any_place_is_its_entry(tmp_path: Path) -> None:
    def run(name: str) -> dict[str, Any]:
        if name == "equality":
            raise OSError(28, "No space left on device")
        return PASSED

    said: list[str] = []
    assert not check_cuda(tmp_path / "r.json", said.append, TINY, run)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert report["equality"]["reason"] == "[Errno 28] No space left on device"
    assert report["timings"]["passed"]


def test_at_every_moment_the_report_is_whole_and_passes_nothing_before_its_end(tmp_path: Path) -> None:
    seen = []

    def run(name: str) -> dict[str, Any]:
        report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
        seen.append((report["passed"], report["verdict"], verification(tmp_path / "r.json").startswith("verified")))
        if name == "contraction":
            raise KeyboardInterrupt
        return PASSED

    with pytest.raises(KeyboardInterrupt):
        check_cuda(tmp_path / "r.json", lambda line: None, TINY, run)
    assert seen == [(False, "the check was ended before it was done", False)] * 4
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "FAILED: do not use engine 'cuda' here (contraction: not run; timings: not run)"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("place", ["none/r.json", ".", "file/r.json"])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_run(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match=f"^the report cannot be written to {place}: "):
        check_cuda(Path(place), print, TINY, lambda name: pytest.fail("was run"))
    assert tredegar("engines", "--check", "--out", place) == 1
    assert capsys.readouterr().err.startswith(f"error: the report cannot be written to {place}: ")
    done = subprocess.run([*CHECK, "--out", place], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"the report cannot be written to {place}: ") and done.stderr.count("\n") == 1


def test_a_report_that_can_no_longer_be_written_does_not_pass_and_the_verdict_is_told(tmp_path: Path) -> None:
    def run(name: str) -> dict[str, Any]:
        if name == "timings":
            (tmp_path / "there" / "r.json").unlink()
            (tmp_path / "there").rmdir()
        return PASSED

    (tmp_path / "there").mkdir()
    said: list[str] = []
    assert not check_cuda(tmp_path / "there" / "r.json", said.append, TINY, run)
    assert said[-1].startswith("passed: ") and "wrote" not in said[-1]
    assert said[-2] == f"the report cannot be written to {tmp_path / 'there' / 'r.json'}: No such file or directory"


def test_a_short_check_verifies_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    plan = CheckPlan(sanitizer=False, short=True)
    assert check_cuda(tmp_path / "r.json", said.append, plan, lambda name: PASSED)
    assert said[-1].startswith("passed in short, which verifies nothing yet: run the whole check")
    assert not verification(tmp_path / "r.json").startswith("verified")


@pytest.mark.parametrize("patience", ["0", "-1", "nan", "inf", "soon"])
def test_patience_is_a_number_of_seconds(patience: str) -> None:
    done = subprocess.run([*CHECK, "--patience", patience], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "argument --patience: invalid" in done.stderr


def program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_a_program_is_told_of_and_its_output_kept() -> None:
    said: list[str] = []
    text = f"import sys; print('{PROGRESS}half'); print('words', file=sys.stderr, flush=True); sys.exit(7)"
    ended = watched(program(text), PATIENCE, said.append)
    assert said == ["half"]
    assert ended.status == 7 and ended.how() == "it ended with status 7"
    assert sorted(ended.output.splitlines()) == ["half", "words"]


def test_of_much_output_beginning_and_end_are_kept() -> None:
    ended = watched(program("print('first'); print('x' * 10_000_000); print('last')"), PATIENCE)
    assert ended.output.startswith("first\nxxx") and ended.output.endswith("xxx\nlast")
    assert len(ended.output) < MOST_KEPT + 100 and "bytes left out" in ended.output


@pytest.mark.parametrize("tell", [None, lambda line: None])
def test_a_program_that_hangs_is_ended_after_its_time(tell: Any) -> None:
    text = "import time\nwhile True: time.sleep(0.01); print('words', flush=True)"
    ended = watched(program(text), 1.0, tell)
    how = "it said nothing for" if tell else "it was not done in"
    assert ended.how() == f"{how} 1 seconds and was ended" and ended.status == -signal.SIGKILL


def test_a_program_that_cannot_be_started_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"\0\1\2")
    (tmp_path / "junk").chmod(0o755)
    assert watched([str(tmp_path / "junk")], 1.0).how() == f"{tmp_path / 'junk'} cannot be started: Exec format error"
    ended = watched([str(tmp_path / "none")], 1.0)
    assert ended == Ended(None, f"{tmp_path / 'none'} cannot be started: No such file or directory", "")


def test_what_a_program_has_started_ends_with_it_whatever_ends_the_waiting() -> None:
    text = f"""
import subprocess, sys, time
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100_000)"])
print("{PROGRESS}", other.pid, flush=True)
time.sleep(100_000)
"""
    numbers: list[int] = []

    def interrupt(line: str) -> None:
        numbers.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched(program(text), PATIENCE, interrupt)
    wait_until(lambda: not is_running(numbers[0]), lambda: f"process {numbers[0]} runs on")
